"""The links of a network, as a report shows them: the numbers of links.csv, and a few quotes for each."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from math import isnan
from typing import Any, TypeVar, get_args

from policyloom.network import Network
from policyloom.records import Evidence
from policyloom.report.inputs import LinkKind, ReportedLink

__all__ = ["report_links", "spread_quotes"]

N_QUOTES = 8
"""Quotes for one link in the report; all of them stand in links_evidence.csv."""

Q = TypeVar("Q", bound=Mapping[Hashable, Any])


def report_links(
    network: Network,
) -> tuple[list[ReportedLink], dict[tuple[str, str, str], list[Evidence]]]:
    """The links of the kinds that a report shows, and for each, as (source, target, kind), its quotes, best first."""
    links: list[ReportedLink] = []
    evidence: dict[tuple[str, str, str], list[Evidence]] = {}
    for row in network.links.to_dict("records"):
        if row["kind"] not in get_args(LinkKind):
            continue
        npmi, q_within, n_expected_within = (
            None if isnan(row[name]) else float(row[name])
            for name in ("npmi", "q_within", "n_expected_within")
        )
        link = ReportedLink(
            row["source"],
            row["target"],
            row["kind"],
            n=int(row["n"]),
            n_documents=int(row["n_documents"]),
            npmi=npmi,
            q_within=q_within,
            note=row["note"],
            unit=row["unit"],
            n_expected_within=n_expected_within,
        )
        links.append(link)
        found = network.evidence(link.source, link.target, link.kind)
        quotes = spread_quotes(found.drop_duplicates(["document", "start"]).to_dict("records"))
        evidence[link.source, link.target, link.kind] = [
            Evidence(str(q["document"]), int(q["page"]), int(q["start"]), int(q["end"]), str(q["quote"]))
            for q in quotes
        ]
    return links, evidence


def spread_quotes(quotes: Sequence[Q]) -> list[Q]:
    """A few quotes from as many documents as possible: the first of each document, then the second of each."""
    turn: dict[object, int] = {}
    in_turn = []
    for quote in quotes:
        turn[quote["document"]] = turn.get(quote["document"], 0) + 1
        in_turn.append((turn[quote["document"]], quote))
    return [quote for _, quote in sorted(in_turn, key=lambda pair: pair[0])[:N_QUOTES]]

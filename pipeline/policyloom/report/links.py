"""The links of a network, as a report shows them: the numbers of links.csv, and all sentences behind each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isnan
from typing import get_args

from policyloom.network import Network
from policyloom.records import Evidence
from policyloom.records.spool import Spool
from policyloom.report.inputs import LinkKey, LinkKind, LinkQuote, ReportedLink

__all__ = ["report_links", "spread_quotes"]

IN_MEMORY = 2_000
"""Sentences behind a link that stay in memory; the page beside the report has them all, and is written once."""


def report_links(network: Network) -> tuple[list[ReportedLink], dict[LinkKey, Sequence[LinkQuote]]]:
    """The links of the kinds that a report shows, and for each, as (source, target, kind), its sentences, best first."""
    links: list[ReportedLink] = []
    quotes: dict[LinkKey, Sequence[LinkQuote]] = {}
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
        found = network.evidence(link.source, link.target, link.kind).drop_duplicates(["document", "start"])
        spread = spread_quotes(
            LinkQuote(
                Evidence(str(q["document"]), int(q["page"]), int(q["start"]), int(q["end"]), str(q["quote"])),
                tuple(filter(None, str(q["status_source"]).split("; "))),  # type: ignore[arg-type]
            )
            for q in found.to_dict("records")
        )
        quotes[link.source, link.target, link.kind] = Spool(LinkQuote, spread, in_memory=IN_MEMORY)
    return links, quotes


def spread_quotes(quotes: Iterable[LinkQuote]) -> list[LinkQuote]:
    """Quotes with as many documents as possible first: the first of each document, then the second of each."""
    turn: dict[str, int] = {}
    in_turn: list[tuple[int, LinkQuote]] = []
    for one in quotes:
        turn[one.evidence.document] = turn.get(one.evidence.document, 0) + 1
        in_turn.append((turn[one.evidence.document], one))
    return [one for _, one in sorted(in_turn, key=lambda pair: pair[0])]

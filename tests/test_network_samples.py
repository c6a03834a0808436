"""The ten sample PDFs from files to links: golden counts, and one number for one thing in every table."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from policyloom import read_tagged, run
from policyloom.export import to_frame
from policyloom.export.run_tables import RUN_TABLES, read_fields, read_rows
from policyloom.files import write_csv
from policyloom.framework import Framework
from policyloom.network import load_network
from policyloom.run import read_run_framework


@pytest.fixture(scope="module")
def folder(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("samples") / "run"
    run(corpus, out, workers=0)
    return out


@pytest.fixture(scope="module")
def used(folder: Path) -> Framework:
    return read_run_framework(folder)


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / name, keep_default_na=False)


def test_the_links_of_the_sample_corpus(folder: Path) -> None:
    links = table(folder, "links.csv")
    found = links.groupby("kind")["n"].agg(["count", "sum"])
    assert {kind: tuple(row) for kind, row in found.iterrows()} == {
        "answers": (6, 20),
        "claims": (15, 43),
        "claims_negative": (3, 6),  # such as "had no measurable effect on earnings"
        "co_occurs": (15, 69),
    }
    first = links.iloc[0]
    assert (first["source"], first["target"], first["n"], first["n_documents"]) == ("T3", "S1", 11, 7)


def test_the_mentions_and_entities_of_the_sample_corpus(folder: Path) -> None:
    assert table(folder, "mentions.csv")["kind"].value_counts().to_dict() == {
        "actor": 376,
        "mechanism": 369,
        "outcome": 118,
        "challenge": 99,
    }
    assert len(table(folder, "entities.csv")) == 251


def test_the_findings_of_the_sample_corpus(folder: Path) -> None:
    assert table(folder, "findings.csv")["rule"].value_counts().to_dict() == {
        "challenge-answer-elsewhere": 11,
        "challenge-answered": 16,
        "claim-co-occurring": 2,
        "claim-contested": 4,
        "claim-supported": 13,
        "claim-unknown": 1,
        "off-field": 2,
        "strategy-only-refused": 2,
        "vague-promise": 17,
    }


def test_coverage_and_elements_have_the_same_numbers(folder: Path) -> None:
    columns = ["n_sentences", "affirmed", "planned", "lacking", "negated"]
    elements = table(folder, "elements.csv").query("kind != 'actor'").set_index("id")
    coverage = table(folder, "coverage.csv").groupby("element")[columns].sum().loc[list(elements.index)]
    assert coverage.to_dict() == elements[columns].to_dict()


def test_links_and_elements_have_the_same_numbers(folder: Path) -> None:
    elements = table(folder, "elements.csv").set_index("id")["n_sentences_linkable"]
    links = table(folder, "links.csv").query("unit == 'sentence'")
    assert (links["n_source"] == links["source"].map(elements)).all()
    assert (links["n_target"] == links["target"].map(elements)).all()


def test_the_report_and_elements_have_the_same_numbers(folder: Path) -> None:
    page = (folder / "report.html").read_text("utf-8")
    shown = {}
    glance = page.partition('<table class="glance">')[2].partition("</table>")[0]
    for row in glance.split("<tr")[1:]:
        name = re.search(r'<th scope="row"><b>(\w+)</b>', row)
        if name is not None:
            cells = dict(re.findall(r'data-label="(documents|sentences)"[^>]*>(?:<a [^>]*>)?([\d,]+)', row))
            shown[name.group(1)] = (
                int(cells["documents"]),
                int(cells.get("sentences", "0").replace(",", "")),
            )
    elements = table(folder, "elements.csv").set_index("id")
    assert len(shown) >= 12
    for id, numbers in shown.items():
        assert numbers == tuple(elements.loc[id, ["n_documents", "n_sentences"]]), id


def test_the_report_counts_the_sentences_that_links_count(folder: Path) -> None:
    page = (folder / "report.html").read_text("utf-8")
    assert "<dt>sentences</dt><dd>391</dd>" in page
    assert set(table(folder, "links.csv").query("unit == 'sentence'")["n_units"]) == {391}


def test_no_check_contradicts_the_network(folder: Path, used: Framework) -> None:
    network = load_network(folder, used)
    findings = table(folder, "findings.csv")
    claims = findings[findings["rule"].str.startswith("claim-")]
    assert len(claims) == 20
    for finding in claims.itertuples():
        pair = network.pair_documents(*finding.subject.split(">"))
        told, against, together = (
            len(documents - {finding.document}) for documents in (pair.claims, pair.denials, pair.together)
        )
        expected = {
            "claim-supported": told > 0 == against,
            "claim-contested": told > 0 < against,
            "claim-contradicted": told == 0 < against,
            "claim-co-occurring": told == against == 0 < together,
            "claim-unknown": told == against == together == 0,
        }
        assert [rule for rule, fits in expected.items() if fits] == [finding.rule]
        counts = [n for n in (told, against) if n] or [n for n in (together,) if n]
        assert [int(n) for n in re.findall(r"(\d+) other document", finding.message)] == counts


def test_a_table_has_the_same_bytes_from_a_run_and_from_a_frame(
    folder: Path, used: Framework, tmp_path: Path
) -> None:
    tagged = list(read_tagged(folder))
    for name, chosen in (
        ("mentions.csv", {}),
        ("entities.csv", {"entities": True}),
        ("claims.csv", {"claims": True}),
    ):
        write_csv(to_frame(tagged, used, **chosen), tmp_path / name)
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_the_data_package_of_a_run_says_what_holds(folder: Path) -> None:
    package = json.loads((folder / "datapackage.json").read_bytes())
    read = {
        table.name: pd.DataFrame(
            read_rows(folder, table), columns=[f.name for f in read_fields(folder, table)]
        )
        for table in RUN_TABLES
    }
    assert [resource["name"] for resource in package["resources"]] == list(read)
    for resource in package["resources"]:
        name, schema = resource["name"], resource["schema"]
        if "primaryKey" in schema:
            assert not read[name].duplicated(schema["primaryKey"]).any(), name
        for key in schema.get("foreignKeys", ()):
            (column,), other = key["fields"], key["reference"]
            values = set(read[name][column]) - {""}
            assert values <= set(read[other["resource"]][other["fields"][0]]), (name, column)
            assert values


def test_what_is_always_a_number_is_declared_as_one(folder: Path) -> None:
    for table in RUN_TABLES:
        written = pd.read_csv(table.path(folder))
        for one in table.fields:
            if one.type == "string" and written[one.name].notna().any():
                assert not pd.api.types.is_numeric_dtype(written[one.name]), (table.name, one.name)


def test_every_table_that_a_run_writes_is_described(folder: Path) -> None:
    assert {path.name for path in folder.glob("*.csv")} == {f"{table.name}.csv" for table in RUN_TABLES}

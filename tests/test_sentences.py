"""The table with a row a sentence, and regressions on it that give what `estimate` gives."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import policyloom as pl
from policyloom.cli import main
from policyloom.errors import LabelsError, RunError
from policyloom.framework import Framework
from policyloom.learn.labels import Label, read_labels, read_sampled, write_labels
from policyloom.run import copies, write_sample_sheet
from policyloom.run.sentences import sentence_columns

PLAN = (
    "The government gives tax incentives to firms that train apprentices, so that graduates have better skills.",
    "Firms and colleges have set up a joint training base in the north of the province.",
    "No tax incentives are given to firms that do not train, and tax incentives are planned for all others.",
    "The minister opened the new road to the coast yesterday.",
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sentences")
    (folder / "in").mkdir()
    table = ["file,date,group"]
    for n in range(12):
        kept = PLAN[n % 3 :] + PLAN[: n % 2]
        (folder / "in" / f"plan-{n:02}.txt").write_text("\n\n".join(kept) + "\n" * n, "utf-8")
        table.append(f"plan-{n:02}.txt,{2001 + n // 2},{'north' if n < 5 else 'south'}")
    (folder / "table.csv").write_text("\n".join(table))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copies, "MIN_WORDS", 10**9)
        pl.run(folder / "in", folder / "out", coder="rules", workers=0, metadata=folder / "table.csv")
    return folder / "out"


def code(path: Path, framework: Framework) -> None:
    """Codes a sheet as somebody who sees T1 where money is named, and in the new road as well."""
    rows = [
        replace(row, elements=(Label("T1", "planned"),) if "tax" in row.text or "road" in row.text else ())
        for row in read_sampled(path, framework)
    ]
    write_labels(rows, path, framework)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def regress(y: Sequence[float], *x: Sequence[float]) -> np.ndarray:
    return np.linalg.lstsq(np.column_stack([np.ones(len(y)), *x]), np.array(y), rcond=None)[0]


def test_write_sentences_has_a_row_a_sentence_with_the_columns_that_it_tells_of(
    finished: Path, framework: Framework, tmp_path: Path
) -> None:
    done = pl.write_sentences(finished, tmp_path / "s.csv")
    found = rows(tmp_path / "s.csv")
    elements = ["S1", "S2", "S3", "C1", "C2", "C3", "C4", "T1", "T2", "T3", "T4", "T5"]
    assert list(found[0]) == [*sentence_columns(elements, labelled=False), "group"]
    assert (len(found), done.n_documents, done.n_labelled) == (done.n_sentences, 12, 0)
    first = found[0]
    assert [first[name] for name in ("document", "sentence", "start", "date", "year", "group")] == [
        "plan-00", "0", "0", "2001", "2001", "north",
    ]  # fmt: skip
    assert (first["T1"], first["T1_status"], float(first["T1_probability"])) == ("1", "affirmed", 1.0)
    road = next(row for row in found if row["document"] == "plan-00" and row["sentence"] == "3")
    assert (road["T1"], road["T1_status"], road["T1_probability"]) == ("0", "", "")


def test_write_sentences_counts_what_the_tables_of_the_run_count(finished: Path, tmp_path: Path) -> None:
    pl.write_sentences(finished, tmp_path / "s.csv")
    found = rows(tmp_path / "s.csv")
    for element in rows(finished / "elements.csv"):
        if element["id"] in found[0]:
            assert sum(int(row[element["id"]]) for row in found) == int(element["n_sentences"])
            for status in ("affirmed", "planned", "lacking", "negated"):
                n = sum(status in row[f"{element['id']}_status"].split() for row in found)
                assert n == int(element[status]), (element["id"], status)


def test_regressions_on_the_corrected_column_give_what_estimate_gives(
    finished: Path, framework: Framework, tmp_path: Path
) -> None:
    write_sample_sheet(finished, tmp_path / "x.csv", 20)
    code(tmp_path / "x.csv", framework)
    done = pl.write_sentences(finished, tmp_path / "s.csv", tmp_path / "x.csv")
    assert done.n_labelled == 20
    found = rows(tmp_path / "s.csv")
    y = [float(row["T1_corrected"]) for row in found]
    estimates = pl.estimate(finished, tmp_path / "x.csv", by="group")
    share = next(element.share for element in estimates.elements if element.id == "T1")
    assert np.mean(y) == pytest.approx(share.corrected, abs=1e-5)
    north = [float(row["group"] == "north") for row in found]
    (difference,) = (
        d.figure for d in estimates.differences if (d.element, d.outcome, d.status) == ("T1", "", "")
    )
    assert regress(y, north)[1] == pytest.approx(difference.corrected, abs=1e-5)
    (trend,) = (d.figure for d in estimates.trends if (d.element, d.outcome, d.status) == ("T1", "", ""))
    assert regress(y, [float(row["year"]) - 2000 for row in found])[1] == pytest.approx(
        trend.corrected, abs=1e-5
    )


def test_labels_stand_beside_the_coder_s_answers_and_are_empty_elsewhere(
    finished: Path, framework: Framework, tmp_path: Path
) -> None:
    write_sample_sheet(finished, tmp_path / "x.jsonl", 20)
    code(tmp_path / "x.jsonl", framework)
    pl.write_sentences(finished, tmp_path / "s.csv", tmp_path / "x.jsonl")
    coded = {label.id: label for label in read_labels(tmp_path / "x.jsonl", framework)}
    for row in rows(tmp_path / "s.csv"):
        label = coded.pop(f"{row['document']}:{row['start']}", None)
        if label is None:
            assert (row["inclusion"], row["T1_coded"], row["T1_coded_status"]) == ("", "", "")
            assert float(row["T1_corrected"]) == float(row["T1"])
            continue
        assert float(row["inclusion"]) == pytest.approx(label.inclusion, abs=1e-6)
        assert (row["T1_coded"], row["T1_coded_status"]) == (
            ("1", "planned") if label.elements else ("0", "")
        )
        changed = int(row["T1_coded"]) - int(row["T1"])
        assert float(row["T1_corrected"]) == pytest.approx(
            int(row["T1"]) + changed / label.inclusion, abs=1e-5
        )  # type: ignore[operator]
    assert not coded


def test_write_sentences_replaces_its_own_table_alone_and_leaves_none_half_written(
    finished: Path, framework: Framework, tmp_path: Path
) -> None:
    pl.write_sentences(finished, tmp_path / "s.csv")
    pl.write_sentences(finished, tmp_path / "s.csv")
    (tmp_path / "mine.csv").write_text("mine")
    with pytest.raises(RunError, match=r"mine\.csv: is there already, and is not a table of sentences"):
        pl.write_sentences(finished, tmp_path / "mine.csv")
    write_sample_sheet(finished, tmp_path / "x.jsonl", 20)
    code(tmp_path / "x.jsonl", framework)
    first, *others = read_labels(tmp_path / "x.jsonl", framework)
    write_labels([replace(first, text="Another."), *others], tmp_path / "y.jsonl", framework)
    with pytest.raises(
        LabelsError, match=r"1 of 20 sentences are not in .*out; give the run that the sheet was drawn"
    ):
        pl.write_sentences(finished, tmp_path / "t.csv", tmp_path / "y.jsonl")
    assert not (tmp_path / "t.csv").exists()


def test_write_sentences_takes_one_sample(finished: Path, framework: Framework, tmp_path: Path) -> None:
    for seed in (0, 1):
        write_sample_sheet(finished, tmp_path / f"{seed}.csv", 20, seed=seed)
        code(tmp_path / f"{seed}.csv", framework)
    with pytest.raises(LabelsError, match="are of 2 samples, and the table takes one, with all its parts"):
        pl.write_sentences(finished, tmp_path / "s.csv", [tmp_path / "0.csv", tmp_path / "1.csv"])


def test_the_command_says_what_it_has_written(finished: Path, framework: Framework, tmp_path: Path) -> None:
    write_sample_sheet(finished, tmp_path / "x.csv", 20)
    code(tmp_path / "x.csv", framework)
    words = ["sentences", finished, "-o", tmp_path / "s.csv", "--labels", tmp_path / "x.csv"]
    done = CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)
    n = len(rows(tmp_path / "s.csv"))
    assert done.output == (
        f"{n} sentences of 12 documents, 20 of them coded by people, written to {tmp_path / 's.csv'}\n"
    )

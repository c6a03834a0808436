"""One text in two layouts or formats counts once; versions of a text that say something else count each."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from datasketch import MinHash, MinHashLSH

from policyloom import run
from policyloom.cli import main
from policyloom.run.copies import _Index, make_sketch

PLAN = (
    "The ministry pays grants to firms that train apprentices in the valley. Each firm receives 400 crowns a month for every "
    "apprentice. Colleges and firms design the courses together, so that graduates find work sooner. Workshops in the two "
    "towns shall be equipped with new lathes by 2027. The council inspects the workshops twice a year and publishes what it "
    "has found. A fund of 3 million crowns stands ready for the next five years, and small firms are served first. Teachers of "
    "the colleges spend four weeks of each year in a firm. Parents hear of the trades at open days in every school. "
)
OTHER = (
    "Bakers of the coast have asked for apprentices for many years. The guild has opened a training centre with ovens and a "
    "shop, and its masters teach there on two days of the week. Young people who complete the course are hired at once. "
)


def write(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        stem, _, suffix = name.rpartition("_")
        words = text if suffix == "txt" else "".join(f"<p>{line}.</p>" for line in text.split(". ") if line)
        body = f"Plan for trades\n\n{text}" if suffix == "txt" else f"<h1>Plan for trades</h1>{words}"
        (folder / f"{stem}.{suffix}").write_text(body, "utf-8")
    return folder


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    return tmp_path / "docs"


def test_a_text_in_another_format_counts_once_and_is_named(docs: Path, tmp_path: Path) -> None:
    write(docs, plan_txt=PLAN, final_html=PLAN, other_txt=OTHER)
    done = run(docs, tmp_path / "out", workers=0)
    (copy,) = done.failures
    assert (copy.source, copy.kind) == ("plan.txt", "duplicate")
    assert copy.reason == "has the same text as final.html, in another layout or format, and is counted once"
    assert (done.status, done.documents, done.versions) == (0, ("final", "other"), ())
    assert set(pd.read_csv(tmp_path / "out" / "mentions.csv")["document"]) == {"final", "other"}


def test_links_of_copies_count_once(docs: Path, tmp_path: Path) -> None:
    write(docs, plan_txt=PLAN)
    run(docs, tmp_path / "one", workers=0)
    write(docs, plan2_html=PLAN)
    run(docs, tmp_path / "two", workers=0)
    one, two = (pd.read_csv(tmp_path / name / "links.csv") for name in ("one", "two"))
    assert list(one["n"]) == list(two["n"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("400 crowns", "300 crowns"),
        ("shall be equipped", "may be equipped"),
        ("The ministry pays", "The ministry does not pay"),
    ],
)
def test_a_text_that_says_something_else_is_a_version_and_counts(
    docs: Path, tmp_path: Path, old: str, new: str
) -> None:
    assert old in PLAN
    write(docs, draft_txt=PLAN, law_txt=PLAN.replace(old, new))
    done = run(docs, tmp_path / "out", workers=0)
    assert not done.failures
    assert done.documents == ("draft", "law")
    ((file, other, share),) = done.versions
    assert (file, other) == ("law.txt", "draft.txt")
    assert 0.8 < share < 1


def test_texts_that_share_a_paragraph_are_neither(docs: Path, tmp_path: Path) -> None:
    write(docs, a_txt=PLAN, b_txt=PLAN[:200] + OTHER * 2)
    done = run(docs, tmp_path / "out", workers=0)
    assert (done.failures, done.versions) == ((), ())


def test_a_rerun_gives_the_same_and_a_copy_that_stays_alone_counts(docs: Path, tmp_path: Path) -> None:
    write(docs, plan_txt=PLAN, final_html=PLAN)
    first = run(docs, tmp_path / "out", workers=0)
    again = run(docs, tmp_path / "out", workers=0)
    assert (again.documents, again.failures, again.n_reused) == (first.documents, first.failures, 2)
    (docs / "final.html").unlink()
    alone = run(docs, tmp_path / "out", workers=0)
    assert (alone.documents, alone.failures) == (("plan",), ())


def test_versions_are_told_on_the_command_line(docs: Path, tmp_path: Path) -> None:
    write(docs, draft_txt=PLAN, law_txt=PLAN.replace("400", "300"))
    told = CliRunner().invoke(main, ["run", str(docs), "-o", str(tmp_path / "out"), "-j", "0"])
    assert "law.txt: has 9" in told.output
    assert "of its words in common with draft.txt" in told.output


@pytest.mark.shared
def test_a_paper_in_two_layouts_counts_once(shared: Path, tmp_path: Path) -> None:
    done = run(shared / "papers", tmp_path / "out", workers=0)
    copies = {failure.source for failure in done.failures if failure.kind == "duplicate"}
    assert "meng-2025-two-column.pdf" in copies or "meng-2025.pdf" in copies


def test_versions_do_not_support_one_anothers_claims(docs: Path, tmp_path: Path) -> None:
    write(docs, draft_txt=PLAN, law_txt=PLAN.replace("400 crowns", "300 crowns"))

    def claims(out: str) -> set[str]:
        done = run(docs, tmp_path / out, workers=0, coder="rules")
        findings = pd.read_csv(done.folder / "findings.csv")
        return {rule for rule in findings["rule"] if rule.startswith("claim-")}

    assert claims("two") == {"claim-unknown"}
    write(
        docs,
        study_txt=OTHER * 2
        + "Colleges and firms design the courses together, so that graduates find work sooner.",
    )
    assert "claim-supported" in claims("three")


def test_a_sketch_is_the_one_that_datasketch_makes() -> None:
    words = f"{PLAN} {OTHER}".casefold().replace(".", " ").replace(",", " ").split()
    text = " ".join(words * 12)  # more runs than are permuted at once, if they were all different
    runs = {" ".join(words[i : i + 5]) for i in range(len(words))} | {
        " ".join((words * 2)[i : i + 5]) for i in range(len(words))
    }
    made = MinHash(num_perm=128, scheme="affine32")
    made.update_batch([run.encode() for run in sorted(runs) if len(run.split()) == 5])
    assert make_sketch(text) == made.hashvalues.astype("<u8").tobytes()


def test_a_long_text_is_sketched_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = make_sketch(PLAN)
    monkeypatch.setattr(sys.modules["policyloom.run.copies"], "AT_ONCE", 7)
    assert make_sketch(PLAN) == whole != make_sketch(OTHER)


def test_likely_pairs_are_those_that_datasketch_finds() -> None:
    draw = np.random.RandomState(0)
    sketches = []
    for one in draw.randint(0, 2**32, (40, 128), dtype=np.uint32):
        sketches.append(one)
        for share in (0.3, 0.45, 0.6, 0.9):
            sketches.append(
                np.where(draw.rand(128) > share, draw.randint(0, 2**32, 128, dtype=np.uint32), one)
            )
    index, theirs = _Index(np.stack(sketches)), MinHashLSH(threshold=0.4, num_perm=128)
    made = [MinHash(num_perm=128, hashvalues=values, scheme="affine32") for values in sketches]
    n = 0
    for place, one in enumerate(made):
        likely = sorted(other for other in theirs.query(one) if one.jaccard(made[other]) >= 0.4)
        assert index.likely(place) == likely
        theirs.insert(place, one)
        n += len(likely)
    assert n > 100

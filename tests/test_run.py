"""A folder in, a run folder out: complete, resumable, the same bytes, and hard to break."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import networkx as nx
import pytest

from policyloom import read_tagged, run
from policyloom.errors import FrameworkError, PolicyloomError, RunError
from policyloom.framework import BUILT_IN
from policyloom.records import Document, Failure, from_json
from policyloom.run import OUTPUTS as ALL_OUTPUTS
from policyloom.run import Limits, Progress, find_skipped, workers
from policyloom.run.workers import Job, Settings, process_all

SAMPLES = ("c-industrial-college-case.pdf", "e-trades-fact-sheet.pdf", "f-employer-guidance.pdf")

OUTPUTS = (
    "claims.csv", "coverage.csv", "failures.csv", "findings.csv", "links.csv", "mentions.csv", "network.graphml",
    "report.html", "run.json",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, corpus: Path) -> Path:
    """Three good documents, as a user's folder."""
    made = tmp_path / "my documents"
    made.mkdir()
    for name in SAMPLES:
        shutil.copy(corpus / name, made)
    return made


def files(out: Path) -> dict[str, bytes]:
    """What a run wrote, but for its manifest and its cache."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name != "run.json" and ".policyloom" not in path.parts
    }


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_run_writes_everything(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run(folder, out, workers=0)
    assert done.status == 0
    assert done.documents == tuple(name.removesuffix(".pdf") for name in SAMPLES)
    for name in OUTPUTS:
        assert (out / name).stat().st_size > 0, name
    documents = [from_json(Document, p.read_bytes()) for p in sorted((out / "documents").iterdir())]
    assert [d.id for d in documents] == list(done.documents)
    mentions = rows(out / "mentions.csv")
    assert sum(row["kind"] not in ("entity", "actor") for row in mentions) == done.counts["mentions"] > 50
    text = {d.id: d.text for d in documents}
    for row in mentions:
        assert text[row["document"]][int(row["start"]) : int(row["end"])] == row["quote"].removeprefix("'")
    assert nx.read_graphml(out / "network.graphml").number_of_nodes() > 5
    assert [t.document.id for t in read_tagged(out)] == list(done.documents)


def test_two_runs_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    run(folder, tmp_path / "a", workers=0)
    run(folder, tmp_path / "b", workers=2)
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_a_second_run_does_only_what_changed(folder: Path, tmp_path: Path, corpus: Path) -> None:
    out = tmp_path / "out"
    run(folder, out, workers=0)
    shutil.copy(corpus / "a-province-regulation.pdf", folder)
    (folder / SAMPLES[0]).unlink()
    done = run(folder, out, workers=0)
    assert done.n_reused == 2
    fresh = tmp_path / "fresh"
    run(folder, fresh, workers=0)
    assert files(out) == files(fresh)
    assert len(list((out / ".policyloom" / "cache").iterdir())) == 3


def test_a_run_over_an_unchanged_folder_writes_nothing_anew(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = run(folder, out, workers=0)
    written = (out / "report.html").stat().st_mtime_ns
    again = run(folder, out, workers=0)
    assert (out / "report.html").stat().st_mtime_ns == written
    assert (again.counts, again.errors, again.n_reused) == (first.counts, first.errors, 3)
    (out / "links.csv").unlink()
    run(folder, out, workers=0)
    assert (out / "links.csv").exists()


def test_a_run_writes_what_it_says(folder: Path, tmp_path: Path) -> None:
    run(folder, tmp_path / "out", workers=0)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *ALL_OUTPUTS,
        "documents",
        "run.json",
        ".policyloom",
    }


def test_a_stopped_run_goes_on_where_it_stopped(folder: Path, tmp_path: Path) -> None:
    def stop(step: Progress) -> None:
        if step.stage == "reading" and step.done == 2:
            raise KeyboardInterrupt

    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run(folder, out, workers=0, progress=stop)
    assert not (out / "report.html").exists()
    assert run(folder, out, workers=0).n_reused == 2


def test_bad_files_become_rows_and_cost_no_other_result(folder: Path, tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    (folder / "damaged.pdf").write_bytes((folder / SAMPLES[0]).read_bytes()[:300])
    (folder / "empty.pdf").write_bytes(b"")
    (folder / "letter.pdf").write_text("Dear all, this is text.")
    (folder / "notes.txt").write_text("The vocational college set up apprenticeships with employers.\n")
    canvas = Canvas(str(folder / "locked.pdf"), encrypt="key")
    canvas.drawString(72, 700, "Apprenticeships were set up.")
    canvas.save()
    shutil.copy(folder / SAMPLES[0], folder / "same again.pdf")
    done = run(folder, tmp_path / "out")
    assert done.status == 1
    assert {f.source: f.kind for f in done.failures} == {
        "damaged.pdf": "damaged",
        "empty.pdf": "empty",
        "letter.pdf": "not-pdf",
        "locked.pdf": "encrypted",
        "same again.pdf": "duplicate",
    }
    assert [row["source"] for row in rows(tmp_path / "out" / "failures.csv")] == [
        f.source for f in done.failures
    ]
    assert len(done.documents) == 4
    assert {row["document"] for row in rows(tmp_path / "out" / "mentions.csv")} == set(done.documents)
    assert all(
        failure.reason in (tmp_path / "out" / "report.html").read_text("utf-8") for failure in done.failures
    )


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse a name that is not Unicode")
def test_names_that_are_not_unicode_or_look_like_formulas_are_taken(folder: Path, tmp_path: Path) -> None:
    text = b"The vocational college set up apprenticeships with employers."
    (folder / os.fsdecode(b"caf\xe9.txt")).write_bytes(text)
    (folder / "=1+1.txt").write_bytes(text + b" It grew.")
    (folder / os.fsdecode(b"b\xff.pdf")).write_bytes(b"")
    done = run(folder, tmp_path / "out", workers=0)
    assert {"caf?", "=1+1"} <= set(done.documents)
    assert [f.source for f in done.failures] == ["b?.pdf"]
    assert "'=1+1" in {row["document"] for row in rows(tmp_path / "out" / "mentions.csv")}


def test_a_duplicate_alone_is_no_failure(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / SAMPLES[0], folder / "z.pdf")
    assert run(folder, tmp_path / "out", workers=0).status == 0


def test_any_executor_will_do(folder: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as executor:
        assert run(folder, tmp_path / "out", executor=executor).status == 0


def test_files_of_one_stem_get_ids_of_their_own(folder: Path, tmp_path: Path) -> None:
    (folder / "plan.txt").write_text("Apprenticeships for vocational students.")
    shutil.copy(folder / SAMPLES[0], folder / "plan.pdf")
    (folder / SAMPLES[0]).unlink()
    assert {"plan.pdf", "plan.txt"} <= set(run(folder, tmp_path / "out", workers=0).documents)


def test_folders_within_are_read_when_asked(folder: Path, tmp_path: Path) -> None:
    inner = folder / "2024"
    inner.mkdir()
    shutil.move(folder / SAMPLES[0], inner)
    assert len(run(folder, tmp_path / "a", workers=0).documents) == 2
    assert (
        f"2024__{SAMPLES[0].removesuffix('.pdf')}"
        in run(folder, tmp_path / "b", workers=0, recursive=True).documents
    )


def test_what_is_not_looked_at_is_told(folder: Path) -> None:
    (folder / "table.xlsx").write_bytes(b"x")
    (folder / "older").mkdir()
    assert find_skipped(folder) == ["1 .xlsx", "1 folder (add --recursive to look inside)"]
    assert find_skipped(folder, recursive=True) == ["1 .xlsx"]


def test_manifest_tells_how_it_was_made(folder: Path, tmp_path: Path) -> None:
    run(folder, tmp_path / "out", workers=0)
    manifest = json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))
    assert manifest["framework"]["id"] == BUILT_IN
    assert manifest["counts"]["documents"] == 3
    assert {"spacy", "pypdfium2", "policyloom"} <= set(manifest["versions"])


def test_a_run_may_keep_to_what_is_probable(folder: Path, tmp_path: Path) -> None:
    every = run(folder, tmp_path / "every", workers=0)
    sure = run(folder, tmp_path / "sure", least=0.8, workers=0)
    assert 0 < sure.counts["mentions"] < every.counts["mentions"]
    of_elements = [
        row for row in rows(tmp_path / "sure" / "mentions.csv") if row["kind"] in ("outcome", "mechanism")
    ]
    assert all(float(row["score"]) >= 0.8 for row in of_elements)
    assert "below 0.8 are left out" in (tmp_path / "sure" / "report.html").read_text("utf-8")
    # What a later check reads is the framework itself.
    frameworks = [(tmp_path / name / "framework.json").read_bytes() for name in ("every", "sure")]
    assert frameworks[0] == frameworks[1]
    assert run(folder, tmp_path / "sure", workers=0).counts["mentions"] == every.counts["mentions"]


def test_a_run_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no such folder"):
        run(tmp_path / "nowhere", tmp_path / "out")
    (tmp_path / "in").mkdir()
    with pytest.raises(RunError, match=r"no \.pdf, .* file"):
        run(tmp_path / "in", tmp_path / "out")
    (tmp_path / "in" / "a.txt").write_text("x")
    (tmp_path / "bad.toml").write_text("[framework]\n")
    with pytest.raises(FrameworkError, match=r"bad\.toml"):
        run(tmp_path / "in", tmp_path / "out", framework=tmp_path / "bad.toml")
    with pytest.raises(RunError, match="a folder of their own"):
        run(tmp_path / "in", tmp_path / "in")
    with pytest.raises(PolicyloomError, match="no spaCy pipeline 'en_nope'; installed are"):
        run(tmp_path / "in", tmp_path / "out", model="en_nope")
    assert not (tmp_path / "out").exists()
    with pytest.raises(RunError, match="holds no finished run"):
        list(read_tagged(tmp_path / "in"))


def test_limits_that_cannot_be_met_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 500 MB"):
        Limits(megabytes=100)


# Documents that hang, swell or kill their worker. What a worker does is replaced through the environment, as
# workers are processes of their own.


def misbehave(job: Job, settings: Settings) -> bytes:
    """Stands in for `process`, by the name of the file."""
    name = Path(job.path).name
    if name.startswith("hang"):
        time.sleep(60)
    if name.startswith("swell"):
        kept = [bytearray(50_000_000) for _ in range(60)]
        time.sleep(60)
        return bytes(len(kept))
    if name.startswith("scan"):
        for _ in range(2):
            workers._start_clock()  # as before each page that OCR reads
            time.sleep(1.3)
    if name.startswith("die"):
        os._exit(9)
    if name.startswith("raise"):
        raise RuntimeError("oops")
    return b"ok"


def start(settings: Settings, limits: Limits, notes: str) -> None:
    """Stands in for the worker's start: no language pipeline, but the watchdog and the bad behaviour."""
    import threading

    workers.process = misbehave
    threading.Thread(target=workers._guard, args=(limits, Path(notes)), daemon=True).start()


def test_one_bad_document_costs_itself_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_start", start)
    names = ["a", "die1", "b", "hang1", "c", "swell1", "d", "raise1", "die2", "e", "scan1"]
    jobs = [Job(str(tmp_path / name), name, name) for name in names]
    outcomes = {
        job.id: result
        for job, result in process_all(
            jobs, Settings("{}"), workers=2, limits=Limits(seconds=2, megabytes=600)
        )
    }
    kinds = {id: result.kind for id, result in outcomes.items() if isinstance(result, Failure)}
    assert kinds == {
        "die1": "crashed",
        "die2": "crashed",
        "hang1": "too-slow",
        "swell1": "too-large",
        "raise1": "internal-error",
    }
    assert [id for id in names if outcomes[id] == b"ok"] == ["a", "b", "c", "d", "e", "scan1"]
    reasons = {id: result.reason for id, result in outcomes.items() if isinstance(result, Failure)}
    assert "--timeout" in reasons["hang1"]
    assert "--memory" in reasons["swell1"]

"""A folder in, a run folder out: complete, resumable, the same bytes, and hard to break."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import networkx as nx
import pytest

from policyloom import check_file, extract_files, read_tagged, run, tag_file
from policyloom.errors import DocumentError, FrameworkError, PolicyloomError, RunError
from policyloom.frameworks import BUILT_IN
from policyloom.records import Document, Failure, from_json
from policyloom.run import Limits, Progress, Run, find_files, find_skipped, name_documents, workers
from policyloom.run.corpus import OUTPUTS as ALL_OUTPUTS
from policyloom.run.plan import FOLDER_SUFFIXES
from policyloom.run.results import Result
from policyloom.run.settings import Job, Settings
from policyloom.run.workers import process_all
from tests import misbehave

SAMPLES = ("c-industrial-college-case.pdf", "e-trades-fact-sheet.pdf", "f-employer-guidance.pdf")

OUTPUTS = (
    "claims.csv", "coverage.csv", "entities.csv", "failures.csv", "findings.csv", "links.csv", "mentions.csv", "network.graphml",
    "promises.csv", "report.html", "run.json", "statements.csv",
)  # fmt: skip

TEXT = "The vocational college set up apprenticeships with employers."


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> tuple[Path, Run]:
    """A folder of three good documents and a run over it, for tests that change neither."""
    made = tmp_path_factory.mktemp("finished") / "my documents"
    made.mkdir()
    for name in SAMPLES:
        shutil.copy(corpus / name, made)
    return made, run(made, made.parent / "out", workers=0)


@pytest.fixture
def folder(finished: tuple[Path, Run], tmp_path: Path) -> Path:
    """The three documents, as a user's folder of one's own."""
    return shutil.copytree(finished[0], tmp_path / "my documents")


@pytest.fixture
def out(finished: tuple[Path, Run], tmp_path: Path) -> Path:
    """The run folder that a run over the three documents has made."""
    return shutil.copytree(finished[1].folder, tmp_path / "out")


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """Two short texts, for tests in which the documents do not matter."""
    made = tmp_path / "texts"
    made.mkdir()
    (made / "a.txt").write_text(TEXT)
    (made / "b.txt").write_text(TEXT + " It grew.")
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


def test_run_writes_everything(finished: tuple[Path, Run]) -> None:
    done = finished[1]
    out = done.folder
    assert done.status == 0
    assert done.documents == tuple(name.removesuffix(".pdf") for name in SAMPLES)
    for name in OUTPUTS:
        assert (out / name).stat().st_size > 0, name
    documents = [from_json(Document, p.read_bytes()) for p in sorted((out / "documents").iterdir())]
    assert [d.id for d in documents] == list(done.documents)
    mentions = rows(out / "mentions.csv")
    assert sum(row["kind"] != "actor" for row in mentions) == done.counts["mentions"] > 50
    assert "entity" not in {row["kind"] for row in mentions}
    entities = rows(out / "entities.csv")
    assert len(entities) > 50
    text = {d.id: d.text for d in documents}
    for row in (*mentions, *entities):
        assert text[row["document"]][int(row["start"]) : int(row["end"])] == row["quote"].removeprefix("'")
    assert nx.read_graphml(out / "network.graphml").number_of_nodes() > 5
    assert [t.document.id for t in read_tagged(out)] == list(done.documents)


def test_workers_give_the_bytes_of_this_process(finished: tuple[Path, Run], tmp_path: Path) -> None:
    run(finished[0], tmp_path / "out", workers=2)
    assert files(tmp_path / "out") == files(finished[1].folder)


def test_a_second_run_does_only_what_changed(folder: Path, out: Path, tmp_path: Path, corpus: Path) -> None:
    shutil.copy(corpus / "a-province-regulation.pdf", folder)
    (folder / SAMPLES[0]).unlink()
    done = run(folder, out, workers=0)
    assert done.n_reused == 2
    fresh = tmp_path / "fresh"
    run(folder, fresh, workers=0)
    assert files(out) == files(fresh)
    assert len(list((out / ".policyloom" / "cache").glob("*.json"))) == 3


def test_a_run_over_an_unchanged_folder_writes_nothing_anew(
    finished: tuple[Path, Run], folder: Path, out: Path
) -> None:
    written = (out / "report.html").stat().st_mtime_ns
    again = run(folder, out, workers=0)
    assert (out / "report.html").stat().st_mtime_ns == written
    assert (again.counts, again.errors, again.n_reused) == (finished[1].counts, finished[1].errors, 3)
    (out / "links.csv").unlink()
    run(folder, out, workers=0)
    assert (out / "links.csv").exists()
    page = next((out / "report" / "documents").iterdir())
    page.unlink()
    run(folder, out, workers=0)
    assert page.exists()


def test_a_page_beside_the_report_that_a_person_changed_is_not_replaced(
    folder: Path, out: Path, corpus: Path
) -> None:
    page = next((out / "report" / "elements").iterdir())
    page.write_text("mine", "utf-8")
    (folder / SAMPLES[0]).unlink()
    with pytest.raises(RunError, match="was changed after policyloom wrote it"):
        run(folder, out, workers=0)
    assert page.read_text("utf-8") == "mine"


def test_a_run_writes_what_it_says(finished: tuple[Path, Run]) -> None:
    assert {path.name for path in finished[1].folder.iterdir()} == {
        *ALL_OUTPUTS,
        "documents",
        "report",
        "run.json",
        ".policyloom",
    }


def test_a_stopped_run_goes_on_where_it_stopped(texts: Path, tmp_path: Path) -> None:
    def stop(step: Progress) -> None:
        if step.stage == "reading" and step.done == 1:
            raise KeyboardInterrupt

    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run(texts, out, coder="rules", workers=0, progress=stop)
    assert not (out / "report.html").exists()
    assert run(texts, out, coder="rules", workers=0).n_reused == 1


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
    done = run(folder, tmp_path / "out", coder="rules", workers=0)
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
def test_names_that_are_not_unicode_or_look_like_formulas_are_taken(texts: Path, tmp_path: Path) -> None:
    (texts / os.fsdecode(b"caf\xe9.txt")).write_text(TEXT + " It shrank.")
    (texts / "=1+1.txt").write_text(TEXT + " It closed.")
    (texts / os.fsdecode(b"b\xff.pdf")).write_bytes(b"")
    done = run(texts, tmp_path / "out", coder="rules", workers=0)
    assert {"caf_", "=1+1"} <= set(done.documents)
    assert [f.source for f in done.failures] == ["b?.pdf"]
    assert "'=1+1" in {row["document"] for row in rows(tmp_path / "out" / "mentions.csv")}


def test_a_duplicate_alone_is_no_failure(texts: Path, tmp_path: Path) -> None:
    shutil.copy(texts / "a.txt", texts / "z.txt")
    assert run(texts, tmp_path / "out", coder="rules", workers=0).status == 0


def test_any_executor_will_do(texts: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as executor:
        assert run(texts, tmp_path / "out", coder="rules", executor=executor).status == 0


def test_files_of_one_stem_get_ids_of_their_own(texts: Path, tmp_path: Path) -> None:
    (texts / "a.html").write_text("<p>Apprenticeships for vocational students.</p>")
    assert run(texts, tmp_path / "out", coder="rules", workers=0).documents == ("a.html", "a.txt", "b")


def test_folders_within_are_read_when_asked(texts: Path, tmp_path: Path) -> None:
    (texts / "2024").mkdir()
    shutil.move(texts / "a.txt", texts / "2024")
    assert run(texts, tmp_path / "a", coder="rules", workers=0).documents == ("b",)
    all_of_them = run(texts, tmp_path / "b", coder="rules", workers=0, recursive=True)
    assert all_of_them.documents == ("2024__a", "b")


@pytest.mark.parametrize("suffix", FOLDER_SUFFIXES)
def test_each_kind_of_file_is_taken_up(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix.upper()}"
    path.write_bytes(b"x")
    assert find_files(tmp_path) == [path]


def test_what_is_not_looked_at_is_told(folder: Path) -> None:
    (folder / "table.xlsx").write_bytes(b"x")
    (folder / "older").mkdir()
    assert find_skipped(folder) == ["1 .xlsx", "1 folder (add --recursive to look inside)"]
    assert find_skipped(folder, recursive=True) == ["1 .xlsx"]


def test_what_is_not_looked_at_is_told_of_folders_within(tmp_path: Path) -> None:
    within = tmp_path / "docs" / "sub"
    within.mkdir(parents=True)
    for name in ("a.doc", "b.DOC", "c.rtf", "d.txt", "~$d.docx", ".hidden.odt", "Thumbs.db"):
        (within / name).write_text("x")
    (within / "link").symlink_to(tmp_path, target_is_directory=True)
    (within / "loop").symlink_to(within / "loop")
    (within / "gone.txt").symlink_to(within / "nothing")
    assert find_files(tmp_path / "docs", recursive=True) == [within / "d.txt"]
    assert find_skipped(tmp_path / "docs", recursive=True) == [
        "2 .doc", "1 .rtf", "1 linked folder", "2 broken links",
    ]  # fmt: skip


def test_a_password_is_written_nowhere(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    (tmp_path / "docs").mkdir()
    canvas = Canvas(str(tmp_path / "docs" / "locked.pdf"), encrypt="open-sesame-42")
    canvas.drawString(72, 400, TEXT)
    canvas.save()
    done = run(tmp_path / "docs", tmp_path / "out", coder="rules", workers=0, password="open-sesame-42")
    assert done.documents == ("locked",)
    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(written) > 10
    assert not [path for path in written if b"open-sesame-42" in path.read_bytes()]


def test_hidden_documents_and_pipes_are_told(tmp_path: Path) -> None:
    for name in (".draft.pdf", ".notes", "~$a.docx", "._a.pdf", "a.txt"):
        (tmp_path / name).write_text("x")
    os.mkfifo(tmp_path / "b.txt")
    assert find_files(tmp_path) == [tmp_path / "a.txt"]
    assert find_skipped(tmp_path) == ["1 hidden file", "1 pipe or device"]


def test_a_lock_file_is_told_by_a_run_and_by_a_single_document_alike(tmp_path: Path) -> None:
    (tmp_path / "~$plan.docx").write_bytes(b"\x05Clerk" + bytes(150))
    said = "only marks a document as open in Word; give the document, without ~$"
    with pytest.raises(DocumentError, match=re.escape(said)):
        check_file(tmp_path / "~$plan.docx", coder="rules", workers=0)
    done = run(tmp_path / "~$plan.docx", tmp_path / "out", coder="rules", workers=0)
    assert [(failure.kind, failure.reason) for failure in done.failures] == [("lock-file", said)]


def test_a_name_with_a_line_break_cannot_pretend_to_be_another_line(texts: Path, tmp_path: Path) -> None:
    (texts / "a\npolicyloom: all is well.pdf").write_bytes(b"")
    done = run(texts, tmp_path / "out", coder="rules", workers=0)
    assert [failure.source for failure in done.failures] == ["a?policyloom: all is well.pdf"]


def test_a_linked_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "docs" / "b.txt").symlink_to(tmp_path / "a.txt")
    assert find_files(tmp_path / "docs") == [tmp_path / "docs" / "b.txt"]


def test_a_folder_that_cannot_be_opened_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "a.txt").write_text("x")
    listed = Path.iterdir

    def refuse(path: Path) -> Iterator[Path]:
        if path.name == "closed":
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert find_skipped(tmp_path, recursive=True) == ["1 folder that cannot be opened"]
    with pytest.raises(RunError, match="closed: cannot be opened"):
        find_files(tmp_path / "closed")


def named(root: Path, *names: str) -> list[str]:
    return list(name_documents([root / name for name in names], root).values())


@pytest.mark.parametrize(
    "names",
    [
        ("a/b.pdf", "a__b.pdf"),
        ("a.pdf", "a.txt", "a.pdf.txt"),
        ("a__b/c.txt", "a/b__c.txt", "a/b/c.txt"),
        ("Report.txt", "report.txt"),
        ("caf\u00e9.txt", "cafe\u0301.txt"),
        ("What works?.txt", "What works:.txt", "What works_.txt"),
        ("long/" * 60 + "a.txt", "long/" * 60 + "b.txt"),
        ("职" * 83 + ".pdf", "职" * 83 + ".txt"),
    ],
)
def test_ids_are_unique_and_fit_to_be_names(tmp_path: Path, names: tuple[str, ...]) -> None:
    ids = named(tmp_path, *names)
    assert len({unicodedata.normalize("NFC", id).casefold() for id in ids}) == len(names)
    assert all(len(id.encode("utf-8")) <= 200 and "/" not in id for id in ids)
    assert ids == named(tmp_path, *reversed(names))[::-1]


def test_ids_are_names_on_windows_too(tmp_path: Path) -> None:
    ids = named(tmp_path, 'Skills: "what works"? A|B <2>.pdf', "Aux.pdf", "com1.2024.txt", "auxiliary.txt")
    assert ids == ["Skills_ _what works__ A_B _2_", "_Aux", "_com1.2024", "auxiliary"]


def test_an_id_of_a_long_path_does_not_depend_on_other_files(tmp_path: Path) -> None:
    long = "department-of-employment/" * 12 + "plan.txt"
    assert named(tmp_path, long) == named(tmp_path, long, "b.txt", "c/d.txt")[:1]


def test_of_equal_ids_that_of_the_file_in_the_folder_itself_stays(tmp_path: Path) -> None:
    ids = named(tmp_path, "a/b.txt", "a__b.txt")
    assert ids[1] == "a__b"
    assert re.fullmatch(r"a__b-[0-9a-f]{10}", ids[0])


def test_a_run_takes_names_of_any_length(tmp_path: Path) -> None:
    deep = tmp_path / "docs" / Path(*["department-of-employment-and-workplace-relations-archive"] * 6)
    deep.mkdir(parents=True)
    (deep / "plan.txt").write_text(TEXT)
    (tmp_path / "docs" / ("职" * 83 + ".txt")).write_text(TEXT + " It grew.")
    done = run(tmp_path / "docs", tmp_path / "out", coder="rules", workers=0, recursive=True)
    assert done.status == 0
    assert sorted(path.stem for path in (tmp_path / "out" / "documents").iterdir()) == sorted(done.documents)


def test_extract_names_documents_as_a_run_does(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / ("职" * 83 + ".txt")).write_text(TEXT)
    (found,) = extract_files(tmp_path / "docs", out=tmp_path / "out")
    assert isinstance(found, Document)
    assert (tmp_path / "out" / f"{found.id}.json").is_file()


def test_manifest_tells_how_it_was_made(finished: tuple[Path, Run]) -> None:
    manifest = json.loads((finished[1].folder / "run.json").read_text("utf-8"))
    assert manifest["framework"]["id"] == BUILT_IN
    assert manifest["counts"]["documents"] == 3
    assert {"spacy", "pypdfium2", "pdfplumber", "policyloom"} <= set(manifest["versions"])
    assert manifest["coder"]["kind"] == "classifier"
    assert manifest["limits"] is None  # there are none for work in this process


def test_a_run_may_keep_to_what_is_probable(finished: tuple[Path, Run], folder: Path, out: Path) -> None:
    every = finished[1]
    sure = run(folder, out, min_probability=0.8, workers=0)
    assert 0 < sure.counts["mentions"] < every.counts["mentions"]
    of_elements = [row for row in rows(out / "mentions.csv") if row["kind"] in ("outcome", "mechanism")]
    assert all(float(row["probability"]) >= 0.8 for row in of_elements)
    assert "below 0.8 are left out" in (out / "report.html").read_text("utf-8")
    # What a later check reads is the framework itself.
    assert (out / "framework.json").read_bytes() == (every.folder / "framework.json").read_bytes()


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


def test_the_unit_of_links_is_a_choice_and_changes_what_is_written(folder: Path, out: Path) -> None:
    done = run(folder, out, workers=0, unit="paragraph")
    assert done.n_reused == 3
    assert {row["unit"] for row in rows(out / "links.csv") if row["kind"] == "co_occurs"} == {"paragraph"}
    assert json.loads((out / "run.json").read_text("utf-8"))["unit"] == "paragraph"
    assert "<dd>paragraph, each pair once</dd>" in (out / "report.html").read_text("utf-8")
    with pytest.raises(ValueError, match="unit 'page': use one of sentence, paragraph, section, document"):
        run(folder, out, unit="page")  # type: ignore[arg-type]


def test_a_run_without_links_says_why_also_when_nothing_changed(texts: Path, tmp_path: Path) -> None:
    (texts / "a.txt").write_text(TEXT)
    found = [run(texts, tmp_path / "out", workers=0).no_links for _ in range(2)]
    assert found == ["no document names any of the outcomes"] * 2
    assert f"No links: {found[0]}." in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_limits_that_cannot_be_met_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 500 MB"):
        Limits(megabytes=100)


def test_limits_are_refused_for_work_in_this_process(texts: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"limits of 5 s and 3000 MB cannot be kept .* in this process"):
        run(texts, tmp_path / "out", workers=0, limits=Limits(seconds=5))
    assert not (tmp_path / "out").exists()


def test_limits_are_refused_for_work_by_an_executor(texts: Path, tmp_path: Path) -> None:
    with (
        ThreadPoolExecutor(1) as executor,
        pytest.raises(ValueError, match=r"cannot be kept .* by an executor"),
    ):
        run(texts, tmp_path / "out", executor=executor, limits=Limits(seconds=5))


# Documents that hang, swell or kill their worker; see misbehave.py.


def test_one_bad_document_costs_itself_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_start", misbehave.start)
    names = ["a", "die1", "b", "hang1", "c", "swell1", "raise1", "scan1"]
    jobs = [Job(str(tmp_path / name), name, name) for name in names]
    outcomes = {
        job.id: result
        for job, result in process_all(
            jobs, Settings("{}"), workers=2, limits=Limits(seconds=6, megabytes=600)
        )
    }
    kinds = {id: result.kind for id, result in outcomes.items() if isinstance(result, Failure)}
    assert kinds == {
        "die1": "crashed",
        "hang1": "too-slow",
        "swell1": "too-large",
        "raise1": "internal-error",
    }
    assert [id for id in names if outcomes[id] == Result(b"ok")] == ["a", "b", "c", "scan1"]
    reasons = {id: result.reason for id, result in outcomes.items() if isinstance(result, Failure)}
    assert "--timeout" in reasons["hang1"]
    assert "--memory" in reasons["swell1"]


# One file, without a run.


def test_tag_file_writes_the_bytes_of_a_run(finished: tuple[Path, Run], tmp_path: Path) -> None:
    folder, done = finished
    name = SAMPLES[0].removesuffix(".pdf").encode()
    for table, entities in (("mentions.csv", False), ("entities.csv", True)):
        tag_file(folder / SAMPLES[0], out=tmp_path / table, entities=entities)
        of_run = (done.folder / table).read_bytes().splitlines(keepends=True)
        tagged = (tmp_path / table).read_bytes().splitlines(keepends=True)
        assert tagged == [of_run[0], *(line for line in of_run if line.startswith(name + b","))]
        assert len(tagged) > 20


def test_tag_file_writes_entities_in_their_own_table_alone(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT + " Fargo College paid 3 million euros.")
    tag_file(tmp_path / "a.txt", out=tmp_path / "mentions.csv", coder="rules")
    assert {row["kind"] for row in rows(tmp_path / "mentions.csv")} <= {"mechanism", "actor", "outcome"}
    tag_file(tmp_path / "a.txt", out=tmp_path / "entities.csv", entities=True, coder="rules")
    found = [(row["entity_type"], row["quote"]) for row in rows(tmp_path / "entities.csv")]
    assert found == [("ORG.college", "Fargo College"), ("MONEY", "3 million euros")]
    with pytest.raises(RunError, match="is there already, and is not a table of entities"):
        tag_file(tmp_path / "a.txt", out=tmp_path / "mentions.csv", entities=True, coder="rules")


def test_check_file_holds_a_document_against_a_run(finished: tuple[Path, Run], tmp_path: Path) -> None:
    done = check_file(finished[0] / SAMPLES[0], against=finished[1].folder, out=tmp_path / "checked")
    assert [row["rule"] for row in rows(tmp_path / "checked" / "findings.csv")] == [
        finding.rule for finding in done.checked.findings
    ]
    in_run = [
        row for row in rows(finished[1].folder / "findings.csv") if row["document"] == done.checked.document
    ]
    assert [row["message"] for row in in_run] == [finding.message for finding in done.checked.findings]
    assert (done.status, done.out) == (0, tmp_path / "checked")


def test_check_file_says_what_a_document_stresses_against_those_of_a_run(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for n in range(6):
        (tmp_path / "in" / f"{n}.txt").write_text(
            f"Apprenticeship grows in region {n}.\n\nNothing is said.\n\n" * 20
        )
    done = run(tmp_path / "in", tmp_path / "out", coder="rules", workers=0)
    (tmp_path / "draft.txt").write_text("A training levy is paid.\n\nThe weather was fine.\n\n" * 20)
    checked = check_file(
        tmp_path / "draft.txt", against=done.folder, out=tmp_path / "checked", coder="rules", workers=0
    )
    assert checked.peers is not None
    stress = dict(zip(checked.peers["element"], checked.peers["stress"], strict=True))
    assert (stress["T1"], stress["T2"]) == ("more", "less")
    written = {row["element"]: row["stress"] for row in rows(tmp_path / "checked" / "peers.csv")}
    assert written == stress
    for name in ("brief.md", "check.html"):
        assert "It stresses more than the other documents: T1 " in (tmp_path / "checked" / name).read_text(
            "utf-8"
        )


def test_of_a_document_of_another_field_it_is_not_said_what_it_stresses(
    finished: tuple[Path, Run], tmp_path: Path
) -> None:
    (tmp_path / "fish.txt").write_text("The catch of herring is counted every week in the harbour. " * 40)
    checked = check_file(
        tmp_path / "fish.txt", against=finished[1].folder, out=tmp_path / "checked", coder="rules", workers=0
    )
    assert [finding.rule for finding in checked.checked.findings] == ["off-field"]
    assert checked.peers is None
    assert not (tmp_path / "checked" / "peers.csv").exists()


def test_check_file_writes_nothing_unless_asked(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    done = check_file(tmp_path / "a.txt", coder="rules")
    assert done.out is None
    assert done.framework.id == BUILT_IN
    assert os.listdir(tmp_path) == ["a.txt"]


def test_check_file_refuses_what_is_no_run_or_no_document(texts: Path) -> None:
    with pytest.raises(RunError, match="is no run folder"):
        check_file(texts / "a.txt", against=texts)
    (texts / "a.txt").write_bytes(b"")
    with pytest.raises(DocumentError, match="has no text"):
        check_file(texts / "a.txt")


def test_extract_files_gives_each_document_or_why_not(texts: Path, tmp_path: Path) -> None:
    (texts / "c.pdf").write_bytes(b"")
    first, second, third = extract_files(texts, out=tmp_path / "out")
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert (first.id, second.text) == ("a", TEXT + " It grew.")
    assert isinstance(third, Failure)
    assert (third.source, third.kind) == ("c.pdf", "empty")
    assert {path.name for path in (tmp_path / "out").glob("*.json")} == {"a.json", "b.json"}
    assert from_json(Document, (tmp_path / "out" / "a.json").read_bytes()) == first

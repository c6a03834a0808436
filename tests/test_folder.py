"""No command replaces or removes a file that a person made."""

from __future__ import annotations

import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from policyloom import check_file, read_tagged, run
from policyloom.cli import main
from policyloom.errors import RunError
from policyloom.files import write_bytes
from policyloom.run import find_files, find_skipped
from policyloom.run.folder import claim, open_folder, read_ledger, seal
from policyloom.run.results import Result, write_result

TEXT = "The vocational college set up apprenticeships with employers, and employment rose.\n"


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A folder of one document, named as a run folder names its own."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "plan.txt").write_text(TEXT)
    return folder


def start(documents: Path, out: Path) -> None:
    # By rules alone, as the classifier has no part in what is tested here and takes most of the time.
    assert run(documents, out, coder="rules", workers=0).status == 0


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("out", [".", "documents"])
def test_run_refuses_a_folder_that_holds_its_documents(
    documents: Path, out: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = contents(tmp_path)
    result = CliRunner().invoke(main, ["run", "documents", "-o", out])
    assert result.exit_code == 2
    assert "holds the documents; give the results a folder of their own" in result.stderr
    assert contents(tmp_path) == before


def test_run_refuses_a_folder_with_files_of_others(documents: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    for name in ("documents/thesis.docx", ".cache/settings", "report.html"):
        (mine / name).parent.mkdir(parents=True, exist_ok=True)
        (mine / name).write_text("mine")
    before = contents(mine)
    with pytest.raises(RunError, match=r"mine: is not empty, and policyloom did not make it .*report\.html"):
        run(documents, mine, coder="rules", workers=0)
    assert contents(mine) == before


def test_run_takes_an_empty_folder(documents: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".DS_Store").write_bytes(b"")
    start(documents, tmp_path / "out")
    assert (tmp_path / "out" / "report.html").exists()


def test_run_refuses_a_file_as_its_folder(documents: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(RunError, match="is a file; give the results a folder"):
        run(documents, tmp_path / "out", coder="rules", workers=0)
    assert (tmp_path / "out").read_text() == "mine"


def test_a_rerun_leaves_files_that_a_person_added(documents: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    start(documents, out)
    for name in ("notes.md", "documents/interview.txt", ".policyloom/cache/keep.txt"):
        (out / name).write_text("mine")
    (documents / "plan.txt").write_text(TEXT + "It will open a training base.\n")
    start(documents, out)
    assert (out / "notes.md").read_text() == (out / "documents" / "interview.txt").read_text() == "mine"
    assert not list((out / ".policyloom" / "cache").glob("keep.json"))


@pytest.mark.parametrize("name", ["mentions.csv", "report.html", "documents/plan.json", "run.json"])
def test_a_rerun_refuses_to_replace_a_file_that_a_person_changed(
    documents: Path, tmp_path: Path, name: str
) -> None:
    out = tmp_path / "out"
    start(documents, out)
    with (out / name).open("ab") as file:
        file.write(b" ")
    (documents / "plan.txt").write_text(TEXT + "It will open a training base.\n")
    before = (out / name).read_bytes()
    with pytest.raises(RunError, match="was changed after policyloom wrote it; rename it"):
        run(documents, out, coder="rules", workers=0)
    assert (out / name).read_bytes() == before
    (out / name).rename(out / "mine")
    start(documents, out)
    assert (out / name).exists()


def test_a_rerun_refuses_to_write_over_a_file_that_it_did_not_write(documents: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    start(documents, out)
    (documents / "new.txt").write_text(TEXT + "Again.")
    (out / "documents" / "new.json").write_text("mine")
    with pytest.raises(RunError, match=r"new\.json: is not from policyloom; move it"):
        run(documents, out, coder="rules", workers=0)
    assert (out / "documents" / "new.json").read_text() == "mine"


@pytest.mark.parametrize("name", [".policyloom", ".policyloom/cache", "documents", "report.html"])
def test_no_link_within_a_run_folder_is_followed(documents: Path, tmp_path: Path, name: str) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    start(documents, out)
    (out / name).rename(elsewhere)
    (out / name).symlink_to(elsewhere)
    (documents / "plan.txt").write_text(TEXT + "It will open a training base.\n")
    before = contents(elsewhere) if elsewhere.is_dir() else elsewhere.read_bytes()
    with pytest.raises(RunError, match=r"link|is not empty"):
        run(documents, out, coder="rules", workers=0)
    assert (contents(elsewhere) if elsewhere.is_dir() else elsewhere.read_bytes()) == before


def test_a_document_that_is_gone_leaves_the_folder(documents: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (documents / "old.txt").write_text(TEXT + "Again.")
    start(documents, out)
    (documents / "old.txt").unlink()
    start(documents, out)
    assert [path.name for path in (out / "documents").iterdir()] == ["plan.json"]


def test_check_refuses_the_folder_of_a_run(documents: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    start(documents, out)
    before = contents(out)
    result = CliRunner().invoke(
        main,
        ["check", str(documents / "plan.txt"), "--against", str(out), "-o", str(out), "--classifier", "none"],
    )
    assert result.exit_code == 2
    assert "already holds a run; give a check a folder of its own" in result.stderr
    assert contents(out) == before


def test_extract_refuses_a_folder_with_files_of_others(documents: Path) -> None:
    (documents / "plan.json").write_text("mine")
    result = CliRunner().invoke(main, ["extract", str(documents), "-o", str(documents)])
    assert result.exit_code == 2
    assert (documents / "plan.json").read_text() == "mine"


def test_extract_keeps_files_that_differ_in_their_suffix_alone(documents: Path, tmp_path: Path) -> None:
    (documents / "plan.html").write_text("<p>Another text.</p>")
    assert CliRunner().invoke(main, ["extract", str(documents), "-o", str(tmp_path / "out")]).exit_code == 0
    assert {path.name for path in (tmp_path / "out").glob("*.json")} == {"plan.txt.json", "plan.html.json"}


def test_results_within_the_documents_are_not_read_as_documents(documents: Path) -> None:
    start(documents, documents / "results")
    start(documents, documents / "results")
    assert [path.name for path in find_files(documents, recursive=True)] == ["plan.txt"]
    assert find_skipped(documents, recursive=True) == ["1 folder of policyloom's own results"]


def test_a_ledger_names_what_was_written(documents: Path, tmp_path: Path) -> None:
    start(documents, tmp_path / "out")
    kind, files = read_ledger(tmp_path / "out")
    assert kind == "run"
    assert {"run.json", "report.html", "documents/plan.json"} <= files.keys()
    assert all(files.values())


def test_a_ledger_from_elsewhere_reaches_no_file_outside(tmp_path: Path) -> None:
    folder = open_folder(tmp_path / "out", "run")
    (tmp_path / "mine").write_text("mine")
    ledger = tmp_path / "out" / ".policyloom" / "ledger.json"
    ledger.write_text(json.dumps({"kind": "run", "files": {"../mine": None, str(tmp_path / "mine"): None}}))
    claim(folder, [])
    seal(folder, [])
    assert (tmp_path / "mine").read_text() == "mine"


def test_a_damaged_ledger_is_refused_in_plain_words(documents: Path, tmp_path: Path) -> None:
    start(documents, tmp_path / "out")
    (tmp_path / "out" / ".policyloom" / "ledger.json").write_text("{")
    with pytest.raises(RunError, match=r"ledger\.json: cannot be read; give the results a new folder"):
        run(documents, tmp_path / "out", coder="rules", workers=0)


# What a run reads back from its folder


def damage(path: Path, how: str) -> None:
    data = path.read_bytes()
    path.write_bytes(
        {"cut": data[: len(data) // 2], "empty": b"", "changed": data.replace(b'"start":0', b'"start":9', 1)}[
            how
        ]
    )


@pytest.mark.parametrize("how", ["cut", "empty", "changed"])
def test_a_document_whose_result_is_damaged_is_read_again(documents: Path, tmp_path: Path, how: str) -> None:
    out = tmp_path / "out"
    start(documents, out)
    before = contents(out)
    (kept,) = (out / ".policyloom" / "cache").glob("*.json")
    damage(kept, how)
    with pytest.raises(RunError, match=r"cannot be used, as it was cut or changed; run again"):
        list(read_tagged(out))
    done = run(documents, out, coder="rules", workers=0)
    assert (done.status, done.n_reused) == (0, 0)
    assert contents(out).keys() == before.keys()
    assert kept.read_bytes() == before[kept.relative_to(out).as_posix()]
    assert [tagged.document.id for tagged in read_tagged(out)] == ["plan"]


def forge(out: Path, change: dict[str, object]) -> Path:
    """Puts a result of somebody else's making in the place of the one that is kept."""
    (kept,) = (out / ".policyloom" / "cache").glob("*.json")
    tagged = json.loads(kept.read_bytes().partition(b"\n")[2])
    for key, value in change.items():
        tagged[key] = tagged[key] | value if isinstance(value, dict) else value
    write_result(Result(json.dumps(tagged).encode()), kept)
    return kept


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"document": {"id": "../../../stolen"}}, r"holds the document '\.\./\.\./\.\./stolen', not 'plan'"),
        ({"sentences": [{"start": 0, "end": 9_999, "block": 0}]}, "points out of its own text"),
        ({"sentences": [{"start": 0, "end": 9, "block": 7}]}, "points out of its own text"),
        ({"mentions": [{"start": 0, "end": 3, "kind": "entity", "label": "LOC", "sentence": 99}]}, "points out"),
        ({"claims": [{"kind": "leads_to", "mechanism": 0, "target": 98, "cue": [0, 1], "sentence": 0}]}, "points out"),
        ({"mentions": 7}, "not a Tagged"),
    ],
)  # fmt: skip
def test_a_result_of_others_making_is_refused_and_written_nowhere(
    documents: Path, tmp_path: Path, change: dict[str, object], said: str
) -> None:
    out = tmp_path / "deep" / "er" / "out"
    start(documents, out)
    kept = forge(out, change)
    (out / "links.csv").unlink()  # so that the results are read once more
    with pytest.raises(RunError, match=said):
        list(read_tagged(out))
    with pytest.raises(RunError, match=said + ".*; it is removed now, so run again"):
        run(documents, out, coder="rules", workers=0)
    assert not kept.exists()
    assert not list(tmp_path.rglob("stolen*"))
    start(documents, out)


@pytest.mark.parametrize(
    ("documents_told", "said"),
    [
        ([{"id": "plan", "key": "../../../secret"}], r"'\.\./\.\./\.\./secret' is no key of a result"),
        ([7], r"run\.json: is damaged"),
    ],
)
def test_a_manifest_of_others_making_leads_nowhere(
    documents: Path, tmp_path: Path, documents_told: list[object], said: str
) -> None:
    out = tmp_path / "out"
    start(documents, out)
    manifest = json.loads((out / "run.json").read_text("utf-8"))
    (out / "run.json").write_text(json.dumps(manifest | {"documents": documents_told}))
    with pytest.raises(RunError, match=said):
        list(read_tagged(out))


@pytest.mark.parametrize(
    "change", [{"outputs": 7}, {"errors": "many"}, {"not_judged": [3]}, {"framework": [1]}]
)
def test_a_rerun_over_a_damaged_manifest_writes_all_anew(
    documents: Path, tmp_path: Path, change: dict[str, object]
) -> None:
    out = tmp_path / "out"
    start(documents, out)
    before = contents(out)
    manifest = json.loads((out / "run.json").read_text("utf-8"))
    (out / "run.json").write_text(json.dumps(manifest | change))
    forget_hash(out, "run.json")
    start(documents, out)
    assert json.loads((out / "run.json").read_text("utf-8"))["outputs"] == manifest["outputs"]
    assert (out / "links.csv").read_bytes() == before["links.csv"]


def forget_hash(out: Path, name: str) -> None:
    """Leaves a file in the ledger as one in work, as a stopped run does."""
    ledger = out / ".policyloom" / "ledger.json"
    told = json.loads(ledger.read_text("utf-8"))
    told["files"][name] = None
    ledger.write_text(json.dumps(told))


@pytest.mark.parametrize("name", ["run.json", ".policyloom/ledger.json", "counts.json", "framework.json"])
def test_a_file_nested_without_end_is_told_in_plain_words(documents: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    start(documents, out)
    (out / name).write_text("[" * 100_000)
    for words in (
        ["run", str(documents), "-o", str(out), "--coder", "rules", "-j", "0"],
        ["check", str(documents / "plan.txt"), "--against", str(out), "--coder", "rules", "-o", str(tmp_path / "c")],
        ["label", str(out), "-o", str(tmp_path / "sheet.csv")],
    ):  # fmt: skip
        done = CliRunner().invoke(main, words)
        assert done.exception is None or isinstance(done.exception, SystemExit), words


def test_a_folder_whose_making_was_stopped_is_taken(documents: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / ".policyloom" / "cache").mkdir(parents=True)
    (out / ".policyloom" / ".ledger.json.ab12cd34").write_text("{")
    start(documents, out)
    assert (out / "report.html").exists()


@pytest.mark.parametrize("name", [".policyloom/mine.txt", ".policyloom/cache/mine.json"])
def test_a_folder_of_somebody_elses_with_our_mark_is_refused(
    documents: Path, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "out" / name
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    with pytest.raises(
        RunError, match=r"is not empty, and policyloom did not make it \(it holds \.policyloom\)"
    ):
        run(documents, tmp_path / "out", coder="rules", workers=0)
    assert path.read_text() == "mine"


def test_a_check_is_written_by_one_command_at_a_time(documents: Path, tmp_path: Path) -> None:
    with (
        open_folder(tmp_path / "out", "check").held(),
        pytest.raises(RunError, match="another policyloom writes there"),
    ):
        check_file(documents / "plan.txt", out=tmp_path / "out", coder="rules", workers=0)
    check_file(documents / "plan.txt", out=tmp_path / "out", coder="rules", workers=0)


def take_turns(out: Path, number: int) -> list[str]:
    """What comes of writing twenty folders that others write as well."""
    said = []
    for i in range(20):
        try:
            folder = open_folder(out / str(i), "run")
            with folder.held():
                claim(folder, ["a.csv"])
                write_bytes(str(number).encode(), folder.path / "a.csv")
                said.append((folder.path / "a.csv").read_text())
                seal(folder, ["a.csv"])
        except RunError as error:
            said.append(str(error))
    return said


def test_of_several_that_begin_at_once_each_writes_alone_or_is_refused(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn")) as pool:
        all_said = list(pool.map(take_turns, [tmp_path] * 4, range(4)))
    for number, said in enumerate(all_said):
        assert {words for words in said if "another policyloom" not in words} <= {str(number)}
    for i in range(20):
        assert any(said[i] == str(number) for number, said in enumerate(all_said))


def test_what_a_killed_run_had_begun_to_write_goes_and_a_persons_file_stays(
    documents: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run(documents, out, coder="rules", workers=0)
    begun, sealed = out / ".mentions.csv.a1b2_c3d", out / ".claims.csv.a1b2_c3d"
    for path in (begun, sealed, out / ".mentions.csv.my-notes"):
        path.write_text("half")
    ledger = out / ".policyloom" / "ledger.json"
    content = json.loads(ledger.read_text("utf-8"))
    content["files"]["mentions.csv"] = None  # in work, as when a run is killed
    ledger.write_text(json.dumps(content), "utf-8")
    run(documents, out, coder="rules", workers=0, unit="paragraph")
    assert not begun.exists()
    assert sealed.exists()
    assert (out / ".mentions.csv.my-notes").exists()

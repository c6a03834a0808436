"""A second run into a folder does what changed and no more, and says beforehand what that would be."""

from __future__ import annotations

import importlib
import importlib.metadata
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from policyloom import plan_run, read_framework, run
from policyloom.cli import main
from policyloom.errors import RunError
from policyloom.framework import Framework
from policyloom.run import keys

preview_module = importlib.import_module("policyloom.run.preview")
TEXT = "The college set up apprenticeships with employers. There is a shortage of trainers.\n"
NAMES = ("a.txt", "b.html", "c.txt")


@pytest.fixture(scope="module")
def framework() -> Framework:
    return read_framework()


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with documents in `in` and a run over them in `out`."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "in").mkdir()
    for n, name in enumerate(NAMES):
        (folder / "in" / name).write_text(f"{TEXT}The {n} districts pay {n} grants to firms.\n")
    run(folder / "in", folder / "out", coder="rules", workers=0)
    return folder


@pytest.fixture
def place(finished: Path, tmp_path: Path) -> Path:
    return shutil.copytree(finished, tmp_path / "place")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "run.json" and ".policyloom" not in path.parts
    }


def edit(framework: Framework) -> Framework:
    """The framework with another term."""
    element = framework["T2"].model_copy(update={"terms": (*framework["T2"].terms, "districts pay")})
    elements = tuple(element if each.id == "T2" else each for each in framework)
    return framework.model_copy(update={"elements": elements})


def refuse_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str, **_: object) -> None:
        raise AssertionError(f"{path} was read")

    monkeypatch.setattr("policyloom.extract.read_document", refuse)


def test_an_edited_framework_reads_no_document_again(
    place: Path, framework: Framework, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = edit(framework)
    run(place / "in", tmp_path / "fresh", framework=edited, coder="rules", workers=0)
    refuse_to_read(monkeypatch)
    done = run(place / "in", place / "out", framework=edited, coder="rules", workers=0)
    assert (done.n_reused, done.failures) == (0, ())
    assert contents(place / "out") == contents(tmp_path / "fresh")
    assert b"districts pay" in (place / "out" / "mentions.csv").read_bytes()


def test_a_changed_coder_reads_no_document_again(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(place / "in", tmp_path / "fresh", workers=0)
    refuse_to_read(monkeypatch)
    assert run(place / "in", place / "out", workers=0).n_reused == 0
    assert contents(place / "out") == contents(tmp_path / "fresh")


def test_a_damaged_result_is_no_source_of_a_text(place: Path, framework: Framework, tmp_path: Path) -> None:
    edited = edit(framework)
    run(place / "in", tmp_path / "fresh", framework=edited, coder="rules", workers=0)
    for path in (place / "out" / ".policyloom" / "cache").glob("*.json"):
        path.write_bytes(path.read_bytes().replace(b"apprenticeships", b"apprentice-ship"))
    run(place / "in", place / "out", framework=edited, coder="rules", workers=0)
    assert contents(place / "out") == contents(tmp_path / "fresh")


def test_a_preview_of_an_unchanged_folder_reads_nothing(place: Path) -> None:
    found = plan_run(place / "in", place / "out", coder="rules")
    assert (found.unread, found.reused, found.removed) == ((), NAMES, ())


def test_a_preview_says_what_would_be_read_and_why_and_writes_nothing(place: Path) -> None:
    (place / "in" / "a.txt").unlink()
    (place / "in" / "b.html").write_text(TEXT + "More of it.")
    (place / "in" / "d.txt").write_text(TEXT + "Another one.")
    before = contents(place)
    found = plan_run(place / "in", place / "out", coder="rules")
    assert [(one.source, one.why, one.is_extracted) for one in found.unread] == [
        ("b.html", "has changed", False),
        ("d.txt", "is new", False),
    ]
    assert (found.reused, found.removed) == (("c.txt",), ("a.txt",))
    assert contents(place) == before
    assert not (place / "new").exists()
    assert [one.why for one in plan_run(place / "in", place / "new", coder="rules").unread] == ["is new"] * 3
    assert not (place / "new").exists()


@pytest.mark.parametrize("what", ["framework", "coder", "code", "result"])
def test_a_preview_names_what_has_changed_for_all(
    place: Path, framework: Framework, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = edit(framework) if what == "framework" else framework
    if what == "code":
        monkeypatch.setattr(keys, "code_version", lambda: "other")
        monkeypatch.setattr(preview_module, "code_version", lambda: "other")
    if what == "result":
        shutil.rmtree(place / "out" / ".policyloom" / "cache")
    found = plan_run(place / "in", place / "out", framework=given, coder=None if what == "coder" else "rules")
    words = {
        "framework": "the framework has changed", "coder": "the coder has changed", "code": "policyloom has changed",
        "result": "has no whole result",
    }  # fmt: skip
    assert {(one.why, one.is_extracted) for one in found.unread} == {
        (words[what], what in ("framework", "coder"))
    }


def test_dry_run_prints_a_preview(place: Path) -> None:
    (place / "in" / "a.txt").unlink()
    (place / "in" / "d.txt").write_text(TEXT + "Another one.")
    words = ["run", str(place / "in"), "-o", str(place / "out"), "--coder", "rules", "--dry-run"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0
    assert done.stdout == (
        "Would read 1 of 3 documents\n  d.txt: is new\nWould reuse 2 results\nWould remove 1 document whose file is gone: a.txt\n"
    )


def test_a_run_of_another_framework_is_replaced_only_when_told_to(place: Path, framework: Framework) -> None:
    other = framework.model_copy(update={"id": "other"})
    before = contents(place)
    for act in (run, plan_run):
        with pytest.raises(
            RunError,
            match=r"holds a run with framework production_education, .*or replace the results with --force",
        ):
            act(place / "in", place / "out", framework=other, coder="rules")
    assert contents(place) == before
    assert (
        plan_run(place / "in", place / "out", framework=other, coder="rules", force=True).replaces
        == "production_education"
    )
    run(place / "in", place / "out", framework=other, coder="rules", workers=0, force=True)
    assert b'"id": "other"' in (place / "out" / "framework.json").read_bytes()


def test_a_run_in_which_nothing_changed_loads_nothing_heavy_and_seeks_no_copies(place: Path) -> None:
    text = (place / "in" / "a.txt").read_text()
    (place / "in" / "again.html").write_text(f"<p>{text}</p>")
    first = run(place / "in", place / "out")
    assert [failure.kind for failure in first.failures] == ["duplicate"]
    before = contents(place / "out")
    heavy = ("sklearn", "scipy", "pandas", "spacy", "jinja2", "datasketch", "policyloom.run.outputs")
    code = (
        f"import sys, policyloom as pl; done = pl.run({str(place / 'in')!r}, {str(place / 'out')!r}); "
        f"print([m for m in {heavy} if m in sys.modules], len(done.failures), done.n_reused, done.counts == {first.counts!r})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    # With an encoder installed, the coder has to be loaded to tell its version.
    lacks_encoder = not importlib.metadata.entry_points(group="policyloom.encoders")
    assert done.stdout.strip().endswith("1 4 True")
    assert done.stdout.startswith("[]") == lacks_encoder
    assert contents(place / "out") == before


def test_damaged_notes_of_the_run_before_cost_a_new_look_and_nothing_else(place: Path) -> None:
    first = run(place / "in", place / "out", coder="rules", workers=0)
    before = contents(place / "out")
    note = place / "out" / ".policyloom" / "outputs.json"
    kept = note.read_bytes()
    note.write_bytes(b"{")
    again = run(place / "in", place / "out", coder="rules", workers=0)
    assert (again.counts, contents(place / "out")) == (first.counts, before)
    assert note.read_bytes() == kept

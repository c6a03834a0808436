"""The terminal: encodings, escapes, closed streams, faults of the system, two commands at once."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner, Result

from policyloom.cli import main
from policyloom.cli.console import explain, printable, quote
from policyloom.errors import RunError
from policyloom.run.folder import open_folder

POLICYLOOM = [sys.executable, "-m", "policyloom"]


def call(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_redirected_output_is_utf_8_whatever_the_system_prefers(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("学校 – “żółć” ← naïve.", "utf-8")
    done = subprocess.run(
        [*POLICYLOOM, "extract", "a.txt"], cwd=tmp_path, capture_output=True, check=False,
        env=os.environ | {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode("utf-8").strip() == "学校 – “żółć” ← naïve."


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /dev/full")
def test_output_that_cannot_be_written_leaves_no_traceback(stream: str) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        words = ["framework", "show", "production_education" if stream == "stdout" else "nothing"]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | {stream: full}
        done = subprocess.run([*POLICYLOOM, *words], check=False, **streams)  # type: ignore[call-overload]
    assert done.returncode == 2
    assert b"Traceback" not in (done.stderr or b"")
    if stream == "stdout":
        assert b"there is no space left on the disk" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="needs a shell's redirections")
@pytest.mark.parametrize("redirection", [">&-", "2>&-", "| true"])
def test_a_closed_stream_leaves_no_traceback(redirection: str) -> None:
    line = f"{sys.executable} -m policyloom framework show {redirection}"
    done = subprocess.run(line, shell=True, check=False, capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file names")
def test_nothing_from_a_file_steers_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31m[bold]\x07.pdf").write_bytes(b"")
    (tmp_path / "b.txt").write_text(
        "Grants \x1b]0;title\x07 are paid \x9b2J to colleges for apprentices.", "utf-8"
    )
    outputs = [
        call("run", tmp_path, "-o", tmp_path / "out", "-j", "0", "--classifier", "none"),
        call("extract", tmp_path),
        call("tag", tmp_path / "b.txt", "--classifier", "none"),
        call("check", tmp_path / "a\x1b[31m[bold]\x07.pdf"),
        call("check", tmp_path / "b.txt", "more\x1b[2J"),
        call("tag", tmp_path / "no\x1b[2J.txt"),
    ]
    assert r"a\x1b[31m[bold]\x07.pdf: the file is empty" in outputs[0].output
    for done in outputs:
        assert not set(done.output) & set("\x1b\x07\x9b")


def test_printable_keeps_what_is_no_control_character() -> None:
    assert printable("a\tb\nc – 学校 é\u202e") == "a\tb\nc – 学校 é\\u202e"


@pytest.mark.skipif(os.name == "nt", reason="cmd.exe quotes otherwise")
def test_quote_makes_one_word_of_a_path() -> None:
    assert [quote(Path("a.csv")), quote("my plans/it's.csv")] == ["a.csv", "'my plans/it'\"'\"'s.csv'"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(13, "Permission denied", "/x/.m.csv.abcd1234", None, "/x/m.csv"), "/x/m.csv: cannot be replaced; if it is open in Excel"),
        (PermissionError(13, "Permission denied", "/x/m.csv"), "/x/m.csv: you have no right"),
        (PermissionError(13, "Permission denied", "/x/.m.csv.abcd1234"), "/x: you have no right"),
        (OSError(errno.ENOSPC, "No space left on device"), "there is no space left on the disk; make room"),
        (OSError(errno.EROFS, "Read-only file system", "/x/m.csv"), "/x/m.csv: the disk can only be read"),
        (FileNotFoundError(2, "No such file or directory", "/x/.m.csv.abcd1234"), "/x: no such file or folder"),
        (OSError("odd"), "odd"),
    ],
)  # fmt: skip
def test_a_fault_of_the_system_is_told_in_plain_words(error: OSError, said: str) -> None:
    assert explain(error).replace("\\", "/").startswith(said)


def test_a_path_that_windows_does_not_take_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    error = FileNotFoundError(2, "No such file or directory", "/x/" + "职" * 300)
    assert explain(error).endswith("no such file or folder")
    monkeypatch.setattr("policyloom.cli.console.IS_WINDOWS", True)
    assert "the path has more than the 259 characters that Windows takes; write to a folder" in explain(error)
    assert explain(FileNotFoundError(2, "No such", "/x/m.csv")) == "/x/m.csv: no such file or folder"


def test_an_open_workbook_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "The process cannot access the file", str(self), 32, str(target))

    (tmp_path / "b.txt").write_text("Grants are paid to colleges for apprentices.")
    monkeypatch.setattr(Path, "replace", refuse)
    done = call("tag", tmp_path / "b.txt", "--classifier", "none", "-o", tmp_path / "m.csv")
    assert done.exit_code == 2
    assert done.stderr.startswith(
        f"policyloom: {tmp_path / 'm.csv'}: cannot be replaced; if it is open in Excel"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["b.txt"]


@pytest.mark.parametrize("words", [("tag", "b.txt", "-o", "b.txt"), ("train", "b.txt", "-o", "b.txt")])
def test_a_file_of_another_kind_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b.txt").write_text("mine")
    done = call(*words)
    assert done.exit_code == 2
    assert "b.txt: is there already, and is not a" in done.stderr
    assert (tmp_path / "b.txt").read_text() == "mine"


def lock_of(tmp_path: Path) -> Path:
    open_folder(tmp_path / "out", "run")
    return tmp_path / "out" / ".policyloom" / "lock.json"


def test_a_folder_is_written_by_one_command_at_a_time(tmp_path: Path) -> None:
    lock = lock_of(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "b.txt").write_text("Grants are paid to colleges for apprentices.")
    with open_folder(tmp_path / "out", "run").held():
        done = call("run", tmp_path / "in", "-o", tmp_path / "out", "--classifier", "none", "-j", "0")
    assert done.exit_code == 2
    assert f"another policyloom writes there (process {os.getpid()}); wait until it is done" in done.stderr
    assert not lock.exists()


@pytest.mark.parametrize("holder", ["ended", "another process of that number", "unreadable"])
def test_the_lock_of_a_process_that_has_ended_is_taken_over(tmp_path: Path, holder: str) -> None:
    lock = lock_of(tmp_path)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    pid = ended.pid if holder == "ended" else os.getpid()
    content = json.dumps({"pid": pid, "started": 1.0, "host": socket.gethostname()})
    lock.write_text("" if holder == "unreadable" else content)
    os.utime(lock, (1, 1))
    with open_folder(tmp_path / "out", "run").held():
        assert json.loads(lock.read_text())["started"] == psutil.Process().create_time()
    assert [path.name for path in lock.parent.iterdir() if "lock" in path.name] == []


def test_a_lock_of_another_computer_is_respected(tmp_path: Path) -> None:
    lock = lock_of(tmp_path)
    lock.write_text(json.dumps({"pid": 1, "started": 1.0, "host": "elsewhere"}))
    with (
        pytest.raises(
            RunError, match=r"on the computer elsewhere; .* or delete .*lock\.json if it was stopped"
        ),
        open_folder(tmp_path / "out", "run").held(),
    ):
        pass


def test_a_run_with_another_framework_is_replaced_only_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "b.txt").write_text("The state funds school lunches.")
    (tmp_path / "my own.toml").write_text(
        '[framework]\nid = "mine"\ntitle = "Mine"\nversion = "1"\n'
        '[[element]]\nid = "T1"\nkind = "mechanism"\nlabel = "Lunch"\ndefinition = "d"\nterms = ["school lunch"]\n'
    )
    words = ["run", tmp_path / "in", "-o", tmp_path / "out", "--classifier", "none", "-j", "0"]
    assert call(*words, "-f", tmp_path / "my own.toml").exit_code == 0
    before = (tmp_path / "out" / "run.json").read_bytes()
    refused = call(*words)
    assert refused.exit_code == 2
    assert "holds a run with framework mine, and this one is with production_education" in refused.stderr
    assert (tmp_path / "out" / "run.json").read_bytes() == before
    labelled = call("label", tmp_path / "out", "-o", tmp_path / "my sheet.csv", "--classifier", "none")
    assert f"policyloom train '{tmp_path}/my sheet.csv' -f '{tmp_path}/my own.toml' -o " in labelled.output
    assert "needs 25 sentences that name it and 25 that do not" in labelled.output
    again = call("label", tmp_path / "out", "-o", tmp_path / "my sheet.csv")
    assert again.exit_code == 2
    assert f"-o '{tmp_path}/my sheet-2.csv' -n 100 --coded '{tmp_path}/my sheet.csv'" in again.stderr
    assert call(*words, "--force").exit_code == 0

"""What Windows and macOS do otherwise, as far as Linux can show it."""

from __future__ import annotations

import ast
import csv
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import policyloom
from policyloom.cli import main
from tests.conftest import ROOT
from tests.test_docs import blocks

PACKAGE = Path(policyloom.__file__).parent

ODD = "学校 – “żółć” ← naïve"
TEXT = f"The state gives tax relief to firms that train apprentices ({ODD}). Colleges lack teachers."

NOT_ON_WINDOWS = {
    "fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "readline", "syslog", "posix", "crypt", "spwd",
}  # fmt: skip
POSIX_NAMES = {
    "os": {
        "fork", "forkpty", "killpg", "getuid", "geteuid", "getgid", "getpgid", "setsid", "uname", "mkfifo", "getloadavg",
        "chown", "lchown", "nice", "wait3", "wait4", "O_NOFOLLOW", "O_DIRECTORY", "O_CLOEXEC", "O_NONBLOCK", "sysconf",
        "kill", "pathconf", "statvfs",
    },
    "signal": {"SIGKILL", "SIGHUP", "SIGALRM", "SIGUSR1", "SIGUSR2", "alarm", "setitimer", "pause", "SIGCHLD", "SIGSTOP"},
}  # fmt: skip
"""What Windows lacks, and `os.kill`, which there ends a process whatever the signal."""


def test_nothing_is_used_that_windows_lacks() -> None:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found += [(path.name, a.name) for a in node.names if a.name in NOT_ON_WINDOWS]
            elif isinstance(node, ast.ImportFrom):
                names = {a.name for a in node.names} & POSIX_NAMES.get(node.module or "", set())
                found += [(path.name, name) for name in names]
                found += [(path.name, node.module)] if node.module in NOT_ON_WINDOWS else []
            elif (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.attr in POSIX_NAMES.get(node.value.id, ())
            ):
                found.append((path.name, f"{node.value.id}.{node.attr}"))
    assert found == []


def test_no_text_file_is_opened_in_the_encoding_of_the_system() -> None:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            given = {k.arg for k in node.keywords} & {"encoding", "mode"}
            if name in ("read_text", "write_text") and len(node.args) < 1 + (name == "write_text"):
                found += [] if given else [(path.name, node.lineno)]
            elif name == "open" and isinstance(node.func, ast.Name | ast.Attribute):
                modes = [a.value for a in node.args if isinstance(a, ast.Constant)]
                if not given and not any("b" in str(m) for m in modes) and isinstance(node.func, ast.Name):
                    found.append((path.name, node.lineno))
    assert found == []


# One run for all commands

SETUP = """
import importlib.abc, json, signal, sys
import psutil  # which takes `resource` on Linux, and does without it on Windows
class Lacking(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in {lacking!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
for name in {lacking!r}:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Lacking())
for name in {signals!r}:  # those of `os` stay, as libraries use them on Linux
    if hasattr(signal, name):
        delattr(signal, name)
from policyloom.cli import main
for line in json.load(open("lines.json", encoding="utf-8")):
    try:
        main(line, standalone_mode=True, prog_name="policyloom")
        status = 0
    except SystemExit as end:
        status = end.code or 0
    print("=STATUS", " ".join(line), status, flush=True)
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two documents, a framework and labels, in names and texts beyond cp1252."""
    folder = tmp_path_factory.mktemp("portable")
    documents = folder / "docs"
    documents.mkdir()
    (documents / "计划-plan.txt").write_text(TEXT, "utf-16")
    (documents / "old.txt").write_text(TEXT.replace("gives", "gave"), "utf-8-sig")
    shutil.copy(ROOT / "corpus" / "e-trades-fact-sheet.pdf", documents / "réseau.pdf")
    for path in documents.iterdir():
        path.chmod(stat.S_IREAD)
    (example,) = (
        block for block in blocks(ROOT / "docs" / "frameworks.md", "toml") if "[framework]" in block
    )
    (folder / "mine.toml").write_text(example.replace("Attendance", "Présence – 出席"), "utf-16")
    label = {"id": "1", "doc": "计划", "text": TEXT, "elements": [{"id": "T1", "status": "affirmed"}]}
    (folder / "labels.jsonl").write_text(json.dumps(label, ensure_ascii=False) + "\n", "utf-8-sig")
    (folder / "table.csv").write_bytes(f"file\tgroup\r\n计划-plan.txt\t{ODD}\r\n".encode("utf-16"))
    return folder


LINES = [
    ["run", "docs", "-o", "out", "-j", "0", "--coder", "rules", "--metadata", "table.csv"],
    ["extract", "docs/计划-plan.txt"],
    ["tag", "docs/计划-plan.txt", "--coder", "rules"],
    ["check", "docs/计划-plan.txt", "--against", "out", "--coder", "rules", "-o", "checked"],
    ["compare", "docs/old.txt", "docs/计划-plan.txt", "-o", "changed", "--coder", "rules"],
    ["framework", "show", "mine.toml"],
    ["framework", "validate", "mine.toml"],
    ["framework", "test", "mine.toml"],
    ["coder", "prompt", "-f", "mine.toml"],
    ["label", "out", "-o", "sheet.csv", "-n", "5", "--classifier", "none"],
    ["evaluate", "labels.jsonl", "--coder", "rules"],
    ["agreement", "labels.jsonl", "--coder", "rules", "--differ", "9"],
    ["export", "out", "--to", "xlsx"],
    ["export", "out", "--to", "qdpx", "--for", "nvivo"],
    ["export", "out", "--to", "label-studio"],
    ["sentences", "out", "-o", "s.csv"],
    ["review", "out"],
    ["mark", "out", "-o", "marked"],
    ["figure", "out", "coverage", "-o", "c.svg"],
    ["pmc", "docs", "-o", "pmc"],
    ["label", "out", "-o", "sample.csv", "-n", "5", "--sample", "--classifier", "none"],
    ["estimate", "out", "--labels", "sample.csv"],
    ["train", "labels.jsonl", "-o", "mine.classifier"],
    ["demo", "--documents", "docs"],
]
"""A line for every command; the last three end in a complaint."""


def walk(command: object = main, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    commands = getattr(command, "commands", None)
    if commands is None:
        yield words
        return
    for name, inner in commands.items():
        yield from walk(inner, (*words, name))


def test_a_line_is_there_for_every_command() -> None:
    missing = [words for words in walk() if not any(tuple(line[: len(words)]) == words for line in LINES)]
    # `framework from` is tried with every kind of codebook in test_codebooks.py.
    assert missing == [("framework", "from")]


def test_every_command_goes_in_a_terminal_of_windows(place: Path, tmp_path: Path) -> None:
    shutil.copytree(place, tmp_path, dirs_exist_ok=True)
    place = tmp_path
    (place / "lines.json").write_text(json.dumps(LINES, ensure_ascii=False), "utf-8")
    code = SETUP.format(
        lacking=sorted(NOT_ON_WINDOWS - {"posix"}),
        signals=sorted(POSIX_NAMES["signal"]),
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=place, check=False, capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
    )  # fmt: skip
    errors = done.stderr.decode("utf-8")
    assert "Traceback" not in errors, errors
    assert "UnicodeEncodeError" not in errors
    output = done.stdout.decode("utf-8")
    statuses = [line.rsplit(" ", 1) for line in output.splitlines() if line.startswith("=STATUS")]
    assert len(statuses) == len(LINES), errors
    failed = [line for line, status in statuses if int(status) > 1]
    assert failed == [f"=STATUS {' '.join(line)}" for line in LINES[-3:]], errors
    assert ODD in output
    with (place / "out" / "documents.csv").open(encoding="utf-8-sig", newline="") as file:
        groups = {row["file"]: row["group"] for row in csv.DictReader(file)}
    assert groups["计划-plan.txt"] == ODD
    assert (place / "out-review.html").exists()


@pytest.mark.parametrize(
    ("words", "file"),
    [
        (("run", "docs", "-o", "out", "-j", "0", "--coder", "rules", "--unit", "paragraph"), "links.csv"),
        (("export", "out", "--to", "xlsx", "--force"), "out.xlsx"),
        (("sentences", "out", "-o", "s.csv"), "s.csv"),
        (("check", "docs/old.txt", "-o", "checked", "--coder", "rules"), "findings.csv"),
        (("review", "out"), "out-review.html"),
        (("label", "out", "-o", "sheet-2.csv", "--classifier", "none"), "sheet-2.csv"),
    ],
)
def test_a_table_that_is_open_elsewhere_is_told_in_one_line(
    place: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], file: str
) -> None:
    monkeypatch.chdir(place)
    runner = CliRunner()
    if not (place / "out" / "run.json").exists():
        runner.invoke(main, ["run", "docs", "-o", "out", "-j", "0", "--coder", "rules"])
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if Path(target).name == file:
            raise PermissionError(13, "The process cannot access the file", str(self), 32, str(target))
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        done = runner.invoke(main, words)
    assert done.exit_code == 2, done.output
    (line,) = [line for line in done.stderr.splitlines() if "policyloom:" in line]
    assert line.endswith(
        f"{file}: cannot be replaced; if it is open in Excel or another program, close it there, then run again"
    )
    again = runner.invoke(main, words, catch_exceptions=False)
    assert again.exit_code in (0, 1), again.output
    left = [path.name for path in place.rglob(".*") if path.name.startswith(f".{file}.")]
    assert left == []


def test_workers_are_started_as_on_windows(place: Path) -> None:
    script = "import policyloom as pl\nprint(pl.run('docs', 'spawned', coder='rules', workers=2).status)\n"
    (place / "script.py").write_text(script, "utf-8")  # without `if __name__ == "__main__"`
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=place, capture_output=True, text=True, check=False,
        env=os.environ | {"LC_ALL": "C"},
    )  # fmt: skip
    assert done.stdout.strip() == "0", done.stderr


def test_the_readme_needs_no_other_shell() -> None:
    """Every command of the README can be typed in cmd.exe too, or stands beside one that can."""
    page = (ROOT / "README.md").read_text("utf-8")
    assert "policyloom demo" in page
    for block in re.findall(r"^```\w*\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith(("policyloom ", "pip ")):
                assert not set("'|<>~") & set(line.partition("#")[0]), line
                assert not line.rstrip().endswith("\\")

"""What a user installs: the wheel, in a clean environment, with all its data."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def uv(*words: object) -> None:
    subprocess.run([sys.executable, "-m", "uv", *map(str, words)], check=True, cwd=ROOT, capture_output=True)


def test_the_wheel_alone_runs_the_main_job(tmp_path: Path, corpus: Path) -> None:
    uv("build", "--wheel", "--out-dir", tmp_path / "dist", ROOT)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    # The locked versions, so that what is installed here is what was tested, and mostly from uv's cache.
    uv("export", "--locked", "--no-dev", "--no-emit-project", "--output-file", tmp_path / "locked.txt")
    clean = tmp_path / "clean"
    uv("venv", "--python", sys.executable, clean)
    scripts = clean / ("Scripts" if sys.platform == "win32" else "bin")
    uv("pip", "install", "--python", clean, "--requirement", tmp_path / "locked.txt", wheel)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "case.pdf").write_bytes((corpus / "c-industrial-college-case.pdf").read_bytes())
    command = [
        str(scripts / "policyloom"),
        "run",
        str(folder),
        "--out",
        str(tmp_path / "out"),
        "--workers",
        "1",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env={})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "documents  1" in done.stdout
    assert (tmp_path / "out" / "report.html").stat().st_size > 10_000

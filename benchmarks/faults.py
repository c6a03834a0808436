"""Stops runs at random moments, then lets one come to its end: its files must be those of a run that nobody disturbed.

    python benchmarks/faults.py --kills 50 --seed 1

Each kill (SIGKILL, to the run and its workers at once) comes at a moment drawn from the time that an undisturbed run takes. Where a run was
quicker than its kill, it counts as finished, and its results are removed, so that the next begins anew.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from scale import make_documents


def begin(files: Path, out: Path) -> subprocess.Popen[str]:
    """Starts a run in a group of processes of its own."""
    command = [
        sys.executable,
        "-m",
        "policyloom",
        "run",
        files,
        "-o",
        out,
        "-q",
        "-j",
        "2",
        "--coder",
        "rules",
    ]
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def contents(out: Path) -> dict[str, bytes]:
    """What a run wrote, but for its manifest, which has the time, and its cache."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name != "run.json" and ".policyloom" not in path.parts
    }


def is_same(found: dict[str, bytes], expected: dict[str, bytes]) -> bool:
    """Whether two runs wrote the same; names the files that differ."""
    differ = [
        name for name in sorted(found.keys() | expected.keys()) if found.get(name) != expected.get(name)
    ]
    if differ:
        print(f"differ: {', '.join(differ)}", flush=True)
    return not differ


def stage_of(out: Path, n: int) -> str:
    """How far a run that was killed had come."""
    cache = out / ".policyloom" / "cache"
    read = len(list(cache.glob("*.json"))) if cache.is_dir() else 0
    if read == 0:
        return "before the first result"
    return "while documents were read" if read < n else "while outputs were written"


def main() -> None:
    """Kill, complete, compare and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as temporary:
        files, whole, out = (Path(temporary) / name for name in ("files", "whole", "out"))
        files.mkdir()
        make_documents(files, given.documents)
        begun = time.monotonic()
        begin(files, whole).communicate()
        seconds = time.monotonic() - begun
        expected = contents(whole)
        stages: Counter[str] = Counter()
        n_kills = n_completed = n_same = 0
        while n_kills < given.kills:
            process = begin(files, out)
            try:
                _, said = process.communicate(timeout=chance.uniform(0.2, 1.0) * seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                n_kills += 1
                stages[stage_of(out, given.documents)] += 1
                continue
            if process.returncode or said:
                raise SystemExit(
                    f"a run after {n_kills} kills ended with status {process.returncode}: {said}"
                )
            n_completed += 1
            n_same += is_same(contents(out), expected)
            shutil.rmtree(out)
        _, said = (process := begin(files, out)).communicate()
        if process.returncode or said:
            raise SystemExit(f"the last run ended with status {process.returncode}: {said}")
        n_completed += 1
        n_same += is_same(contents(out), expected)
        print(
            f"{n_kills} kills in runs of {given.documents} documents that take {seconds:.1f} s undisturbed:"
        )
        for stage, n in stages.most_common():
            print(f"  {n} {stage}")
        print(f"{n_completed} runs came to their end, {n_same} of them with the bytes of the undisturbed one")
        sys.exit(n_same != n_completed)


if __name__ == "__main__":
    main()

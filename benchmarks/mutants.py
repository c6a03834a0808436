"""Runs a random sample of the mutants of each package and prints how many the tests killed; `make mutants SAMPLE=40`.

It runs inside mutmut's environment and in mutmut's folder, both of which the Makefile knows.
"""

from __future__ import annotations

import argparse
import os
import random
from collections import Counter, defaultdict
from fnmatch import fnmatch

from mutmut.__main__ import (
    _run,
    collect_source_file_mutation_data,
    copy_also_copy_files,
    copy_src_dir,
    create_mutants,
    setup_source_paths,
)
from mutmut.runners.harness import PytestRunner
from mutmut.state import state
from mutmut.stats import status_by_exit_code

NOTICED = ("killed", "timeout", "segfault")
"""A mutant that never ends or ends the interpreter is noticed as well as one that fails a test."""


def list_mutants(patterns: list[str], processes: int) -> dict[str, list[str]]:
    """The names of all mutants that match a pattern, by package (`tag`, `network`, ...), in order."""
    copy_src_dir()
    copy_also_copy_files()
    setup_source_paths()
    create_mutants(processes)
    names = sorted(name for _, name, _ in collect_source_file_mutation_data(mutant_names=())[0])
    by_package = defaultdict(list)
    for name in names:
        if not patterns or any(fnmatch(name, pattern) for pattern in patterns):
            by_package[name.split(".")[1]].append(name)
    return by_package


def run_quick_tests_first() -> None:
    """Makes mutmut run the tests of a mutant by their duration; it stops at the first that fails."""
    run = PytestRunner._pytest_args_regular_run

    def by_duration(runner: PytestRunner, tests: list[str]) -> list[str]:
        return run(runner, sorted(tests, key=lambda test: (state().duration_by_test.get(test, 0), test)))

    PytestRunner._pytest_args_regular_run = by_duration


def main() -> None:
    """Draws, runs and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", type=int, help="mutants of each package")
    parser.add_argument("patterns", nargs="*", help="names of mutants to draw from, with * for anything")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()

    mutants = list_mutants(options.patterns, options.processes)
    chance = random.Random(options.seed)
    sample = {p: sorted(chance.sample(names, min(options.size, len(names)))) for p, names in mutants.items()}
    run_quick_tests_first()
    _run([name for names in sample.values() for name in names], options.processes)

    ended = {
        name: status_by_exit_code[code]
        for _, name, code in collect_source_file_mutation_data(mutant_names=())[0]
    }
    print(f"Seed {options.seed}")
    for package, names in sample.items():
        counts = Counter(ended[name] for name in names)
        killed = sum(counts[status] for status in NOTICED)
        rest = ", ".join(f"{n} {status}" for status, n in sorted(counts.items()))
        print(
            f"{package}: {killed} of {len(names)} killed ({killed / len(names):.0%}; {rest}), {len(mutants[package])} in all"
        )
    for names in sample.values():
        print(*(f"{ended[name]} {name}" for name in names if ended[name] not in NOTICED), sep="\n")


if __name__ == "__main__":
    main()

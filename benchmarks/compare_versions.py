"""Score the comparison of versions on pairs with known changes: which changes are right, and which are missed.

    python benchmarks/compare_versions.py benchmarks/versions/a [benchmarks/versions/b ...] [--mistakes]

Each folder holds `old.txt`, `new.txt` and `expected.json`, which was written before the comparison was run. A change is right where
the writer lists its kind, its part and one of its mechanisms, with words that stand in its sentences. What he lists as arguable
counts neither way.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

from policyloom import compare, load_coder, load_pipeline, read_document, read_framework
from policyloom.records import Change, Evidence
from policyloom.tag import tag_together

_LETTERS = re.compile(r"\W+")


def letters(text: str) -> str:
    """A text's letters and digits alone."""
    return _LETTERS.sub("", text).lower()


def fits(change: Change, row: dict[str, Any]) -> bool:
    """Whether a change is the one that a writer describes; what he leaves out may be anything."""
    if any(key in row and row[key] != getattr(change, key) for key in ("kind", "part")):
        return False
    if "element" in row and set(change.elements).isdisjoint(row["element"].split("|")):
        return False
    return all(
        _stands_in(row[side], evidence)
        for side, evidence in (("old", change.old_evidence), ("new", change.new_evidence))
        if side in row
    )


def _stands_in(words: str, evidence: Evidence | None) -> bool:
    if not words or evidence is None:
        return not words and evidence is None
    return letters(words) in letters(evidence.quote)


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--mistakes", action="store_true")
    options = parser.parse_args()
    framework = read_framework()
    nlp, coder = load_pipeline(framework), load_coder(framework)
    n_right = n_wrong = n_missed = 0
    for folder in options.sets:
        told = json.loads((folder / "expected.json").read_text("utf-8"))
        documents = [read_document(folder / name) for name in ("old.txt", "new.txt")]
        old, new = tag_together(documents, nlp, coder)
        open_rows, wrong, right = list(told["changes"]), [], 0
        for change in compare(old, new, framework).changes:
            row = next((row for row in open_rows if fits(change, row)), None)
            if row is not None:
                open_rows.remove(row)
                right += 1
            elif not any(fits(change, row) for row in told.get("arguable", ())):
                wrong.append(change)
        print(f"{folder}: {right} right, {len(wrong)} wrong, {len(open_rows)} missed")
        if options.mistakes:
            for change in wrong:
                print(f"  wrong   {change.kind} {change.part} {change.elements}: {change.message}")
                for mark, evidence in (("-", change.old_evidence), ("+", change.new_evidence)):
                    print(f"          {mark} {evidence.quote if evidence else ''}")
            for row in open_rows:
                print(f"  missed  {row}")
        n_right, n_wrong, n_missed = n_right + right, n_wrong + len(wrong), n_missed + len(open_rows)
    found, known = n_right + n_wrong, n_right + n_missed
    print(
        f"together: {n_right} of {found} right ({n_right / max(1, found):.0%}), {n_right} of {known} found ({n_right / max(1, known):.0%})"
    )


if __name__ == "__main__":
    main()

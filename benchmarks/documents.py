"""Labels of real documents, joined with their text, which is not part of the project.

    python benchmarks/documents.py --texts ../shared/documents/en -o documents.jsonl

`documents.jsonl` beside this file holds, a sentence a line, {"id", "doc", "start", "end", "elements", "links"}: positions
in the text file of that name, and what the sentence says. The sentences are all those of nine documents that the gold
sentences come from, but for the gold sentences themselves; one coder labelled them, who had seen labels of some of the latter. What is
written can be learned from: `policyloom train --sample documents.jsonl`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from policyloom import read_framework
from policyloom.framework import Framework
from policyloom.learn.labels import Label, Labelled, write_labels

LABELS = Path(__file__).with_name("documents.jsonl")


def read_documents(texts: Path, labels: Path = LABELS) -> list[Labelled]:
    """The labelled sentences with their text, from the files of a folder."""
    found = []
    whole: dict[str, str] = {}
    for line in labels.read_text("utf-8").splitlines():
        row = json.loads(line)
        doc = row["doc"]
        if doc not in whole:
            whole[doc] = (texts / f"{doc}.txt").read_text("utf-8")
        found.append(
            Labelled(
                row["id"],
                doc,
                " ".join(whole[doc][row["start"] : row["end"]].split()),
                tuple(Label(e["id"], e["status"]) for e in row["elements"]),
                tuple((a, b) for a, b in row["links"]),
            )
        )
    return found


def main() -> None:
    """Write the sentences with their labels."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("-o", "--out", type=Path, required=True)
    options = parser.parse_args()
    framework: Framework = read_framework()
    sentences = read_documents(options.texts)
    write_labels(sentences, options.out, framework)
    print(f"{len(sentences)} sentences of {len({s.doc for s in sentences})} documents, in {options.out}")


if __name__ == "__main__":
    main()

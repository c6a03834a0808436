"""Score tagging on whole documents, read as a user would read them: sentences, list items, headings and cells of tables.

    python benchmarks/whole_documents.py --texts ../shared/documents [--part work|final] [--classifier FILE|none]
        [--encoder FOLDER] [--answers FILE.jsonl] [--requests FILE.jsonl]

`whole_documents.jsonl` beside this file holds, a unit a line, the document, its page and kind, a hash of its letters, and what
each of two coders says that it names. The pages of part `work` may be looked at while rules are written; those of
`final` are for the figure that is stated. The text itself is not part of the project. With `--requests` what a language model would be
asked is written to a file, and with `--answers` its answers are scored.

Each coder's labels are held against what was found, and the figures are the means of the two. A unit that is not in the
text any more counts as not found.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from statistics import fmean

from policyloom import language_model_coder, load_coder, load_pipeline, read_document, read_framework, tag
from policyloom.coders.classifier import ClassifierCoder, read_encoder
from policyloom.coders.language_model import write_unanswered
from policyloom.errors import UnansweredError
from policyloom.framework import Framework
from policyloom.learn.labels import Label, Labelled, from_tagged
from policyloom.learn.scores import Scores, evaluate
from policyloom.records import Coder

LABELS = Path(__file__).with_name("whole_documents.jsonl")
FIGURES = ("element_micro_f1", "element_precision", "element_recall", "status_accuracy", "link_f1")
OFF_TOPIC = ("in-agroforestry", "ke-ken162509", "mw-envpolicy", "hu-oecd-eag2025")


def key_of(text: str) -> str:
    """A hash of a unit's letters and digits."""
    return hashlib.sha256(re.sub(r"[\W_]+", "", text.lower()).encode()).hexdigest()[:16]


def read_rows(part: str) -> list[dict[str, object]]:
    """The labelled units of one part, with ids."""
    rows = [json.loads(line) for line in LABELS.read_text("utf-8").split("\n") if line]
    return [row | {"id": str(n)} for n, row in enumerate(rows) if row["part"] == part]


def labelled(row: dict[str, object], coder: str) -> Labelled:
    """A unit with one coder's labels."""
    said = row[coder]
    return Labelled(
        row["id"], row["doc"], row["key"], tuple(Label(*label) for label in said["elements"]),
        tuple(tuple(pair) for pair in said["links"]), tuple(tuple(pair) for pair in said["answers"]),
    )  # fmt: skip


def find(
    rows: list[dict[str, object]],
    texts: Path,
    coder: Coder,
    framework: Framework,
    requests: Path | None = None,
) -> dict[str, Labelled]:
    """What was found in each unit, by its id; with `requests`, nothing, but what a language model is to be asked is written there."""
    nlp, asked = load_pipeline(framework), []
    found: dict[str, Labelled] = {}
    for doc in dict.fromkeys(row["doc"] for row in rows):
        (path,) = [p for p in texts.rglob(f"{doc}.*") if p.suffix in (".pdf", ".txt")]
        by_key: dict[str, list[Labelled]] = defaultdict(list)
        try:
            tagged = tag(read_document(path), nlp, coder)
        except UnansweredError as error:
            if requests is None:
                raise
            asked += error.requests
            continue
        for sentence in from_tagged(tagged, framework):
            by_key[key_of(sentence.text)].append(sentence)
        for row in rows:
            if row["doc"] == doc and by_key[row["key"]]:
                found[row["id"]] = (
                    by_key[row["key"]].pop(0) if len(by_key[row["key"]]) > 1 else by_key[row["key"]][0]
                )
    if requests is not None:
        n = write_unanswered(asked, requests, framework)
        raise SystemExit(f"{n} requests in {requests}")
    return found


def score(
    rows: Iterable[dict[str, object]], found: dict[str, Labelled], framework: Framework
) -> list[Scores]:
    """The scores against each coder."""
    rows = list(rows)
    return [
        evaluate(
            [labelled(row, coder) for row in rows],
            [
                replace(found.get(row["id"], Labelled("", "", "", ())), id=row["id"], doc=row["doc"])
                for row in rows
            ],
            framework,
        )
        for coder in ("a", "b")
    ]


def mean_of(scores: list[Scores], figure: str) -> float:
    """The mean of a figure over the coders; 0 where it is not defined."""
    return fmean(getattr(s, figure) or 0.0 for s in scores)


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("--part", choices=("work", "final"), default="final")
    parser.add_argument("--classifier", default="classifier")
    parser.add_argument("--encoder", type=Path, help="such as models/encoder/policyloom_encoder")
    parser.add_argument("--answers", type=Path)
    parser.add_argument("--requests", type=Path)
    options = parser.parse_args()
    framework = read_framework()
    coder: Coder = load_coder(framework, options.classifier)
    if options.encoder and isinstance(coder, ClassifierCoder):
        encoded = replace(coder.classifier, encoder=read_encoder(options.encoder))
        coder = ClassifierCoder(framework, encoded)
    if options.answers or options.requests:
        coder = language_model_coder(framework, "reader", answers=options.answers)
    rows = read_rows(options.part)
    found = find(rows, options.texts, coder, framework, options.requests)
    coders = evaluate([labelled(row, "a") for row in rows], [labelled(row, "b") for row in rows], framework)
    print(f"{len(rows)} units, {len(rows) - len(found)} of them not in the text any more")
    groups = {
        "all": rows,
        "sentences": [row for row in rows if row["kind"] in ("paragraph", "footnote")],
        "list items": [row for row in rows if row["kind"] == "list_item"],
        "tables": [row for row in rows if row["kind"] == "table"],
        "headings": [row for row in rows if row["kind"] == "heading"],
    }
    print(
        f"{'':14}"
        + "".join(f"{name.removeprefix('element_').removesuffix('_accuracy'):>11}" for name in FIGURES)
    )
    for name, some in groups.items():
        scores = score(some, found, framework)
        print(f"{name:14}" + "".join(f"{mean_of(scores, figure):11.2f}" for figure in FIGURES))
    print(f"{'two coders':14}" + "".join(f"{getattr(coders, figure):11.2f}" for figure in FIGURES))
    scores = score(rows, found, framework)
    for name in ("pairs", "claims"):
        each = [getattr(s, name) for s in scores]
        shares = fmean(one.precision or 0.0 for one in each), fmean(one.recall or 0.0 for one in each)
        labelled_by = " and ".join(str(one.n) for one in each)
        print(
            f"{name}: precision {shares[0]:.2f} of {each[0].n_found} found, recall {shares[1]:.2f} of {labelled_by}"
        )
    off = [row for row in rows if row["doc"] in OFF_TOPIC]
    n_found = sum(len(found[row["id"]].elements or ()) for row in off if row["id"] in found)
    print(f"{n_found} mentions found in {len(off)} units of documents of other fields")


if __name__ == "__main__":
    main()

"""Score entities and sentence ends against standoff labels: the model alone, rules alone, both.

    python benchmarks/entities.py benchmarks/entities --texts ../shared --model models/en_policyloom \
        [--split dev|test] [--errors rules] [--speed]

Without --model and with --agreement it only says how far the two coders agree. The folder holds `pass1.jsonl`: {"id", "file", "split", "start", "end", "entities": [{"start", "end", "label", "subtype"}]},
a sentence and its entities as positions in a text file; `pass2.jsonl`, the same by a second coder, blind; and `sentences.jsonl`: {"file", "split", "start", "end",
"starts"}, a passage and where its sentences begin, the first not counted. The texts themselves are not part of the
project. Each file is read whole, paragraph by paragraph, and what is found in the labelled sentences counts: *exact* is
the same span and type, *overlap* any common character and the same type, *subtype* the share of exact ones with the
right subtype.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from policyloom import load_pipeline
from policyloom.languages import load_language

BOUNDARY = "\u23d0"  # the mark before each sentence but the first of a passage
PARAGRAPH = re.compile(r"\S(?:.|\n(?!\s*\n))*")

Entity = tuple[int, int, str]
"""Start, end and label, with the subtype after a full stop."""


def read(nlp: Language, text: str) -> tuple[list[int], list[Doc]]:
    """A text's paragraphs as a document's blocks: where each begins, and what the pipeline makes of it."""
    paragraphs = list(PARAGRAPH.finditer(text))
    docs = list(nlp.pipe(match[0].replace("\n", " ") for match in paragraphs))
    if nlp.has_pipe("policyloom_entities"):
        load_language("en").name_entities(docs)
    return [match.start() for match in paragraphs], docs


def find(nlp: Language, text: str) -> list[Entity]:
    """The entities of a text that is read whole."""
    return [
        (start + e.start_char, start + e.end_char, e.label_)
        for start, doc in zip(*read(nlp, text), strict=True)
        for e in doc.ents
    ]


def f1(hits: int, found: int, wanted: int) -> tuple[float, float, float]:
    """Precision, recall and F1; 0 where they are not defined."""
    p, r = hits / found if found else 0.0, hits / wanted if wanted else 0.0
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


def family(label: str) -> str:
    """The type without the subtype."""
    return label.partition(".")[0]


def score(
    nlp: Language, rows: list[dict[str, Any]], texts: Path, *, errors: bool = False
) -> dict[str, Counter[str]]:
    """Counts by type and over all (`ALL`): found, wanted, exact, overlap on either side, subtypes right."""
    by_file: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_file[row["file"]].append(row)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for file, labelled in by_file.items():
        text = (texts / file).read_text("utf-8")
        entities = find(nlp, text)
        for row in labelled:
            got = [e for e in entities if row["start"] <= e[0] and e[1] <= row["end"]]
            want = [
                (e["start"], e["end"], e["label"] + (f".{e['subtype']}" if "subtype" in e else ""))
                for e in row["entities"]
            ]
            count(got, want, counts)
            if errors:
                show(got, want, text, row["id"])
    counts["ALL"] = sum(counts.values(), Counter())
    return counts


def count(got: list[Entity], want: list[Entity], counts: dict[str, Counter[str]]) -> None:
    """Add one sentence's entities to the counts."""
    spans = {e[:2]: e[2] for e in got}
    for side, these, others in (("found", got, want), ("wanted", want, got)):
        for start, end, label in these:
            c = counts[family(label)]
            c[side] += 1
            c[f"{side} overlapping"] += any(
                s < end and start < e and family(x) == family(label) for s, e, x in others
            )
    for start, end, label in want:
        same = spans.get((start, end), "")
        if family(same) == family(label):
            counts[family(label)]["exact"] += 1
            counts[family(label)]["subtype"] += same == label


def show(got: list[Entity], want: list[Entity], text: str, id: str) -> None:
    """Print what differs in one sentence."""
    for sign, these, others in (("missed", want, got), ("false ", got, want)):
        for start, end, label in sorted(set(these) - set(others)):
            print(f"  {id} {sign} {label:16} {text[start:end]!r}")


def starts_of(nlp: Language, text: str) -> set[int]:
    """Where the sentences of a passage begin, without the first."""
    return {next((t.idx for t in sentence if not t.is_space), 0) for sentence in nlp(text).sents} - {0}


def score_sentences(nlp: Language, rows: list[dict[str, Any]], texts: Path) -> tuple[float, float, float]:
    """Precision, recall and F1 of sentence starts."""
    hits = found = wanted = 0
    for row in rows:
        text = (texts / row["file"]).read_text("utf-8")[row["start"] : row["end"]]
        starts, gold = starts_of(nlp, text), {start - row["start"] for start in row["starts"]}
        hits, found, wanted = hits + len(starts & gold), found + len(starts), wanted + len(gold)
    return f1(hits, found, wanted)


def score_marked(nlp: Language, path: Path) -> tuple[float, float, float]:
    """The same for a file of passages after `###` lines, with a mark before each sentence but the first."""
    hits = found = wanted = 0
    for passage in path.read_text("utf-8").split("### ")[1:]:
        text, gold = "", set()
        for sentence in passage.partition("\n")[2].strip().split(BOUNDARY):
            gold.add(len(text) + len(sentence) - len(sentence.lstrip()) if text else 0)
            text += sentence
        starts = starts_of(nlp, text)
        gold.discard(0)
        hits, found, wanted = hits + len(starts & gold), found + len(starts), wanted + len(gold)
    return f1(hits, found, wanted)


def words_per_second(nlp: Language, texts: Iterable[str]) -> float:
    """The best of three runs over files, by the time that this process had a core."""
    files, best = list(texts), 0.0
    for _ in range(3):
        begin = time.process_time()
        n_words = sum(len(doc) for text in files for doc in read(nlp, text)[1])
        best = max(best, n_words / (time.process_time() - begin))
    return best


def percent(*values: float) -> str:
    """Shares in percent, in columns."""
    return " ".join(f"{100 * value:6.1f}" for value in values)


def table(counts: dict[str, Counter[str]]) -> str:
    """The counts as lines of percentages, a line a type."""
    lines = [f"{'':10} {'n':>5} {'found':>5}  exact:   P      R      F  overlap:  P      R      F  subtype"]
    for label, c in sorted(counts.items()):
        p = c["found overlapping"] / c["found"] if c["found"] else 0.0
        r = c["wanted overlapping"] / c["wanted"] if c["wanted"] else 0.0
        f = 2 * p * r / (p + r) if p + r else 0.0
        subtype = c["subtype"] / c["exact"] if c["exact"] else 0.0
        exact = percent(*f1(c["exact"], c["found"], c["wanted"]))
        lines.append(
            f"{label:10} {c['wanted']:5} {c['found']:5}       {exact}         {percent(p, r, f)}  {percent(subtype)}"
        )
    return "\n".join(lines)


def read_rows(path: Path, split: str | None) -> list[dict[str, Any]]:
    """The labels of a file, those of one half where asked."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [row for row in rows if split in (None, row["split"])]


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("labels", type=Path)
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("--model", help="a spaCy pipeline; without it, rules alone")
    parser.add_argument("--split", choices=("dev", "test"), help="one half of the documents")
    parser.add_argument(
        "--errors", choices=("model", "rules", "both"), help="print the errors of one of them"
    )
    parser.add_argument("--agreement", action="store_true", help="of the two coders, and nothing else")
    parser.add_argument("--speed", action="store_true", help="words per second too")
    options = parser.parse_args()
    rows = read_rows(options.labels / "pass1.jsonl", options.split)
    if options.agreement:
        first, second = (
            {(e["start"], e["end"], e["label"], row["id"]) for row in each for e in row["entities"]}
            for each in (rows, read_rows(options.labels / "pass2.jsonl", options.split))
        )
        print(
            f"exact F1 of one coder by the other: {percent(f1(len(first & second), len(second), len(first))[2])}"
        )
        return
    passages = read_rows(options.labels / "sentences.jsonl", options.split)
    marked = options.texts / "training" / "gold_annotations" / "segmentation.txt"
    pipelines = {"rules": load_pipeline()}
    if options.model:
        pipelines |= {"model": spacy.load(options.model), "both": load_pipeline(model=options.model)}
    for name, nlp in pipelines.items():
        print(f"== {name}")
        print(table(score(nlp, rows, options.texts, errors=options.errors == name)))
        print(f"sentence starts, passages: {percent(*score_sentences(nlp, passages, options.texts))}")
        print(f"sentence starts, {marked.name}: {percent(*score_marked(nlp, marked))}")
        if options.speed:
            files = sorted({row["file"] for row in rows})
            speed = words_per_second(nlp, ((options.texts / file).read_text("utf-8") for file in files))
            print(f"words per second: {speed:,.0f}")


if __name__ == "__main__":
    main()

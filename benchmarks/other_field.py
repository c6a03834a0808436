"""Score a framework of another field, written for this, on real sentences: rules alone, and with classifiers of few labels.

    python benchmarks/other_field.py --shared ../shared [--splits 8] [--mistakes FILE]
    python benchmarks/other_field.py --shared ../shared --llm-requests FILE.jsonl, then --llm-answers FILE.jsonl

`other_field.toml` beside this file is the framework (instruments of environmental and climate policy). `other_field.jsonl` holds
the labels of 431 sentences by a hash of their letters, without text. Half of the documents, drawn anew for each split, are
labelled and the other half are scored; of the first half, sentences are taken at random or as `policyloom label` chooses them.

With `--llm-requests` and `--llm-answers` a language model is scored that is told each element's definition, and twelve sentences
of the first half with a label for it: no terms, and none of the examples of the framework's own.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections import Counter
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory

from whole_documents import key_of

from policyloom import (
    language_model_coder,
    load_coder,
    load_pipeline,
    read_document,
    read_framework,
    train_classifier,
    write_labels,
)
from policyloom.coders.classifier import SentenceClassifier
from policyloom.coders.language_model import write_unanswered
from policyloom.errors import LabelsError, UnansweredError
from policyloom.framework import Framework
from policyloom.learn.labels import Label, Labelled, as_document, join_found
from policyloom.learn.sampling import choose_sentences
from policyloom.learn.scores import Scores, evaluate
from policyloom.records import Coder, Tagged
from policyloom.tag import read_sentences, tag_together

HERE = Path(__file__).parent
SIZES = (50, 100, 200)
LEVELS = (0.0, 0.5)
FIGURES = (
    "element_micro_f1", "element_macro_f1", "element_precision", "element_recall", "status_accuracy", "link_f1",
)  # fmt: skip
N_SHOTS = 12
"""Labelled sentences by which an element is given to a language model, half of which name it where there are as many."""
MAX_SHOT = 400
"""Characters of such a sentence."""
TEXTS = {  # where a stretch of characters of a text is a sentence
    "laws": "training/polianna_actors/articles.jsonl",
    "acts": "training/eu_law_text/eu_law.txt.gz",
    "wri": "training/wri_policy_gold/gold_standard.csv",
}


def read_source(path: Path) -> str:
    """The text of one file of many documents."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    if path.suffix == ".jsonl":
        return "\n".join(json.loads(line)["text"] for line in text.split("\n") if line)
    return text


def read_rows(shared: Path, framework: Framework) -> list[Labelled]:
    """The labelled sentences, joined with their text; those whose text is not there any more are left out, and counted."""
    rows = [json.loads(line) for line in (HERE / "other_field.jsonl").read_text("utf-8").split("\n") if line]
    texts: dict[str, str] = {}
    for name in ("pool_en", "pool_en_off"):
        lines = (shared / "pool" / f"{name}.jsonl").read_text("utf-8").split("\n")
        texts |= {key_of(text): text for text in (json.loads(line)["text"] for line in lines if line)}
    nlp = load_pipeline(framework)
    for doc in sorted({row["doc"] for row in rows if row["from"] == "documents"}):
        found = read_sentences(read_document(shared / "documents" / "pdf" / f"{doc}.pdf"), nlp)
        texts |= {key_of(sentence.text): sentence.text for sentence in found}
    sources = {name: read_source(shared / path) for name, path in TEXTS.items()}
    for row in rows:
        if row["from"] in sources:
            text = " ".join(sources[row["from"]][slice(*row["at"])].split())
            texts[key_of(text)] = text
    joined = [
        Labelled(
            row["id"], row["doc"], texts[row["key"]], tuple(Label(e["id"], e["status"]) for e in row["elements"]),
            tuple(tuple(pair) for pair in row["links"]), tuple(tuple(pair) for pair in row["answers"]),
        )
        for row in rows if row["key"] in texts
    ]  # fmt: skip
    print(f"{len(joined)} sentences; the text of {len(rows) - len(joined)} is not there any more")
    return joined


def code(rows: list[Labelled], coder: Coder, framework: Framework) -> list[Tagged]:
    """What a coder finds in each sentence, read alone."""
    return tag_together([as_document(row) for row in rows], load_pipeline(framework), coder)


def score(rows: list[Labelled], tagged: list[Tagged], framework: Framework) -> Scores:
    """The scores of what was found."""
    found = [join_found(row, t, framework) for row, t in zip(rows, tagged, strict=True)]
    return evaluate(rows, found, framework)


def learn(rows: list[Labelled], framework: Framework) -> SentenceClassifier | None:
    """The classifier that `policyloom train` makes of a sheet; None where it says that there are too few labels."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.jsonl"
        write_labels(rows, path, framework)
        try:
            return train_classifier([path], framework)
        except LabelsError:
            return None


def draw(
    rows: list[Labelled], tagged: list[Tagged], n: int, how: str, rng: random.Random, framework: Framework
) -> list[Labelled]:
    """So many of the sentences: at random, or as `policyloom label` chooses without a classifier."""
    if how == "at random":
        return rng.sample(rows, min(n, len(rows)))
    ids = {s.doc for s in choose_sentences(tagged, framework, n)}
    return [row for row in rows if row.id in ids]


def halve(rows: list[Labelled], seed: int) -> tuple[list[Labelled], list[Labelled]]:
    """The sentences of one half of the documents, and of the other."""
    docs = sorted({row.doc for row in rows})
    random.Random(seed).shuffle(docs)
    first = set(docs[: len(docs) // 2])
    return [row for row in rows if row.doc in first], [row for row in rows if row.doc not in first]


def give_by_labels(framework: Framework, labelled: list[Labelled], seed: int) -> Framework:
    """The framework with definitions and twelve labelled sentences an element: no terms, no examples but these."""
    rng = random.Random(seed)
    pool = [row for row in labelled if len(row.text) <= MAX_SHOT]
    elements = []
    for element in framework.elements:
        named = [row.text for row in pool if element.id in row.statuses]
        others = [row.text for row in pool if row.statuses and element.id not in row.statuses]
        empty = [row.text for row in pool if not row.statuses]
        yes = rng.sample(named, min(N_SHOTS // 2, len(named)))
        n_no = N_SHOTS - len(yes)
        no = rng.sample(others, min(n_no // 2, len(others)))
        no += rng.sample(empty, n_no - len(no))
        elements.append(
            element.model_copy(
                update={
                    "terms": (),
                    "patterns": (),
                    "exclude": (),
                    "examples": tuple(yes),
                    "counterexamples": tuple(no),
                }
            )
        )
    return framework.model_copy(update={"elements": tuple(elements)})


def score_language_model(
    rows: list[Labelled], framework: Framework, requests: Path | None, answers: Path | None
) -> None:
    """Writes what a language model is to be asked about one half of the documents, or scores its answers."""
    labelled, scored = halve(rows, 0)
    given = give_by_labels(framework, labelled, 0)
    coder = language_model_coder(given, "reader", reads="all", answers=answers)
    print(f"{len(scored)} sentences of {len({row.doc for row in scored})} documents are scored")
    try:
        found = code(scored, coder, given)
    except UnansweredError as error:
        if requests is None:
            raise
        n = write_unanswered(error.requests, requests, given)
        print(f"{n} requests written to {requests}")
        return
    scores = score(scored, found, framework)
    print(f"{'':40}" + "".join(f"{f.removeprefix('element_')[:8]:>9}" for f in FIGURES))
    show("a language model, by definition and labels", [scores])
    for name in ("element_micro_f1", "status_accuracy", "link_f1"):
        print(f"{name}: 95 % interval over documents {scores.intervals[name]}")
    for id, row in scores.by_element.items():
        print(
            f"{id}: precision {row.precision or 0:.2f}, recall {row.recall or 0:.2f}, F1 {row.f1 or 0:.2f}, n {row.labelled}"
        )
    ruled = score(scored, code(scored, load_coder(framework, "none"), framework), framework)
    show("rules with terms, the same sentences", [ruled])


def show(name: str, scores: list[Scores]) -> None:
    """The means over the splits in a line."""
    cells = [fmean(getattr(s, figure) or 0.0 for s in scores) for figure in FIGURES]
    print(f"{name:40}" + "".join(f"{cell:9.2f}" for cell in cells))


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--splits", type=int, default=8)
    parser.add_argument("--mistakes", type=Path, help="writes each mistake of the rules, with its text")
    parser.add_argument("--llm-requests", type=Path, help="writes what a language model is to be asked")
    parser.add_argument("--llm-answers", type=Path, help="scores a language model by its answers")
    options = parser.parse_args()
    framework = read_framework(HERE / "other_field.toml")
    rows = read_rows(options.shared, framework)
    if options.llm_requests or options.llm_answers:
        score_language_model(rows, framework, options.llm_requests, options.llm_answers)
        return
    ruled = code(rows, load_coder(framework, "none"), framework)
    whole = score(rows, ruled, framework)
    counts = Counter(label.status for row in rows for label in row.elements or ())
    print(
        f"{sum(counts.values())} mentions in {len({row.doc for row in rows})} documents: "
        + ", ".join(f"{n} {status}" for status, n in counts.most_common())
    )
    print(f"{'':40}" + "".join(f"{f.removeprefix('element_')[:8]:>9}" for f in FIGURES))
    for name, scored in (
        ("rules, all sentences", whole),
        (
            "with learned statuses and claims",
            score(rows, code(rows, load_coder(framework), framework), framework),
        ),
    ):
        show(name, [scored])
        hits = sum(row.hits for row in scored.by_element.values())
        right = sum(row.get(status, 0) for status, row in scored.status_table.items())
        print(
            f"status: {right} of {hits} mentions that the rules find; {right} of all {sum(counts.values())}"
        )
    print(f"status by label and found: { {status: dict(row) for status, row in whole.status_table.items()} }")
    for id, row in whole.by_element.items():
        print(
            f"{id}: precision {row.precision or 0:.2f}, recall {row.recall or 0:.2f}, F1 {row.f1 or 0:.2f}, n {row.labelled}"
        )
    if options.mistakes:
        found = [join_found(row, t, framework) for row, t in zip(rows, ruled, strict=True)]
        lines = [
            f"{row.id}\t{row.statuses}\t{got.statuses}\t{row.links}\t{got.links}\t{row.text}\t"
            f"{[(m.label, m.status, t.quote(m), m.source, t.document.text[slice(*m.cue)] if m.cue else '') for m in t.mentions]}"
            for row, got, t in zip(rows, found, ruled, strict=True)
            if row.statuses != got.statuses or row.links != got.links
        ]
        options.mistakes.write_text("\n".join(lines), "utf-8")
    if not options.splits:
        return
    results: dict[str, list[Scores]] = {
        name: [] for name in ("rules, the half that is scored", "the default, the same")
    }
    learned: dict[str, list[int]] = {}
    place = {row.id: i for i, row in enumerate(rows)}
    for split in range(options.splits):
        rng = random.Random(split)
        docs = sorted({row.doc for row in rows})
        rng.shuffle(docs)
        train = [row for row in rows if row.doc in docs[: len(docs) // 2]]
        test = [row for row in rows if row.doc not in docs[: len(docs) // 2]]
        results["rules, the half that is scored"].append(
            score(test, [ruled[place[row.id]] for row in test], framework)
        )
        results["the default, the same"].append(
            score(test, code(test, load_coder(framework), framework), framework)
        )
        for how in ("at random", "chosen"):
            for n in SIZES:
                some = draw(train, [ruled[place[row.id]] for row in train], n, how, rng, framework)
                classifier = learn(some, framework)
                for level in LEVELS if classifier else LEVELS[:1]:  # where `train` refuses, the default stays
                    name = f"{n} labels {how}" + (f", probability {level}" if level else "")
                    coder = load_coder(framework, classifier, min_probability=level)
                    results.setdefault(name, []).append(score(test, code(test, coder, framework), framework))
                    learned.setdefault(name, []).append(len(classifier.labels) if classifier else 0)
    for name, scores in results.items():
        show(name, scores)
        if name in learned:
            spread = sorted(s.element_micro_f1 or 0.0 for s in scores)
            rules = [s.element_micro_f1 or 0.0 for s in results["rules, the half that is scored"]]
            better = sum((s.element_micro_f1 or 0.0) > r for s, r in zip(scores, rules, strict=False))
            print(
                f"    {len(scores)} splits, {fmean(learned[name]):.1f} of {len(whole.by_element)} elements learned; micro F1 {spread[0]:.2f} to {spread[-1]:.2f}, better than rules in {better}"
            )


if __name__ == "__main__":
    main()

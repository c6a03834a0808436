"""Score tagging on labelled sentences that were held out, each read alone: rules, and rules with a classifier.

    python benchmarks/tagging.py ../shared/gold/gold_dev.jsonl [--corpus corpus/*.jsonl] [--texts FOLDER] [--json]
    python benchmarks/tagging.py benchmarks/paper.jsonl --paper ../shared/papers/meng-2025.pdf

The documents are held out in five parts. For each part a classifier is learned from the sample corpus, from the other
parts and from the other sentences of their documents (`documents.py`); the latter two also choose its thresholds. So no score
rests on a sentence, or a document, that was learned from. The figures of the whole are those of all parts together.

With --paper, a whole document is tagged as a user would, with the classifier that comes with the framework; its labels go
by a hash of each sentence's letters, as the text is not part of the project.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from dataclasses import asdict, replace
from pathlib import Path

from documents import read_documents
from sklearn.model_selection import GroupKFold

from policyloom import load_coder, load_pipeline, read_framework, read_pdf, tag
from policyloom.coders.classifier import ClassifierCoder
from policyloom.learn.evaluation import join_found
from policyloom.learn.labels import Labelled, as_document, from_tagged, read_labels
from policyloom.learn.scores import ElementScore, Scores, evaluate
from policyloom.learn.training import examples, learn

FOLDS = 5
CORPUS = [Path("corpus/gold.jsonl"), Path("corpus/sentences.jsonl")]
TEXTS = Path("../shared/documents/en")


def score(path: Path, corpus: list[Path], texts: Path | None, framework_name: str) -> dict[str, Scores]:
    """The scores of the rules alone, and of rules and classifier together."""
    framework = read_framework(framework_name)
    nlp = load_pipeline(framework)
    gold = read_labels(path, framework)
    known = [s for file in corpus for s in read_labels(file, framework)] + examples(framework)
    more = read_documents(texts) if texts else []
    alone = load_coder(framework, "none")
    rules = [join_found(s, tag(as_document(s), nlp, alone), framework) for s in gold]
    joined: list[Labelled | None] = [None] * len(gold)
    for learning, test in GroupKFold(FOLDS).split(gold, groups=[s.doc for s in gold]):
        held_out = {gold[i].doc for i in test}
        sample = [*(gold[i] for i in learning), *(s for s in more if s.doc not in held_out)]
        coder = ClassifierCoder(framework, learn(known, sample, framework, nlp))
        for i in test:
            joined[i] = join_found(gold[i], tag(as_document(gold[i]), nlp, coder), framework)
    whole = [found for found in joined if found is not None]
    return {"rules": evaluate(gold, rules, framework), "joined": evaluate(gold, whole, framework)}


def score_paper(path: Path, paper: Path, framework_name: str) -> dict[str, Scores]:
    """The scores on a document that is read whole."""
    framework = read_framework(framework_name)
    labels = {s.id: s for s in read_labels(path, framework)}
    nlp, document = load_pipeline(framework), read_pdf(paper)
    scores = {}
    for name, coder in (("rules", load_coder(framework, "none")), ("joined", load_coder(framework))):
        found = {_key(s.text): s for s in from_tagged(tag(document, nlp, coder), framework)}
        missing = set(labels) - set(found)
        if missing:
            print(
                f"{len(missing)} of {len(labels)} labelled sentences are not in the text, and count as not found"
            )
        pairs = [(s, found.get(id, Labelled(id, s.doc, "", ()))) for id, s in labels.items()]
        scores[name] = evaluate(
            [want for want, _ in pairs], [replace(got, id=want.id) for want, got in pairs], framework
        )
    return scores


def _key(text: str) -> str:
    """A hash of a sentence's letters and digits."""
    return hashlib.sha256(re.sub(r"[\W_]+", "", text.lower()).encode()).hexdigest()[:16]


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("labels", type=Path)
    parser.add_argument("--corpus", type=Path, nargs="*", default=CORPUS)
    parser.add_argument("--texts", type=Path, default=TEXTS)
    parser.add_argument("--framework", default="production_education")
    parser.add_argument("--paper", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.paper:
        scores = score_paper(options.labels, options.paper, options.framework)
    else:
        scores = score(options.labels, options.corpus, options.texts, options.framework)
    if options.json:
        print(json.dumps({name: asdict(s) for name, s in scores.items()}))
        return
    names = (
        "element_micro_f1", "element_precision", "element_recall", "element_macro_f1", "status_accuracy", "link_f1",
        "answer_f1",
    )  # fmt: skip
    print(f"{'':20}{'rules':>22}{'with classifier':>22}")
    for name in names:
        cells = []
        for s in scores.values():
            value, interval = getattr(s, name), s.intervals[name]
            cells.append(
                "not defined" if interval is None else f"{value:.3f} ({interval[0]:.2f}–{interval[1]:.2f})"
            )
        print(f"{name:20}" + "".join(f"{cell:>22}" for cell in cells))
    for id, row in scores["joined"].by_element.items():
        rule = scores["rules"].by_element.get(id)
        print(f"{id:6}{_three(rule) if rule else ''}   {_three(row)}  n {row.labelled}")


def _three(score: ElementScore) -> str:
    """Precision, recall and F1 of an element; a dash for what is not defined."""
    figures = {"P": score.precision, "R": score.recall, "F": score.f1}
    return " ".join(f"{name} {'–' if value is None else f'{value:.2f}'}" for name, value in figures.items())


if __name__ == "__main__":
    main()

"""Score tagging on labelled sentences that nothing was learned from, each read alone: rules, and the built-in classifier.

    python benchmarks/tagging.py ../shared/gold/gold_dev.jsonl [--json] [--encoder FOLDER]
    python benchmarks/tagging.py build/real/official.jsonl
    python benchmarks/tagging.py ../shared/gold/gold_dev.jsonl --write build/real/official.jsonl
    python benchmarks/tagging.py benchmarks/paper.jsonl --paper ../shared/papers/meng-2025.pdf

`real_sentences.py` makes the second file: sentences of parliaments from whose records nothing was learned. With --paper, a
whole document is tagged; its labels go by a hash of each sentence's letters, as the text is not part of the project.
With --write, the figures become those that the built-in classifier states of itself; those of pairs and claims then rest on the
sentences of both files. With --encoder, such as `models/encoder/policyloom_encoder`, they are those of the classifier with that encoder.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from policyloom import load_coder, load_pipeline, read_framework, read_pdf, tag
from policyloom.coders.classifier import ClassifierCoder, read_encoder
from policyloom.files import write_bytes
from policyloom.framework import Framework
from policyloom.learn.evaluation import code_labelled
from policyloom.learn.labels import Labelled, from_tagged, read_labels
from policyloom.learn.scores import ElementScore, Scores, evaluate
from policyloom.records import Accuracy, Coder, Measured

MEASURED = Path("pipeline/policyloom/frameworks/production_education.measured.json")
SOURCE = (
    "187 sentences of 30 real documents, each read alone; the classifier learned from none of them, but some had been seen "
    "when the terms were written"
)


TIES_SOURCE = (
    "{n} sentences of {n_documents} real documents, each read alone; the classifier learned from none of them"
)
"""Which labels pairs and claims were measured on."""


def load_with_encoder(framework: Framework, encoder: Path | None) -> Coder:
    """The classifier that comes with the framework, with the encoder of a folder, if one is given, and else without any."""
    coder = load_coder(framework, "classifier")
    if encoder is None or not isinstance(coder, ClassifierCoder):
        return coder
    return ClassifierCoder(framework, replace(coder.classifier, encoder=read_encoder(encoder)))


def score(paths: Sequence[Path], framework_name: str, encoder: Path | None) -> dict[str, Scores]:
    """The scores of the rules alone, and of rules and classifier together, on the sentences of all files."""
    framework = read_framework(framework_name)
    gold = [sentence for path in paths for sentence in read_labels(path, framework)]
    coders = {"rules": load_coder(framework, "none"), "joined": load_with_encoder(framework, encoder)}
    return {
        name: evaluate(gold, code_labelled(gold, framework, coder), framework)
        for name, coder in coders.items()
    }


def write_measured(scores: Scores, of_ties: Scores, path: Path) -> None:
    """Writes the figures that the built-in classifier, or an encoder beside it, states of itself.

    Args:
        scores: from which those of elements are taken.
        of_ties: from which those of pairs and claims are taken.
        path: the file.
    """
    rows = scores.by_element
    source = TIES_SOURCE.format(n=of_ties.sentences, n_documents=of_ties.documents)
    measured = Measured(
        SOURCE,
        recall={id: round(row.recall, 2) for id, row in rows.items()},
        precision={id: round(row.precision, 2) for id, row in rows.items() if row.found},
        n={id: row.labelled for id, row in rows.items()},
        pairs=_rounded(of_ties.pairs, source),
        claims=_rounded(of_ties.claims, source),
        answers=_rounded(of_ties.answers, source),
    )
    text = json.dumps(asdict(measured), indent=1, ensure_ascii=False) + "\n"
    write_bytes(text.encode("utf-8"), path)


def _rounded(measured: Accuracy, source: str) -> Accuracy:
    shares = (measured.precision, measured.recall)
    precision, recall = (None if share is None else round(share, 2) for share in shares)
    return Accuracy(precision, recall, measured.n, measured.n_found, source)


def score_paper(path: Path, paper: Path, framework_name: str, encoder: Path | None) -> dict[str, Scores]:
    """The scores on a document that is read whole."""
    framework = read_framework(framework_name)
    labels = {s.id: s for s in read_labels(path, framework)}
    nlp, document = load_pipeline(framework), read_pdf(paper)
    scores = {}
    coders = {"rules": load_coder(framework, "none"), "joined": load_with_encoder(framework, encoder)}
    for name, coder in coders.items():
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
    parser.add_argument("--framework", default="production_education")
    parser.add_argument("--paper", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", type=Path, metavar="MORE_LABELS")
    parser.add_argument("--encoder", type=Path)
    options = parser.parse_args()
    if options.paper:
        scores = score_paper(options.labels, options.paper, options.framework, options.encoder)
    else:
        scores = score([options.labels], options.framework, options.encoder)
    if options.write:
        both = score([options.labels, options.write], options.framework, options.encoder)
        path = options.encoder / "measured.json" if options.encoder else MEASURED
        write_measured(scores["joined"], both["joined"], path)
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
    for name in ("pairs", "claims", "answers"):
        cells = []
        for s in scores.values():
            found = getattr(s, name)
            shares = ("–" if share is None else f"{share:.3f}" for share in (found.precision, found.recall))
            cells.append(f"{' '.join(shares)} ({found.n_found}, {found.n})")
        print(f"{name:20}" + "".join(f"{cell:>22}" for cell in cells))
    print("of pairs, claims and answers: precision, recall (found, labelled)")
    for id, row in scores["joined"].by_element.items():
        rule = scores["rules"].by_element.get(id)
        print(f"{id:6}{_three(rule) if rule else ''}   {_three(row)}  n {row.labelled}")


def _three(score: ElementScore) -> str:
    """Precision, recall and F1 of an element; a dash for what is not defined."""
    figures = {"P": score.precision, "R": score.recall, "F": score.f1}
    return " ".join(f"{name} {'–' if value is None else f'{value:.2f}'}" for name, value in figures.items())


if __name__ == "__main__":
    main()

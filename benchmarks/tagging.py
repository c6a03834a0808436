"""Score tagging on labelled sentences that nothing was learned from, each read alone: rules, and the built-in classifier.

    python benchmarks/tagging.py ../shared/gold/gold_dev.jsonl [--json] [--write] [--encoder FOLDER]
    python benchmarks/tagging.py build/real/official.jsonl
    python benchmarks/tagging.py benchmarks/paper.jsonl --paper ../shared/papers/meng-2025.pdf

`real_sentences.py` makes the second file: sentences of parliaments from whose records nothing was learned. With --paper, a
whole document is tagged; its labels go by a hash of each sentence's letters, as the text is not part of the project.
With --write, the figures become those that the built-in classifier states of itself; with --encoder, such as
`models/encoder/policyloom_encoder`, those of the classifier with that encoder.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from dataclasses import asdict, replace
from pathlib import Path

from policyloom import load_coder, load_pipeline, read_framework, read_pdf, tag
from policyloom.coders.classifier import ClassifierCoder, read_encoder
from policyloom.files import write_bytes
from policyloom.framework import Framework
from policyloom.learn.evaluation import code_labelled
from policyloom.learn.labels import Labelled, from_tagged, read_labels
from policyloom.learn.scores import ElementScore, Scores, evaluate
from policyloom.records import Coder, Measured

MEASURED = Path("pipeline/policyloom/frameworks/production_education.measured.json")
SOURCE = (
    "187 sentences of 30 real documents, each read alone; the classifier learned from none of them, but some had been seen "
    "when the terms were written"
)


def load_with_encoder(framework: Framework, encoder: Path | None) -> Coder:
    """The classifier that comes with the framework, with the encoder of a folder, if one is given, and else without any."""
    coder = load_coder(framework, "classifier")
    if encoder is None or not isinstance(coder, ClassifierCoder):
        return coder
    return ClassifierCoder(framework, replace(coder.classifier, encoder=read_encoder(encoder)))


def score(path: Path, framework_name: str, encoder: Path | None) -> dict[str, Scores]:
    """The scores of the rules alone, and of rules and classifier together."""
    framework = read_framework(framework_name)
    gold = read_labels(path, framework)
    coders = {"rules": load_coder(framework, "none"), "joined": load_with_encoder(framework, encoder)}
    return {
        name: evaluate(gold, code_labelled(gold, framework, coder), framework)
        for name, coder in coders.items()
    }


def write_measured(scores: Scores, path: Path) -> None:
    """Writes the figures that the built-in classifier, or an encoder beside it, states of itself."""
    rows = scores.by_element
    measured = Measured(
        SOURCE,
        recall={id: round(row.recall, 2) for id, row in rows.items()},
        precision={id: round(row.precision, 2) for id, row in rows.items() if row.found},
        n={id: row.labelled for id, row in rows.items()},
    )
    text = json.dumps(asdict(measured), indent=1, ensure_ascii=False) + "\n"
    write_bytes(text.encode("utf-8"), path)


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
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--encoder", type=Path)
    options = parser.parse_args()
    if options.paper:
        scores = score_paper(options.labels, options.paper, options.framework, options.encoder)
    else:
        scores = score(options.labels, options.framework, options.encoder)
    if options.write:
        write_measured(scores["joined"], options.encoder / "measured.json" if options.encoder else MEASURED)
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

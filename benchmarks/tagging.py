"""Score tagging on labelled sentences that nothing was learned from, each read alone: rules, and the built-in classifier.

    python benchmarks/tagging.py ../shared/gold/gold_dev.jsonl [--json] [--write]
    python benchmarks/tagging.py build/real/official.jsonl
    python benchmarks/tagging.py benchmarks/paper.jsonl --paper ../shared/papers/meng-2025.pdf

`real_sentences.py` makes the second file: sentences of parliaments from whose records nothing was learned. With --paper, a
whole document is tagged; its labels go by a hash of each sentence's letters, as the text is not part of the project.
With --write, the figures become those that the built-in classifier states of itself.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from dataclasses import asdict, replace
from pathlib import Path

from policyloom import load_coder, load_pipeline, read_framework, read_pdf, tag
from policyloom.files import write_bytes
from policyloom.learn.evaluation import join_found
from policyloom.learn.labels import Labelled, as_document, from_tagged, read_labels
from policyloom.learn.scores import ElementScore, Scores, evaluate
from policyloom.records import Measured

MEASURED = Path("pipeline/policyloom/frameworks/production_education.measured.json")
SOURCE = (
    "187 sentences of 30 real documents, each read alone; the classifier learned from none of them, but some had been seen "
    "when the terms were written"
)


def score(path: Path, framework_name: str) -> dict[str, Scores]:
    """The scores of the rules alone, and of rules and classifier together."""
    framework = read_framework(framework_name)
    nlp, gold = load_pipeline(framework), read_labels(path, framework)
    coders = {"rules": load_coder(framework, "none"), "joined": load_coder(framework)}
    return {
        name: evaluate(
            gold, [join_found(s, tag(as_document(s), nlp, coder), framework) for s in gold], framework
        )
        for name, coder in coders.items()
    }


def write_measured(scores: Scores) -> None:
    """Writes the figures that the built-in classifier states of itself."""
    rows = scores.by_element
    measured = Measured(
        SOURCE,
        recall={id: round(row.recall, 2) for id, row in rows.items()},
        precision={id: round(row.precision, 2) for id, row in rows.items() if row.found},
        n={id: row.labelled for id, row in rows.items()},
    )
    text = json.dumps(asdict(measured), indent=1, ensure_ascii=False) + "\n"
    write_bytes(text.encode("utf-8"), MEASURED)


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
    parser.add_argument("--framework", default="production_education")
    parser.add_argument("--paper", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if options.paper:
        scores = score_paper(options.labels, options.paper, options.framework)
    else:
        scores = score(options.labels, options.framework)
    if options.write:
        write_measured(scores["joined"])
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

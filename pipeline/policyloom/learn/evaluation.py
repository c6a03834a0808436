"""Score a coder on labels, with its mistakes, and on a framework's own examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from policyloom.coders import load_coder
from policyloom.coders.classifier import ClassifierCoder
from policyloom.framework import Framework
from policyloom.learn.labels import CODED, Labelled, as_document, join_found, read_labels
from policyloom.learn.scores import Scores, evaluate
from policyloom.learn.training import read_labelled
from policyloom.records import Coder, SentenceDraft, Tagged
from policyloom.tag import load_pipeline, tag, tag_together

__all__ = [
    "Example",
    "Mistake",
    "code_labelled",
    "count_sentences",
    "evaluate_labels",
    "run_examples",
]


@dataclass(frozen=True, slots=True)
class Mistake:
    """Where the labels and what was found part ways.

    Attributes:
        sentence: with its labels.
        element: the element in question.
        kind: `missed`, `false` or `status`.
        reason: why it was or was not found, in words.
        weight: how sure the tool was of its mistake, 0 to 1.
    """

    sentence: Labelled
    element: str
    kind: Literal["missed", "false", "status"]
    reason: str
    weight: float


@dataclass(frozen=True, slots=True)
class Example:
    """An example of a framework's own: whether `element` should be found in `text`, and was."""

    element: str
    text: str
    wanted: bool
    found: bool


def evaluate_labels(
    path: str | Path,
    framework: Framework,
    *,
    coder: Coder | None = None,
    model: str | None = None,
) -> tuple[Scores, list[Mistake]]:
    """The scores on a file of labels, each sentence read alone, and the mistakes, the surest first.

    Sentences about which a language model gave no usable answer are left out, so the scores then count fewer sentences.

    Args:
        path: the labels.
        framework: whose elements are scored.
        coder: the one that is scored; that of `load_coder(framework)` unless given.
        model: an installed spaCy pipeline that reads the sentences.

    Raises:
        LabelsError: the file is wrong.
    """
    coder = coder or load_coder(framework)
    nlp = load_pipeline(framework, model=model)
    labelled = read_labels(path, framework)
    tagged = tag_together([as_document(sentence) for sentence in labelled], nlp, coder)
    judged = [_was_judged(t) for t in tagged]
    labelled = tuple(sentence for sentence, there in zip(labelled, judged, strict=True) if there)
    tagged = [t for t, there in zip(tagged, judged, strict=True) if there]
    found = [join_found(sentence, t, framework) for sentence, t in zip(labelled, tagged, strict=True)]
    mistakes = _mistakes(labelled, found, tagged, read_labelled(labelled, nlp), framework, coder)
    return evaluate(labelled, found, framework), mistakes


def count_sentences(path: str | Path, framework: Framework) -> int:
    """How many sentences a file of labels has.

    Raises:
        LabelsError: the file is wrong.
    """
    return len(read_labels(path, framework))


def code_labelled(labelled: Sequence[Labelled], framework: Framework, coder: Coder) -> list[Labelled]:
    """What a coder says of labelled sentences, each read alone, in their order; those that it could not judge are left out."""
    nlp = load_pipeline(framework)
    tagged = tag_together([as_document(sentence) for sentence in labelled], nlp, coder)
    return [
        join_found(sentence, t, framework)
        for sentence, t in zip(labelled, tagged, strict=True)
        if _was_judged(t)
    ]


def _was_judged(tagged: Tagged) -> bool:
    """Whether a coder gave a usable answer about a sentence."""
    return all(part.reason != "answer" for part in tagged.unread)


def run_examples(
    framework: Framework, *, coder: Coder | None = None, model: str | None = None
) -> list[Example]:
    """Each element's own examples and counterexamples, with whether it was found in them, its parts included."""
    coder = coder or load_coder(framework)
    nlp = load_pipeline(framework, model=model)
    results = []
    for element in framework:
        for wanted, texts in ((True, element.examples), (False, element.counterexamples)):
            for text in texts:
                tagged = tag(as_document(Labelled(element.id, "", text)), nlp, coder)
                found = any(_is_part(m.label, element.id, framework) for m in tagged.mentions)
                results.append(Example(element.id, text, wanted, found))
    return results


def _mistakes(
    labelled: Sequence[Labelled],
    found: Sequence[Labelled],
    tagged: Sequence[Tagged],
    drafts: Sequence[SentenceDraft],
    framework: Framework,
    coder: Coder,
) -> list[Mistake]:
    judgements = (
        coder.classifier.judge(drafts) if isinstance(coder, ClassifierCoder) else [{} for _ in drafts]
    )
    mistakes = []
    for want, got, t, judged in zip(labelled, found, tagged, judgements, strict=True):
        wanted = want.statuses
        given = {id: s for id, s in got.statuses.items() if want.coded_for is None or id in want.coded_for}
        for id in sorted(set(wanted) | set(given)):
            mentions = [m for m in t.mentions if m.kind in CODED and framework.top(m.label) == id]
            if id not in given:
                p = judged[id].probability if id in judged else 0.0
                reason = f"the classifier gives it {p:.2f}" if id in judged else "no rule fits"
                mistakes.append(Mistake(want, id, "missed", reason, 1 - p))
            elif id not in wanted:
                best = max(mentions, key=lambda m: m.probability)
                reason = f"“{t.quote(best)}” by {best.source}"
                mistakes.append(Mistake(want, id, "false", reason, best.probability))
            elif wanted[id] != given[id]:
                first = mentions[0]
                cue = f"“{t.document.text[slice(*first.cue)]}”" if first.cue else "no cue"
                mistakes.append(Mistake(want, id, "status", f"{wanted[id]}, found {given[id]} by {cue}", 0.5))
    return sorted(mistakes, key=lambda m: (-m.weight, m.sentence.id, m.element))


def _is_part(id: str, of: str, framework: Framework) -> bool:
    """Whether an element is another or beneath it; entities are neither."""
    at = id if id in framework else None
    while at not in (None, of):
        at = framework[at].parent if at else None
    return at == of

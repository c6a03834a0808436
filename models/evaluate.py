"""Scores of a pipeline directory on the test sets that `train.py` prepared.

python models/evaluate.py models/en_policyloom --corpora models/build/corpora --data ../shared/training
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.scorer import Scorer
from spacy.tokens import Doc, DocBin
from spacy.training import Example

__all__ = ["evaluate", "main", "score_boundaries", "score_entities", "score_syntax", "words_per_second"]

BOUNDARY = "\u23d0"  # the mark before each sentence but the first in the boundary test file
SYNTAX = (
    "tag_acc",
    "pos_acc",
    "morph_acc",
    "dep_uas",
    "dep_las",
    "lemma_acc",
    "sents_p",
    "sents_r",
    "sents_f",
)
ENTITY_LABELS = {
    "gmb": ("PERSON", "ORG", "GPE", "LOC", "DATE"),
    "redocred": ("PERSON", "ORG", "GPE", "LOC", "DATE"),
    "crossner_politics": ("PERSON", "ORG", "GPE", "LOC"),
    "wikigold": ("PERSON", "ORG", "GPE", "LOC"),
    "uner_ewt": ("PERSON", "ORG", "GPE", "LOC"),
    "uner_pud": ("PERSON", "ORG", "GPE", "LOC"),
    "re3d": ("PERSON", "ORG", "GPE", "LOC", "DATE"),
    "gold_seed": ("PERSON", "ORG", "GPE", "DATE", "MONEY", "LAW"),
    "gold_authored": ("PERSON", "ORG", "GPE", "DATE", "MONEY", "LAW"),
    "gold_eu": ("PERSON", "ORG", "GPE", "DATE", "MONEY", "LAW"),
}
"""The labels that each test set's annotators marked; others are not scored there."""


def score_syntax(nlp: Language, docs: Iterable[Doc], *, gold_tokens: bool = False) -> dict[str, float]:
    """spaCy's scores on raw text, or on the treebank's own tokens; LAS and UAS leave punctuation out.

    On raw text a word that the tokenizer splits differently counts as an error of the parser and,
    as recall, of every other component. `dep_las_universal` ignores subtypes (nmod:poss is nmod).
    """
    examples = [
        Example(_copy_tokens(doc, nlp) if gold_tokens else nlp.make_doc(doc.text), doc) for doc in docs
    ]
    components = [name for name in nlp.pipe_names if name != "ner"]
    scores: dict[str, Any] = {}
    with nlp.select_pipes(enable=components):
        parsed = nlp.pipe([example.predicted for example in examples], batch_size=64)
        for example, predicted in zip(examples, parsed, strict=True):
            example.predicted = predicted
        for _, component in nlp.pipeline:
            if hasattr(component, "score"):
                scores.update(component.score(examples))
    scores["dep_las_universal"] = _las_universal(examples)
    return {key: round(100 * scores[key], 2) for key in (*SYNTAX, "dep_las_universal") if scores.get(key)}


def _copy_tokens(doc: Doc, nlp: Language) -> Doc:
    return Doc(nlp.vocab, words=[t.text for t in doc], spaces=[bool(t.whitespace_) for t in doc])


def _las_universal(examples: list[Example]) -> float:
    def relation(token: Any, _: str) -> str:
        return str(token.dep_).partition(":")[0]

    scores = Scorer.score_deps(examples, "dep", getter=relation, ignore_labels=("p", "punct"))
    return float(scores["dep_las"] or 0.0)


def score_entities(
    nlp: Language, docs: Iterable[Doc], *, labels: Iterable[str]
) -> dict[str, dict[str, float]]:
    """Precision, recall and F1 by label and over all (`ALL`), exact spans; masked words are not scored."""
    counts = {label: [0, 0, 0] for label in labels}  # found and right, found and wrong, overlooked
    references = list(docs)
    for doc, predicted in zip(references, nlp.pipe([d.text for d in references]), strict=True):
        gold = {(e.start_char, e.end_char, e.label_) for e in doc.ents}
        for entity in predicted.ents:
            key = (entity.start_char, entity.end_char, entity.label_)
            if entity.label_ not in counts:
                continue
            span = doc.char_span(*key[:2], alignment_mode="expand")
            if key in gold:
                counts[entity.label_][0] += 1
                gold.remove(key)
            elif all(token.ent_iob for token in span):
                counts[entity.label_][1] += 1
        for *_, label in gold:
            if label in counts:
                counts[label][2] += 1
    counts["ALL"] = [sum(column) for column in zip(*counts.values(), strict=True)]
    return {label: _prf(*row) for label, row in counts.items() if row[0] + row[2]}


def _prf(right: int, wrong: int, overlooked: int) -> dict[str, float]:
    precision = right / (right + wrong) if right + wrong else 0.0
    recall = right / (right + overlooked) if right + overlooked else 0.0
    f = 2 * precision * recall / (precision + recall) if right else 0.0
    scores = {"p": precision, "r": recall, "f": f}
    return {key: round(100 * value, 1) for key, value in scores.items()} | {"n": right + overlooked}


def score_boundaries(nlp: Language, path: str | Path) -> dict[str, dict[str, float]]:
    """Precision, recall and F1 of sentence starts by genre, the first of each passage not counted."""
    counts: dict[str, list[int]] = {}
    for block in Path(path).read_text(encoding="utf8").split("### ")[1:]:
        genre, _, marked = block.partition("\n")
        text, gold = "", set()
        for i, sentence in enumerate(marked.strip().split(BOUNDARY)):
            if i:
                gold.add(len(text) + len(sentence) - len(sentence.lstrip()))
            text += sentence
        starts = {next((t.idx for t in sent if not t.is_space), 0) for sent in nlp(text).sents} - {0}
        row = counts.setdefault(genre.strip(), [0, 0, 0])
        for i, n in enumerate((len(starts & gold), len(starts - gold), len(gold - starts))):
            row[i] += n
    counts["ALL"] = [sum(column) for column in zip(*counts.values(), strict=True)]
    return {genre: _prf(*row) for genre, row in counts.items()}


def words_per_second(nlp: Language, texts: list[str], *, repeats: int = 3) -> float:
    """The best of some runs over the texts with every component, by the time that this process had a core."""
    best = 0.0
    for _ in range(repeats):
        begin = time.process_time()
        n_words = sum(len(doc) for doc in nlp.pipe(texts))
        best = max(best, n_words / (time.process_time() - begin))
    return best


def evaluate(model: Path, corpora: Path, data: Path | None) -> dict[str, Any]:
    """Every score that the card prints, as a JSON-able dict."""
    begin = time.perf_counter()
    nlp = spacy.load(model)
    results: dict[str, Any] = {"load_seconds": round(time.perf_counter() - begin, 2)}
    results["megabytes"] = round(sum(p.stat().st_size for p in model.rglob("*") if p.is_file()) / 1e6, 2)

    def docs(path: Path) -> list[Doc]:
        return list(DocBin().from_disk(path).get_docs(nlp.vocab))

    texts: list[str] = []
    for path in sorted(corpora.glob("syntax-test-*.spacy")):
        test, name = docs(path), path.stem.removeprefix("syntax-test-")
        texts += [doc.text for doc in test]
        results[f"syntax/{name}"] = score_syntax(nlp, test)
        results[f"syntax/{name}/gold tokens"] = score_syntax(nlp, test, gold_tokens=True)
    for path in sorted(corpora.glob("entities-test-*.spacy")):
        name = path.stem.removeprefix("entities-test-")
        labels = ENTITY_LABELS.get(name) or nlp.pipe_labels["ner"]
        results[f"entities/{name}"] = score_entities(nlp, docs(path), labels=labels)
    if data and (data / "gold_annotations/segmentation.txt").exists():
        results["boundaries"] = score_boundaries(nlp, data / "gold_annotations/segmentation.txt")
    results["words_per_second"] = round(words_per_second(nlp, texts), -2)
    return results


def main() -> None:
    """Print the scores as JSON, or write them to a file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--corpora", type=Path, default=Path(__file__).parent / "build" / "corpora")
    parser.add_argument("--data", type=Path, help="the data folder, for the sentence-boundary test")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    text = json.dumps(evaluate(options.model, options.corpora, options.data), indent=1, ensure_ascii=False)
    if options.output:
        options.output.write_text(text + "\n", encoding="utf8")
    else:
        print(text)


if __name__ == "__main__":
    main()

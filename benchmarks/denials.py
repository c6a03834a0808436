"""Score denied effects: sentences that say a mechanism did not lead to an outcome, and others that only look as if they did.

    python benchmarks/denials.py [--coder none] [--mistakes]

`denials.jsonl` beside this file holds 62 sentences that deny an effect, with the pair, and 62 that do not ("not only raised", "if
it does not raise"). They were written in the wording of the field before the rules were looked at. What was found in every
second one, from the first, was looked at while the rules were mended; in the others it was not. A denial is right where it is of a listed pair of outermost elements.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from policyloom import load_coder, load_pipeline, read_framework
from policyloom.framework import Framework
from policyloom.learn.labels import Labelled, as_document
from policyloom.network.counting import counted_claims
from policyloom.tag import tag_together

SENTENCES = Path(__file__).with_suffix(".jsonl")


def read_sentences() -> list[tuple[str, set[str]]]:
    """Each sentence with the pairs that it denies, such as `T2>S1`."""
    rows = map(json.loads, SENTENCES.read_text("utf-8").splitlines())
    return [(row["text"], set(row["denied"])) for row in rows]


def find_denied(texts: Sequence[str], framework: Framework, coder: str) -> list[set[str]]:
    """The pairs of outermost elements that each sentence is found to deny, as a network counts them."""
    documents = [as_document(Labelled(str(n), "", text)) for n, text in enumerate(texts)]
    tagged = tag_together(documents, load_pipeline(framework), load_coder(framework, coder))
    return [
        {
            f"{framework.top(one.mentions[c.mechanism].label)}>{framework.top(one.mentions[c.target].label)}"
            for c in counted_claims(one)
            if c.kind == "leads_to" and c.polarity == "negative"
        }
        for one in tagged
    ]


def score(wanted: Sequence[set[str]], found: Sequence[set[str]]) -> tuple[int, int, int]:
    """How many denials are right, how many wrong, and how many missed."""
    pairs = list(zip(wanted, found, strict=True))
    return (
        sum(len(w & f) for w, f in pairs),
        sum(len(f - w) for w, f in pairs),
        sum(len(w - f) for w, f in pairs),
    )


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--coder", default="classifier", help='"none" for rules alone')
    parser.add_argument("--mistakes", action="store_true", help="list those of the sentences looked at")
    options = parser.parse_args()
    sentences = read_sentences()
    found = find_denied([text for text, _ in sentences], read_framework(), options.coder)
    for name, start in (("looked at", 0), ("not looked at", 1)):
        wanted, got = [w for _, w in sentences[start::2]], found[start::2]
        right, wrong, missed = score(wanted, got)
        precision = right / (right + wrong) if right + wrong else float("nan")
        print(
            f"{name:15} right {right:3} wrong {wrong:3} missed {missed:3}  precision {precision:.2f} recall {right / (right + missed):.2f}"
        )
    if options.mistakes:
        for (text, wanted), got in list(zip(sentences, found, strict=True))[::2]:
            if wanted != got:
                print(sorted(wanted), sorted(got), text)


if __name__ == "__main__":
    main()

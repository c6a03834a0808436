"""How often a document is said to stress an element more or less than its peers where it does not.

    python benchmarks/peers.py

Every document of a corpus is drawn from one and the same source: paragraphs of four sentences, all of which name the element, or
none. So sentences of a paragraph go together, as in real texts. Results stand in docs/report.md.
"""

from __future__ import annotations

import argparse

import numpy as np

from policyloom.framework import Framework, read_framework
from policyloom.network import compare_with_peers, count, sum_counts
from policyloom.records import Block, Document, Mention, Metadata, Sentence, Tagged

PER_PARAGRAPH = 4
CORPORA = ((0.25, 10, 12), (0.05, 10, 12), (0.10, 30, 20), (0.02, 50, 40))
"""Share of paragraphs that name the element, documents, paragraphs of each."""


def draw_document(id: str, named: list[bool]) -> Tagged:
    """A document whose paragraphs name T1 in every sentence, or in none."""
    words = "Relief is given."
    sentences, mentions, blocks, text = [], [], [], ""
    for paragraph, is_named in enumerate(named):
        start = len(text)
        for _ in range(PER_PARAGRAPH):
            at = len(text)
            text += words + " "
            if is_named:
                mentions.append(Mention(at, at + 6, "mechanism", "T1", len(sentences)))
            sentences.append(Sentence(at, at + len(words), paragraph))
        blocks.append(Block("paragraph", start, len(text)))
    document = Document(id, f"{id}.txt", "", 0, "en", Metadata(), text, tuple(blocks))
    return Tagged(document, tuple(sentences), tuple(mentions))


def share_said(
    framework: Framework, share: float, n_documents: int, n_paragraphs: int, *, draws: int, seed: int
) -> float:
    """The share of documents of which it is said that they stress the element more, or less."""
    chance = np.random.default_rng(seed)
    said = compared = 0
    for _ in range(draws):
        documents = (
            draw_document(f"d{n}", (chance.random(n_paragraphs) < share).tolist()) for n in range(n_documents)
        )
        frame = compare_with_peers(sum_counts(count(one, framework) for one in documents), framework)
        said += int((frame["stress"] != "").sum())
        compared += len(frame)
    return said / compared


def main() -> None:
    """Prints the share for each corpus."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=20)
    draws = parser.parse_args().draws
    framework = read_framework()
    for share, n_documents, n_paragraphs in CORPORA:
        found = share_said(framework, share, n_documents, n_paragraphs, draws=draws, seed=7)
        print(
            f"{n_documents} documents of {n_paragraphs} paragraphs, {share:.0%} of which name it: said of {found:.1%}"
        )


if __name__ == "__main__":
    main()

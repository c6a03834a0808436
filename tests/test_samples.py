"""The ten sample documents of `corpus/` come out as they always have; a change here changes what users count."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from policyloom.extract import read_pdf

GOLDEN = {
    # name: (pages, characters of text, blocks by kind, lines of furniture)
    "a-province-regulation": (4, 5791, "front_matter:1 heading:6 list_item:3 paragraph:16 title:1", 8),
    "b-national-action-plan": (
        3,
        5943,
        "caption:1 front_matter:1 heading:11 paragraph:22 table:1 title:1",
        6,
    ),
    "c-industrial-college-case": (3, 4752, "footnote:2 front_matter:1 heading:6 paragraph:8 title:1", 6),
    "d-work-based-learning-paper": (
        2,
        5544,
        "caption:1 footnote:2 front_matter:6 heading:13 paragraph:9 reference:3 table:1 title:1",
        5,
    ),
    "e-trades-fact-sheet": (3, 3729, "front_matter:1 heading:5 list_item:15 paragraph:7 title:1", 6),
    "f-employer-guidance": (3, 4107, "front_matter:1 heading:7 paragraph:9 title:1", 6),
    "g-audit-report": (3, 5007, "footnote:1 front_matter:1 heading:9 list_item:6 paragraph:9 title:1", 6),
    "h-development-plan-chapter": (3, 5298, "front_matter:1 heading:10 list_item:4 paragraph:9 title:2", 6),
    "i-clean-rivers-act": (3, 3898, "front_matter:1 heading:5 list_item:23 paragraph:2 title:1", 6),
    "j-simulators-and-surgeons": (2, 3705, "front_matter:1 heading:4 paragraph:9 title:1", 4),
}


def test_every_sample_has_its_counts(corpus: Path) -> None:
    assert {path.stem for path in corpus.glob("*.pdf")} == set(GOLDEN)


@pytest.mark.parametrize("name", GOLDEN)
def test_sample_has_its_pages_characters_and_blocks(name: str, corpus: Path) -> None:
    document = read_pdf(corpus / f"{name}.pdf")
    counts = Counter(block.kind for block in document.blocks)
    kinds = " ".join(f"{kind}:{counts[kind]}" for kind in sorted(counts))
    assert (document.n_pages, len(document.text), kinds, len(document.furniture)) == GOLDEN[name]
    assert document.language == "en"
    assert document.warnings == ()


@pytest.mark.parametrize(
    ("name", "headings"),
    [
        (
            "i-clean-rivers-act",
            [
                (1, "Part I. Preliminary"),
                (1, "Part II. The Catchment Authority"),
                (1, "Part III. Discharge Permits"),
                (1, "Part IV. Levies and Incentives"),
                (1, "Part V. Enforcement"),
            ],
        ),
        (
            "b-national-action-plan",
            [
                (1, "Foreword"),
                (1, "1 Where we stand"),
                (1, "2 What we will do"),
                (2, "Part A: Steering and money"),
                (2, "Part B: Learning at work"),
                (2, "Part C: The people who teach"),
                (2, "Part D: Places and machines"),
                (2, "Part E: Fair shares"),
                (1, "3 Targets and budget"),
                (1, "4 What we expect"),
                (1, "5 What could go wrong"),
            ],
        ),
    ],
)
def test_sample_has_its_headings_with_their_levels(
    name: str, headings: list[tuple[int, str]], corpus: Path
) -> None:
    document = read_pdf(corpus / f"{name}.pdf")
    found = [(block.level, document.quote(block)) for block in document.blocks if block.kind == "heading"]
    assert found == headings

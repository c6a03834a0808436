"""The records: checked when made, and the same after a trip through JSON."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyloom.records import (
    Block,
    Box,
    Claim,
    Document,
    Line,
    Mention,
    Metadata,
    Sentence,
    Tagged,
    from_json,
    to_json,
)

TEXT = "Firms train apprentices. Wages rise."


def make_document() -> Document:
    words = ((0, 10.0, 30.0), (6, 32.0, 50.0), (12, 52.0, 99.0))
    more = ((25, 10.0, 35.0), (31, 37.0, 60.0))
    return Document(
        id="a",
        source="a.pdf",
        sha256="0" * 64,
        n_pages=2,
        language="en",
        metadata=Metadata(title="On firms", authors=("A. Writer",)),
        text=TEXT,
        blocks=(Block("paragraph", 0, len(TEXT), section=("1 Facts",), pages=(1, 2)),),
        lines=(Line(0, 24, Box(1, 10, 20, 99, 30), words), Line(25, 36, Box(2, 10, 20, 60, 30), more)),
    )


def make_tagged() -> Tagged:
    return Tagged(
        make_document(),
        (Sentence(0, 24, 0), Sentence(25, 36, 0)),
        (
            Mention(6, 23, "mechanism", "T2", 0),
            Mention(25, 35, "outcome", "S3", 1, status="planned", cue=(25, 30)),
        ),
        (Claim("leads_to", 0, 1, (6, 11), 1),),
    )


def test_quote_gives_the_words_verbatim() -> None:
    tagged = make_tagged()
    assert tagged.quote(tagged.mentions[0]) == "train apprentices"
    assert tagged.sentence(tagged.mentions[1]) == "Wages rise."
    assert tagged.section(tagged.mentions[0]) == ("1 Facts",)


def test_page_is_that_of_the_line_it_begins_on() -> None:
    tagged = make_tagged()
    assert [tagged.page(m) for m in tagged.mentions] == [1, 2]


def test_boxes_cover_the_words_of_each_line() -> None:
    assert make_document().boxes(6, 30) == (Box(1, 32, 20, 99, 30), Box(2, 10, 20, 35, 30))


@given(st.integers(0, len(TEXT) - 1), st.integers(1, len(TEXT)))
def test_boxes_stay_within_their_lines(start: int, length: int) -> None:
    document = make_document()
    for box in document.boxes(start, min(len(TEXT), start + length)):
        line = next(line.box for line in document.lines if line.box.page == box.page)
        assert line.x0 <= box.x0 <= box.x1 <= line.x1


def test_json_gives_the_record_back() -> None:
    tagged = make_tagged()
    assert from_json(Tagged, to_json(tagged)) == tagged


def test_from_json_names_the_place_of_a_mistake() -> None:
    with pytest.raises(ValueError, match=r"not a Document.*sha256"):
        from_json(Document, b'{"id": "a", "source": "b", "sha256": 3}')


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Block("poem", 0, 1), "poem"),  # type: ignore[arg-type]
        (lambda: Block("paragraph", 3, 1), "not a span"),
        (lambda: Mention(3, 3, "outcome", "S1", 0), "not a span"),
        (lambda: Mention(0, 3, "outcome", "S1", 0, status="maybe"), "affirmed, planned, lacking, negated"),  # type: ignore[arg-type]
        (lambda: Box(0, 0, 0, 1, 1), "count from 1"),
        (lambda: Box(1, 5, 0, 1, 1), "right and bottom"),
    ],
)
def test_a_wrong_record_says_what_is_allowed(make: object, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        make()  # type: ignore[operator]


def test_blocks_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="overlaps"):
        Document(
            "a", "a", "", 0, "en", Metadata(), "abcdef", (Block("paragraph", 0, 4), Block("paragraph", 3, 6))
        )

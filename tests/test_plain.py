"""Plain text: paragraphs, headings and lists of hard-wrapped and printed text, in whatever encoding."""

from __future__ import annotations

from pathlib import Path

import pytest

from policyloom.errors import DocumentError
from policyloom.extract import read_document
from policyloom.records import Document


def read(tmp_path: Path, text: str | bytes) -> Document:
    path = tmp_path / "a.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return read_document(path)


def blocks(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, document.quote(block)) for block in document.blocks]


def test_read_text_joins_words_that_a_line_end_has_cut(tmp_path: Path) -> None:
    text = "The state pays a wage sub-\nsidy for well-\nknown work-based train-\n  ing, and tax incen\u00ad\ntives.\n"
    assert (
        read(tmp_path, text).text
        == "The state pays a wage subsidy for well-known work-based training, and tax incentives."
    )


def test_read_text_sets_page_numbers_and_running_heads_aside(tmp_path: Path) -> None:
    text = (
        "SKILLS PLAN\n===========\n\nThe state pays firms a subsidy so that they\ntake on apprentices in the\n\n"
        "                 3\n\nSKILLS PLAN\n\ncounty. Wages rose.\n\n   - 4 -\n\nSKILLS PLAN\n\nEnd of it.\n"
    )
    document = read(tmp_path, text)
    assert blocks(document)[0] == ("title", "SKILLS PLAN")
    assert "3" not in document.text
    assert document.text.count("SKILLS PLAN") == 1
    assert [words for _, words in document.furniture] == ["3", "SKILLS PLAN", "- 4 -", "SKILLS PLAN"]


def test_read_text_sets_the_edges_of_marked_pages_aside(tmp_path: Path) -> None:
    pages = [
        f"County Plan 2021          Page {n}\n\nText of page {word} that runs on over the end of the\n\n{n}\n"
        for n, word in enumerate(("one", "two", "three"), 4)
    ]
    document = read(tmp_path, "Plan\n\nLead.\n\fcounty\n\f" + "\f".join(pages))
    assert "Page" not in document.text
    assert (3, "County Plan 2021 Page 4") in document.furniture
    assert (4, "5") in document.furniture


def test_read_text_sets_a_head_aside_that_stands_amid_sentences(tmp_path: Path) -> None:
    part = (
        "The state pays a subsidy to those firms that\n\nSkills Act, No. 5\n\ntrain apprentices.\n\nCosts\n\n"
    )
    document = read(tmp_path, "Act\n\n" + part * 3)
    assert "No. 5" not in document.text
    assert document.text.count("Costs") == 3


def test_read_text_joins_a_sentence_over_the_end_of_a_page(tmp_path: Path) -> None:
    text = "The state pays a subsidy to firms in the\n\n7\n\fnorthern county of the land.\n\n8\n"
    assert (
        read(tmp_path, text).text == "The state pays a subsidy to firms in the northern county of the land."
    )


@pytest.mark.parametrize(
    "line",
    [
        "3 March 2021", "Nairobi, 3 March 2021", "March 2021", "2021-03-04", "03/04/2021", "Dear Sir or Madam", "Yours sincerely",
        "Kind regards", "someone@example.org", "www.example.org", "2021",
    ],
)  # fmt: skip
def test_read_text_takes_no_date_or_greeting_for_a_heading(tmp_path: Path, line: str) -> None:
    document = read(tmp_path, f"Skills Plan\n\n{line}\n\nThe state pays firms a subsidy.\n")
    assert blocks(document)[:2] == [("title", "Skills Plan"), ("paragraph", line)]


@pytest.mark.parametrize(
    "line", ["Aims of the plan", "2. Aims", "AIMS", "Section 4", "Budget for March 2021 and after it"]
)
def test_read_text_takes_a_short_line_alone_for_a_heading(tmp_path: Path, line: str) -> None:
    document = read(tmp_path, f"Skills Plan\n\nLead.\n\n{line}\n\nThe state pays firms a subsidy.\n")
    assert blocks(document)[2] == ("heading", line)


@pytest.mark.parametrize("line", ["Section 4", "4. Aims", "AIMS OF IT", "PART II"])
def test_read_text_finds_a_heading_right_above_its_text(tmp_path: Path, line: str) -> None:
    document = read(tmp_path, f"Skills Plan\n\n{line}\nThe state pays firms a subsidy for work.\n")
    assert blocks(document)[1:] == [
        ("heading", line),
        ("paragraph", "The state pays firms a subsidy for work."),
    ]


def test_read_text_finds_chinese_headings(tmp_path: Path) -> None:
    document = read(tmp_path, "职业教育法\n\n第一章 总则\n\n国家支持职业教育，企业参与\n办学。\n")
    assert blocks(document) == [
        ("title", "职业教育法"),
        ("heading", "第一章 总则"),
        ("paragraph", "国家支持职业教育，企业参与办学。"),
    ]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Plan\n\nNairobi, 3 March 2021\n\nThe state pays.", "3 March 2021"),
        ("Plan\n\nPublished in March 2021 by the county\n\nThe state pays.", "March 2021"),
        ("Plan\n\nThe state pays.", ""),
    ],
)
def test_read_text_finds_the_printed_date(tmp_path: Path, text: str, date: str) -> None:
    assert read(tmp_path, text).metadata.date == date


def test_read_text_tells_a_list_of_references(tmp_path: Path) -> None:
    text = "Plan\n\nAims\n\nFirms train.\n\nReferences\n\nLee, A. (2020). On work.\n\nAnnex\n\nMore."
    assert [kind for kind, _ in blocks(read(tmp_path, text))] == [
        "title", "heading", "paragraph", "heading", "reference", "heading", "paragraph",
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "cp1252", "utf-32"])
def test_read_text_finds_its_encoding(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, "It is naïve – a café.\r\n".encode(encoding)).text == "It is naïve – a café."


def test_read_text_warns_where_the_encoding_is_guessed(tmp_path: Path) -> None:
    assert read(tmp_path, b"It is na\xefve.").warnings == (
        "is not Unicode; its encoding was guessed, so accents and quotes may be wrong",
    )
    assert read(tmp_path, "It is naïve.".encode("utf-16-le")).warnings == ()


def test_read_text_composes_accents(tmp_path: Path) -> None:
    assert read(tmp_path, "Cafe\u0301s train.").text == "Cafés train."


def test_read_text_refuses_what_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(DocumentError):
        read(tmp_path, b"PK\x03\x04\x00\x00\x00\x00" + bytes(range(256)) * 20)

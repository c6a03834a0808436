"""HTML files come out as the same record as PDFs: what a reader of the page sees, in blocks."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from policyloom.errors import DocumentError
from policyloom.extract import read_document
from policyloom.extract.web_tokens import find_tokens
from policyloom.records import Document

HTML = """<!doctype html><html><head><title>Skills &amp; Work</title><meta name="author" content="Ann Lee"><meta name="date" content="2021-03-04">
<script>var hidden = 1;</script></head><body><nav>Home</nav><h1>Skills and Work</h1><h2>Aims</h2>
<p>Firms train
 <b>apprentices</b>.</p><ul><li>First aim</li></ul><table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr>
</table><footer>Contact us</footer></body></html>"""


def read(tmp_path: Path, page: str | bytes) -> Document:
    path = tmp_path / "a.html"
    path.write_bytes(page if isinstance(page, bytes) else page.encode("utf-8"))
    return read_document(path)


def blocks(document: Document) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, document.quote(block)) for block in document.blocks]


def test_read_html_gives_blocks_and_leaves_out_navigation(tmp_path: Path) -> None:
    document = read(tmp_path, HTML)
    assert blocks(document) == [
        ("title", 0, "Skills and Work"),
        ("heading", 1, "Aims"),
        ("paragraph", 0, "Firms train apprentices."),
        ("list_item", 0, "• First aim"),
        ("table", 0, "a\tb\n1\t2"),
    ]
    assert document.metadata.authors == ("Ann Lee",)
    assert document.metadata.date == "2021-03-04"


@pytest.mark.parametrize(
    "left_out",
    [
        *(
            f"<{tag}>Read more</{tag}>"
            for tag in ("aside", "nav", "footer", "script", "style", "template", "noscript")
        ),
        *(f"<form><{tag}>Read more</{tag}></form>" for tag in ("button", "select", "label", "textarea")),
        *(f"<p><{tag}>Read more</{tag}></p>" for tag in ("del", "s", "strike")),
        "<div hidden>Read<p>more</p></div>",
        '<div aria-hidden="true">Read more</div>',
        '<p style="color: red; DISPLAY : none">Read more</p>',
        '<p style="visibility:hidden">Read more</p>',
        '<p><span style="text-decoration: line-through">Read more</span></p>',
        '<div role="navigation">Read more</div>',
        "<table hidden><tr><td>Read<td>more<tr><td>and<td>more</table>",
        "<!-- Read more --><![if IE]>",
    ],
)
def test_read_html_leaves_out_what_no_reader_of_the_text_sees(tmp_path: Path, left_out: str) -> None:
    assert (
        read(tmp_path, f"<p>Firms train.</p>{left_out}<p>Towns pay.</p>").text == "Firms train.\n\nTowns pay."
    )


def test_read_html_leaves_out_hidden_rows_and_cells_of_a_table(tmp_path: Path) -> None:
    page = "<table><tr><td>a<td hidden>x<td>b<tr style='display:none'><td>y<td>z<tr><td>1<td>2</table>"
    assert read(tmp_path, page).text.split() == ["a", "b", "1", "2"]


def test_read_html_reads_a_page_that_hides_all_of_itself_and_says_so(tmp_path: Path) -> None:
    document = read(tmp_path, '<body style="display:none"><p>Firms train.</p><script>show()</script></body>')
    assert document.text == "Firms train."
    assert len(document.warnings) == 1
    assert "marked as hidden" in document.warnings[0]


def test_read_html_keeps_what_was_inserted(tmp_path: Path) -> None:
    page = "<p>Towns <del>paid taxes</del><ins>pay grants</ins> to firms.</p>"
    assert read(tmp_path, page).text == "Towns pay grants to firms."


@pytest.mark.parametrize("wrapper", ["form", "fieldset", "center", "details", "main", "div"])
def test_read_html_reads_a_page_within_one_element(tmp_path: Path, wrapper: str) -> None:
    page = (
        f"<{wrapper}><div><input type=hidden value=x><h1>Skills plan</h1><p>Towns pay.</p></div></{wrapper}>"
    )
    assert blocks(read(tmp_path, page)) == [("title", 0, "Skills plan"), ("paragraph", 0, "Towns pay.")]


def test_read_html_cleans_invisible_characters(tmp_path: Path) -> None:
    page = "<p>ap&shy;prentices, em&#8203;ployment, school&#8209;based, e\ufb03cient, cafe\u0301, wide&nbsp;space</p>"
    assert read(tmp_path, page).text == "apprentices, employment, school-based, efficient, café, wide space"


def test_read_html_reads_preformatted_text_as_a_text_file(tmp_path: Path) -> None:
    page = "<pre>WORK ACT\n\nSection 1\nTowns pay firms a sub-\nsidy for work.\n\nFirms train.</pre>"
    assert blocks(read(tmp_path, page)) == [
        ("title", 0, "WORK ACT"),
        ("heading", 1, "Section 1"),
        ("paragraph", 0, "Towns pay firms a subsidy for work."),
        ("paragraph", 0, "Firms train."),
    ]


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("Towns pay<br>firms a levy.", ["Towns pay firms a levy."]),
        ("Towns pay firms.<br><br>Firms train.", ["Towns pay firms.", "Firms train."]),
        ("Tax relief<br/>Training bases", ["Tax relief", "Training bases"]),
        ("Towns pay:<br>- tax relief<br>- grants", ["Towns pay:", "• tax relief", "• grants"]),
        ("国家支持。<br>企业参与。", ["国家支持。", "企业参与。"]),
    ],
)
def test_read_html_parts_lines_as_they_read(tmp_path: Path, inside: str, expected: list[str]) -> None:
    assert [words for _, _, words in blocks(read(tmp_path, f"<p>{inside}</p>"))] == expected


def test_read_html_gives_a_list_item_its_first_block_alone(tmp_path: Path) -> None:
    page = "<ul><li><p>one</p><p>more</p><ul><li>inner</ul><li>two</ul>"
    assert blocks(read(tmp_path, page)) == [
        ("list_item", 0, "• one"),
        ("paragraph", 0, "more"),
        ("list_item", 0, "• inner"),
        ("list_item", 0, "• two"),
    ]


def test_read_html_keeps_headings_of_one_level_side_by_side(tmp_path: Path) -> None:
    document = read(tmp_path, "<h1>Plan</h1><h2>Aims</h2><h4>One</h4><p>a</p><h4>Two</h4><p>b</p>")
    assert document.blocks[-1].section == ("Aims", "Two")


def test_read_html_drops_the_mark_of_a_note_and_keeps_an_exponent(tmp_path: Path) -> None:
    page = '<p>employment<sup><a href="#n3">3</a></sup> on 5 m<sup>2</sup></p>'
    assert read(tmp_path, page).text == "employment on 5 m2"


# Tables


def cells(document: Document) -> list[tuple[str, int, int, int, int, bool]]:
    (table,) = [block for block in document.blocks if block.kind == "table"]
    return [(document.quote(c), c.row, c.column, c.row_span, c.column_span, c.is_head) for c in table.cells]


def test_read_html_places_cells_without_end_tags(tmp_path: Path) -> None:
    page = (
        "<p>Lead.<table><tr><th rowspan=2>Goal<th colspan=2>Who<tr><th>Town<th>Firm"
        "<tr><td>Jobs<td>pays<br>grants<td><p>trains.</p><p>Hires.</p></table>"
    )
    document = read(tmp_path, page)
    assert document.text == "Lead.\n\nGoal\tWho\nTown\tFirm\nJobs\tpays grants\ttrains. Hires."
    assert cells(document) == [
        ("Goal", 0, 0, 2, 1, True),
        ("Who", 0, 1, 1, 2, True),
        ("Town", 1, 1, 1, 1, True),
        ("Firm", 1, 2, 1, 1, True),
        ("Jobs", 2, 0, 1, 1, False),
        ("pays grants", 2, 1, 1, 1, False),
        ("trains. Hires.", 2, 2, 1, 1, False),
    ]


@pytest.mark.parametrize(
    "page",
    [
        "<table><tr><td>Home</td><td><h1>Plan</h1><p>Towns pay.</p></td></tr><tr><td>x</td><td>y</td></tr></table>",
        '<table role="presentation"><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr></table>',
        "<table><tr><td>Towns pay.</td></tr><tr><td>Firms train.</td></tr></table>",
        "<table><tr><td>Menu</td><td><p>Towns pay.</p><p>Firms train.</p></td></tr></table>",
        "<table><tr><td>(1)</td><td>Towns pay.</td></tr><tr><td>(2)</td><td>Firms train.</td></tr></table>",
    ],
)
def test_read_html_takes_a_layout_table_for_text(tmp_path: Path, page: str) -> None:
    assert all(block.kind != "table" for block in read(tmp_path, page).blocks)


def test_read_html_finds_the_table_within_a_layout_table(tmp_path: Path) -> None:
    page = "<table><tr><td>Home<td><p>Lead.</p><table><tr><th>a<th>b<tr><td>1<td>2</table><p>End.</p></table>"
    assert [block.kind for block in read(tmp_path, page).blocks] == [
        "paragraph",
        "paragraph",
        "table",
        "paragraph",
    ]


def test_read_html_puts_the_caption_before_its_table(tmp_path: Path) -> None:
    page = "<table><caption>Table 1. Jobs</caption><tr><td>a<td>b<tr><td>1<td>2</table>"
    assert blocks(read(tmp_path, page)) == [("caption", 0, "Table 1. Jobs"), ("table", 0, "a\tb\n1\t2")]


# Encodings


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", ""),
        ("utf-8", '<meta charset="gb2312">'),
        ("utf-16", ""),
        ("utf-16-le", '<meta charset="utf-16">'),
        ("gb18030", ""),
        ("gb18030", '<meta charset="gb2312">'),
        ("big5", '<meta http-equiv="Content-Type" content="text/html; charset=big5">'),
        ("gbk", '<?xml version="1.0" encoding="GBK"?>'),
    ],
)
def test_read_html_finds_its_encoding(tmp_path: Path, encoding: str, declared: str) -> None:
    page = f"{declared}<html><p>教育局 trains 工人，企業得到支持。</p></html>"
    if encoding == "gb18030" and not declared:
        page = page.replace("業", "业")
    assert "trains" in read(tmp_path, page.encode(encoding)).text
    assert read(tmp_path, page.encode(encoding)).text.startswith("教育局")


def test_read_html_takes_latin_1_for_what_browsers_take_it(tmp_path: Path) -> None:
    page = '<meta charset="iso-8859-1"><p>The “plan” – naïve</p>'.encode("cp1252")
    assert read(tmp_path, page).text == "The “plan” – naïve"


def test_read_html_without_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="no text"):
        read(tmp_path, "<script>only()</script>")


# Damaged pages


def test_read_html_keeps_the_text_of_tags_that_are_not_closed(tmp_path: Path) -> None:
    assert read(tmp_path, "<p>Towns pay <b>firms. <a href='x").text.startswith("Towns pay firms.")
    assert read(tmp_path, "<p>5 < 6 & 7 > 3</p>").text == "5 < 6 & 7 > 3"


@pytest.mark.parametrize(
    "part",
    [
        "<b>", "<div>", "<table><td>x", "<", "<a ", "<a b='", "<a b='>", "<!--", "</", "<?", "<![CDATA[", "&#", "<td>", "<sup>x",
        "<h1>a<div>", "<li><ul><b><b><li></li>", "<table><tr>" + "<td rowspan=65000 colspan=1000>a" * 9, "<title>",
    ],
)  # fmt: skip
def test_read_html_stays_quick_whatever_is_left_open(tmp_path: Path, part: str) -> None:
    page = "<p>Start.</p>" + part * (99_000 // len(part)) + "</i>" * 2_000
    began = time.process_time()
    assert read(tmp_path, page).text.startswith("Start.")
    assert time.process_time() - began < 10


def test_find_tokens_ends_a_tag_at_the_sign_outside_quotes() -> None:
    tokens = list(find_tokens("<A HREF='a>b' title = \"c&amp;d\" hidden>x</A >"))
    assert [(token.kind, token.value) for token in tokens] == [("start", "a"), ("text", "x"), ("end", "a")]
    assert tokens[0].attributes == {"href": "a>b", "title": "c&d", "hidden": None}

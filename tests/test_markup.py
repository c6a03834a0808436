"""HTML and Word files come out as the same record as PDFs."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import pytest

from policyloom.errors import DocumentError
from policyloom.extract import read_document
from policyloom.records import Document

HTML = """<!doctype html><html><head><title>Skills &amp; Work</title><meta name="author" content="Ann Lee"><meta name="date" content="2021-03-04">
<script>var hidden = 1;</script></head><body><nav>Home</nav><h1>Skills and Work</h1><h2>Aims</h2>
<p>Firms train
 <b>apprentices</b>.</p><ul><li>First aim</li></ul><table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr>
</table><footer>Contact us</footer></body></html>"""


def _blocks(document: Document) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, document.quote(block)) for block in document.blocks]


def test_read_html_gives_blocks_and_leaves_out_navigation(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(HTML, "utf-8")
    document = read_document(path)
    assert _blocks(document) == [
        ("title", 0, "Skills and Work"),
        ("heading", 1, "Aims"),
        ("paragraph", 0, "Firms train apprentices."),
        ("list_item", 0, "• First aim"),
        ("table", 0, "a\tb\n1\t2"),
    ]
    assert document.metadata.authors == ("Ann Lee",)
    assert document.metadata.date == "2021-03-04"


@pytest.mark.parametrize("tag", ["aside", "nav", "footer", "form", "script", "style"])
def test_read_html_leaves_out_what_stands_beside_the_text(tmp_path: Path, tag: str) -> None:
    path = tmp_path / "a.html"
    path.write_text(f"<p>Firms train.</p><{tag}>Read more</{tag}><p>Towns pay.</p>", "utf-8")
    assert read_document(path).text == "Firms train.\n\nTowns pay."


@pytest.mark.parametrize(
    ("encoding", "declared"), [("utf-8", ""), ("utf-16", ""), ("gb18030", '<meta charset="gb18030">')]
)
def test_read_html_finds_its_encoding(tmp_path: Path, encoding: str, declared: str) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(f"<html>{declared}<p>职业教育 trains</p></html>".encode(encoding))
    assert read_document(path).text == "职业教育 trains"


def test_read_html_without_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text("<script>only()</script>", "utf-8")
    with pytest.raises(DocumentError, match="no text"):
        read_document(path)


def test_read_docx_gives_blocks(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    file = docx.Document()
    file.core_properties.author = "Ann Lee"
    file.add_heading("Skills and Work", 0)
    file.add_heading("Aims", 1)
    file.add_paragraph("Firms train apprentices.")
    file.add_paragraph("First aim", style="List Bullet")
    table = file.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "a", "b"
    file.save(str(path))
    document = read_document(path)
    assert _blocks(document) == [
        ("title", 0, "Skills and Work"),
        ("heading", 1, "Aims"),
        ("paragraph", 0, "Firms train apprentices."),
        ("list_item", 0, "• First aim"),
        ("table", 0, "a\tb"),
    ]
    assert document.metadata.authors == ("Ann Lee",)


def test_read_docx_refuses_a_bomb(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", bytes(201_000_000))
    with pytest.raises(DocumentError, match="unpacks to 201,000,000 bytes"):
        read_document(path)


@pytest.mark.parametrize("data", [b"no zip", b""])
def test_read_docx_damaged_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(data)
    with pytest.raises(DocumentError, match="damaged"):
        read_document(path)

"""Files made to cost hours or gigabytes: reading takes time by their size alone, or they are refused in plain words."""

from __future__ import annotations

import os
import time
import zipfile
import zlib
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from policyloom.errors import DocumentError
from policyloom.extract import grid, limits, read_document, web, word_package
from policyloom.extract.pdf import page_objects, structure_tags
from policyloom.extract.pieces import Piece
from policyloom.records import Document

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

SECONDS = 12
"""Of processor time; with time that grows with the square of the size, each of these files takes 18 to 100."""


def read(tmp_path: Path, name: str, text: str) -> Document:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return read_document(path)


def write_docx(path: Path, body: str, **parts: str) -> Path:
    """A Word file; `parts` are the contents of its styles, footnotes and so on."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(
            "word/document.xml", f"<w:document xmlns:w='{W}'><w:body>{body}</w:body></w:document>"
        )
        for name, content in parts.items():
            packed.writestr(f"word/{name}.xml", f"<w:{name} xmlns:w='{W}'>{content}</w:{name}>")
    return path


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def write_pdf(
    path: Path, content: bytes, *, more: tuple[bytes, ...] = (), catalog: bytes = b"", page: bytes = b""
) -> Path:
    """A PDF of one page, which draws `content`; `more` are its objects from number 6 on."""
    packed = zlib.compress(content, 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R" + catalog + b">>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>" + page + b">>",
        b"<</Length %d/Filter/FlateDecode>>stream\n" % len(packed) + packed + b"\nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *more,
    ]  # fmt: skip
    out, places = b"%PDF-1.7\n", []
    for number, data in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + data + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1,
        out.rindex(b"xref\n0"),
    )
    path.write_bytes(out)
    return path


# Time


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.html", "<pre>" + "x\n" * 60_000),
        ("a.html", "Towns" + "<br>x" * 60_000),
        ("a.html", "<p>Towns.</p>" + "<title>" * 100_000 + ">"),
        ("a.html", "<p>Towns.</p>" + "<!--x>" * 100_000),
        ("a.txt", "a\tb\n" * 40_000),
        ("a.txt", "coll-\n" * 40_000),
    ],
    ids=["pre", "br", "title", "comment", "lines", "cut words"],
)  # fmt: skip
def test_reading_takes_time_by_the_size_alone(tmp_path: Path, name: str, text: str) -> None:
    began = time.process_time()
    assert read(tmp_path, name, text).text
    assert time.process_time() - began < SECONDS


def test_a_chain_of_styles_is_followed_no_further_than_word_has_it(tmp_path: Path) -> None:
    styles = "".join(
        f"<w:style w:styleId='s{i}' w:type='paragraph'><w:basedOn w:val='s{i + 1}'/></w:style>"
        for i in range(60_000)
    )
    body = paragraph("Towns pay.", "<w:pPr><w:pStyle w:val='s0'/></w:pPr>")
    began = time.process_time()
    assert read_document(write_docx(tmp_path / "a.docx", body, styles=styles)).text == "Towns pay."
    assert time.process_time() - began < SECONDS


def test_cells_that_reach_down_cost_no_more_than_the_rows(tmp_path: Path) -> None:
    rows = [[grid.GridCell([Piece("paragraph", "x")], row_span=1_000)] * 2 for _ in range(60_000)]
    began = time.process_time()
    assert len(grid._place(rows)) == 60_000
    assert time.process_time() - began < SECONDS


# Size


def test_a_note_that_is_pointed_at_again_and_again_is_read_once(tmp_path: Path) -> None:
    body = "<w:p>" + "<w:r><w:t>Towns pay.</w:t><w:footnoteReference w:id='1'/></w:r>" * 1_000 + "</w:p>"
    notes = f"<w:footnote w:id='1'>{paragraph('A note.')}</w:footnote>"
    document = read_document(write_docx(tmp_path / "a.docx", body, footnotes=notes))
    assert [document.quote(b) for b in document.blocks if b.kind == "footnote"] == ["A note."]


@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.docx"])
def test_a_text_that_is_too_long_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(limits, "MAX_CHARACTERS", 1_000)
    path = tmp_path / name
    if name == "a.docx":
        write_docx(path, paragraph("x" * 1_001))
    else:
        path.write_text("x" * 1_001)
    with pytest.raises(
        DocumentError, match=r"has 1,001 characters, and the most that is read is 1,000"
    ) as caught:
        read_document(path)
    assert caught.value.kind == "too-large"


def test_pages_with_too_much_text_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_CHARACTERS", 100)
    path = write_pdf(tmp_path / "a.pdf", b"BT /F1 10 Tf 72 700 Td (" + b"word " * 30 + b") Tj ET")
    with pytest.raises(DocumentError, match="characters, and the most that is read is 100"):
        read_document(path)


def test_too_many_paragraphs_and_cells_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_BLOCKS", 10)
    cell = f"<w:tc>{paragraph('x')}</w:tc>"
    table = f"<w:tbl><w:tr>{cell * 6}</w:tr><w:tr>{cell * 5}</w:tr></w:tbl>"
    for body, n in ((paragraph("x") * 11, 11), (table, 11)):
        with pytest.raises(DocumentError, match=f"has {n} paragraphs and cells, and the most"):
            read_document(write_docx(tmp_path / "a.docx", body))


def test_a_page_with_too_many_tags_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "MAX_TAGS", 10)
    with pytest.raises(DocumentError, match="has 11 tags, and the most that is read is 10"):
        read(tmp_path, "a.html", "<b>" * 11)


def test_a_word_file_with_too_many_tags_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_package, "MAX_MARKS", 100)
    with pytest.raises(DocumentError, match="tags and attributes, and the most that is read is 100"):
        read_document(write_docx(tmp_path / "a.docx", "<w:p/>" * 100))


def test_pictures_do_not_make_a_word_file_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_package, "MAX_UNPACKED", 10_000)
    path = write_docx(tmp_path / "a.docx", paragraph("Towns pay."))
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("word/media/image1.png", bytes(100_000))
    assert read_document(path).text == "Towns pay."


@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.docx"])
def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path, name: str) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(limits.MAX_BYTES + 1)
    with pytest.raises(
        DocumentError, match="has 200,000,001 bytes, and the most that is read is 200,000,000"
    ):
        read_document(tmp_path / name)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes among files")
@pytest.mark.parametrize("name", ["a.txt", "a.pdf"])
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(DocumentError, match="is no file that can be read as a whole"):
        read_document(tmp_path / name)


# PDFs


def test_no_more_than_so_many_objects_of_a_page_are_looked_at(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", b"0 0 10 10 re f\n" * (page_objects.MAX_OBJECTS + 5_000))
    with pdfium.PdfDocument(path) as pdf:
        page = pdf[0]
        found = page_objects.list_page_objects(page.raw)
    assert len(found.addresses) == len(found.kinds) == page_objects.MAX_OBJECTS


def test_a_tree_of_tags_without_end_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    depth = 24  # each level holds the next twice: 16 million ways down
    tree = [
        b"<</Type/StructElem/S/Div/P %d 0 R/Pg 3 0 R/K %s>>"
        % (6 + i, b"[%d 0 R %d 0 R]" % (8 + i, 8 + i) if i < depth - 1 else b"0")
        for i in range(depth)
    ]
    root = b"<</Type/StructTreeRoot/K 7 0 R/ParentTree<</Nums[0[%d 0 R]]>>>>" % (6 + depth)
    path = write_pdf(
        tmp_path / "a.pdf",
        b"/P <</MCID 0>> BDC BT /F1 10 Tf 72 400 Td (Towns pay.) Tj ET EMC",
        more=(root, *tree),
        catalog=b"/MarkInfo<</Marked true>>/StructTreeRoot 6 0 R",
        page=b"/StructParents 0",
    )
    kinds: list[str] = []
    kind_of = structure_tags._kind
    monkeypatch.setattr(structure_tags, "_kind", lambda element: kinds.append("") or kind_of(element))
    assert read_document(path).text == "Towns pay."
    assert 100 < len(kinds) <= structure_tags.MAX_ELEMENTS + 1

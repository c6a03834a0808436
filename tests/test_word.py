"""Word files come out as the same record as PDFs: the text with all tracked changes accepted."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest

from policyloom.errors import DocumentError
from policyloom.extract import read_document
from policyloom.records import Document

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
NAMES = (
    f'xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def write(tmp_path: Path, body: str, **parts: str) -> Path:
    """A Word file with this body, and other parts by their names."""
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("word/document.xml", f"<w:document {NAMES}><w:body>{body}</w:body></w:document>")
        for name, content in parts.items():
            packed.writestr(f"word/{name}.xml", f"<w:{name} {NAMES}>{content}</w:{name}>")
    return path


def read(tmp_path: Path, body: str, **parts: str) -> Document:
    return read_document(write(tmp_path, body, **parts))


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def p(inside: str, properties: str = "") -> str:
    inside = inside if inside.startswith("<") else run(inside)
    return f"<w:p><w:pPr>{properties}</w:pPr>{inside}</w:p>"


def row(*cells: str, properties: str = "") -> str:
    inside = "".join(cell if cell.startswith("<w:tc>") else f"<w:tc>{p(cell)}</w:tc>" for cell in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{inside}</w:tr>"


def blocks(document: Document) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, document.quote(block)) for block in document.blocks]


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
    file.sections[0].header.paragraphs[0].text = "Running head"
    file.save(str(path))
    document = read_document(path)
    assert blocks(document) == [
        ("title", 0, "Skills and Work"),
        ("heading", 1, "Aims"),
        ("paragraph", 0, "Firms train apprentices."),
        ("list_item", 0, "• First aim"),
        ("table", 0, "a\tb"),
    ]
    assert document.metadata.authors == ("Ann Lee",)


@pytest.mark.parametrize(
    "wrapped",
    [
        "<w:ins>{}</w:ins>",
        "<w:moveTo>{}</w:moveTo>",
        "<w:smartTag>{}</w:smartTag>",
        "<w:hyperlink><w:ins>{}</w:ins></w:hyperlink>",
        '<w:fldSimple w:instr="REF x">{}</w:fldSimple>',
        "<w:customXml>{}</w:customXml>",
        "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>",
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>REF x</w:instrText><w:t>code</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>{}<w:r><w:fldChar w:fldCharType="end"/></w:r>',
    ],
)
def test_read_docx_reads_runs_within_other_elements(tmp_path: Path, wrapped: str) -> None:
    body = p(run("Towns pay ") + wrapped.format(run("tax relief")) + run(" to firms."))
    assert read(tmp_path, body).text == "Towns pay tax relief to firms."


@pytest.mark.parametrize(
    "left_out",
    [
        "<w:del><w:r><w:delText>no</w:delText></w:r></w:del>",
        f"<w:moveFrom>{run('no')}</w:moveFrom>",
        run("no", "<w:vanish/>"),
        run("no", "<w:strike/>"),
        run("no", '<w:dstrike w:val="1"/>'),
        run("no", '<w:rStyle w:val="Gone"/>'),
        "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>" + run("no") + "</w:sdtContent></w:sdt>",
    ],
)
def test_read_docx_leaves_out_deleted_hidden_and_struck_text(tmp_path: Path, left_out: str) -> None:
    styles = '<w:style w:type="character" w:styleId="Gone"><w:rPr><w:vanish/></w:rPr></w:style>'
    assert read(tmp_path, p(run("Towns ") + left_out + run("pay.")), styles=styles).text == "Towns pay."


def test_read_docx_keeps_text_whose_hiding_is_switched_off(tmp_path: Path) -> None:
    styles = '<w:style w:type="paragraph" w:styleId="Gone"><w:rPr><w:strike/></w:rPr></w:style>'
    body = p(run("Towns pay.", '<w:strike w:val="0"/>') + run(" No."), '<w:pStyle w:val="Gone"/>')
    assert read(tmp_path, body, styles=styles).text == "Towns pay."


def test_read_docx_joins_paragraphs_whose_end_is_deleted(tmp_path: Path) -> None:
    body = p("Towns pay ", "<w:rPr><w:del/></w:rPr>") + p("firms.")
    assert read(tmp_path, body).text == "Towns pay firms."


def test_read_docx_goes_on_after_a_field_without_end(tmp_path: Path) -> None:
    body = p('<w:r><w:fldChar w:fldCharType="begin"/></w:r>') + p("Towns pay.")
    assert read(tmp_path, body).text == "Towns pay."


def test_read_docx_cleans_invisible_characters(tmp_path: Path) -> None:
    body = p(
        "<w:r><w:t>appren</w:t><w:softHyphen/><w:t>tices, school</w:t><w:noBreakHyphen/><w:t>based cafe\u0301</w:t></w:r>"
    )
    assert read(tmp_path, body).text == "apprentices, school-based café"


def test_read_docx_tells_headings_by_outline_and_base_style(tmp_path: Path) -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Kapitel"><w:name w:val="Kapitel"/><w:basedOn w:val="berschrift1"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Own"><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>'
    )
    body = (
        p("Plan", '<w:pStyle w:val="berschrift1"/>')
        + p("Challenges", '<w:pStyle w:val="Kapitel"/>')
        + p("Costs", '<w:pStyle w:val="Own"/>')
        + p("Measures", '<w:outlineLvl w:val="1"/>')
        + p("Body", '<w:pStyle w:val="Own"/><w:outlineLvl w:val="9"/>')
    )
    document = read(tmp_path, body, styles=styles)
    assert blocks(document) == [
        ("title", 0, "Plan"),
        ("heading", 1, "Challenges"),
        ("heading", 2, "Costs"),
        ("heading", 2, "Measures"),
        ("paragraph", 0, "Body"),
    ]
    assert document.blocks[-1].section == ("Challenges", "Measures")


def test_read_docx_tells_list_items_by_numbering(tmp_path: Path) -> None:
    styles = '<w:style w:styleId="Own"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    body = (
        p("one", '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>')
        + p("two", '<w:pStyle w:val="Own"/>')
        + p("none", '<w:pStyle w:val="Own"/><w:numPr><w:numId w:val="0"/></w:numPr>')
    )
    assert [kind for kind, _, _ in blocks(read(tmp_path, body, styles=styles))] == [
        "list_item", "list_item", "paragraph",
    ]  # fmt: skip


def test_read_docx_sets_its_table_of_contents_aside(tmp_path: Path) -> None:
    styles = '<w:style w:styleId="Verzeichnis1"><w:name w:val="toc 1"/></w:style>'
    document = read(
        tmp_path, p("Aims 3", '<w:pStyle w:val="Verzeichnis1"/>') + p("Towns pay."), styles=styles
    )
    assert document.text == "Towns pay."
    assert document.furniture == ((0, "Aims 3"),)


def test_read_docx_puts_notes_after_their_paragraph(tmp_path: Path) -> None:
    notes = f'<w:footnote w:id="0" w:type="separator">{p("--")}</w:footnote><w:footnote w:id="2">{p("See the act.")}</w:footnote>'
    body = p(run("Towns pay") + '<w:r><w:footnoteReference w:id="2"/></w:r>' + run(".")) + p("End.")
    assert blocks(read(tmp_path, body, footnotes=notes)) == [
        ("paragraph", 0, "Towns pay."),
        ("footnote", 0, "See the act."),
        ("paragraph", 0, "End."),
    ]


def test_read_docx_reads_a_text_box_once(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{p('In a box.')}</w:txbxContent>"
    both = (
        "<w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx>"
        + box
        + "</wps:txbx></w:drawing></mc:Choice>"
        "<mc:Fallback><w:pict><v:textbox>"
        + box
        + "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert [words for _, _, words in blocks(read(tmp_path, p(run("Towns pay.") + both)))] == [
        "Towns pay.",
        "In a box.",
    ]


# Tables


def test_read_docx_gives_merged_cells_once(tmp_path: Path) -> None:
    wide = '<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>' + p("Who") + "</w:tc>"
    down = '<w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>' + p("Jobs") + "</w:tc>"
    below = f"<w:tc><w:tcPr><w:vMerge/></w:tcPr>{p('')}</w:tc>"
    two = f"<w:tc>{p('trains.')}{p('Hires.')}</w:tc>"
    body = (
        "<w:tbl>" + row("Goal", wide, properties="<w:tblHeader/>") + row(down, "Town", "pays.") + row(below, "Firm", two)
        + row("gone", "x", "y", properties="<w:del/>") + "</w:tbl>"
    )  # fmt: skip
    document = read(tmp_path, body)
    assert document.text == "Goal\tWho\nJobs\tTown\tpays.\nFirm\ttrains. Hires."
    found = [
        (document.quote(c), c.row, c.column, c.row_span, c.column_span, c.is_head)
        for c in document.blocks[0].cells
    ]
    assert found == [
        ("Goal", 0, 0, 1, 1, True),
        ("Who", 0, 1, 1, 2, True),
        ("Jobs", 1, 0, 2, 1, False),
        ("Town", 1, 1, 1, 1, False),
        ("pays.", 1, 2, 1, 1, False),
        ("Firm", 2, 1, 1, 1, False),
        ("trains. Hires.", 2, 2, 1, 1, False),
    ]


def test_read_docx_takes_a_table_of_one_column_for_text(tmp_path: Path) -> None:
    assert [kind for kind, _, _ in blocks(read(tmp_path, f"<w:tbl>{row('Towns pay.')}{row('Firms train.')}</w:tbl>"))] == [
        "paragraph", "paragraph",
    ]  # fmt: skip


def test_read_docx_reads_a_table_within_a_table(tmp_path: Path) -> None:
    inner = f"<w:tbl>{row('a', 'b')}{row('1', '2')}</w:tbl>"
    cell = f"<w:tc>{inner}{p('End.')}</w:tc>"
    body = f"<w:tbl>{row('Lead.', cell)}</w:tbl>"
    assert [words for _, _, words in blocks(read(tmp_path, body))] == ["Lead.", "a\tb\n1\t2", "End."]


# Files that are damaged or made to harm


@pytest.mark.parametrize("span", ["100000000", "9" * 400, "-3", "x"])
def test_read_docx_takes_a_cell_over_millions_of_columns(tmp_path: Path, span: str) -> None:
    wide = f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr>' + p("Who") + "</w:tc>"
    gap = f'<w:gridBefore w:val="{span}"/>'
    assert "Who" in read(tmp_path, f"<w:tbl>{row(wide, 'b')}{row('c', 'd', properties=gap)}</w:tbl>").text


@pytest.mark.parametrize("tag", ["ins", "sdt><w:sdtContent", "tbl><w:tr><w:tc", "drawing"])
def test_read_docx_refuses_what_stands_too_deep(tmp_path: Path, tag: str) -> None:
    opening = f"<w:{tag}>" * 3_000
    closing = ("</w:" + "></w:".join(reversed(tag.replace("w:", "").split("><"))) + ">") * 3_000
    with pytest.raises(DocumentError, match="damaged"):
        read(tmp_path, opening + closing)


@pytest.mark.parametrize("deep", ["ins", "smartTag"])
def test_read_docx_reads_what_stands_as_deep_as_is_allowed(tmp_path: Path, deep: str) -> None:
    inside = f"<w:{deep}>" * 235 + run("Towns pay.") + f"</w:{deep}>" * 235
    assert read(tmp_path, p(inside)).text == "Towns pay."


def test_read_docx_refuses_a_bomb(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", bytes(201_000_000))
    with pytest.raises(DocumentError, match="has 201,000,000 bytes of text when unpacked"):
        read_document(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_read_docx_refuses_entities(tmp_path: Path, encoding: str) -> None:
    declared = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE w:document [<!ENTITY a "x">]>'
    xml = f"{declared}<w:document {NAMES}><w:body>{p('&a;')}</w:body></w:document>"
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("word/document.xml", xml.encode(encoding))
    with pytest.raises(DocumentError, match="damaged"):
        read_document(path)


@pytest.mark.parametrize("data", [b"no zip", b"", b"\xd0\xcf\x11\xe0" + bytes(600)])
def test_read_docx_damaged_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(data)
    with pytest.raises(DocumentError, match="Word file"):
        read_document(path)


@pytest.mark.parametrize("at", range(0, 1_500, 37))
def test_read_docx_survives_a_byte_that_is_wrong(tmp_path: Path, at: int) -> None:
    data = bytearray(write(tmp_path, p("Towns pay."), styles="").read_bytes())
    data[at % len(data)] ^= 0x55
    path = tmp_path / "b.docx"
    path.write_bytes(data)
    try:
        read_document(path)
    except DocumentError:
        return


def test_read_docx_reads_the_strict_form(tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        xml = f"<w:document {NAMES}><w:body>{p('Towns pay.')}</w:body></w:document>".replace(W, STRICT)
        packed.writestr("word/document.xml", xml)
    path = tmp_path / "a.docx"
    path.write_bytes(data.getvalue())
    assert read_document(path).text == "Towns pay."

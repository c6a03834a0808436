"""Build the sample PDFs in this folder from the texts in ``sources/``.

``python corpus/build.py`` rewrites every PDF; with ``--check`` it writes nothing and exits 1 if a PDF differs
from what its source makes. A source is a few ``key: value`` lines between ``---`` rules and a body in a small
part of Markdown: headings, paragraphs, lists, pipe tables under a caption line, footnotes, ``**bold**``.
**One line is one sentence**; blank lines part the blocks. A ``---`` in the body ends the full-width opening
of a two-column text.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib import pagesizes
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    FrameBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

__all__ = ["Block", "Source", "find_sentences", "main", "read_source", "to_pdf"]

CORPUS = Path(__file__).resolve().parent
PAPERS = {"a4": pagesizes.A4, "a5": pagesizes.A5, "letter": pagesizes.LETTER}
FONTS = {  # standard Type-1 faces: regular, bold
    "times": ("Times-Roman", "Times-Bold"),
    "helvetica": ("Helvetica", "Helvetica-Bold"),
}
GUTTER = 20.0  # points between two columns
ROOM_BELOW_HEADING = 64.0  # points; less than this is left blank at the foot of a page
MAX_PAGES = 12  # page templates prepared for one document
MAX_PASSES = 6  # footnotes move text, which can move footnotes: lay out again until nothing moves
LIST_MARK = re.compile(r"(?:-|\d+\.|\([a-z0-9]\))\s+")
NOTE_MARK = re.compile(r"\[\^(\d+)\]")
# Words that may be divided at a line's end, for narrow justified columns; the hyphens say where.
HYPHENATED = (CORPUS / "sources" / "hyphenation.txt").read_text(encoding="utf-8").split()
SOFT_HYPHENS = {word.replace("-", ""): word.replace("-", "\u00ad") for word in HYPHENATED}


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a source; ``lines`` are its sentences, or the rows of a table."""

    kind: str  # heading | paragraph | item | table | break
    lines: tuple[str, ...] = ()
    level: int = 0  # of a heading, from 1
    mark: str = ""  # of a list item; of a table, its caption


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed source text; ``notes`` are its footnotes by number."""

    stem: str
    meta: dict[str, str]
    blocks: tuple[Block, ...]
    notes: dict[str, str]


def read_source(path: str | Path) -> Source:
    """Return the parsed source at ``path``.

    Raises:
        ValueError: The file does not open with front matter between two ``---`` lines.
    """
    path = Path(path)
    parts = path.read_text(encoding="utf-8").split("---\n", 2)
    if len(parts) != 3 or parts[0]:
        raise ValueError(f"{path}: expected front matter between two '---' lines at the top")
    pairs = (line.partition(": ") for line in parts[1].splitlines())
    meta = {key: value.strip() for key, _, value in pairs}
    blocks: list[Block] = []
    notes: dict[str, str] = {}
    for chunk in re.split(r"\n\s*\n", parts[2].strip()):
        lines = tuple(line.strip() for line in chunk.splitlines())
        if note := re.match(r"\[\^(\d+)\]: (.+)", " ".join(lines)):
            notes[note[1]] = note[2]
        elif lines == ("---",):
            blocks.append(Block("break"))
        elif lines[-1].startswith("|"):
            blocks.append(Block("table", lines[1:], mark=lines[0]))
        elif heading := re.match(r"(#+) (.+)", lines[0]):
            blocks.append(Block("heading", (heading[2],), level=len(heading[1])))
        elif LIST_MARK.match(lines[0]):
            for item in re.split(rf"\n(?={LIST_MARK.pattern})", chunk):
                mark, text = item.split(maxsplit=1)
                blocks.append(Block("item", tuple(s.strip() for s in text.splitlines()), mark=mark))
        else:
            blocks.append(Block("paragraph", lines))
    return Source(path.stem, meta, tuple(blocks), notes)


def find_sentences(source: Source) -> list[str]:
    """Return the sentences of the body, bare of Markdown, in order.

    Headings, tables, footnotes and the list under a heading "References" are left out.
    """
    sentences: list[str] = []
    for block in source.blocks:
        if block == Block("heading", ("References",), level=2):
            break
        if block.kind in {"paragraph", "item"}:
            sentences += (NOTE_MARK.sub("", line).replace("**", "") for line in block.lines)
    return sentences


def to_pdf(source: Source) -> bytes:
    """Return the PDF of a source; the same source gives the same bytes.

    Raises:
        RuntimeError: A footnote and its mark would not settle on one page.
    """
    notes_on: dict[int, list[str]] = {}
    n_pages = 0
    for _ in range(MAX_PASSES):
        target = BytesIO()
        sheet = _Sheet(target, source, notes_on=notes_on, n_pages=n_pages)
        sheet.build(_to_flowables(source, sheet))
        if (sheet.found_notes, sheet.page) == (notes_on, n_pages):
            return target.getvalue()
        notes_on, n_pages = sheet.found_notes, sheet.page
    raise RuntimeError(
        f"{source.stem}: footnotes do not settle after {MAX_PASSES} passes; reword near a page end"
    )


class _Heading(Paragraph):
    """A heading that remembers its level, for the bookmarks."""

    level = 0


class _Sheet(BaseDocTemplate):
    """The page: frames, running heads, page numbers, notes. ``notes_on`` is what an earlier pass found."""

    def __init__(
        self, target: BytesIO, source: Source, *, notes_on: dict[int, list[str]], n_pages: int
    ) -> None:
        meta = source.meta
        super().__init__(
            target,
            pagesize=PAPERS[meta["paper"]],
            title=meta["title"],
            author=meta["authors"],
            subject="Invented sample text of the policyloom corpus",
            lang="en",
            invariant=1,
            pageCompression=0,  # compressed bytes would depend on the zlib that made them
        )
        self.source, self.notes_on, self.n_pages = source, notes_on, n_pages
        self.two_columns = meta["layout"] == "two-column"
        self.edge = 50.0 if meta["paper"] == "a5" else 68.0 if self.two_columns else 88.0
        self.foot = 66.0 if meta["paper"] == "a5" else 92.0
        self.width_in = self.pagesize[0] - 2 * self.edge
        self.found_notes: dict[int, list[str]] = {}
        self.outline_depth = -1
        self.style = _styles(meta, two_columns=self.two_columns)
        self.opening = _opening(source, self.style)
        self.addPageTemplates([self._page_template(n) for n in range(1, MAX_PAGES + 1)])

    def _page_template(self, number: int) -> PageTemplate:
        bottom, top = self.foot + self._notes_height(number), self.pagesize[1] - self.foot
        frame = partial(Frame, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
        frames = []
        if self.two_columns and number == 1:
            wrapped = [(f.wrap(self.width_in, top)[1], f.getSpaceAfter()) for f in self.opening]
            height = sum(map(sum, wrapped)) + 12
            frames.append(frame(self.edge, top - height, self.width_in, height))
            top -= height
        n_columns = 2 if self.two_columns else 1
        width = (self.width_in - GUTTER * (n_columns - 1)) / n_columns
        lefts = [self.edge + i * (width + GUTTER) for i in range(n_columns)]
        frames += [frame(left, bottom, width, top - bottom) for left in lefts]
        after = f"page-{min(number + 1, MAX_PAGES)}"
        return PageTemplate(f"page-{number}", frames, onPage=self._furnish, autoNextPageTemplate=after)

    def _notes(self, number: int) -> list[Paragraph]:
        texts = ((n, self.source.notes[n]) for n in self.notes_on.get(number, ()))
        raised = '<super rise="2.5" size="5.5">'
        return [Paragraph(f"{raised}{n}</super> {_markup(text)}", self.style["note"]) for n, text in texts]

    def _notes_height(self, number: int) -> float:
        notes = self._notes(number)
        return sum(note.wrap(self.width_in, 400)[1] for note in notes) + (14 if notes else 0)

    def _furnish(self, canvas: Canvas, _: BaseDocTemplate) -> None:
        """Draw what stands on the page outside its text, and listen for footnote marks."""
        number, (width, height), meta = self.page, self.pagesize, self.source.meta
        notes = self.found_notes.setdefault(number, [])
        canvas.setNamedCB("note_mark", lambda _canvas, _kind, note: notes.append(note))
        canvas.saveState()
        canvas.setFont(FONTS[meta["font"]][0], 8)
        left, right = meta["running_head"].split(" | ")
        if number % 2:
            canvas.drawRightString(width - self.edge, height - self.foot + 26, right)
        else:
            canvas.drawString(self.edge, height - self.foot + 26, left)
        label = f"Page {number} of {self.n_pages}" if meta["page_number"] == "of-total" else str(number)
        canvas.drawCentredString(width / 2, self.foot - 40, label)
        if number == 1 and "notice" in meta:
            canvas.drawString(self.edge, self.foot - 24, meta["notice"])
        y = self.foot + self._notes_height(number) - 8
        for i, note in enumerate(self._notes(number)):
            if i == 0:
                canvas.setLineWidth(0.4)
                canvas.line(self.edge, y + 2, self.edge + 90, y + 2)
            y -= note.wrap(self.width_in, 400)[1]
            note.drawOn(canvas, self.edge, y)
        canvas.restoreState()

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 (reportlab's name)
        """Add a bookmark for a heading that has just been set."""
        if isinstance(flowable, _Heading) and self.source.meta["bookmarks"] == "true":
            depth = min(max(flowable.level - 1, 0), self.outline_depth + 1)
            key = f"heading-{self.canv.getPageNumber()}-{self.seq.next('heading')}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.getPlainText(), key, depth)
            self.outline_depth = depth


def _styles(meta: dict[str, str], *, two_columns: bool) -> dict[str, ParagraphStyle]:
    regular, bold = FONTS[meta["font"]]
    size = float(meta["size"])
    align = TA_JUSTIFY if meta["font"] == "times" or two_columns else TA_LEFT
    body = partial(
        ParagraphStyle, fontName=regular, bulletFontName=regular, fontSize=size, leading=size * 1.36,
        spaceAfter=size * 0.6, embeddedHyphenation=1, allowWidows=0, allowOrphans=0,
    )  # fmt: skip
    head = partial(body, fontName=bold, alignment=TA_LEFT, embeddedHyphenation=0)
    large = size + 6
    return {
        "title": head("title", fontSize=large, leading=large * 1.2, spaceAfter=8, alignment=TA_CENTER),
        "byline": body("byline", alignment=TA_CENTER, spaceAfter=4),
        "paragraph": body("paragraph", alignment=align, spaceBefore=size * 0.6),
        "item": body("item", alignment=align, leftIndent=20, bulletIndent=2, spaceAfter=size * 0.35),
        "caption": body("caption", fontSize=size - 1, leading=size * 1.2, spaceBefore=4, keepWithNext=1),
        "cell": body("cell", fontSize=size - 1.5, leading=size * 1.1, spaceAfter=0),
        "cell-right": body("cell-right", fontSize=size - 1.5, leading=size * 1.1, spaceAfter=0, alignment=2),
        "note": body("note", fontSize=7.5, leading=9.5, spaceAfter=0),
        "heading-1": head("heading-1", fontSize=size + 2.5, leading=(size + 2.5) * 1.3, spaceBefore=8),
        "heading-2": head("heading-2", fontSize=size + 1.5, leading=(size + 1.5) * 1.3, spaceBefore=6),
        "heading-3": head("heading-3", spaceBefore=4),
    }


def _opening(source: Source, style: dict[str, ParagraphStyle]) -> list[Flowable]:
    """Return the title block, with the blocks before a ``---`` and the keywords."""
    meta = source.meta
    flowables: list[Flowable] = [Paragraph(_markup(meta["title"]), style["title"])]
    day = date.fromisoformat(meta["date"])
    authors = meta["authors"].replace(";", ",")
    byline = (authors, meta.get("affiliation"), f"{day.day} {day:%B %Y}", meta.get("doi"))
    flowables += [Paragraph(_markup(line), style["byline"]) for line in byline if line]
    flowables.append(Spacer(1, 8))
    if Block("break") in source.blocks:
        blocks = source.blocks[: source.blocks.index(Block("break"))]
        flowables += [f for block in blocks for f in _to_flowable(block, style, source)]
    if "keywords" in meta:
        flowables.append(Paragraph(f"<b>Keywords:</b> {_markup(meta['keywords'])}", style["paragraph"]))
    return flowables


def _to_flowables(source: Source, sheet: _Sheet) -> list[Flowable]:
    blocks = source.blocks
    if Block("break") in blocks:
        blocks = blocks[blocks.index(Block("break")) + 1 :]
    body = [flowable for block in blocks for flowable in _to_flowable(block, sheet.style, source)]
    return [*sheet.opening, *([FrameBreak()] if sheet.two_columns else []), *body]


def _to_flowable(block: Block, style: dict[str, ParagraphStyle], source: Source) -> list[Flowable]:
    text = _markup(" ".join(block.lines))
    if block.kind == "heading":
        heading = _Heading(text, style[f"heading-{block.level}"])
        heading.level = block.level - min(b.level for b in source.blocks if b.kind == "heading") + 1
        return [CondPageBreak(ROOM_BELOW_HEADING), heading]  # keepWithNext would never divide the next block
    if block.kind == "item":
        mark = "•" if block.mark == "-" else block.mark
        return [Paragraph(_with_soft_hyphens(text), style["item"], bulletText=mark)]
    if block.kind == "table":
        return [Paragraph(_markup(block.mark), style["caption"]), _table(block, style, source), Spacer(1, 10)]
    return [Paragraph(_with_soft_hyphens(text), style["paragraph"])]


def _table(block: Block, style: dict[str, ParagraphStyle], source: Source) -> Table:
    rows = [[_markup(cell.strip()) for cell in line.strip("|").split("|")] for line in block.lines]
    del rows[1]  # the |---| line
    columns = list(zip(*rows, strict=True))
    rows[0] = [f"<b>{cell}</b>" for cell in rows[0]]
    wide = max(range(len(columns)), key=lambda i: len(max(columns[i][1:], key=len)))
    looks = [style["cell" if i <= wide else "cell-right"] for i in range(len(columns))]
    cells = [[Paragraph(cell, look) for cell, look in zip(row, looks, strict=True)] for row in rows]
    longest = [max(len(word) for cell in column for word in cell.split()) for column in columns]
    widths = [None if i == wide else 14 + 4.6 * n for i, n in enumerate(longest)]
    look: list[tuple[object, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
    ]
    if source.meta["tables"] == "ruled":
        look.append(("GRID", (0, 0), (-1, -1), 0.5, "black"))
    return Table(cells, colWidths=widths, style=TableStyle(look), repeatRows=1)


def _markup(text: str) -> str:
    """Return Markdown as reportlab's markup: bold, and raised marks that report the page they land on."""
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(text))
    return NOTE_MARK.sub(r'<super rise="3" size="6.5">\1</super><onDraw name="note_mark" label="\1"/>', text)


def _with_soft_hyphens(text: str) -> str:
    return re.sub(r"(?<![-\w])[A-Za-z]{7,}(?![-\w])", lambda m: SOFT_HYPHENS.get(m[0], m[0]), text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the PDFs, or with ``--check`` compare them; return the exit status."""
    parser = argparse.ArgumentParser(description="Build the sample PDFs from corpus/sources.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a PDF differs")
    check = parser.parse_args(arguments).check
    differing = []
    for path in sorted((CORPUS / "sources").glob("*.md")):
        pdf, made = CORPUS / f"{path.stem}.pdf", to_pdf(read_source(path))
        if check and not (pdf.exists() and pdf.read_bytes() == made):
            differing.append(pdf.name)
        elif not check:
            pdf.write_bytes(made)
    if differing:
        print(f"differs from its source: {', '.join(differing)}", file=sys.stderr)
    return 1 if differing else 0


if __name__ == "__main__":
    raise SystemExit(main())

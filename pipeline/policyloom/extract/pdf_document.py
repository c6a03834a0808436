"""PDF files to `Document`s."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from policyloom.errors import DocumentError
from policyloom.extract.blocks.article_matter import split_off_article_matter
from policyloom.extract.blocks.assemble import find_groups, tags_as_bookmarks
from policyloom.extract.blocks.document_text import build_text
from policyloom.extract.blocks.groups import Group
from policyloom.extract.blocks.metadata import find_metadata
from policyloom.extract.layout.contents import take_out_contents
from policyloom.extract.layout.drop_caps import join_drop_caps
from policyloom.extract.layout.furniture import MARGIN_SHARE, PageLines, set_furniture_aside
from policyloom.extract.layout.grids import Rectangle, bounds, find_grids
from policyloom.extract.layout.lines import find_lines
from policyloom.extract.layout.spacing import mend_spacing
from policyloom.extract.layout.tables import Table, find_tables
from policyloom.extract.layout.text_line import TextLine, make_line
from policyloom.extract.limits import check_size
from policyloom.extract.pdf.file import open_pdf
from policyloom.extract.pdf.ocr import read_scans
from policyloom.extract.pdf.page import Entry, Page, Word
from policyloom.extract.pdf.sheets import Sheet, make_sheets, on_sheets
from policyloom.extract.pdf.unread import find_unread, list_warnings, why_no_text
from policyloom.extract.text import clean, mend_ligatures
from policyloom.extract.words import load_known_words
from policyloom.files import show_name
from policyloom.languages.detect import SAMPLE, find_language
from policyloom.languages.layout import LayoutWords, load_layout
from policyloom.records import Document, OcrUse

__all__ = ["read_pdf"]


def read_pdf(
    path: str | Path,
    *,
    password: str | None = None,
    id: str | None = None,
    ocr: OcrUse = "auto",
    before_ocr: Callable[[int], None] | None = None,
) -> Document:
    """The document in a PDF file.

    Args:
        path: the file.
        password: for an encrypted file.
        id: the name it goes by; the file's name without ending unless given.
        ocr: `auto` reads pages without usable text by OCR where it is installed, `always` reads every page so,
            `never` none.
        before_ocr: called with the number of each such page before it is read, which takes seconds.

    Raises:
        DocumentError: the file cannot be read, or has no text.
        ValueError: `ocr` is none of its values.
    """
    path = Path(path)
    with open_pdf(path, password=password) as pdf:
        own_pages = list(_check_each(path, pdf.pages()))
        language = _find_language(own_pages)
        known_words = load_known_words(language)
        info, bookmarks = pdf.info(), pdf.bookmarks()
        scans = read_scans(pdf, own_pages, load_layout(language), known_words, use=ocr, before=before_ocr)
        bookmarks = bookmarks or tags_as_bookmarks(own_pages)
    if scans.read:
        language = _find_language(scans.pages)
        known_words = load_known_words(language)
    words = load_layout(language)
    pages = _mend_ligatures(scans.pages, known_words)
    leaves, sheets = make_sheets(pages)
    bookmarks = on_sheets(bookmarks, sheets)
    sorted_pages, tables = _sort_lines(leaves, words, known_words)
    lines, contents = take_out_contents([page.text for page in sorted_pages], words)
    tables += [Group(entries, kind="contents") for entries in contents]
    tables += [_group_of(entry, leaf) for leaf in leaves for entry in leaf.entries]
    tables.sort(key=lambda group: (group.page, group.lines[0].baseline))
    groups, article_matter = split_off_article_matter(find_groups(lines, bookmarks, tables, words), words)
    text, blocks, printed = build_text(groups, known_words, sheets)
    if not text.strip():
        raise DocumentError(path, "no-text", why_no_text(pages, scans))
    furniture = _list_furniture(sorted_pages, article_matter, pages, sheets)
    return Document(
        id=id or show_name(path.stem),
        source=show_name(path.name),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        n_pages=len(pages),
        language=language,
        metadata=find_metadata(text, blocks, furniture, info, words),
        text=text,
        blocks=blocks,
        lines=printed,
        furniture=furniture,
        warnings=list_warnings(pages, scans),
        ocr=scans.read,
        unread=find_unread(pages, scans),
    )


def _check_each(path: Path, pages: Iterable[Page]) -> Iterator[Page]:
    """The pages of a file, as long as they have no more characters than are read."""
    n_characters = 0
    for page in pages:
        n_characters += page.n_chars
        check_size(path, n_characters=n_characters)
        yield page


def _find_language(pages: Iterable[Page]) -> str:
    """The language of the first pages' words; they are parted by spaces, whatever the language."""
    words: list[str] = []
    n = 0
    for page in pages:
        words += [word.text for word in page.words]
        n += page.n_chars
        if n > SAMPLE:
            break
    return find_language(clean(" ".join(words)))


def _mend_ligatures(pages: Sequence[Page], known_words: frozenset[str]) -> list[Page]:
    """The pages with the words whole in which a font gives a wrong character for a ligature."""
    if not known_words:
        return list(pages)
    mended = mend_ligatures(
        {(word.font, word.text) for page in pages for word in page.words if not word.text.isalnum()},
        known_words,
    )
    if not mended:
        return list(pages)
    return [
        replace(
            page,
            words=tuple(
                replace(word, text=mended[word.font, word.text]) if (word.font, word.text) in mended else word
                for word in page.words
            ),
        )
        for page in pages
    ]


def _sort_lines(
    pages: Sequence[Page], words: LayoutWords, known_words: frozenset[str]
) -> tuple[list[PageLines], list[Group]]:
    """Each page's lines of text and furniture, and the ruled tables, whose lines are in neither.

    A line in a table that reaches out of the page's margins is no furniture, though it may stand on every page; a table
    within a margin is a running head.
    """
    rests: list[list[TextLine]] = []
    tables: list[list[Table]] = []
    left_out: list[list[list[Rectangle]]] = []
    for page in pages:
        grids = find_grids(page.ruled_lines, page.fills) if page.words else []
        in_margin = [grid for grid in grids if _is_in_margin(bounds(grid), page.height)]
        inner = [grid for grid in grids if grid not in in_margin]
        page_lines = join_drop_caps(mend_spacing(find_lines(page), known_words), known_words)
        found, rest = find_tables(inner, page_lines, page.fills)
        tables.append(found)
        rests.append(rest)
        left_out.append(in_margin)
    sorted_pages = []
    groups = []
    for page, sorted_lines, found, grids in zip(
        pages, set_furniture_aside(rests, words), tables, left_out, strict=True
    ):
        more, text = find_tables(grids, sorted_lines.text, page.fills) if grids else ([], sorted_lines.text)
        sorted_pages.append(replace(sorted_lines, text=tuple(text)))
        for table in sorted([*found, *more], key=lambda table: (table.top, table.x0)):
            groups.append(Group(table.lines, kind="table", cells=table.cells))
    return sorted_pages, groups


def _group_of(entry: Entry, page: Page) -> Group:
    """What is filled into a form field, set in even lines within the field's rectangle."""
    texts = entry.text.split("\n")
    pitch = (entry.bottom - entry.top) / len(texts)
    size = max(1.0, min(10.0, 0.8 * pitch))
    letter = min(0.5 * size, (entry.x1 - entry.x0) / max(len(text) for text in texts))
    lines = []
    for number, text in enumerate(texts):
        words, x = [], entry.x0
        for each in text.split():
            right = x + letter * len(each)
            baseline = entry.top + (number + 0.5) * pitch + 0.35 * size
            words.append(Word(each, x, right, baseline, size, "", False, False))
            x = right + letter
        words[-1].eol = "\n"
        lines.append(make_line(words, page.number, page.height))
    return Group(tuple(lines), kind="form_field")


def _is_in_margin(box: Rectangle, height: float) -> bool:
    return box[3] < MARGIN_SHARE * height or box[1] > (1 - MARGIN_SHARE) * height


def _list_furniture(
    sorted_pages: Sequence[PageLines],
    article_matter: Sequence[Group],
    pages: Sequence[Page],
    sheets: Sequence[Sheet],
) -> tuple[tuple[int, str], ...]:
    """The lines set aside, page by page: running heads and the like, statements and notices, then stamps."""
    lines = [line for page in sorted_pages for line in page.furniture]
    lines += [line for group in article_matter for line in group.lines]
    found = [(sheets[line.page - 1].page, line.text) for line in lines]
    found += [(page.number, text) for page in pages for text in page.asides]
    return tuple(sorted(found, key=lambda each: each[0]))

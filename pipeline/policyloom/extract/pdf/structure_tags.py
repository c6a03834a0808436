"""Read the headings that a tagged PDF names as such, from its structure tree (ISO 32000-1, 14.7), with PDFium."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from typing import Any

import pypdfium2.raw as c

from policyloom.extract.pdf.page_objects import MAX_OBJECTS

__all__ = ["find_tagged_headings", "is_tagged"]

MAX_ELEMENTS = 20_000
"""Elements of a page's tree that are looked at: a tree that holds one element twice on each level has no end."""

MAX_DEPTH = 60
"""A tree nested deeper is not read on: files can make it as deep as they like."""

_HEADING = re.compile(r"H([1-6])")


def is_tagged(pdf: Any) -> bool:
    """Whether a file says that it is tagged."""
    return bool(c.FPDFCatalog_IsTagged(pdf))


def find_tagged_headings(page: Any, textpage: Any) -> tuple[tuple[str, int], ...]:
    """The text and level of each heading that the tags name on a page, in the order of the tree.

    Args:
        page: PDFium's page.
        textpage: its text.
    """
    tree = c.FPDF_StructTree_GetForPage(page)
    if not tree:
        return ()
    try:
        roots = (
            c.FPDF_StructTree_GetChildAtIndex(tree, i) for i in range(c.FPDF_StructTree_CountChildren(tree))
        )
        left = iter(range(MAX_ELEMENTS))
        headings = [found for root in roots if root for found in _headings(root, 0, left)]
    finally:
        c.FPDF_StructTree_Close(tree)
    if not headings:
        return ()
    texts = _texts_by_mark(page, textpage, {mark for marks, _ in headings for mark in marks})
    found = (
        (" ".join("".join(texts.get(mark, "") for mark in marks).split()), level) for marks, level in headings
    )
    return tuple((text, level) for text, level in found if text)


def _headings(element: Any, depth: int, left: Iterator[int]) -> Iterator[tuple[list[int], int]]:
    """The marks of the content of each heading under an element, and its level; `left` counts what may be looked at."""
    match = _HEADING.fullmatch(_kind(element))
    if match:
        yield list(_marks(element, depth, left)), int(match[1])
    elif depth < MAX_DEPTH:
        for child in _children(element, left):
            yield from _headings(child, depth + 1, left)


def _marks(element: Any, depth: int, left: Iterator[int]) -> Iterator[int]:
    for i in range(c.FPDF_StructElement_GetMarkedContentIdCount(element)):
        mark = c.FPDF_StructElement_GetMarkedContentIdAtIndex(element, i)
        if mark >= 0:
            yield mark
    if depth < MAX_DEPTH:
        for child in _children(element, left):
            yield from _marks(child, depth + 1, left)


def _children(element: Any, left: Iterator[int]) -> Iterator[Any]:
    for i, _ in zip(range(c.FPDF_StructElement_CountChildren(element)), left, strict=False):
        child = c.FPDF_StructElement_GetChildAtIndex(element, i)
        if child:
            yield child


def _kind(element: Any) -> str:
    return _utf16(lambda buffer, size: c.FPDF_StructElement_GetType(element, buffer, size))


def _texts_by_mark(page: Any, textpage: Any, wanted: set[int]) -> dict[int, str]:
    """The text drawn under each of these marks of the page's content."""
    texts: dict[int, str] = {}
    for i in range(min(c.FPDFPage_CountObjects(page), MAX_OBJECTS)):
        item = c.FPDFPage_GetObject(page, i)
        mark = c.FPDFPageObj_GetMarkedContentID(item)
        if mark in wanted and c.FPDFPageObj_GetType(item) == c.FPDF_PAGEOBJ_TEXT:
            texts[mark] = texts.get(mark, "") + _text(item, textpage)
    return texts


def _text(item: Any, textpage: Any) -> str:
    def read(buffer: Any, size: int) -> int:
        return int(
            c.FPDFTextObj_GetText(item, textpage, ctypes.cast(buffer, ctypes.POINTER(c.FPDF_WCHAR)), size)
        )

    return _utf16(read)


def _utf16(read: Any) -> str:
    """The text that a function of PDFium writes; it takes a buffer and its size, and returns the bytes that it needs."""
    size = read(None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    read(buffer, size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")

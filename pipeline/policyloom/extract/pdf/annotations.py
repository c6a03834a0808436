"""Read what people put on a page: the values of form fields, and notes that are printed on it."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

import pypdfium2.raw as c

from policyloom.extract.pdf.page import Entry
from policyloom.extract.pdf.ruled_lines import Place

__all__ = ["read_entries"]

MAX_ENTRIES = 2_000
"""Annotations of a page that are looked at."""

MAX_VALUE = 20_000
"""Characters of a value."""

NOT_SHOWN = c.FPDF_ANNOT_FLAG_HIDDEN | c.FPDF_ANNOT_FLAG_NOVIEW
PASSWORD = 1 << 13

WORDED = (c.FPDF_FORMFIELD_TEXTFIELD, c.FPDF_FORMFIELD_COMBOBOX, c.FPDF_FORMFIELD_LISTBOX)
"""Kinds of fields whose value is words; buttons and boxes have none."""


def read_entries(page: Any, form: Any, place: Place) -> tuple[Entry, ...]:
    """The values typed or chosen in a page's form fields, and the notes written on it, from the top down.

    Args:
        page: PDFium's page.
        form: PDFium's form environment of the file; none where it has no form.
        place: from the page's coordinates to places on the page as it is shown.
    """
    found = []
    for i in range(min(MAX_ENTRIES, max(0, c.FPDFPage_GetAnnotCount(page)))):
        annotation = c.FPDFPage_GetAnnot(page, i)
        if not annotation:
            continue
        try:
            if c.FPDFAnnot_GetFlags(annotation) & NOT_SHOWN:
                continue
            text = _text_of(annotation, form)
            rectangle = c.FS_RECTF()
            if text and c.FPDFAnnot_GetRect(annotation, rectangle):
                a = place(rectangle.left, rectangle.bottom)
                b = place(rectangle.right, rectangle.top)
                found.append(Entry(text, min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])))
        finally:
            c.FPDFPage_CloseAnnot(annotation)
    return tuple(sorted(found, key=lambda entry: (entry.top, entry.x0)))


def _text_of(annotation: Any, form: Any) -> str:
    """The words of a field or printed note; none where it is something else."""
    kind = c.FPDFAnnot_GetSubtype(annotation)
    if kind == c.FPDF_ANNOT_FREETEXT:
        return _read(lambda buffer, n: c.FPDFAnnot_GetStringValue(annotation, b"Contents", buffer, n))
    if kind != c.FPDF_ANNOT_WIDGET or not form:
        return ""
    if c.FPDFAnnot_GetFormFieldType(form, annotation) not in WORDED:
        return ""
    if c.FPDFAnnot_GetFormFieldFlags(form, annotation) & PASSWORD:
        return ""
    return _read(lambda buffer, n: c.FPDFAnnot_GetFormFieldValue(form, annotation, buffer, n))


def _read(get: Any) -> str:
    """A text that PDFium writes to a buffer as UTF-16, with its lines but no empty ones."""
    n = min(get(None, 0), 2 * MAX_VALUE)
    if n <= 2:
        return ""
    buffer = (ctypes.c_ushort * (n // 2 + 1))()
    get(buffer, n)
    text = bytes(buffer)[: n - 2].decode("utf-16-le", "replace").replace("\x00", "")
    return "\n".join(_lines(text))


def _lines(text: str) -> Iterator[str]:
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        words = " ".join(line.split())
        if words:
            yield words

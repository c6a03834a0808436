"""List the objects that a page draws: texts, paths, pictures, shadings and forms."""

from __future__ import annotations

import ctypes
from typing import Any, NamedTuple

import pypdfium2.raw as c

from policyloom.extract.pdf.direct_calls import address_of, direct

__all__ = ["MAX_OBJECTS", "PageObjects", "list_form_objects", "list_page_objects"]

MAX_OBJECTS = 100_000
"""Objects of a page, or of a form, that are looked at: a file of 60 kB can draw millions of lines."""

_count = direct(c.FPDFPage_CountObjects, ctypes.c_int)
_object_at = direct(c.FPDFPage_GetObject, ctypes.c_void_p)
_count_in_form = direct(c.FPDFFormObj_CountObjects, ctypes.c_int)
_object_in_form_at = direct(c.FPDFFormObj_GetObject, ctypes.c_void_p)
_kind_of = direct(c.FPDFPageObj_GetType, ctypes.c_int)


class PageObjects(NamedTuple):
    """The objects of a page, in the order that they are drawn in.

    Attributes:
        addresses: of the objects; 0 for none.
        kinds: of each, one of PDFium's `FPDF_PAGEOBJ_…`.
    """

    addresses: list[int]
    kinds: list[int]


def list_page_objects(page: Any) -> PageObjects:
    """The first objects of PDFium's `page`, those within its forms left out."""
    return _list_objects(address_of(page), _count, _object_at)


def list_form_objects(form: int) -> PageObjects:
    """The objects of the form that has this address, those within its own forms left out."""
    return _list_objects(ctypes.c_void_p(form), _count_in_form, _object_in_form_at)


def _list_objects(parent: Any, count: Any, get: Any) -> PageObjects:
    addresses = [get(parent, i) or 0 for i in range(min(count(parent), MAX_OBJECTS))]
    return PageObjects(addresses, [_kind_of(ctypes.c_void_p(address)) for address in addresses])

"""Add annotations to a copy of a PDF, which is the file as it is with the annotations after it.

Source: ISO 32000-1, 12.5 (annotations) and 7.5.6 (incremental updates).
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policyloom.errors import DocumentError, PolicyloomError
from policyloom.framework.colours import Colour

if TYPE_CHECKING:
    from pypdf import PdfWriter
    from pypdf.generic import DictionaryObject, PdfObject

__all__ = ["PdfCopy", "Rectangle"]

Rectangle = tuple[float, float, float, float]
"""Left, bottom, right, top in a page's own coordinates."""

NOTE_SIZE = 20.0
"""Points of the sign of a note."""

NOTE_COLOUR: Colour = (1.0, 0.93, 0.6)
PRINTED = 4
"""The flag of an annotation that is printed with its page."""


class PdfCopy:
    """A copy of a PDF in work.

    Attributes:
        path: the PDF.
        author: whom every annotation names.
    """

    def __init__(self, path: str | Path, *, author: str) -> None:
        """Opens a PDF.

        Raises:
            DocumentError: the PDF is missing, encrypted or damaged.
            PolicyloomError: the extra `pdf` is not installed.
        """
        self.path, self.author = Path(path), author
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise DocumentError(path, "missing", f"cannot be opened ({error.strerror or error})") from error
        try:
            from pypdf import PdfReader, PdfWriter
        except ImportError as error:
            raise PolicyloomError(
                'marking up PDFs needs the extra pdf: pip install "policyloom[pdf]"'
            ) from error
        with self._plain_errors():
            is_encrypted = PdfReader(io.BytesIO(data)).is_encrypted
        if is_encrypted:
            raise DocumentError(path, "encrypted", "is encrypted, and a marked-up copy of it would not be")
        with self._plain_errors():
            self._pdf: PdfWriter = PdfWriter(io.BytesIO(data), incremental=True)
            self.n_pages = len(self._pdf.pages)

    def highlight(
        self,
        page: int,
        lines: Sequence[Rectangle],
        painted: Sequence[Rectangle],
        colour: Colour,
        *,
        note: str,
        name: str,
    ) -> None:
        """Highlights words of a page, with a note.

        Args:
            page: counted from 1.
            lines: where the words stand, a rectangle a line.
            painted: the parts of these that get the colour; some readers paint the whole lines.
            colour: through which the words can be read.
            note: the words of the note.
            name: of the annotation, unique in the file.
        """
        # Acrobat, and all that follow it, take the corners from left to right above, then below.
        corners = [x for a, b, c, d in lines for x in (a, d, c, d, a, b, c, b)]
        left, bottom, right, top = zip(*lines, strict=True)
        paint = "".join(f"{_numbers(a, b, c - a, d - b)} re " for a, b, c, d in painted)
        self._add(
            page, "/Highlight", (min(left), min(bottom), max(right), max(top)), f"{_numbers(*colour)} rg {paint}f",
            {"Contents": note, "NM": name}, {"QuadPoints": corners, "C": colour},
        )  # fmt: skip

    def note(self, page: int, note: str, *, name: str) -> None:
        """Puts the sign of a note, which opens at a click, into the upper left corner of a page."""
        with self._plain_errors():
            inner, outer = self._pdf.pages[page - 1].cropbox, self._pdf.pages[page - 1].mediabox
            x = max(float(inner.left), float(outer.left)) + 4
            y = min(float(inner.top), float(outer.top)) - 4 - NOTE_SIZE
        sheet = f"{_numbers(x + 2, y + 2, NOTE_SIZE - 4, NOTE_SIZE - 4)} re B "
        lines = "".join(
            f"{_numbers(x + 5, y + up)} m {_numbers(x + NOTE_SIZE - 5, y + up)} l S "
            for up in (6.5, 10, 13.5)
        )
        self._add(
            page, "/Text", (x, y, x + NOTE_SIZE, y + NOTE_SIZE),
            f"{_numbers(*NOTE_COLOUR)} rg 0.45 0.4 0.2 RG 1 w {sheet}{lines}",
            {"Contents": note, "NM": name}, {"C": NOTE_COLOUR, "Name": "/Note"},
        )  # fmt: skip

    def to_bytes(self) -> bytes:
        """The copy as a file; the same input gives the same bytes.

        Raises:
            DocumentError: the PDF is so damaged that nothing can be added to it.
        """
        buffer = io.BytesIO()
        with self._plain_errors():
            self._pdf.write(buffer)
        return buffer.getvalue()

    def _add(
        self, page: int, kind: str, box: Rectangle, paint: str, texts: dict[str, str], entries: dict[str, Any]
    ) -> None:
        """Adds an annotation that brings its own look, so that every reader draws it alike."""
        from pypdf.generic import ArrayObject, NameObject, NumberObject, StreamObject, TextStringObject

        with self._plain_errors():
            leaf = self._pdf.pages[page - 1]
            look = StreamObject()
            look.set_data(f"/Over gs {paint}".encode("ascii"))
            look.update(
                _dictionary(
                    {
                        "Type": "/XObject", "Subtype": "/Form", "BBox": box, "Group": {"S": "/Transparency"},
                        "Resources": {"ExtGState": {"Over": {"Type": "/ExtGState", "BM": "/Multiply"}}},
                    }
                )
            )  # fmt: skip
            annotation = _dictionary({"Type": "/Annot", "Subtype": kind, "Rect": box} | entries)
            annotation[NameObject("/AP")] = _dictionary({})
            annotation["/AP"][NameObject("/N")] = self._pdf._add_object(look)  # type: ignore[index]
            for key, text in (texts | {"T": self.author}).items():
                annotation[NameObject(f"/{key}")] = TextStringObject(text)
            annotation[NameObject("/F")] = NumberObject(PRINTED)
            if leaf.indirect_reference is not None:
                annotation[NameObject("/P")] = leaf.indirect_reference
            others = leaf.get("/Annots")
            reference = self._pdf._add_object(annotation)
            if others is None:
                leaf[NameObject("/Annots")] = ArrayObject([reference])
            else:
                others.get_object().append(reference)

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        """A damaged file raises whatever the library stumbles over; and its many warnings are for its developers."""
        from pypdf.errors import PyPdfError

        logger = logging.getLogger("pypdf")
        level = logger.level
        logger.setLevel(logging.CRITICAL)
        try:
            yield
        except (
            PyPdfError,
            LookupError,
            TypeError,
            ValueError,
            AttributeError,
            ArithmeticError,
            RecursionError,
            AssertionError,
        ) as error:
            raise DocumentError(
                self.path, "damaged", "is damaged so that nothing can be added to it; print it to a new PDF"
            ) from error
        finally:
            logger.setLevel(level)


def _dictionary(entries: dict[str, Any]) -> DictionaryObject:
    """A dictionary of names, dictionaries and rows of numbers."""
    from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject

    def convert(value: Any) -> PdfObject:
        if isinstance(value, str):
            return NameObject(value)
        if isinstance(value, dict):
            return _dictionary(value)
        return ArrayObject([FloatObject(f"{number:.3f}") for number in value])

    return DictionaryObject({NameObject(f"/{key}"): convert(value) for key, value in entries.items()})


def _numbers(*values: float) -> str:
    return " ".join(f"{value:.3f}" for value in values)

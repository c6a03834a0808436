"""Files on disk: written whole or not at all, tables in one form, text in whatever encoding it came.

Every file of this package is written by `write_bytes`, `open_atomic`, `open_table` or `write_csv`, and every text that
somebody else made is decoded by `decode`, or by `decode_unicode` where a wrong guess would do harm.
"""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import isnan
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "DECIMALS",
    "MAX_NAME",
    "PAGES_FOLDER",
    "UnixLines",
    "cut_cell",
    "cut_name",
    "decode",
    "decode_unicode",
    "format_cell",
    "is_unicode",
    "open_atomic",
    "open_table",
    "plain_cell",
    "safe_cell",
    "show_name",
    "write_bytes",
    "write_csv",
]

PAGES_FOLDER = "report"
"""The folder of a run in which the pages beside its report stand."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the start of a formula, with the full-width forms that some accept.

Source: OWASP, CSV Injection.
"""

_SPLIT = r"[;\t\r\n]\"*"
"""Where a spreadsheet begins a new cell within one of ours: many countries part cells by semicolons, and then quotation marks
that stand after a comma do not hold a cell together.
"""

_INNER_FORMULA = re.compile(rf"({_SPLIT})('*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
_INNER_SAFE = re.compile(rf"({_SPLIT})'('*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")

_SUSPECT = re.compile(rf"\A'*[{''.join(map(re.escape, FORMULA_STARTS))}]|[;\t\r\n]")
"""What text has in which a spreadsheet may see a formula; most has nothing of it, and is then looked at once."""

_LINE_BREAK = re.compile("[\n\r\v\f\x85\u2028\u2029]")

DECIMALS = 6
"""Decimals of every number in a table."""

BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
"""Byte order marks and the encodings that they tell; the longer come first."""

_WESTERN = (
    "àâæçéèêëîïôœùûüÿ", "äöüß", "áéíñóúü", "ãáâàçéêíõóôúü", "àèéìíòóùúî", "æøåéèôòóü", "åäöéàü", "ëïéèöüóáê",
    "áéíóúýþæöð", "àçèéíïòóúü·", "çéèïñöê",
)  # fmt: skip
_CENTRAL = (
    "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "ąćęłńóśźż", "áéíóöőúüű", "ăâîşţ", "čćđšž", "äëéçöüß",
)  # fmt: skip
LATIN_ENCODINGS = {
    "cp1252": _WESTERN,
    "cp1250": _CENTRAL,
    "iso8859_2": _CENTRAL,
    "cp1254": ("âçğıİîöşûü",),
    "mac_roman": _WESTERN,
    "cp850": _WESTERN,
}
"""The letters beyond ASCII of each language that is written in an encoding, in small letters; the likeliest come first."""

MIN_LEAD = 0.1
"""How much more of a text's letters must fit a language in another encoding than in the first."""

MIN_FIT = 0.7
"""Share of a text's letters beyond ASCII that must belong to one language for its encoding to be taken."""

MIN_GOOD_SHARE = 0.9
"""Share of a text's characters beyond ASCII that must be right for an encoding to be taken."""

MAX_CELL = 32_767
"""Characters, in UTF-16 units, that Excel takes in a cell; more of them break the row."""

MAX_NAME = 200
"""Bytes of a name in UTF-8, so that there is room for an ending; file systems take 255."""


@contextmanager
def open_atomic(path: str | Path) -> Iterator[IO[bytes]]:
    """A new file to write to, which takes its name when all is written; nothing appears if that fails."""
    path = Path(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{cut_name(path.name, 100)}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        # mkstemp gives 0600; a result is as readable as any other file of its folder.
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_bytes(data: bytes, path: str | Path) -> None:
    """Writes a file that appears whole or not at all."""
    with open_atomic(path) as file:
        file.write(data)


def safe_cell(text: str) -> str:
    """The text, with an apostrophe before it, or before a part of it, where a spreadsheet would take that for a formula.

    Text that looks so already has one more, so that `plain_cell` gives every text back.

    Example:
        >>> safe_cell("=1+1"), safe_cell("a;=1+1"), safe_cell("tax relief")
        ("'=1+1", "a;'=1+1", 'tax relief')
    """
    if _SUSPECT.search(text) is None:
        return text
    text = _INNER_FORMULA.sub(r"\1'\2", text)
    return "'" + text if text.lstrip("'").startswith(FORMULA_STARTS) else text


def plain_cell(cell: str) -> str:
    """The text of which `safe_cell` made a cell.

    Example:
        >>> plain_cell("'=1+1"), plain_cell("a;'=1+1"), plain_cell("'tis")
        ('=1+1', 'a;=1+1', "'tis")
    """
    if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA_STARTS):
        cell = cell[1:]
    return _INNER_SAFE.sub(r"\1\2", cell)


def format_cell(value: Any) -> str:
    """A cell's text: numbers to six decimals, nothing for a missing value, text that cannot become a formula.

    Text that no spreadsheet takes is cut, and says so at its end.

    Example:
        >>> format_cell(1 / 3), format_cell(None), format_cell(True), format_cell("=1+1")
        ('0.333333', '', 'True', "'=1+1")
    """
    if isinstance(value, str):
        return cut_cell(safe_cell(value))
    if value is None:
        return ""
    if isinstance(value, float):
        # Adding zero turns -0.0, which depends on the order of a sum, into 0.0.
        return "" if isnan(value) else repr(round(float(value), DECIMALS) + 0.0)
    text = str(value)
    return "" if text in ("<NA>", "NaT") else text


class UnixLines:
    """Takes lines from a CSV writer and ends them as Unix does.

    Python before 3.13 quotes a carriage return in a cell only where lines end in one; unquoted it breaks the row.
    """

    def __init__(self, text: IO[str]) -> None:
        self._text = text

    def write(self, line: str) -> int:
        """Writes one line."""
        return self._text.write(line.removesuffix("\r\n") + "\n")


def cut_cell(text: str) -> str:
    """The text, cut where a spreadsheet would break the row, with a note of its length."""
    if len(text) <= MAX_CELL // 2:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * MAX_CELL:
        return text
    note = f" [cut: {len(text):,} characters]"
    kept = units[: 2 * (MAX_CELL - len(note))].decode("utf-16-le", "ignore")
    return kept + note


@contextmanager
def open_table(
    path: str | Path, columns: Sequence[str]
) -> Iterator[Callable[[Iterable[Mapping[str, Any]]], None]]:
    """A CSV file that takes rows as they come, and appears when all are in: UTF-8 with BOM, Unix line ends.

    Raises:
        ValueError: a row lacks a column, or has one that the table does not have.
    """
    with open_atomic(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
        writer = csv.writer(UnixLines(text))
        writer.writerow(columns)
        expected = set(columns)

        def add(rows: Iterable[Mapping[str, Any]]) -> None:
            for row in rows:
                if row.keys() != expected:
                    differ = ", ".join(sorted(row.keys() ^ expected))
                    raise ValueError(f"{Path(path).name}: a row and the table's columns differ in {differ}")
                writer.writerow(format_cell(row[column]) for column in columns)

        yield add
        text.flush()
        text.detach()


def write_csv(frame: pd.DataFrame, path: str | Path) -> None:
    """Writes a frame without its index, in the form of `open_table`."""
    columns = [str(column) for column in frame.columns]
    with open_table(path, columns) as add:
        add(dict(zip(columns, row, strict=True)) for row in frame.itertuples(index=False, name=None))


def decode(data: bytes) -> str:
    """The text of a file that somebody made: by its byte order mark, as Unicode, or in the encoding it looks like.

    Raises:
        ValueError: the bytes are no text in any known encoding.
    """
    encoding = _unicode_encoding(data)
    if encoding:
        return data.decode(encoding, "replace")
    from charset_normalizer import from_bytes

    chinese = _decode_strictly(data, "gb18030")
    if chinese is not None and _looks_chinese(chinese):
        return chinese
    latin = _decode_latin(data)
    if latin is not None:
        return latin
    best = from_bytes(data).best()
    if best is None:
        raise ValueError("is no text in a known encoding; save it as UTF-8")
    return str(best)


def decode_unicode(data: bytes) -> str:
    """The text of a file that must be Unicode: by its byte order mark, which Notepad and Excel write, or else UTF-8.

    Raises:
        UnicodeDecodeError: the bytes are something else.

    Example:
        >>> decode_unicode("\ufeffid".encode("utf-16-le")), decode_unicode("\ufeffid".encode()), decode_unicode(b"id")
        ('id', 'id', 'id')
    """
    encoding = next((encoding for mark, encoding in BOMS if data.startswith(mark)), "utf-8")
    return data.decode(encoding)


def is_unicode(data: bytes) -> bool:
    """Whether a text's own bytes say that it is UTF-8, UTF-16 or UTF-32."""
    return bool(_unicode_encoding(data))


def _unicode_encoding(data: bytes) -> str:
    """The Unicode encoding of a text; empty where it is in another."""
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return encoding
    wide = _wide_encoding(data)
    if wide:
        return wide
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    if not damaged:
        return "utf-8"
    n_beyond = sum(ch > "\x7f" for ch in text)
    # Sequences of UTF-8 seldom come about by chance, so a few wrong bytes among them are damage.
    return "utf-8" if n_beyond - damaged >= 2 * damaged else ""


def _wide_encoding(data: bytes) -> str:
    """UTF-16 or UTF-32 without a byte order mark, known by its zero bytes; empty for anything else."""
    sample = data[: 20_000 - 20_000 % 4]
    if b"\x00" not in sample or len(data) % 2:
        return ""
    for encoding in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        text = _decode_strictly(sample, encoding)
        if text and sum(map(_is_common, text)) >= MIN_GOOD_SHARE * len(text):
            return encoding
    return ""


def _is_common(ch: str) -> bool:
    """Whether a character is usual in text: white space, printed ASCII, letters of Europe, Chinese and its signs."""
    return (
        ch in "\t\n\r\f"
        or " " <= ch <= "~"
        or "\u00a0" <= ch <= "\u052f"
        or "\u2010" <= ch <= "\u203a"
        or "\u3000" <= ch <= "\u30ff"
        or "\u4e00" <= ch <= "\u9fff"
        or "\uff00" <= ch <= "\uffef"
    )


def _decode_strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _looks_chinese(text: str) -> bool:
    """Whether what is beyond ASCII in a text is common Chinese, most of it in runs.

    The 3,755 characters of everyday use come first in GB 2312, so bytes of another encoding seldom give them.
    """
    beyond = [ch for ch in text if ch > "\x7f"]
    runs = re.findall(r"[^\x00-\x7f]{2,}", text)
    if not beyond or sum(map(len, runs)) < MIN_GOOD_SHARE * len(beyond):
        return False
    codes = [ch.encode("gb18030") for ch in beyond]
    words = [code for code in codes if b"\xb0\xa1" <= code[:2] <= b"\xd7\xfe" and code[1:2] >= b"\xa1"]
    signs = [code for code in codes if b"\xa1" <= code[:1] <= b"\xa3"]
    # Korean in EUC-KR has the same bytes, but none of its syllables begins with one above C8.
    is_korean = len(words) >= 10 and sum(code > b"\xc8\xfe" for code in words) < (1 - MIN_GOOD_SHARE) * len(
        words
    )
    return not is_korean and len(words) + len(signs) >= MIN_GOOD_SHARE * len(codes)


def _decode_latin(data: bytes) -> str | None:
    """The text in the encoding whose languages have its letters; None where no language of Latin script has them.

    Accented letters stand among plain ones, not in runs as in Cyrillic or Greek.
    """
    n_beyond = sum(byte > 0x7F for byte in data)
    in_runs = sum(map(len, re.findall(rb"[\x80-\xff]{3,}", data)))
    if in_runs > (1 - MIN_GOOD_SHARE) * n_beyond + 3:
        return None
    found: str | None = None
    best = 0.0
    for encoding, alphabets in LATIN_ENCODINGS.items():
        text = _decode_strictly(data, encoding)
        fit = _fit(text, alphabets) if text is not None else 0.0
        if fit >= MIN_FIT and (found is None or fit > best + MIN_LEAD):
            found, best = text, fit
    return found


def _fit(text: str, alphabets: Sequence[str]) -> float:
    """Share of a text's letters beyond ASCII that the best fitting alphabet has; a sign within a word counts as one."""
    letters: Counter[str] = Counter()
    for match in re.finditer(r"[^\x00-\x7f]", text):
        ch = match[0]
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        if ch in "’‘´–—\u00ad\u00a0":
            continue
        if before.islower() and (after.islower() or ch.isupper()):
            letters[ch] += 1  # a capital here is wrong in any language
        elif ch.isalpha() and ch not in "ªº":
            letters[ch if ch in "İı" else ch.lower()] += 1
        elif before.isalpha() and ch in "¹³¼½¾¿ºª±¶¦¬" and after.isalpha():
            letters[ch] += 1
        elif ch < "\u00a0" or "\u2500" <= ch <= "\u25ff":
            letters[ch] += 1  # control characters and lines for boxes
    n = letters.total()
    return max(sum(letters[ch] for ch in alphabet) for alphabet in alphabets) / n if n else 1.0


def cut_name(name: str, n_bytes: int) -> str:
    """The beginning of a name that takes at most this many bytes in UTF-8."""
    return name.encode("utf-8", "replace")[:n_bytes].decode("utf-8", "ignore")


def show_name(name: str | Path) -> str:
    """A file's name or path in Unicode and on one line: what cannot be shown so is a question mark."""
    text = name.as_posix() if isinstance(name, Path) else name
    return _LINE_BREAK.sub("?", text.encode("utf-8", "replace").decode("utf-8"))

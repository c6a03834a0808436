"""The text of an HTML file, in the encoding that it states or looks like."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from policyloom.extract.plain import decode_document
from policyloom.files import is_unicode

__all__ = ["decode_html"]

DECLARED_WITHIN = 4096
"""Bytes at the beginning in which an encoding is declared; browsers look at 1,024."""

MAX_WRONG_SHARE = 0.02
"""Share of a text's characters that its declared encoding may get wrong."""

_DECLARED = (
    re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w:.-]+)", re.IGNORECASE),
    re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE),
)

_WIDER = {
    "gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254",
    "iso8859-11": "cp874", "tis-620": "cp874", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs",
}  # fmt: skip
"""What browsers read instead of an encoding, as it has more characters (WHATWG Encoding Standard)."""


def decode_html(path: Path, data: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of an HTML file, and a warning where its encoding was guessed.

    A byte order mark and valid Unicode go before a declared encoding, and one that fits before a guess.

    Raises:
        DocumentError: the bytes are no text.
    """
    encoding = "" if is_unicode(data) else _find_declared(data)
    if encoding:
        text = data.decode(encoding, "replace")
        if text.count("\ufffd") <= MAX_WRONG_SHARE * len(text):
            return text, ()
    return decode_document(path, data)


def _find_declared(data: bytes) -> str:
    """The encoding that the first bytes declare; empty where there is none that is known and not UTF-16."""
    for pattern in _DECLARED:
        found = pattern.search(data[:DECLARED_WITHIN])
        if found:
            try:
                name = codecs.lookup(found[1].decode("ascii")).name
            except (LookupError, UnicodeDecodeError):
                continue
            if name.startswith(("utf-16", "utf-32", "utf-8")):
                continue  # the bytes show that they are none
            return _WIDER.get(name, name)
    return ""

"""Sentence boundaries for policy prose, as a spaCy component."""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

__all__ = ["NAME", "split_sentences"]

NAME = "policyloom_sentences"

_END = frozenset(".!?。！？…")
_CLOSE = frozenset("\"'”’)]»")
_ABBREVIATIONS = frozenset(
    "art arts no nos sec secs fig figs para paras vol vols ch pp cf al eds approx dept est govt incl inc ltd co corp bros"
    " mr mrs ms dr prof hon rev gen sr jr st vs viz etc ref refs tab reg regs cap subsec".split()
)
_BEFORE_NUMBER = frozenset(
    "art arts no nos sec secs fig figs para paras vol vols ch pp p ref tab reg regs cap".split()
)
_BEFORE_CAPITAL = frozenset("co etc ltd inc corp al".split())
_MARKED_END = re.compile(r"[a-z)\]]{2,}[.!?]\[?\d{1,3}(?:[,–-]\d{1,3})*")
_ENUM = re.compile(r"\(?(?:[a-z]|[ivx]{1,4}|\d{1,2})\)", re.IGNORECASE)


@Language.component(NAME, assigns=["token.is_sent_start"])
def split_sentences(doc: Doc) -> Doc:
    """`doc` with every token marked as starting a sentence or not.

    A full stop ends a sentence unless an abbreviation, a number ("No. 4", "Art. 3") or a small letter speaks
    against it; a semicolon does where a capital or an enumeration follows.
    """
    n = len(doc)
    start = True
    i = 0
    while i < n:
        token = doc[i]
        token.is_sent_start = start
        start = False
        text = token.text
        if text[-1] in _END or _MARKED_END.fullmatch(text) or text == ";":
            j = i + 1
            while j < n and doc[j].text in _CLOSE and not doc[j - 1].whitespace_:
                doc[j].is_sent_start = False
                j += 1
            if j < n and _is_end(doc, i, j):
                start = True
            i = j
            continue
        if "\n" in text:
            start = text.count("\n") > 1
        i += 1
    return doc


def _is_end(doc: Doc, i: int, j: int) -> bool:
    """Whether the sentence ends at token `i`, the next one being `j`."""
    text, following = doc[i].text, doc[j].text
    first = following[0]
    opens = first.isupper() or first.isdigit() or first in "\"'“‘([•" or not first.isascii()
    if text == ";":
        return first.isupper() or bool(_ENUM.match(doc[j : j + 3].text))
    if text[-1] in "!?。！？":
        return opens or not first.islower()
    if not doc[j - 1].whitespace_ and not _MARKED_END.fullmatch(text):
        return first == "[" and doc[i].nbor(-1).text.isalpha() if i else False
    before = (doc[i - 1].text if text == "." and i else text.rstrip(".")).lower()
    glued = text != "." or (i and not doc[i - 1].whitespace_)
    if before in _BEFORE_NUMBER and glued and first.isdigit():
        return False
    if before in _ABBREVIATIONS and glued:
        return (
            first.isupper() and before in _BEFORE_CAPITAL and following not in ("Ltd", "Ltd.", "Inc", "Inc.")
        )
    if len(before) == 1 and before.isalpha() and glued and first.isupper() and before != "i":
        return False
    if "." in before:  # U.S., e.g.
        return first.isupper() and before not in ("e.g", "i.e", "u.s", "u.k") and len(following) > 2
    return opens

"""Sentence boundaries for policy prose, as a spaCy component that decides before any parser does.

On policy prose the rules are right oftener than the parser of `models/en_policyloom` (docs/entities.md), which never saw
clauses, lists and headings; so they decide every boundary, with a model and without.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from spacy.attrs import SENT_START
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import compile_infix_regex

__all__ = ["NAME", "cut_glued_ends", "split_sentences"]

NAME = "policyloom_sentences"

_END = frozenset(".!?。！？…")
_OPEN = {'"': '"', "“": "”", "(": ")"}
_MARKS = frozenset(";:") | _OPEN.keys()
_CLOSE = frozenset("\"'”’)]»")
_ABBREVIATIONS = frozenset(
    "art arts no nos sec secs fig figs para paras vol vols ch pp cf al eds approx dept est govt incl inc ltd co corp bros"
    " mr mrs ms dr prof hon rev gen sr jr st vs viz etc ref refs tab reg regs cap subsec rs sdn bhd pte pvt pty jan feb mar apr jun jul aug sep"
    " sept oct nov dec blvd".split()
)
_BEFORE_NUMBER = frozenset(
    "art arts no nos sec secs fig figs para paras vol vols ch pp p ref tab reg regs cap rs jan feb mar apr jun jul aug sep sept"
    " oct nov dec".split()
)
_BEFORE_CAPITAL = frozenset("co etc ltd inc corp bhd al".split())
_BEFORE_STARTER = frozenset(
    "st blvd dept govt jr sr jan feb mar apr jun jul aug sep sept oct nov dec".split()
)
"""Abbreviations that may close a sentence, and before which one of `_STARTERS` never goes on with it: "Main St. The"."""
_COUNTRIES = frozenset(("u.s", "u.k"))
_STARTERS = frozenset(
    "The This These Those It In On At As If We They He She There And But However When While Its A An Our Their His Her Some Many"
    " Most All Both Each For From By With After Before Since Under Several Other Such No Not So Yet Also Then Thus Because"
    " Although You Instead Moreover Meanwhile Today Last Next".split()
)
"""Words with a capital that begin a sentence even after "U.S." or "Main St."."""
_MARKED_END = re.compile(r"[a-z)\]]{2,}[.!?]\[?\d{1,3}(?:[,–-]\d{1,3})*")
_ENUM = re.compile(
    r"\((?:[a-z]|[ivx]{1,4}|\d{1,2})\)|(?:[a-z]|[ivx]{1,4}|\d{1,2})\)|(?-i:[ivx]{1,4}|[a-h])\. |[•●▪]",
    re.IGNORECASE,
)
_DIVISION = re.compile(
    r"(?:(?:sec|art)\.|section|article|chapter|part|step|annex|\W)? ?(?:\d+[a-z]?|[ivx]+)(?:\.\d+)*",
    re.IGNORECASE,
)
"""What a numbered clause begins with, up to its full stop: "2", "Sec. 3", "- 4"."""
_SECTION = re.compile(r"\d{1,2}(?:\.\d{1,2}){2,3}\.?")
_REFERRING = frozenset(
    "section sections table tables figure figures paragraph paragraphs clause item and or to in of see".split()
)
_LONGEST = 1_000
"""Tokens of the longest sentence: transcripts and tables without full stops are cut at marks and line ends."""
_LONGEST_QUOTE = 60
"""Tokens up to which a quotation or bracket with several sentences stays in the sentence that gives it."""
_SHORT_LINE = 60
"""Characters; a line that ends sooner ends by intent and not because the page is full."""


_GLUED = (
    r"(?<=[a-z0-9)])[?!](?=[\"“‘'(]?[A-Z])",
    r"(?<=[0-9]{4})\.(?=[A-Z][a-z])",
    r"(?<=[.?!])[\"”](?=[A-Z])",
)
"""Ends of sentences without a space after them, in which spaCy's tokenizer sees one word: "base?A"."""


def cut_glued_ends(nlp: Language) -> None:
    """Lets a pipeline's tokenizer cut words at the ends of sentences that stand within them."""
    infixes = compile_infix_regex([*(nlp.Defaults.infixes or ()), *_GLUED])
    nlp.tokenizer.infix_finditer = infixes.finditer  # type: ignore[union-attr]


@Language.component(NAME, assigns=["token.is_sent_start"])
def split_sentences(doc: Doc) -> Doc:
    """`doc` with every token marked as starting a sentence or not.

    A full stop ends a sentence unless an abbreviation, a number ("No. 4", "Art. 3", "2. Fees"), an open quotation or a
    small letter speaks against it; a semicolon does where a capital or an enumeration follows, a colon before an
    enumeration. An empty line always does; a line end where a list item, a new clause or a short line shows it.
    """
    texts = [token.text for token in doc]
    starts = {0}
    begin, quoted_to, done = 0, 0, 0
    for i, text in enumerate(texts):
        if i in starts:
            begin = i
        elif i < done:  # closing marks belong to the sentence before
            continue
        elif text[0].isdigit() and _is_section(doc, i):
            starts.add(i)
            begin = i
        if text[-1] in _END or text in _MARKS or (text[-1].isdigit() and _MARKED_END.fullmatch(text)):
            if text in _OPEN and begin < i > quoted_to and not doc[i].whitespace_:
                quoted_to = _quote_end(doc, i)
            if text in _OPEN:
                continue
            done = _after_closing(doc, i)
            after = done + (done < len(doc) and doc[done].is_space and "\n" not in texts[done])
            if (
                quoted_to <= done
                and after < len(doc)
                and not doc[after].is_space
                and _is_end(doc, i, after, begin)
            ):
                starts.add(_after_and(doc, after))
        elif "\n" in text and i + 1 < len(doc) and (text.count("\n") > 1 or _ends_line(doc, i)):
            starts.add(i + 1)
    starts |= _cut_longest(doc, texts, starts)
    # Setting a token's `is_sent_start` looks through the whole doc each time (spaCy 3.8): one array does it at once.
    marks = [1 if i in starts else -1 for i in range(len(doc))]
    return doc.from_array([SENT_START], np.array(marks, dtype="int64").astype("uint64"))  # type: ignore[arg-type]


def _cut_longest(doc: Doc, texts: list[str], starts: set[int]) -> set[int]:
    """Further starts within sentences longer than `_LONGEST` tokens: after a line end, a semicolon, a comma, or anywhere."""
    added: set[int] = set()
    if len(doc) <= _LONGEST:
        return added
    edges = [*sorted(starts), len(doc)]
    for begin, end in zip(edges, edges[1:], strict=False):
        at = begin
        while end - at > _LONGEST:
            window = range(at + _LONGEST, at + _LONGEST // 2, -1)
            marks: tuple[str, ...] = ("\n", ";", ",")
            cut = next((i for mark in marks for i in window if mark in texts[i - 1]), at + _LONGEST)
            added.add(cut)
            at = cut
    return added


def _after_closing(doc: Doc, i: int) -> int:
    """The token after the closing marks that stand glued to token `i`."""
    j = i + 1
    while j < len(doc) and doc[j].text in _CLOSE and not doc[j - 1].whitespace_:
        j += 1
    return j


def _quote_end(doc: Doc, i: int) -> int:
    """Where the quotation or bracket that token `i` opens is over; 0 where it does not close soon."""
    close = _OPEN[doc[i].text]
    for j in range(i + 1, min(len(doc), i + _LONGEST_QUOTE)):
        if doc[j].text == close:
            return j
        if "\n" in doc[j].text:
            break
    return 0


def _is_section(doc: Doc, i: int) -> bool:
    """Whether a numbered heading begins here within a line: "… for farmers 5.9.1 Regional differences"."""
    return (
        i + 1 < len(doc)
        and doc[i].text[0].isdigit()
        and bool(_SECTION.fullmatch(doc[i].text))
        and doc[i + 1].text[0].isupper()
        and doc[i - 1].text.islower()
        and doc[i - 1].text not in _REFERRING
    )


def _ends_line(doc: Doc, i: int) -> bool:
    """Whether the line end at token `i` is a block's edge, and no page was just full."""
    first = doc[i + 1].text[0]
    if i == 0 or first.islower():
        return False
    last = i
    while last > 0 and "\n" not in doc[last - 1].text:
        last -= 1
    short = doc[i].idx - doc[last].idx < _SHORT_LINE
    marked = (
        bool(_ENUM.match(doc[i + 1 : i + 4].text))
        or first.isdigit()
        or not (first.isalnum() or first in "\"“'(")
    )
    return short or marked or doc[i - 1].text[-1] in ".!?:;"


def _after_and(doc: Doc, j: int) -> int:
    """The token at which the next item begins: "; and (c) …" begins at "(c)"."""
    return j + 1 if doc[j].lower_ in ("and", "or") and _ENUM.match(doc[j + 1 : j + 4].text) else j


def _is_glued_end(doc: Doc, i: int, j: int) -> bool:
    """Whether a sentence ends at token `i` though no space follows: "bases.The state"; not "www.Orsa.com", "report.Doc"."""
    before, word = doc[i - 1].text, doc[j].text.lstrip("\"“‘'(")
    if (
        doc[i - 1].whitespace_
        or not word[:1].isupper()
        or (not before[-1:].isalnum() and before[-1:] not in _CLOSE)
    ):
        return False
    ends_word = before[-2:].islower() or before.isdigit() or (len(before) > 2 and before.isupper())
    # In a name such as "Orsa.Com" or "www.Orsa.com" a stop follows again without a space, or stands before.
    named = (i > 1 and doc[i - 2].text == "." and not doc[i - 2].whitespace_) or (
        j + 1 < len(doc)
        and doc[j + 1].text[:1] in (".", "@")
        and not doc[j].whitespace_
        and j + 2 < len(doc)
        and not doc[j + 1].whitespace_
    )
    return ends_word and not named and before.lower() not in _ABBREVIATIONS


def _is_end(doc: Doc, i: int, j: int, begin: int) -> bool:
    """Whether the sentence that began at `begin` ends at token `i`, the next word being `j`."""
    text, following = doc[i].text, doc[j].text
    if text in ";:":
        return _ends_clause(doc, i, j)
    opens = _opens_sentence(following)
    if text[-1] in "!?。！？":
        return opens or not following[0].islower()
    if not doc[j - 1].whitespace_ and not doc[j - 1].is_space and not _MARKED_END.fullmatch(text):
        if i and following[0] == "[":
            return doc[i - 1].text.isalpha()
        return bool(i) and _is_glued_end(doc, i, j)
    if i - begin < 4 and _DIVISION.fullmatch(doc[begin : i + 1].text.removesuffix(".")):
        return False
    stop = _stop_at(doc, i, following)
    verdicts = (rule(stop) for rule in _AT_STOP)
    return next((verdict for verdict in verdicts if verdict is not None), opens)


def _ends_clause(doc: Doc, i: int, j: int) -> bool:
    """Whether the semicolon or colon at token `i` ends a sentence, the next word being `j`."""
    if _ENUM.match(doc[_after_and(doc, j) : j + 4].text):
        return True
    # Within capitals throughout, a capital tells nothing.
    shouts = i > 0 and doc[j].text.isupper() and doc[i - 1].text.isupper()
    return doc[i].text == ";" and doc[j].text[0].isupper() and not shouts


def _opens_sentence(word: str) -> bool:
    """Whether a sentence may begin with a word."""
    first = word[0]
    return first.isupper() or first.isdigit() or first in "\"'“‘([•" or not first.isascii()


class _Stop(NamedTuple):
    """A full stop with a space after it, which ends a sentence or an abbreviation.

    Attributes:
        doc: the text.
        word_at: the token of the word before it; -1 where none stands there.
        word: that word in small letters, without a full stop.
        is_joined: whether no space stands between the two.
        following: the next word.
    """

    doc: Doc
    word_at: int
    word: str
    is_joined: bool
    following: str


def _stop_at(doc: Doc, i: int, following: str) -> _Stop:
    """The full stop at token `i`, which is a token of its own or the end of a word's."""
    text = doc[i].text
    if text != ".":
        return _Stop(doc, i, text.rstrip(".").lower(), True, following)
    word = doc[i - 1].text if i else ""
    return _Stop(doc, i - 1, word.lower(), i > 0 and not doc[i - 1].whitespace_, following)


def _after_division_word(stop: _Stop) -> bool | None:
    """Not between a word such as "No." and its number."""
    return False if stop.word in _BEFORE_NUMBER and stop.is_joined and stop.following[0].isdigit() else None


def _before_starter(stop: _Stop) -> bool | None:
    """After "Main St." and the like where a word follows that begins sentences."""
    return True if stop.word in _BEFORE_STARTER and stop.following in _STARTERS else None


def _after_abbreviation(stop: _Stop) -> bool | None:
    """After an abbreviation only if it may close a sentence and a capital follows: "etc. The", not "Dr. Ong"."""
    if stop.word not in _ABBREVIATIONS or not stop.is_joined:
        return None
    goes_on = stop.following.removesuffix(".") in ("Ltd", "Inc")
    return stop.following[0].isupper() and stop.word in _BEFORE_CAPITAL and not goes_on


def _after_letter(stop: _Stop) -> bool | None:
    """After a single letter, which is mostly an initial: not "J. Smith", but "of group B. The" and "24 h. The"."""
    doc, at = stop.doc, stop.word_at
    is_letter = len(stop.word) == 1 and stop.word.isalpha() and stop.word != "i"
    if not (is_letter and stop.is_joined and stop.following[0].isupper()):
        return None
    before = doc[at - 1] if at > 0 else None
    if before and before.text.islower() and stop.following in _STARTERS and len(stop.following) > 1:
        return True
    is_unit = before is not None and before.is_digit
    return is_unit or "&" in doc[max(0, at - 1) : at + 1].text


def _after_dotted(stop: _Stop) -> bool | None:
    """After a word with full stops inside: "U.S." only before a word that begins sentences, "e.g." never."""
    word, following = stop.word, stop.following
    if "." not in word or word[0].isdigit():
        return None
    if word in _COUNTRIES:
        return following in _STARTERS
    is_label = following.rstrip(".").lower() in _BEFORE_NUMBER
    return following[0].isupper() and word not in ("e.g", "i.e") and not is_label


_AT_STOP: tuple[Callable[[_Stop], bool | None], ...] = (
    _after_division_word,
    _before_starter,
    _after_abbreviation,
    _after_letter,
    _after_dotted,
)
"""Whether a sentence ends at a full stop, by the first of these that knows; else it ends where the next word may open one."""

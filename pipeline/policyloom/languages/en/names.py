"""Names found by their head word: institutions, enterprises, government bodies, places, laws, plans.

A *run* is a stretch of capitalised words with the small words that may stand between them: "Ministry of Education and the
National Development Commission". Within a run, the last head word of a group of words ("Jinan Vocational *College*",
"*Ministry* of Education") decides what the name is; it goes left to where its group begins, over "and" between two
fields ("Science and Technology Commission"), and right over "of" and its kin, up to the next name.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

__all__ = [
    "MONTHS",
    "Found",
    "entity_words",
    "find_names",
    "head_label",
    "is_field",
    "is_kind",
    "is_opener",
    "one_of",
    "places",
    "word_set",
]


MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"


@dataclass(frozen=True, slots=True)
class Found:
    """A name or amount in a text: characters `[start, end)`, what it is, and the rule that says so."""

    start: int
    end: int
    label: str
    rule: str


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a run, or the small words or comma (`is_link`) between two of them."""

    start: int
    end: int
    text: str
    is_link: bool


@cache
def entity_words() -> dict[str, Any]:
    """The word lists of `entity_words.toml`."""
    return tomllib.loads(_data("entity_words.toml"))


@cache
def places() -> frozenset[str]:
    """Countries, regions and cities."""
    lines = (_data("countries.txt") + _data("places.txt")).splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and line[0] != "#")


def _data(name: str) -> str:
    return (resources.files("policyloom") / "languages" / "en" / name).read_text("utf-8")


def one_of(names: Iterable[str]) -> str:
    """A pattern of these names verbatim: no shorter one hides a longer, and only those with the right letter are tried."""
    by_letter: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda name: (-len(name), name)):
        by_letter.setdefault(name[0], []).append(re.escape(name[1:]))
    return "|".join(f"{re.escape(letter)}(?:{'|'.join(rest)})" for letter, rest in sorted(by_letter.items()))


@cache
def _heads() -> dict[str, str]:
    return {head: label for label, heads in entity_words()["heads"].items() for head in heads}


@cache
def word_set(table: str, name: str) -> frozenset[str]:
    """One of the lists of single words in `entity_words.toml`."""
    value = entity_words()[table][name]
    return frozenset(value if isinstance(value, list) else re.split(r"[|\s]+", value.strip()))


@cache
def _run_pattern() -> re.Pattern[str]:
    owners = entity_words()["words"]["owners"]
    word = rf"(?!(?:{MONTHS})\b)(?:(?:{owners})[’'](?:s\b)?|(?:[A-Z]\.)+(?!\w)|(?:\d+-)?[A-Z]\w*(?:[-./&@+](?=\w)\w+|[’'](?!s\b)\w+)*)"
    bracket = rf"(?: \({word}(?: {word})?\)(?= [A-Z]))?"
    link = r"(?:,? (?:and|&) (?:the )?| (?:of|for|on|in|to|de|la|du|von) (?:the )?|, | )"
    return re.compile(rf"\b{word}(?:{bracket}{link}{word})*")


_WORD = re.compile(r"\([^)]*\)|[^\s,()]+|,")
_LINKS = frozenset("of for on in to de la du von and & the ,".split())
_SHOUT = re.compile(r"\b[A-Z][A-Z’'-]+(?:,? [A-Z][A-Z’'-]*){2,}\b")
_NUMBER = r"(?:,? No\.? ?\d+(?:/\d+)?)?(?:,? \(?(?:of )?(?:19|20)\d\d(?:[-–]\d{2,4})?\)?)?"
_LAW_TAIL = re.compile(_NUMBER, re.IGNORECASE)
_PROVISION = re.compile(
    r"(?:(?:Article|Section|Art\.|Sec\.|Division|Part|Chapter|Title|Paragraph|Rule|Schedule|Annex)s?"
    r" (?:[\dIVX]+[A-Za-z]?(?: ?\(\w+\))*(?: [a-z])?(?:, | and | or | to |[-–])?)+ ?(?:of|to) (?:the )?)+$",
    re.IGNORECASE,
)
_BEFORE_LAW = 80
"""Characters before a law's name in which its section may stand."""

_ABSTRACT = re.compile(
    r"(?:tion|sion|ment|ing|ics|ogy|ity|ure|ance|ence|ism|ship|ery|try|al|ies|ade|ergy|[^aiou]s)$"
)


def find_names(text: str) -> Iterator[Found]:
    """Names by head word, in order; a stretch in capitals is read as if it were in small letters."""
    text = _SHOUT.sub(lambda match: _in_title_case(match[0]), text)
    for run in _run_pattern().finditer(text):
        if " " in run[0]:
            yield from _names_in(_words(run[0], run.start()), text)


def _in_title_case(text: str) -> str:
    return re.sub(
        r"[A-Z][A-Z’'-]*",
        lambda m: m[0].lower() if m[0].lower() in _LINKS else m[0].capitalize(),
        text,
    )


def _words(run: str, at: int) -> list[_Word]:
    return [_Word(at + m.start(), at + m.end(), m[0], m[0] in _LINKS) for m in _WORD.finditer(run)]


def _names_in(words: list[_Word], text: str) -> Iterator[Found]:
    """The names of one run, left to right, none within another."""
    done = 0
    while (at := _next_head(words, done)) is not None:
        head, label = at
        start = _left(words, head, done, label)
        end = _right(words, start, head, label)
        if head_label([words[end - 1].text]) == "LAW":  # "Bureau of Foreign Employment Act"
            label = "LAW"
        done = end
        if _is_name(words, start, head, end, text):
            first, last = words[start].start, words[end - 1].end
            if label == "LAW":
                last = _LAW_TAIL.match(text, last).end()  # type: ignore[union-attr]
                provision = _PROVISION.search(text, max(0, first - _BEFORE_LAW), first)
                first = provision.start() if provision else first
            yield Found(first, last, label, f"rule: {words[head].text}")


def _next_head(words: list[_Word], done: int) -> tuple[int, str] | None:
    """The last head word of the next group of words that has one, and its label."""
    found: tuple[int, str] | None = None
    for i in range(done, len(words)):
        if words[i].is_link:
            if found:
                return found
            continue
        label = head_label([w.text for w in words[max(done, i - 2) : i + 1]])
        phrase = words[i : i + 3]  # "Board of Directors"
        if label and not (len(phrase) == 3 and is_kind(" ".join(w.text for w in phrase))):
            found = i, label
    return found


def head_label(words: list[str]) -> str:
    """The label that the last words of a name decide, the longest head first; "" where none is a head."""
    lower = [word.lower() for word in words]
    for n in (3, 2, 1):
        if len(lower) >= n and (label := _heads().get(" ".join(lower[-n:]))):
            return label
    return ""


def is_kind(text: str) -> bool:
    """Whether capitalised words name a kind of thing, not one thing: "Registered Apprenticeship"."""
    return text.lower() in _kinds()


@cache
def _kinds() -> frozenset[str]:
    return frozenset(kind.strip() for kind in entity_words()["words"]["kinds"].split("|"))


def _left(words: list[_Word], head: int, done: int, label: str) -> int:
    """Where the name of this head begins."""
    breaks, start = word_set("words", "breaks"), head
    while start > done:
        i = start - 1
        while i >= done and words[i].is_link:
            i -= 1
        if i < done or words[i].text.lower() in breaks:
            break
        links = [w.text for w in words[i + 1 : start]]
        if links and not _joins(words[i].text, links, words[start].text, label):
            break
        start = i
    start = max([start, *(i + 1 for i in range(start, head) if words[i].text in _ARTICLES)])
    while start < head and (words[start].is_link or _opens(words[start], first=start == 0)):
        start += 1
    return start


_ARTICLES = frozenset("The This These A An".split())
"""Words with a capital that stand at the beginning of a sentence and in no name."""


def _joins(before: str, links: list[str], after: str, label: str) -> bool:
    """Whether two words are fields of one name that ends in a head, as in "Science and Technology Commission"."""
    if not set(links) <= {"and", "&", ","} or before in places() or label in ("GPE", "LOC"):
        return False
    if label in ("LAW", "POLICY"):  # "CHIPS and Science Act", "Development and Regulation Act"
        return is_field(after) or head_label([after]) == "LAW"
    return is_field(before) and is_field(after)


def is_field(word: str) -> bool:
    """Whether a word can be what a body is for: "Education", "Skills"; no head word such as "Commission"."""
    lower = word.lower()
    if lower in word_set("words", "fields"):
        return True
    return word not in places() and not head_label([word]) and bool(_ABSTRACT.search(lower))


def _opens(word: _Word, *, first: bool) -> bool:
    """Whether a word only begins the sentence or heading."""
    lower = word.text.lower()
    verb = first and lower.endswith("ing") and lower not in word_set("words", "ing")
    return verb or is_opener(lower) or lower in word_set("words", "breaks")


def is_opener(word: str) -> bool:
    """Whether a word with a capital begins a sentence, not a name: "The", "Under", "Strengthen"."""
    return word.lower() in word_set("words", "openers")


def _right(words: list[_Word], start: int, head: int, label: str) -> int:
    """Where the name ends: after its "of …", with the fields that "and" adds, before the next name."""
    end = head + 1
    links = _PREPOSITIONS.get(label.partition(".")[0], ())
    if (
        (start < head and words[head].text.lower() in _CLOSED)
        or end == len(words)
        or words[end].text not in links
    ):
        return end
    while end < len(words) and words[end].is_link:
        first = end
        while first < len(words) and words[first].is_link:
            first += 1
        last = _end_of_group(words, first)
        texts = [w.text for w in words[first:last]]
        link = words[end].text
        if not texts or (link in ("and", "&", ",") and not _continues(words, end, last, texts)):
            break
        if label in ("LAW", "POLICY"):
            bare = len(texts) == 1 and head_label(texts)  # "the Policy of the Government"
            if bare or (link == "to" and start < head):
                break
        elif link in ("in", "to", "on", "for") and end > head + 1:
            break
        end = last
    return end


_PREPOSITIONS = {
    "ORG": ("of", "for", "on"),
    "GPE": ("of",),
    "LOC": ("of",),
    "LAW": ("of", "for", "on", "to"),
    "POLICY": ("of", "for", "on", "to"),
}
_CLOSED = frozenset(("act", "code", "ordinance", "bill", "statute"))
"""Heads that end a name which has begun before them."""


def _end_of_group(words: list[_Word], first: int) -> int:
    """Where the words without a link between them end, before a verb or the head after a place."""
    end = first
    while (
        end < len(words)
        and not words[end].is_link
        and words[end].text.lower() not in word_set("words", "breaks")
    ):
        if head_label([words[end].text]) and " ".join(w.text for w in words[first:end]) in places():
            break
        end += 1
    return end


def _continues(words: list[_Word], link: int, last: int, texts: list[str]) -> bool:
    """Whether "and …" or ", …" goes on with the fields of one name, and does not begin the next."""
    before = words[link - 1].text
    begins_with_place = any(" ".join(texts[:n]) in places() for n in (1, 2, 3))
    if before in places() or begins_with_place or texts[0].isupper() or _is_head(before):
        return False
    for word in words[link:]:
        if word.is_link and word.text not in ("and", "&", ",", "the"):
            break
        if _is_head(word.text):
            return False
    if words[link].text == ",":
        closes = any(w.text in ("and", "&") for w in words[last : last + 4])
        return closes and is_field(before) and all(is_field(text) for text in texts)
    return True


def _is_head(word: str) -> bool:
    return bool(head_label([word])) and not is_field(word)


def _is_name(words: list[_Word], start: int, head: int, end: int, text: str) -> bool:
    """Whether a head with what is around it names one thing."""
    n_before, n_after = head - start, end - head - 1
    if n_before + n_after == 0:
        return False
    weak = words[head].text.lower() in word_set("weak", "words")
    if weak and n_before + n_after < 2:
        return False
    before = text[max(0, words[start].start - 6) : words[start].start].lower()
    if is_kind(" ".join(w.text for w in words[start:end])):
        return False
    return not re.search(r"\b(?:any|each|every|no|other|such) $", before)

"""Names found by their head word: institutions, enterprises, government bodies, places, laws, plans.

A *run* is a stretch of capitalised words with the small words that may stand between them: "Ministry of Education and the
National Development Commission". Within a run, the last head word of a group of words ("Jinan Vocational *College*",
"*Ministry* of Education") decides what the name is; it goes left to where its group begins, over "and" between two
fields ("Science and Technology Commission"), and right over "of" and its kin, up to the next name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from policyloom.languages.en.words import MONTHS, EntityWords, places

__all__ = ["Found", "find_names"]


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
def _run_pattern(lists: EntityWords) -> re.Pattern[str]:
    word = rf"(?!(?:{MONTHS})\b)(?:(?:{lists.owners})[’'](?:s\b)?|(?:[A-Z]\.)+(?!\w)|(?:\d+-)?[A-Z]\w*(?:[-./&@+](?=\w)\w+|[’'](?!s\b)\w+)*)"
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


def find_names(text: str, lists: EntityWords) -> Iterator[Found]:
    """Names by head word, in order; a stretch in capitals is read as if it were in small letters."""
    text = _SHOUT.sub(lambda match: _in_title_case(match[0]), text)
    for run in _run_pattern(lists).finditer(text):
        if " " in run[0]:
            yield from _names_in(lists, _words(run[0], run.start()), text)


def _in_title_case(text: str) -> str:
    return re.sub(
        r"[A-Z][A-Z’'-]*",
        lambda m: m[0].lower() if m[0].lower() in _LINKS else m[0].capitalize(),
        text,
    )


def _words(run: str, at: int) -> list[_Word]:
    return [_Word(at + m.start(), at + m.end(), m[0], m[0] in _LINKS) for m in _WORD.finditer(run)]


def _names_in(lists: EntityWords, words: list[_Word], text: str) -> Iterator[Found]:
    """The names of one run, left to right, none within another."""
    done = 0
    while (at := _next_head(lists, words, done)) is not None:
        head, label = at
        start = _left(lists, words, head, done, label)
        end = _right(lists, words, start, head, label)
        if lists.head_label([words[end - 1].text]) == "LAW":  # "Bureau of Foreign Employment Act"
            label = "LAW"
        done = end
        if _is_name(lists, words, start, head, end, text):
            first, last = words[start].start, words[end - 1].end
            if label == "LAW":
                last = _LAW_TAIL.match(text, last).end()  # type: ignore[union-attr]
                provision = _PROVISION.search(text, max(0, first - _BEFORE_LAW), first)
                first = provision.start() if provision else first
            yield Found(first, last, label, f"rule: {words[head].text}")


def _next_head(lists: EntityWords, words: list[_Word], done: int) -> tuple[int, str] | None:
    """The last head word of the next group of words that has one, and its label."""
    found: tuple[int, str] | None = None
    for i in range(done, len(words)):
        if words[i].is_link:
            if found:
                return found
            continue
        label = lists.head_label([w.text for w in words[max(done, i - 2) : i + 1]])
        phrase = words[i : i + 3]  # "Board of Directors"
        if label and not (len(phrase) == 3 and lists.is_kind(" ".join(w.text for w in phrase))):
            found = i, label
    return found


def _left(lists: EntityWords, words: list[_Word], head: int, done: int, label: str) -> int:
    """Where the name of this head begins."""
    start = head
    while start > done:
        i = start - 1
        while i >= done and words[i].is_link:
            i -= 1
        if i < done or lists.is_break(words[i].text):
            break
        links = [w.text for w in words[i + 1 : start]]
        if links and not _joins(lists, words[i].text, links, words[start].text, label):
            break
        start = i
    start = max([start, *(i + 1 for i in range(start, head) if words[i].text in _ARTICLES)])
    while start < head and (words[start].is_link or _opens(lists, words[start], first=start == 0)):
        start += 1
    return start


_ARTICLES = frozenset("The This These A An".split())
"""Words with a capital that stand at the beginning of a sentence and in no name."""


def _joins(lists: EntityWords, before: str, links: list[str], after: str, label: str) -> bool:
    """Whether two words are fields of one name that ends in a head, as in "Science and Technology Commission"."""
    if not set(links) <= {"and", "&", ","} or before in places() or label in ("GPE", "LOC"):
        return False
    if label in ("LAW", "POLICY"):  # "CHIPS and Science Act", "Development and Regulation Act"
        return lists.is_field(after) or lists.head_label([after]) == "LAW"
    return lists.is_field(before) and lists.is_field(after)


def _opens(lists: EntityWords, word: _Word, *, first: bool) -> bool:
    """Whether a word only begins the sentence or heading."""
    lower = word.text.lower()
    verb = first and lower.endswith("ing") and lower not in lists.ing
    return verb or lists.is_opener(lower) or lists.is_break(lower)


def _right(lists: EntityWords, words: list[_Word], start: int, head: int, label: str) -> int:
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
        last = _end_of_group(lists, words, first)
        texts = [w.text for w in words[first:last]]
        link = words[end].text
        if not texts or (link in ("and", "&", ",") and not _continues(lists, words, end, last, texts)):
            break
        if label in ("LAW", "POLICY"):
            bare = len(texts) == 1 and lists.head_label(texts)  # "the Policy of the Government"
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


def _end_of_group(lists: EntityWords, words: list[_Word], first: int) -> int:
    """Where the words without a link between them end, before a verb or the head after a place."""
    end = first
    while end < len(words) and not words[end].is_link and not lists.is_break(words[end].text):
        if lists.head_label([words[end].text]) and " ".join(w.text for w in words[first:end]) in places():
            break
        end += 1
    return end


def _continues(lists: EntityWords, words: list[_Word], link: int, last: int, texts: list[str]) -> bool:
    """Whether "and …" or ", …" goes on with the fields of one name, and does not begin the next."""
    before = words[link - 1].text
    begins_with_place = any(" ".join(texts[:n]) in places() for n in (1, 2, 3))
    if before in places() or begins_with_place or texts[0].isupper() or _is_head(lists, before):
        return False
    # A field may be called as a plan is: "Department for Business, Energy & Industrial Strategy".
    is_list = words[link].text in (",", "&") and any(w.text == "&" for w in words[link : last + 4])
    for word in words[link:]:
        if word.is_link and word.text not in ("and", "&", ",", "the"):
            break
        if _is_head(lists, word.text) and not (is_list and lists.head_label([word.text]) == "POLICY"):
            return False
    if words[link].text == ",":
        closes = any(w.text in ("and", "&") for w in words[last : last + 4])
        return closes and lists.is_field(before) and all(lists.is_field(text) for text in texts)
    return True


def _is_head(lists: EntityWords, word: str) -> bool:
    return bool(lists.head_label([word])) and not lists.is_field(word)


def _is_name(lists: EntityWords, words: list[_Word], start: int, head: int, end: int, text: str) -> bool:
    """Whether a head with what is around it names one thing."""
    n_before, n_after = head - start, end - head - 1
    if n_before + n_after == 0:
        return False
    weak = words[head].text.lower() in lists.weak
    if weak and n_before + n_after < 2:
        return False
    before = text[max(0, words[start].start - 6) : words[start].start].lower()
    if lists.is_kind(" ".join(w.text for w in words[start:end])):
        return False
    return not re.search(r"\b(?:any|each|every|no|other|such) $", before)

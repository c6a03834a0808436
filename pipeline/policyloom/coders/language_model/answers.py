"""Check a model's answer against the sentences that it was given: whatever does not stand there is not taken.

An answer can do nothing but name elements of the framework in sentences of its request.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast, get_args

from policyloom.coders.rules.status import WITHOUT_STATUS
from policyloom.framework import Framework
from policyloom.records import SentenceDraft, Status, TokenSpan

__all__ = ["CheckedAnswer", "CheckedLink", "CheckedMention", "SentenceAnswer", "check_answer", "find_quote"]

MAX_PROBLEMS = 20
"""Problems of an answer that are told to the model."""

MAX_LENGTH = 1_000_000
"""Characters of an answer; a longer one is none."""
MAX_TRIES = 50
"""Places in an answer at which an object is looked for in vain; nested brackets would take for ever."""

_ALIKE = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "′": "'"})
"""Marks that models write alike."""
_SKIPPED = re.compile(r"[\s\u00ad\-‐‑‒–—]")
"""White space and hyphens, which a quote need not have as the text has them."""


@dataclass(frozen=True, slots=True)
class CheckedMention:
    """An element that a sentence names, by the model."""

    element: str
    status: Status
    span: TokenSpan


@dataclass(frozen=True, slots=True)
class CheckedLink:
    """A link that a sentence states, by the model; `cue` are the words that state it."""

    mechanism: str
    target: str
    cue: TokenSpan
    is_hedged: bool = False
    is_denied: bool = False


@dataclass(frozen=True, slots=True)
class SentenceAnswer:
    """What holds of a model's answer about one sentence, and how many of its entries do not."""

    mentions: tuple[CheckedMention, ...] = ()
    links: tuple[CheckedLink, ...] = ()
    n_dropped: int = 0


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """A model's answer after the check.

    Attributes:
        sentences: what it says of each sentence of the request that it says something of, by number from 1.
        problems: what is wrong with it, in words that the model is told.
        is_readable: whether it could be read at all.
        n_lost: entries that belong to no sentence of the request.
    """

    sentences: dict[int, SentenceAnswer] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    is_readable: bool = True
    n_lost: int = 0


def check_answer(raw: str, sentences: Sequence[SentenceDraft], framework: Framework) -> CheckedAnswer:
    """What holds of an answer.

    Args:
        raw: the text that the model gave.
        sentences: of the request; number 1 is the first.
        framework: whose elements may be named.
    """
    rows = _read_rows(raw)
    if rows is None:
        return CheckedAnswer(
            problems=('the answer is no JSON object with a list "sentences"',), is_readable=False
        )
    found: dict[int, SentenceAnswer] = {}
    problems: list[str] = []
    n_lost = 0
    for row in rows:
        n = _read_number(row.get("n")) if isinstance(row, dict) else None
        if not isinstance(row, dict) or n is None:
            problems.append('an entry of "sentences" has no number "n"')
            n_lost += 1
        elif not 1 <= n <= len(sentences):
            problems.append(f"sentence {n}: there are sentences 1 to {len(sentences)}")
            n_lost += 1
        elif n in found:
            problems.append(f"sentence {n}: stands twice")
            n_lost += 1
        else:
            found[n], more = _check_sentence(row, sentences[n - 1], framework)
            problems += [f"sentence {n}, {problem}" for problem in more]
    return CheckedAnswer(found, tuple(problems[:MAX_PROBLEMS]), n_lost=n_lost)


def _read_rows(raw: str) -> list[Any] | None:
    """The list of sentences in an answer, with or without words around the JSON; None where there is none.

    What stands before the end of a model's thinking is left out, and of several objects the last one is the answer.
    """
    text = raw.rpartition("</think>")[2]
    if len(text) > MAX_LENGTH:
        return None
    decoder = json.JSONDecoder()
    rows: list[Any] | None = None
    at, n_tries = text.find("{"), 0
    while at >= 0 and n_tries < MAX_TRIES:
        try:
            found, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            n_tries, end = n_tries + 1, at + 1
        else:
            if isinstance(found, dict) and isinstance(found.get("sentences"), list):
                rows = found["sentences"]
        at = text.find("{", end)
    return rows


def _read_number(value: object) -> int | None:
    """The number of a sentence, which models also write as "3" or 3.0."""
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 9:
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _check_sentence(
    row: dict[str, Any], sentence: SentenceDraft, framework: Framework
) -> tuple[SentenceAnswer, list[str]]:
    mentions: dict[str, CheckedMention] = {}
    problems: list[str] = []
    for key in ("mentions", "links"):
        if row.get(key) is not None and not isinstance(row[key], list):
            problems.append(f'"{key}" is no list')
    for entry in _entries(row.get("mentions")):
        checked = _check_mention(entry, sentence, framework)
        if isinstance(checked, str):
            problems.append(checked)
        else:
            mentions.setdefault(framework.top(checked.element), checked)
    links: list[CheckedLink] = []
    for entry in _entries(row.get("links")):
        link = _check_link(entry, sentence, mentions, framework)
        if isinstance(link, str):
            problems.append(link)
        elif all((link.mechanism, link.target) != (other.mechanism, other.target) for other in links):
            links.append(link)
    return SentenceAnswer(tuple(mentions.values()), tuple(links), len(problems)), problems


def _entries(value: object) -> Iterator[Any]:
    yield from value if isinstance(value, list) else ()


def _check_mention(entry: Any, sentence: SentenceDraft, framework: Framework) -> CheckedMention | str:
    """A mention that holds, or what is wrong with it."""
    if not isinstance(entry, dict):
        return 'a mention is no object with "element", "status" and "quote"'
    element, status, quote = entry.get("element"), entry.get("status"), entry.get("quote")
    if not isinstance(element, str) or element not in framework or framework[element].kind in WITHOUT_STATUS:
        return f"element {_show(element)}: is not in the codebook"
    if status not in get_args(Status):
        return f"{element}: status {_show(status)} is none of {', '.join(get_args(Status))}"
    if framework[element].kind == "challenge" and status == "lacking":
        return f"{element}: a challenge is never lacking"
    span = find_quote(quote, sentence) if isinstance(quote, str) else None
    if span is None:
        return f"{element}: the quote {_show(quote)} does not stand in the sentence"
    return CheckedMention(element, cast(Status, status), span)


def _check_link(
    entry: Any, sentence: SentenceDraft, mentions: dict[str, CheckedMention], framework: Framework
) -> CheckedLink | str:
    """A link that holds, or what is wrong with it."""
    if not isinstance(entry, dict):
        return 'a link is no object with "mechanism", "target" and "words"'
    ends = []
    for key in ("mechanism", "target"):
        id = entry.get(key)
        if not isinstance(id, str) or id not in framework or framework.top(id) not in mentions:
            return f"link to or from {_show(id)}: is not among the sentence's mentions"
        ends.append(framework.top(id))
    mechanism, target = ends
    if framework[mechanism].kind != "mechanism" or framework[target].kind not in ("outcome", "challenge"):
        return f"link {mechanism} to {target}: goes from a mechanism to an outcome or a challenge"
    first, second = mentions[mechanism].span, mentions[target].span
    if first[0] < second[1] and second[0] < first[1]:
        return f"link {mechanism} to {target}: their quotes overlap; give shorter ones"
    words = entry.get("words")
    cue = find_quote(words, sentence) if isinstance(words, str) else None
    if cue is None:
        return f"link {mechanism} to {target}: the words {_show(words)} do not stand in the sentence"
    return CheckedLink(mechanism, target, cue, entry.get("hedged") is True, entry.get("denied") is True)


def find_quote(quote: str, sentence: SentenceDraft) -> TokenSpan | None:
    """The tokens of a sentence that a quote stands for, white space and hyphens apart; None where it does not stand there.

    A quote that begins or ends within a word, such as "grant" for "grants", does not stand there.
    """
    wanted = _SKIPPED.sub("", quote.strip(" .,;:…")).translate(_ALIKE)
    if not wanted:
        return None
    places = [i for i, char in enumerate(sentence.text) if not _SKIPPED.match(char)]
    text = "".join(sentence.text[i] for i in places).translate(_ALIKE)
    forms = [(text, wanted)]
    if len(text.lower()) == len(text):
        forms.append((text.lower(), wanted.lower()))
    for text, wanted in forms:
        at = text.find(wanted)
        while at >= 0:
            start, end = places[at], places[at + len(wanted) - 1] + 1
            if not _cuts(sentence.text, start) and not _cuts(sentence.text, end):
                return sentence.tokens_at(start, end)
            at = text.find(wanted, at + 1)
    return None


def _cuts(text: str, at: int) -> bool:
    """Whether a place lies within a word; in scripts without capitals, many of which set no spaces, no place does."""
    return 0 < at < len(text) and all(map(_is_of_word, text[at - 1 : at + 1]))


def _is_of_word(char: str) -> bool:
    return char.isdecimal() or char.lower() != char.upper()


def _show(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= 80 else text[:79] + "…"

"""One name for one thing: short forms within a document, spelling across documents."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from policyloom.languages.en.entities import TOWN, lists_of
from policyloom.languages.en.words import EntityWords, entity_words, one_of

__all__ = ["name_entities", "normal_name"]

SHORT = "rule: short form"
"""The rule of abbreviations and heads that stand for a name."""

_DEFINED = re.compile(
    r"\((?:(?:hereinafter|hereafter|also|or)[\w\s,-]*?)?(?:the )?([\"“”‘]?)([A-Z][\w&+.-]*(?: [A-Z][\w-]*){0,3})[\"“”’]?\)"
)
_MEANS = re.compile(
    r"[\"“‘]([A-Z][\w&+.-]*(?: [A-Z][\w-]*){0,3})[\"”’],? (?:means|shall mean|refers to) (?:the )?"
)
"""A definition as laws give it: “Board” means the Technical Education Board."""
_TOWN_OF = re.compile(r"(?:City|Province|County|Municipality|District) of ([A-Z][\w’-]+(?: [A-Z][\w’-]+)?)")
_SMALL_WORDS = frozenset("of for and on in the to with a de la".split())
_LEGAL_FORMS = (
    (re.compile(r",? (?:Company Limited|Co\.?,? ?(?:Ltd|Limited))\.?$"), " Co., Ltd."),
    (re.compile(r",? (?:Ltd|Limited)\.?$"), " Ltd."),
    (re.compile(r",? (?:Inc|Incorporated)\.?$"), " Inc."),
    (re.compile(r",? (?:Corp|Corporation)\.?$"), " Corp."),
)
_NAMED = frozenset(("PERSON", "ORG", "GPE", "LOC", "LAW", "POLICY", "PROGRAMME"))


def name_entities(docs: Sequence[Doc]) -> None:
    """Give every entity of a document its name, in `kb_id_`, and add the short forms that the document defines.

    Args:
        docs: the document's blocks, in order.

    An abbreviation in brackets after a name stands for it everywhere, and one that is explained by other words is no
    entity. "The Ministry" stands for the last ministry named before it, or else for the one after, if no other is named; "this Act" for
    the first act that the document names; a last name for the person; a firm's first word for the firm. What a rule
    found in one place has the rule's type wherever the model finds it.
    """
    lists = lists_of(docs)
    blocks = [_Block(doc, doc.text, doc.ents) for doc in docs]
    shorts = _defined(blocks, lists)
    pattern = re.compile(rf"(?<![\w-])(?:{one_of(shorts)})(?![\w-])") if shorts else None
    by_head, by_word = _by_head(blocks, lists), _by_word(blocks, lists)
    labels = {e.text: e.label_ for block in blocks for e in block.ents if e.ent_id_ != "model"}
    explained = {
        match[2] for block in blocks for match in _DEFINED.finditer(block.text) if _is_explained(match)
    }
    for i, (doc, text, ents) in enumerate(blocks):
        found: dict[tuple[int, int], tuple[str, str, str]] = {}
        for e in ents:
            by_model = e.ent_id_ == "model"
            if not (by_model and e.text in explained):
                label = labels.get(e.text, e.label_) if by_model else e.label_
                found[e.start, e.end] = label, e.ent_id_, _name_of(e.text, label, shorts, by_word, lists)
        for match in pattern.finditer(text) if pattern else ():
            of = lists.head_label([match[0]]) and text.startswith(" of ", match.end())  # "Board of Directors"
            if (span := doc.char_span(*match.span())) and not of:
                label, name = _defined_here(ents, match, text, lists) or shorts[match[0]]
                before = found.get((span.start, span.end), ("", ""))
                found[span.start, span.end] = label, before[1] if before[0] == label else SHORT, name
        for start, end, head, is_own in _bare_heads(doc, text, lists):
            if found.get((start, end), ("", "model"))[1] != "model":
                continue
            names = by_head.get(head, [])
            if named := names[0][2:] if names and is_own else _antecedent(names, i, start):
                found[start, end] = named[1], SHORT, named[0]
            elif head in lists.alone:
                found[start, end] = lists.head_label([head.split()[-1]]), SHORT, doc[start:end].text
        if found or ents:
            doc.set_ents(_as_spans(doc, found))


class _Block(NamedTuple):
    """A block with its text and entities, which spaCy makes anew at each call."""

    doc: Doc
    text: str
    ents: Sequence[Span]


def normal_name(text: str, label: str, lists: EntityWords | None = None) -> str:
    """A name as it is written in every document: no article, one spelling of legal forms, no capitals throughout.

    Example:
        >>> normal_name("the LINGONG Heavy Machine Company Limited", "ORG.enterprise")
        'LINGONG Heavy Machine Co., Ltd.'
        >>> normal_name("MINISTRY OF EDUCATION", "ORG.government")
        'Ministry of Education'
    """
    name = re.sub(r"^(?:the|The|THE) ", "", " ".join(text.split())).replace("’", "'")
    if label.partition(".")[0] not in _NAMED:
        return name
    known = _known(lists or entity_words()).get(name)
    if known:
        return known
    words = name.split(" ")
    long = [word for word in words if sum(map(str.isalpha, word)) > 3]
    if len(long) > 1 and all(word.isupper() for word in long):
        name = " ".join(_in_small_letters(word, first=i == 0) for i, word in enumerate(words))
    name = name.replace(" & ", " and ")
    for pattern, form in _LEGAL_FORMS if label == "ORG.enterprise" else ():
        if pattern.search(name):
            return pattern.sub(form, name)
    return name


def _in_small_letters(word: str, *, first: bool) -> str:
    if not word.isupper() or "." in word:
        return word
    return word.lower() if word.lower() in _SMALL_WORDS and not first else word.capitalize()


@cache
def _known(lists: EntityWords) -> dict[str, str]:
    entries = [e.split(" = ") for entries in lists.known.values() for e in entries]
    return {entry[0]: entry[-1] for entry in entries}


def _defined(blocks: Sequence[_Block], lists: EntityWords) -> dict[str, tuple[str, str]]:
    """Short forms in brackets after a name, names in quotation marks and after a title, towns: label and name of each."""
    shorts: dict[str, tuple[str, str]] = {}
    for _, text, ents in blocks:
        named = [e for e in ents if e.label_.partition(".")[0] in ("ORG", "LAW", "POLICY", "PROGRAMME")]
        for e in ents:
            several = " " in e.text and (e.label_ == "PROGRAMME" or e.ent_id_ == "rule: title")
            if several or e.ent_id_ == TOWN:
                shorts[e.text] = e.label_, normal_name(e.text, e.label_, lists)
            elif e.label_ == "GPE" and (town := _TOWN_OF.fullmatch(e.text)):
                shorts[town[1]] = "GPE", town[1]
        for match in _MEANS.finditer(text):
            meant = next((e for e in named if e.start_char == match.end() and e.text != match[1]), None)
            if meant is not None:
                shorts[match[1]] = meant.label_, normal_name(meant.text, meant.label_, lists)
        for match in _DEFINED.finditer(text):
            for entity in reversed([e for e in named if e.end_char < match.start()]):
                if _shortens(match[2], entity.text) or (
                    # "the Council" in quotation marks needs no letters in common with the name before it.
                    match[1] and not match[2].isupper() and entity.end_char == match.start() - 1
                ):
                    name = normal_name(entity.text, entity.label_, lists)
                    # An act and the body that it sets up may share a short form: it is the body's.
                    if match[2] in shorts and not entity.label_.startswith("ORG"):
                        break
                    if match[2] not in shorts or not shorts[match[2]][0].startswith("ORG"):
                        shorts[match[2]] = entity.label_, name
                    break
            else:
                # A body that the text itself sets up stands for itself.
                if match[1] and (label := lists.head_label(match[2].split())):
                    shorts.setdefault(match[2], (label, match[2]))
    return shorts


def _shortens(short: str, name: str) -> bool:
    """Whether a word in brackets can stand for a name: the capitals of its words, or its last words."""
    if not 2 <= len(short) < len(name):
        return False
    if not short.isupper() and name.endswith(short):
        return True
    initials = iter(word[0].lower() for word in re.findall(r"[A-Za-z]\w*", name))
    capitals = re.findall(r"[A-Z]", short)
    return len(capitals) > 1 and all(capital.lower() in initials for capital in capitals)


def _defined_here(
    ents: Sequence[Span], short: re.Match[str], text: str, lists: EntityWords
) -> tuple[str, str] | None:
    """Label and name of the entity right before a short form in brackets, where it shortens that one."""
    if not text.startswith(")", short.end()) or not text[: short.start()].endswith("("):
        return None
    for entity in ents:
        if entity.end_char == short.start() - 2 and _shortens(short[0], entity.text):
            return entity.label_, normal_name(entity.text, entity.label_, lists)
    return None


def _is_explained(definition: re.Match[str]) -> bool:
    """Whether the words before an abbreviation in brackets are what it abbreviates."""
    short = definition[2]
    before = definition.string[max(0, definition.start() - 100) : definition.start()].split()
    return short.isupper() and _shortens(short, " ".join(before[-len(short) - 2 :]))


def _by_head(blocks: Sequence[_Block], lists: EntityWords) -> dict[str, list[tuple[int, int, str, str]]]:
    """Full names by their head word in small letters: block, place, name and label, in order."""
    heads: dict[str, list[tuple[int, int, str, str]]] = {}
    for number, entity in ((i, entity) for i, block in enumerate(blocks) for entity in block.ents):
        rule = entity.ent_id_.removeprefix("rule: ").lower()
        words = entity.text.split()
        head = rule if lists.head_label([rule]) else words[-1].lower()
        two = " ".join(words[-2:]).lower()
        for key in {head, two} if entity.label_.partition(".")[0] in ("ORG", "LAW", "POLICY") else ():
            if lists.head_label(key.split()):
                found = (number, entity.start, normal_name(entity.text, entity.label_, lists), entity.label_)
                heads.setdefault(key, []).append(found)
    return heads


def _by_word(blocks: Sequence[_Block], lists: EntityWords) -> dict[tuple[str, str], str]:
    """Full names by (family, last name or a firm's first word), where only one name has it."""
    found: dict[tuple[str, str], set[str]] = {}
    for entity in (entity for block in blocks for entity in block.ents):
        words = entity.text.split()
        if len(words) > 1 and entity.label_ in ("PERSON", "ORG.enterprise"):
            word = words[-1] if entity.label_ == "PERSON" else words[0]
            found.setdefault((entity.label_.partition(".")[0], word), set()).add(
                normal_name(entity.text, entity.label_, lists)
            )
    return {key: next(iter(names)) for key, names in found.items() if len(names) == 1}


def _name_of(
    text: str,
    label: str,
    shorts: dict[str, tuple[str, str]],
    by_word: dict[tuple[str, str], str],
    lists: EntityWords,
) -> str:
    if text in shorts:
        return shorts[text][1]
    return by_word.get((label.partition(".")[0], text)) or normal_name(text, label, lists)


@cache
def _bare_pattern(lists: EntityWords) -> re.Pattern[str]:
    capital = {" ".join(word.capitalize() for word in head.split()) for head in lists.bare_heads}
    return re.compile(
        rf"\b(?:[Tt]he|[Tt]his|[Mm]y|[Oo]ur|[Ii]ts|said|each other's) ((?:(?:Federal|Central) )?(?:{one_of(capital)}))"
        r"(?![\w-]| (?:of|for|on) (?:the )?[A-Z]| [A-Z])"
    )


def _bare_heads(doc: Doc, text: str, lists: EntityWords) -> list[tuple[int, int, str, bool]]:
    """Heads with a capital that stand alone after "the" and its kin: tokens, head, whether it is the text's own ("this")."""
    found = []
    for match in _bare_pattern(lists).finditer(text):
        span = doc.char_span(*match.span(1))
        if span is not None:
            found.append((span.start, span.end, match[1].lower(), match[0].lower().startswith("this")))
    return found


def _antecedent(names: list[tuple[int, int, str, str]], block: int, start: int) -> tuple[str, str] | None:
    """Name and label of the last one before a place; of one after only where all are of the same name."""
    n_before = bisect.bisect_left(names, (block, start))
    if n_before:
        return names[n_before - 1][2:]
    return names[0][2:] if len({name for _, _, name, _ in names}) == 1 else None


def _as_spans(doc: Doc, found: dict[tuple[int, int], tuple[str, str, str]]) -> list[Span]:
    """Entities with their names; of those that overlap, the longer."""
    return filter_spans(
        Span(doc, start, end, label=label, kb_id=name, span_id=rule)
        for (start, end), (label, rule, name) in found.items()
    )

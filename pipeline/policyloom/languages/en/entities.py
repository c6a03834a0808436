"""Entities by rules and by a trained model, as a spaCy component, and how the two agree.

Types are PERSON, ORG (with a subtype after a full stop: ORG.college, .enterprise, .government, .consortium,
.association, and those that a framework adds), GPE, LOC, DATE, MONEY, PERCENT, QUANTITY, LAW, POLICY and PROGRAMME (a model's name in quotation marks).

Where spans overlap, one stays:

1. An amount, a date or a citation that a rule reads (MONEY, PERCENT, QUANTITY, DATE, "14 CFR 11.35") stays as the rule
   has it, but a year alone is part of the law that it stands in. The model learned these types from patterns like ours.
2. Of names that rules find, the longest stays: a place inside an institution's name is part of the name.
3. A name that a rule finds by its head word stays against the model, with the rule's type. Only where the model's span
   ends with the same head and begins further to the left, the model's span is taken: rules know heads, the model knows
   where names begin. A listed place or body gives way to a longer name of the model.
4. What only the model finds stays, without its article, title or 's; its organisations get the subtype of their head
   word. Not so where the model is wrong oftener than right: types that are not ours, dates without a month or year
   ("today"), words in `kinds` (entity_words.toml), laws and physical places (LOC) without a head word, and organisations
   without one in headlines or with fields in their names ("Career and Technical Education").

`ent_id_` of an entity names the rule, or says `model`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from policyloom.languages.en.names import Found, find_names
from policyloom.languages.en.words import MONTHS, EntityWords, entity_words, one_of, places

__all__ = ["ENTITY_TYPES", "NAME", "EntityFinder", "lists_of"]

NAME = "policyloom_entities"

ADDED = "policyloom_entity_words"
"""The key of `doc.user_data` under which a framework's additions to the word lists stand."""

ENTITY_TYPES = (
    "PERSON", "ORG", "ORG.college", "ORG.enterprise", "ORG.government", "ORG.consortium", "ORG.association",
    "GPE", "LOC", "DATE", "MONEY", "PERCENT", "QUANTITY", "LAW", "POLICY", "PROGRAMME",
)  # fmt: skip

KNOWN = "rule: known"
"""The rule of names that stand in a list."""

TOWN = "rule: town"
"""The rule of towns before the region that they lie in."""

_TOWN = re.compile(r"\b(?:in|of|from|to|near|at|and) ((?:[A-Z][\w’-]+ ){0,2}[A-Z][\w’-]+), $")
_AMOUNTS = frozenset(("MONEY", "PERCENT", "QUANTITY", "DATE"))
_MONTH = (
    rf"(?:{MONTHS}"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
)
_DIGIT = re.compile(r"\d")
_NUMERIC = frozenset(("rule: citation", "rule: date"))
"""Rules that find nothing in a text without digits."""
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:19|20)\d\d"
_AMOUNT = (
    r"(?:\d{1,3}(?:[,\u00a0\u202f ]\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|\d{1,3}(?:\.\d{3})+,\d+"
    r"|\d+,\d{1,2}(?!,?\d)|\d+(?:\.\d+)?)(?!\d)"
)
_PART = r"(?:0?[1-9]|[12]\d|3[01])"
_NUMERIC_DATE = (  # ISO 8601 first; day and month in either order; a short year only between slashes
    r"(?<![\d.,/-])(?:(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])|(?:19|20)\d\d/(?:0[1-9]|1[0-2])/(?:0[1-9]|[12]\d|3[01])"
    rf"|{_PART}/{_PART}/(?:19|20)\d\d|0[1-9]/[0-3]\d/\d\d|[1-3]\d/(?:0[1-9]|1[0-2])/\d\d|{_PART}\.(?:0?[1-9]|1[0-2])\.(?:19|20)\d\d|{_PART}-{_PART}-(?:19|20)\d\d)"
    r"(?![\d/]|[.,-]\d)"
)
_CITATIONS = (
    r"\b(?=[A-Z\d])(?:\d+ (?:U\.S\.C\.|CFR|C\.F\.R\.|Stat\.|Fed\. Reg\.) (?:§+ ?)?\d[\d.]*(?:\(\w+\))*(?:(?:, | and | or |, and )\d[\d.]*\d(?:\(\w+\))*)*"
    r"|(?:Executive Order|Public Law|Proclamation|Resolution|Notice|Circular|Document|Decree|Order|Emergency AD) (?:No\.? ?)?\d+(?:[-–—/]\d+)*(?: \[\d{4}\])?"
    r"|(?:(?:Articles?|Art\.) \d+\w*(?:\(\w+\))*(?:(?:,| and| or| to) \d+\w*(?:\(\w+\))*)* of )?"
    r"(?:(?:Council|Commission|Delegated|Implementing) ){0,2}(?:Regulation|Directive|Decision|Recommendation)"
    r"(?: \((?:EU|EC|EEC|Euratom)\))?(?: No\.?)? \d+/[\d/A-Z ]*[\dA-Z]\b)"
)
_LEGAL = r"(?:,? (?:Co|Corp|Inc|Ltd|Limited|LLC|PLC|plc|GmbH|AG|Pty|Bhd|S\.A|B\.V)\b\.?)+"
_WORD = r"[A-Z][\w’'&.@-]*"
_NOT_NAMES = "General|Council|And|The|Of|Announces|Will|Has|Is|To|On|For|In|Act|Administration|Government|Says|Modernizes|Signs"


@cache
def _patterns(lists: EntityWords) -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """(label, rule, pattern); group 1, where there is one, is the entity. Earlier ones go before later ones."""
    numbers, titles, nouns = lists.numbers, lists.titles, lists.programmes
    amount = rf"(?:{_AMOUNT}|\b(?:{numbers['words']})\b)"
    some = rf"{amount}(?:(?:[-–—]| to ){amount})?"
    scale = rf"(?:[ -]?(?:(?:{numbers['scales']})\b|(?:{numbers['short_scales']})\b\.?))?"
    texts = (
        ("LAW", "citation", _CITATIONS),
        ("MONEY", "amount", rf"(?<!\w)(?:{numbers['signs']}) ?{_AMOUNT}{scale}(?:(?:[-–—]| to ){_AMOUNT}{scale})?"),
        ("MONEY", "amount", rf"\b{some}{scale} (?:{numbers['currencies']})\b"),
        ("PERCENT", "amount", rf"(?<![\w.]){amount}(?:[ \u00a0\u202f]?%| ?per ?cent)?(?:(?:[-–—]| to ){amount})?[ \u00a0\u202f]?(?:%|per ?cent\b|percentage points?\b)"),
        ("QUANTITY", "amount", rf"(?<![\w.$£€]){some}{scale}[ -]?(?:(?:(?:{lists.units}) )?(?:{numbers['times']})|{numbers['units']})\b(?![ -]olds?\b)"),
        ("DATE", "date", rf"\b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, )?(?:{_DAY}(?: of)? )?{_MONTH}(?: {_DAY})?,? {_YEAR}\b"),
        ("DATE", "date", _NUMERIC_DATE),
        ("DATE", "date", rf"\b(?:{_DAY} (?:of )?{_MONTH}|{_MONTH} {_DAY})(?![\w.]\d)\b"),
        ("DATE", "date", rf"\b(?:(?:early|late|mid)[ -])?(?:[Ss]pring|[Ss]ummer|[Aa]utumn|[Ff]all|[Ww]inter)(?: of)? {_YEAR}\b"),
        ("DATE", "date", rf"\b(?:(?:fiscal|financial|academic|school) year |FY ?)(?:{_YEAR}(?:[-–/]\d{{2,4}})?|\d\d\b)"),
        ("DATE", "date", rf"(?<![\d.,/$£€-])\b{_YEAR}(?:(?:[-–—/]| to )(?:{_YEAR}|\d\d\b)|s\b|\.(?:0[1-9]|1[0-2])\b)?(?![\d/]|[.,]\d|\s?%)"),
        ("DATE", "month", r"\b(?:January|February|April|June|July|August|September|October|November|December)\b"),
        ("DATE", "month", r"(?<=\b(?:in|by|to) )(?:March|May)\b(?! \w+ be\b)"),
        ("PROGRAMME", "quoted", rf"[\"“](?=[^\"“”]*\w)([^\"“”]{{2,80}})[\"”] (?:[\w-]+ ){{0,2}}?(?:{nouns})\b"),
        ("PROGRAMME", "quoted", rf"[\"“]([^\"“”]{{2,80}} (?:{nouns}))[\"”]"),
        ("PROGRAMME", "quoted", rf"\b(?:{nouns})s? (?:of|called|named|known as) [\"“]([^\"“”]{{2,80}}?),?[\"”]"),
        ("ORG.enterprise", "legal form", rf"\b{_WORD}(?:(?: | & ){_WORD}){{0,6}}(?: \(\w+\))?{_LEGAL}(?!\w)"),
        ("PERSON", "title", rf"\b(?:{titles})\.? ((?!(?:{_NOT_NAMES})\b)(?:[A-Z]\.? )*(?:O’)?[A-Z][\w-]*[a-z](?: (?:[A-Z]\.|(?!(?:{_NOT_NAMES})\b)[A-Z][\w-]*[a-z]))*)"),
    )  # fmt: skip
    return tuple(
        (label, f"rule: {rule}", re.compile(text, re.IGNORECASE if label == "PERCENT" else 0))
        for label, rule, text in texts
    )


@cache
def _gazetteer(lists: EntityWords) -> tuple[re.Pattern[str], dict[str, str]]:
    """A pattern of the places and bodies that are written the same everywhere, and the label of each."""
    labels = dict.fromkeys(places(), "GPE")
    for label, entries in lists.known.items():
        labels |= dict.fromkeys((name for entry in entries for name in entry.split(" = ")), label)
    return re.compile(rf"\b(?=[A-Z])(?:{one_of(labels)})(?![\w-])"), labels


class EntityFinder:
    """The component that finds entities; the module's docstring says which stay where they overlap.

    Args:
        words: what a framework adds to the word lists, as its table [entities] has it.
    """

    def __init__(self, words: Mapping[str, Any]) -> None:
        self._added = dict(words)
        self._lists = entity_words(words)

    def __call__(self, doc: Doc) -> Doc:
        """`doc` with the entities of rules and model."""
        by_model = [found for span in doc.ents if (found := _of_model(span, self._lists))]
        doc.set_ents(_spans(doc, _settle(_by_rules(doc.text, self._lists), by_model)))
        doc.user_data[ADDED] = self._added
        return doc


@Language.factory(NAME, assigns=["doc.ents"], default_config={"words": {}})
def make_finder(nlp: Language, name: str, words: dict[str, Any]) -> EntityFinder:  # noqa: ARG001 -- spaCy passes both
    return EntityFinder(words)


def lists_of(docs: Sequence[Doc]) -> EntityWords:
    """The word lists with which the entities of docs were found; the general ones where no component says."""
    return entity_words(next((doc.user_data[ADDED] for doc in docs if ADDED in doc.user_data), None))


def _by_rules(text: str, lists: EntityWords) -> list[Found]:
    """What rules find, none overlapping: amounts and citations first, then the longest."""
    found = []
    has_digit = bool(_DIGIT.search(text))
    for label, rule, pattern in _patterns(lists):
        if not has_digit and rule in _NUMERIC:
            continue
        for match in pattern.finditer(text):
            start, end = match.span(1 if pattern.groups else 0)
            if label == "ORG.enterprise":
                start += _n_opening(match[0], lists)
            found.append(Found(start, end, label, rule))
    known, labels = _gazetteer(lists)
    for match in known.finditer(text):
        found.append(Found(*match.span(), labels[match[0]], KNOWN))
        if labels[match[0]] == "GPE" and (
            town := _TOWN.search(text, max(0, match.start() - 40), match.start())
        ):
            found.append(Found(*town.span(1), "GPE", TOWN))
    found += find_names(text, lists)
    return _without_overlaps(sorted(found, key=_rank))


def _rank(found: Found) -> tuple[bool, int, int]:
    first = found.label in _AMOUNTS or found.rule in ("rule: citation", "rule: quoted")
    # A year belongs to the law that it stands in, and to nothing else.
    return (
        (found.rule == "rule: date" and found.end - found.start == 4) or not first,
        found.start - found.end,
        found.start,
    )


def _n_opening(text: str, lists: EntityWords) -> int:
    """How many characters of a name with a legal form only open the sentence."""
    n = 0
    while " " in text[n:] and lists.is_opener(text[n:].split(" ", 1)[0]):
        n = text.index(" ", n) + 1
    return n


def _without_overlaps(found: list[Found]) -> list[Found]:
    """The first ones of those that overlap, in order of place."""
    kept: list[Found] = []
    taken: set[int] = set()
    for f in found:
        if taken.isdisjoint(range(f.start, f.end)):
            kept.append(f)
            taken.update(range(f.start, f.end))
    return sorted(kept, key=lambda f: f.start)


_ARTICLE = re.compile(r"(?:[Tt]he|[Aa]n?|my|our|this|its|their) ")
_TAIL = re.compile(r"(?:['’]s?|[\s,;:(-]|\s(?:and|of|for|the|in|to|on))+$")
_NO_NAME = re.compile(r"\d\.\d|[\"“”]|[A-Z&]{2,}s")
"""Section numbers, halves of quotations, abbreviations of several things ("NGOs")."""


def _of_model(span: Span, lists: EntityWords) -> Found | None:
    """The model's entity without article, title and 's; None where it is none in our sense."""
    start, text, label = span.start_char, span.text, span.label_
    while opening := _ARTICLE.match(text):
        start, text = start + opening.end(), text[opening.end() :]
    if label == "PERSON" and (title := _title_pattern(lists).match(text)):
        start, text = start + title.end(), text[title.end() :]
    text = _TAIL.sub("", text)
    by_head = lists.head_label(text.split()) if " " in text else ""
    if by_head and (label == "ORG" or by_head in ("LAW", "POLICY")):
        label = by_head
    if (label not in ENTITY_TYPES and label not in lists.labels.values()) or not _is_entity(
        text, label, by_head, lists, headline=_is_headline(span.doc)
    ):
        return None
    return Found(start, start + len(text), label, "model")


def _is_entity(text: str, label: str, by_head: str, lists: EntityWords, *, headline: bool) -> bool:
    """Whether the words can be an entity of this type, as far as one sees from them."""
    if label in _AMOUNTS:
        return bool(re.search(rf"\d{{4}}|\b{_MONTH}\b" if label == "DATE" else r"\d", text))
    words = text.split()
    if not re.search(r"[A-Z]", text) or lists.is_kind(text) or _NO_NAME.search(text):
        return False
    if label in ("LOC", "LAW"):
        return bool(by_head)
    if label == "ORG":
        fields = any(map(lists.is_field, words)) if len(words) > 1 else text.lower() in lists.fields
        return bool(by_head) or not (headline or fields or lists.head_label(words) or len(text) < 3)
    if label == "GPE" and lists.head_label(words):
        return " " in text
    return not lists.is_opener(text)


def _is_headline(doc: Doc) -> bool:
    """Whether nearly all long words have a capital, so that capitals tell no names."""
    long = [token.text for token in doc if len(token) > 3 and token.is_alpha]
    return len(long) > 3 and sum(word[0].isupper() for word in long) > 0.8 * len(long)


@cache
def _title_pattern(lists: EntityWords) -> re.Pattern[str]:
    return re.compile(rf"(?:(?:{lists.titles})\.? )+")


def _settle(rules: list[Found], model: list[Found]) -> list[Found]:
    """Rules' and model's entities, none overlapping, by the rules of the module's docstring."""
    kept = list(rules)
    for m in sorted(model, key=lambda m: (m.start - m.end, m.start)):
        others = [r for r in kept if m.start < r.end and r.start < m.end]
        if not others:
            kept.append(m)
        elif all(_gives_way(r, m) for r in others):
            label = next(
                (r.label for r in others if r.rule not in (KNOWN, "model") and r.end == m.end), m.label
            )
            kept = [r for r in kept if r not in others] + [Found(m.start, m.end, label, "model")]
    return sorted(kept, key=lambda f: f.start)


def _gives_way(rule: Found, model: Found) -> bool:
    """Whether the model's longer span stands for what the rule found in it."""
    if rule.label in _AMOUNTS or rule.rule in ("rule: citation", "rule: quoted", "rule: title", "model"):
        return False
    if not model.start <= rule.start < rule.end <= model.end:
        return False
    # Rules know heads, the model knows where names begin.
    return (model.start < rule.start and rule.end == model.end) or (
        rule.rule == KNOWN and rule.end < model.end
    )


def _spans(doc: Doc, found: list[Found]) -> list[Span]:
    """The entities as spans of whole words."""
    spans: list[Span] = []
    for f in found:
        span = doc.char_span(f.start, f.end, label=f.label, span_id=f.rule, alignment_mode="contract")
        if span is not None and (not spans or spans[-1].end <= span.start):
            spans.append(span)
    return spans

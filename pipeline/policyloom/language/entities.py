"""Entities by rules, as a spaCy component: institutions, enterprises, government bodies, places, sums, dates, laws."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

__all__ = ["ENTITY_TYPES", "NAME", "find_entities"]

NAME = "policyloom_entities"

ENTITY_TYPES = (
    "INSTITUTION", "ENTERPRISE", "GOVERNMENT", "PLACE", "MONEY", "PERCENT", "DATE", "DURATION", "LAW",
)  # fmt: skip

_WORD = r"[A-Z][\w’'-]*"
_LINK = r"(?:\s(?:of|for|and|the|in|on|&|de|la)(?:\s(?:the|and))?\s|\s|\s?&\s?)"
_NAME = rf"{_WORD}(?:{_LINK}{_WORD}){{0,9}}"
_LEAD = rf"(?:{_WORD}(?:\s(?:and|&|of)\s|\s)){{1,7}}"
_BRACKET = rf"(?:\s?\({_WORD}\))?"
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_AMOUNT = r"\d[\d,.]*\d|\d"
_NUMBER = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|eighteen|twenty|thirty|forty|fifty|sixty"
    r"|ninety)"
)
_SCALE = r"(?:\s?(?:thousand|million|billion|trillion|crore|lakh|bn|m|k)\b)?"
_CURRENCY = r"yuan|RMB|dollars?|euros?|pounds?|rupees?|kwacha|rand|naira|shillings?|cedis?|pesos?|yen|won|CFA francs?|francs?"
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("MONEY", rf"(?:US\$|NZ\$|A\$|C\$|R\$|[$€£¥₹]|\b(?:USD|EUR|GBP|RMB|CNY|Rs\.?|KES|ZAR|INR|LKR|MWK|NGN)\s?)\s?(?:{_AMOUNT}){_SCALE}"),
    ("MONEY", rf"\b(?:{_AMOUNT}){_SCALE}\s(?:{_CURRENCY})\b"),
    ("PERCENT", rf"\b(?:{_AMOUNT}|{_NUMBER})\s?(?:%|per\s?cent\b|percentage points?\b)"),
    ("DURATION", rf"\b(?:{_AMOUNT}|{_NUMBER})[\s-](?:working\s)?(?:day|week|month|year|hour)s?\b"),
    ("DATE", rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?\s)?(?:{_MONTH})\s(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s)?(?:19|20)\d\d\b"),
    ("DATE", rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?\s(?:{_MONTH})|(?:{_MONTH})\s\d{{1,2}}(?:st|nd|rd|th)?)\b"),
    ("DATE", r"\b(?:19|20)\d\d(?:[–/-](?:(?:19|20)?\d\d))?\b"),
    ("LAW", rf"\b{_LEAD}(?:Act|Law|Code|Ordinance|Decree|Directive|Regulations?|Bill|Statute|Constitution|Charter)(?:\s(?:No\.?|of)\s?\d[\d/]*(?:\sof\s\d{{4}})?|,?\s(?:19|20)\d\d)?\b"),
    ("LAW", rf"\b(?:Law|Act|Measures|Regulations|Opinions|Notice|Rules)\s(?:of|on|for)\s(?:the\s)?{_NAME}"),
    ("LAW", rf"\b{_LEAD}(?:Action Plan|Strategy|White Paper|Policy|Programme|Program|Plan|Scheme|Framework)\b(?:\s(?:19|20)\d\d(?:[–-](?:19|20)?\d\d)?)?"),
    ("GOVERNMENT", rf"\b(?:Ministry|Department|Bureau|Office|Secretariat|Directorate|Commission|Council|Committee|Agency|Authority|Government)\s(?:of|for|on)\s(?:the\s)?{_NAME}"),
    ("GOVERNMENT", rf"\b(?:Management|Steering|Executive|Standing|Joint)\s(?:Committee|Commission|Council|Board)\s(?:of|for)\s(?:the\s)?{_NAME}"),
    ("GOVERNMENT", rf"\b{_LEAD}(?:Ministry|Bureau|Secretariat|Directorate|Commission|Council|Committee|Agency|Authority|Government|Inspectorate|Treasury|Parliament|Department)\b"),
    ("ENTERPRISE", rf"\b(?:{_LEAD})(?:Co\.?,?\s?(?:Ltd\.?)?|Ltd\.?|Limited|Inc\.?|Corp\.?|Corporation|Company|GmbH|AG|PLC|plc|LLC|Pty|Group|Holdings)(?![\w])"),
    ("INSTITUTION", rf"\b(?:University|College|Polytechnic|Institute|Academy|School|Centre|Center|Faculty|Association|Federation|Alliance|Consortium|Chamber)\s(?:of|for)\s(?:the\s)?{_NAME}"),
    ("INSTITUTION", rf"\b{_LEAD}(?:University|College|Polytechnic|Institute|Academy|School|Hospital|Association|Federation|Alliance|Consortium|Chamber|Union|(?:Training|Skills|Technology|Research|Resource|Learning)\s(?:Centre|Center|Base))\b(?:\sof\s{_NAME})?"),
    ("PLACE", rf"\b(?:{_WORD}\s){{1,3}}(?:Province|City|County|District|Region|Prefecture|Municipality|Development Zone|Autonomous Region)\b"),
)  # fmt: skip
_COMPILED = tuple(
    (label, re.compile(pattern + _BRACKET if label == "INSTITUTION" else pattern))
    for label, pattern in _PATTERNS
)
_OPENERS = frozenset(
    "The This That These Those A An In On At By For From With Through Under During After Before When While Although Since As"
    " If And But Or Taking Each Every All Any Our Their Its His Her Both Some Many Most Such No Not Of To".split()
)


@cache
def _countries() -> re.Pattern[str]:
    text = (resources.files("policyloom") / "language" / "countries.txt").read_text("utf-8")
    names = sorted(
        (line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"), key=len, reverse=True
    )
    return re.compile(r"\b(?:" + "|".join(re.escape(name) for name in names) + r")\b")


@Language.component(NAME, assigns=["doc.ents"])
def find_entities(doc: Doc) -> Doc:
    """`doc` with the entities that rules find; those that a model has set already are kept where both apply."""
    text = doc.text
    spans: list[Span] = list(doc.ents)
    taken = {(span.start, span.end) for span in spans}
    for label, pattern in (*_COMPILED, ("PLACE", _countries())):
        for match in pattern.finditer(text):
            start = match.start()
            words = match[0].split(" ")
            while words and words[0] in _OPENERS and len(words) > 1:
                start += len(words[0]) + 1
                words = words[1:]
            if label not in ("MONEY", "DATE", "PLACE", "ENTERPRISE") and len(words) < 2:
                continue
            span = doc.char_span(start, match.end(), label=label, alignment_mode="contract")
            if span is not None and (span.start, span.end) not in taken and not span.text.isspace():
                taken.add((span.start, span.end))
                spans.append(span)
    doc.set_ents(filter_spans(spans))
    return doc

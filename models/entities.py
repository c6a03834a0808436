"""Sentences of the entity corpora as spaCy Docs with one label set, and with what is unknown masked.

The corpora mark different things: CrossNER has no dates, GMB no laws, none tells a province from a river.
Each keeps what it knows. A span whose label says nothing about ours, and a date in a corpus without dates,
become *missing*: training takes nothing from them and the scorer passes over them.
"""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import json
import random
import re
import tomllib
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

__all__ = [
    "PATTERNS",
    "Marked",
    "load_label_maps",
    "read_bio",
    "read_bracketed",
    "read_eu_law",
    "read_gmb",
    "read_redocred",
    "to_doc",
    "vary_names",
]

NAME_RATES = {"ORG": 0.08, "LAW": 0.4}  # of the names of two words and more
OPENING = frozenset("([$€£¥")
CLOSING = frozenset({",", ".", ";", ":", "!", "?", ")", "]", "%", "n't"})
QUOTES = {"``": '"', "''": '"', "-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]"}
MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December|"
    "Jan\\.?|Feb\\.?|Mar\\.|Apr\\.?|Jun\\.?|Jul\\.?|Aug\\.?|Sept?\\.?|Oct\\.?|Nov\\.?|Dec\\.?"
)
DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
NUMBER = r"\d+(?: ?[.,] ?\d+)*(?: (?:hundred|thousand|million|billion|trillion))?"
CURRENCY = r"EUR|USD|GBP|RMB|CNY|AUD|CAD|CHF|HKD|INR|JPY|ECU|US ?\$|\$|€|£|¥"
ACT = r"(?:Regulation|Directive|Decision|Recommendation|Framework Decision)"
ACT_NUMBER = r"(?: ?\((?:EU|EC|EEC|Euratom|EU, Euratom|EC, Euratom)\))?(?: No\.?)? \d+/\d+(?:/[A-Z]+)?"
PATTERNS: dict[str, re.Pattern[str]] = {
    "LAW": re.compile(
        rf"(?:Articles? \d+\w*(?: ?\(\w+\))*(?:(?:,| and| or| to) \d+\w*(?: ?\(\w+\))*)* of )?"
        rf"(?:(?:Council|Commission|Delegated|Implementing) ){{0,2}}{ACT}{ACT_NUMBER}"
        r"|Articles? \d+\w*(?: ?\(\w+\))*(?:(?:,| and| or) \d+\w*(?: ?\(\w+\))*)* of the Treat(?:y|ies)"
        r"|(?:[A-Z][\w'-]+ (?:(?:of|and|for|on|in|to|the) ){0,2}){1,6}Act(?: of \d{4}| \d{4})?(?= |$|[.,;)])"
        r"|(?:[A-Z][\w'-]+ (?:and )?){1,4}Law of the (?:[A-Z][\w'-]+ ?(?:of )?){1,5}"
    ),
    "MONEY": re.compile(
        rf"(?:{CURRENCY}) ?{NUMBER}"
        rf"|{NUMBER} (?:U\.S\. )?(?:dollars|euros?|pounds|yuan|yen|rupees|cents|{CURRENCY})"
    ),
    "PERCENT": re.compile(r"\d+(?: ?[.,] ?\d+)? ?(?:%|per ?cent\b|percent\b)"),
    "DATE": re.compile(
        rf"(?:\d{{1,2}}(?:st|nd|rd|th)? )?(?:{MONTHS}) (?:\d{{1,2}}(?:st|nd|rd|th)?(?: ?, \d{{4}})?|\d{{4}})"
        rf"(?: \d{{4}})?|\d{{1,2}} (?:{MONTHS})|(?:{DAYS})"
        rf"|\b(?:{MONTHS})\b(?<!May)|\b(?:1[5-9]|20)\d\d(?:s|'s)?\b"
    ),
}
"""What corpora leave unmarked; all but DATE become labels wherever the annotators marked nothing."""

EU_BODIES = re.compile(
    r"European (?:Commission|Parliament|Council|Central Bank|Court of Auditors|Investment Bank|"
    r"(?:[A-Z]\w+ ){1,3}(?:Agency|Authority|Office|Committee|Board|Centre))|Court of Justice|"
    r"Court of Auditors|"
    r"\bCommission\b|\bCouncil\b|\bEurostat\b|\bESMA\b|\bEBA\b|\bEIOPA\b|\bECHA\b|\bEFSA\b|\bACER\b|\bEuropol\b|"
    r"\bFrontex\b|\bOLAF\b|\bENISA\b|\bECB\b|\bESRB\b|\bEurojust\b|United Nations|World Trade Organi[sz]ation"
)
EU_PLAIN = re.compile(
    r"\bMember States?\b|\bUnion\b|\bCommunit(?:y|ies)\b|\bArticles?\b|\bAnnex(?:es)?\b|\bRegulation\b|"
    r"\bDirective\b|\bDecision\b|\bChapter\b|\bSection\b|\bTitle\b|\bParty\b|\bParties\b|\bPart\b|"
    r"Official Journal of the European (?:Union|Communities)|\b[IVX]+\b|\(EU\)|\(EC\)"
)


@dataclass(frozen=True, slots=True)
class Marked:
    """A passage's words with entity spans; `end` is exclusive, labels are the corpus's own."""

    words: list[str]
    spans: list[tuple[int, int, str]]
    spaces: list[bool] | None = None  # after each word; None when the corpus does not say


def load_label_maps(path: str | Path) -> dict[str, Any]:
    """The label map of each corpus and the word lists that tell GPE from LOC."""
    with Path(path).open("rb") as file:
        return tomllib.load(file)


def read_bio(path: str | Path, *, word: int = 0, tag: int = -1) -> list[Marked]:
    """Sentences of a column file with IOB tags (IOB1 and IOB2), split at empty lines."""
    passages: list[Marked] = []
    for block in re.split(r"\n\s*\n", Path(path).read_text(encoding="utf8")):
        rows = [re.split(r"\t| (?=\S+$)", line) for line in block.split("\n") if line.strip()]
        rows = [row for row in rows if len(row) > 1 and not row[0].startswith("#") and row[0] != "-DOCSTART-"]
        if rows:
            words = [row[word].strip() or "_" for row in rows]
            passages.append(Marked(words, _to_spans([row[tag].strip() for row in rows])))
    return passages


def _to_spans(tags: list[str]) -> list[tuple[int, int, str]]:
    spans: list[tuple[int, int, str]] = []
    for i, tag in enumerate(tags):
        prefix, _, label = tag.partition("-")
        if prefix not in ("B", "I"):
            continue
        if prefix == "I" and spans and spans[-1][1] == i and spans[-1][2] == label:
            spans[-1] = (spans[-1][0], i + 1, label)
        else:
            spans.append((i, i + 1, label))
    return spans


def read_gmb(path: str | Path) -> list[Marked]:
    """Sentences of the Groningen Meaning Bank's entity subset (a zipped CSV in Windows-1252)."""
    passages: list[Marked] = []
    words: list[str] = []
    tags: list[str] = []
    with zipfile.ZipFile(path) as archive, archive.open("ner_dataset.csv") as raw:
        rows = csv.reader(io.TextIOWrapper(raw, encoding="cp1252"))
        next(rows)
        for opening, token, _, tag in rows:
            if opening and words:
                passages.append(Marked(words, _to_spans(tags)))
                words, tags = [], []
            words.append(QUOTES.get(token, token).replace("\xa0", "") or "_")
            tags.append(tag)
    passages.append(Marked(words, _to_spans(tags)))
    return passages


def read_redocred(path: str | Path) -> list[Marked]:
    """One passage a document of Re-DocRED; of mentions that overlap, the longest."""
    passages: list[Marked] = []
    for document in json.loads(Path(path).read_text(encoding="utf8")):
        starts = [0]
        for sentence in document["sents"]:
            starts.append(starts[-1] + len(sentence))
        mentions = {
            (starts[m["sent_id"]] + m["pos"][0], starts[m["sent_id"]] + m["pos"][1], m["type"])
            for entity in document["vertexSet"]
            for m in entity
        }
        words = [word.replace(" ", "").replace("\xa0", "") or "_" for s in document["sents"] for word in s]
        passages.append(Marked(words, _longest(mentions)))
    return passages


def _longest(spans: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    chosen: list[tuple[int, int, str]] = []
    for start, end, label in sorted(spans, key=lambda s: (s[0] - s[1], s[0], s[2])):
        if all(end <= other[0] or start >= other[1] for other in chosen):
            chosen.append((start, end, label))
    return sorted(chosen)


def read_bracketed(path: str | Path, tokenize: Callable[[str], Doc]) -> list[Marked]:
    """One passage a line of text with spans written [words|LABEL.SUBLABEL]; sublabels are dropped."""
    passages: list[Marked] = []
    for line in Path(path).read_text(encoding="utf8").splitlines():
        text = ""
        marks: list[tuple[int, int, str]] = []  # in characters
        for piece in re.split(r"(\[[^\[\]|]+\|[A-Z.]+\])", line.strip()):
            match = re.fullmatch(r"\[([^\[\]|]+)\|([A-Z.]+)\]", piece)
            plain = match[1] if match else piece
            if match:
                marks.append((len(text), len(text) + len(plain), match[2].split(".")[0]))
            text += plain
        doc = tokenize(" ".join(text.split(" ")))
        spans = []
        for start, end, label in marks:
            span = _cover(doc, start, end)
            spans.append((span.start, span.end, label))
        if len(doc):
            passages.append(Marked([t.text for t in doc], spans, [bool(t.whitespace_) for t in doc]))
    return passages


def read_eu_law(path: str | Path, tokenize: Callable[[str], Doc], *, n_lines: int) -> Iterator[Marked]:
    """Evenly spaced paragraphs of EU acts, marked by pattern: acts, EU bodies, dates, sums, shares.

    Capitalised words that no pattern knows get the label "unknown", which no map lists: they are masked.
    """
    with gzip.open(path, "rt", encoding="utf8") as file:
        unique = {" ".join(line.split()) for line in file}  # also turns no-break spaces into plain ones
    lines = sorted(line for line in unique if 60 <= len(line) <= 400)
    for line in lines[:: max(1, len(lines) // n_lines)][:n_lines]:
        doc = tokenize(line)
        found: list[tuple[int, int, str]] = []
        for label, pattern in {"ORG": EU_BODIES, **PATTERNS}.items():
            for match in pattern.finditer(line):
                span = _cover(doc, *match.span())
                found.append((span.start, span.end, label))
        spans = _longest(found)
        known = {i for start, end, _ in spans for i in range(start, end)}
        for match in EU_PLAIN.finditer(line):
            known.update(t.i for t in _cover(doc, *match.span()))
        spans += [
            (t.i, t.i + 1, "unknown")
            for t in doc
            if t.i > 0 and t.i not in known and t.text[:1].isupper() and not _opens_sentence(doc, t.i)
        ]
        yield Marked([t.text for t in doc], sorted(spans), [bool(t.whitespace_) for t in doc])


def _cover(doc: Doc, start: int, end: int) -> Span:
    """The whole words that the characters [start, end) touch."""
    span = doc.char_span(start, end, alignment_mode="expand")
    if span is None:
        raise ValueError(f"no words at {start}:{end} in a text of {len(doc.text)} characters")
    return span


def _opens_sentence(doc: Doc, i: int) -> bool:
    return doc[i - 1].text in {".", ":", ";", "'", '"', "‘", "“", ")", "?"} or doc[i - 1].like_num


def vary_names(
    passage: Marked,
    *,
    labels: dict[str, Any],
    templates: dict[str, list[str]],
    fillers: dict[str, list[str]],
    tokenize: Callable[[str], Doc],
    rng: random.Random,
) -> Marked:
    """The passage with some of its names replaced by made-up ones, each label at its own rate.

    The corpora are news and encyclopaedia: bureaus, vocational colleges and laws hardly occur in them.
    Source: mention replacement, Dai and Adel (2020), An Analysis of Simple Data Augmentation for NER.
    """
    words: list[str] = []
    spans: list[tuple[int, int, str]] = []
    position = 0
    for start, end, label in passage.spans:
        words += passage.words[position:start]
        ours = labels.get(label)
        rate = NAME_RATES.get(ours or "", 0.0) if end - start > 1 else 0.0
        name = passage.words[start:end]
        if rng.random() < rate:
            chosen = {key: rng.choice(values) for key, values in fillers.items()}
            name = [t.text for t in tokenize(rng.choice(templates[str(ours)]).format(**chosen))]
        spans.append((len(words), len(words) + len(name), label))
        words += name
        position = end
    words += passage.words[position:]
    return passage if words == passage.words else Marked(words, spans)


def to_doc(
    passage: Marked, vocab: Vocab, *, labels: dict[str, Any], maps: dict[str, Any], places: Counter[str]
) -> Doc:
    """A Doc with our labels; `places` counts how often a name is a place (see `DEMONYM`).

    A law that a pattern finds wins over the corpus, which takes it for an organisation, if for anything.
    """
    words = [QUOTES.get(word, word) for word in passage.words]
    doc = Doc(vocab, words=words, spaces=passage.spaces or _guess_spaces(words))
    known: dict[tuple[int, int], str | None] = {}  # None: missing
    for start, end, label in passage.spans:
        ours = labels.get(label)
        text = doc[start:end].text
        if ours == "DEMONYM":
            ours = "PLACE" if places[text] > places[f"{text}|demonym"] else ""
        if ours == "PLACE":
            ours = _place_label(text, maps, places)
        if ours != "":
            known[start, end] = ours
    for label, pattern in PATTERNS.items():
        if label in labels.values():  # the corpus marks them itself
            continue
        for match in pattern.finditer(doc.text):
            span = _cover(doc, *match.span())
            rivals = [key for key in known if key[0] < span.end and key[1] > span.start]
            inside = all(key[0] >= span.start and key[1] <= span.end for key in rivals)
            if rivals and not (label == "LAW" and inside):
                continue
            for key in rivals:
                del known[key]
            known[span.start, span.end] = None if label == "DATE" else label
    found = [Span(doc, *key, label=label) for key, label in known.items() if label]
    missing = [doc[slice(*key)] for key, label in known.items() if not label]
    doc.set_ents(found, missing=missing, default="outside")
    return doc


def _guess_spaces(words: list[str]) -> list[bool]:
    """Where a space followed in print: none before a comma, none inside brackets and quotation marks."""
    spaces: list[bool] = []
    quoted = False
    for word, following in itertools.zip_longest(words, words[1:], fillvalue=""):
        if word == '"':
            quoted = not quoted
        opens = word in OPENING or (word == '"' and quoted)
        closes = following in CLOSING or following.startswith("'") or (following == '"' and quoted)
        spaces.append(not (opens or (closes and following != "'")))
    return spaces


def _place_label(text: str, maps: dict[str, Any], places: Counter[str]) -> str | None:
    name = text.lower().removeprefix("the ")
    words = set(name.replace("-", " ").split())
    if name in maps["governed"]:
        return "GPE"
    if not words.isdisjoint(maps["buildings"]):
        return None
    if places[f"{text}|demonym"] > places[text] or (name.endswith(("an", "ese", "ish")) and not places[text]):
        return None if len(words) == 1 else "GPE"
    return "GPE" if words.isdisjoint(maps["physical"]) else "LOC"

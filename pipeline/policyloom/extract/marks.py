"""How headings, captions, list items, notes and references begin, in words."""

from __future__ import annotations

import re

MAX_HEADING = 250
"""Characters; what is longer is no heading, however it is set."""

CAPTION = re.compile(
    r"(?:supplementary |appendix |annex )?(?:table|fig(?:ure|\.)?|scheme|box|chart|exhibit|map|plate|diagram|graph)"
    r"\s*[-–]?\s*(?:[A-Z]?\d+(?:[.-]\d+)*|[IVX]+\b)[a-z]?\s*(?P<mark>[.:|–—-]|\()?",
    re.IGNORECASE,
)
BULLET = re.compile(r"[•●▪■◦‣∙·–—\-*➢✓]\s*(?=\S)|[o]\s+(?=[A-Z])")
ENUM = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})\)\s+|(?:\d{1,2}|[a-z]|[ivx]{1,4})\.\s+(?=\S)")
NUMBER = re.compile(r"(?P<n>\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+(?=\D)")
LEGAL = re.compile(
    r"(?P<word>part|title|chapter|section|article|schedule|annex|appendix|division)\s+(?:\d+|[IVXLC]+|[A-Z])\b",
    re.IGNORECASE,
)
REFERENCES = re.compile(
    r"(?:\d+\.?\s*)?(?:references?(?: cited)?|bibliography|literature cited|works cited|reference list|参考文献)\W*",
    re.IGNORECASE,
)
REFERENCE = re.compile(r"\[\d{1,3}\]|\d{1,3}\.\s")
ABSTRACT = re.compile(r"(?:a\s?b\s?s\s?t\s?r\s?a\s?c\s?t|summary|摘要)\W*", re.IGNORECASE)
KEYWORDS = re.compile(r"(?:key\s?-?words?(?: and phrases)?|index terms|关键词)\b", re.IGNORECASE)
LABELLED = re.compile(r"(?:abstract|summary|key\s?-?words?)\s*[:.—–]|(?:摘要|关键词)\s*[:：]?", re.IGNORECASE)
ABSTRACT_PART = re.compile(
    r"(?:aims?(?:/background)?|background|objectives?(?:\(s\))?|purpose|design|setting|(?:materials? and )?methods?|methodology"
    r"|results?|findings|conclusions?|discussion|implications|limitations)\s*:\s+\S",
    re.IGNORECASE,
)
ARTICLE_TYPE = re.compile(
    r"(?:original |special |full |short |invited |systematic |case )?(?:research|review|article|paper|report|communication|editorial"
    r"|open access|policy brief|working paper|press release)(?: (?:article|note|paper|report|artilce))?(?: open access)?",
    re.IGNORECASE,
)
JOURNAL = re.compile(
    r"^(?:the )?(?:\w+ ){0,4}journal of\b(?:\W+\w+){0,6}$|^journal\b.{0,60}$|\bissn\b|^volume \d",
    re.IGNORECASE,
)
OPENING = re.compile(
    r"(?:\d+\.?\s*)?(?:introduction|background|overview|executive summary|foreword|preface|preamble|purpose|context|aims?"
    r"|objectives?|引言|前言|绪论)\W*",
    re.IGNORECASE,
)
TERMINAL = (".", "!", "?", ":", ";", "。", "！", "？", "：", "；", "”", '."', ".'", ".)", ".”", ".’")
ENDED = re.compile(
    r"[.!?:;。！？：；][\"”’')\]]*$|[^\d][.!?][\"”’')]*(?:\[[\d,–\s-]+\]|\d{1,3}(?:[,–-]\d{1,3})*)$"
)
FOOTNOTE = re.compile(r"\[?(?:\d{1,3}|[*†‡§¶#]+)\]?[\s.]*(?=\S)")
LEGAL_RANK = {
    "part": 1,
    "title": 1,
    "schedule": 1,
    "annex": 1,
    "appendix": 1,
    "chapter": 2,
    "division": 2,
    "section": 3,
    "article": 4,
}


def key_of(text: str) -> str:
    """A heading's letters and digits, for comparing; empty for a text too long to be one."""
    return re.sub(r"[\W_]+", "", text.lower()) if len(text) <= MAX_HEADING else ""


# Across columns and pages

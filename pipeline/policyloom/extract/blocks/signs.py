"""The signs, in any language, by which list items, numbers, notes and the ends of sentences are recognised.

The words of a language for the same purpose are in `languages.layout`.
"""

from __future__ import annotations

import re

__all__ = [
    "BULLET",
    "ENDED",
    "ENUMERATION",
    "FOOTNOTE",
    "MAX_HEADING",
    "NUMBER",
    "REFERENCE",
    "REFERENCE_SIGN",
    "TERMINAL",
]

MAX_HEADING = 250
"""Characters; what is longer is no heading, however it is set."""

BULLET = re.compile(r"[•●▪■◦‣∙·–—\-*➢✓]\s*(?=\S)|[o]\s+(?=[A-Z])")
ENUMERATION = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})\)\s+|(?:\d{1,2}|[a-z]|[ivx]{1,4})\.\s+(?=\S)")
NUMBER = re.compile(r"(?P<n>\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+(?=\D)")
"""The number of a heading or section, "2.3"."""

REFERENCE = re.compile(r"\[\d{1,3}\]|\d{1,3}\.\s")
REFERENCE_SIGN = re.compile(
    r"\b(?:1[5-9]|20)\d\d[a-z]?\b|\bdoi\b|https?://|\bwww\.|\bet al\b|\bpp?\.\s?\d|\bISBN\b|\[[JMDCR]\]",
    re.IGNORECASE,
)
"""What nearly every entry of a list of references has: a year, an address, pages."""

FOOTNOTE = re.compile(r"\[?(?:\d{1,3}|[*†‡§¶#]+)\]?[\s.]*(?=\S)")
TERMINAL = (".", "!", "?", ":", ";", "。", "！", "？", "：", "；", "”", '."', ".'", ".)", ".”", ".’")
"""Ends of a sentence or clause."""

ENDED = re.compile(
    r"[.!?:;。！？：；][\"”’')\]]*$|[^\d][.!?][\"”’')]*(?:\[[\d,–\s-]+\]|\d{1,3}(?:[,–-]\d{1,3})*)$"
)
"""The end of a sentence, with the numbers of notes or references after it."""

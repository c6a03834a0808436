"""Tell in which of the languages that have a folder a text is written."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import lru_cache
from pathlib import Path

from policyloom.languages.folders import language_folders
from policyloom.languages.layout import read_layout_file

__all__ = ["DEFAULT_LANGUAGE", "find_language"]

DEFAULT_LANGUAGE = "en"
"""The language of a text that is in no other."""

SAMPLE = 20_000
"""Characters at the beginning of a text that are looked at."""

MIN_STOP_WORD_SHARE = 0.1
"""Share of a text's words that are stop words of its language; half as much in a table, a third and more in prose."""


def find_language(text: str) -> str:
    """The code of a text's language, one of those that have a folder; `en` where no other fits better.

    A language is told by its script where its `layout.toml` names one, and else by the share of its stop words.
    """
    folders = language_folders()
    sample = text[:SAMPLE]
    letters = "".join(filter(str.isalpha, sample))
    if not letters:
        return DEFAULT_LANGUAGE
    by_script: dict[str, float] = {}
    by_words: dict[str, frozenset[str]] = {}
    for code, folder in folders.items():
        layout = read_layout_file(folder)
        script = layout.get("script", "")
        if script:
            share = len(re.findall(script, letters)) / len(letters)
            if share >= layout.get("min_script_share", 0.5):
                by_script[code] = share
        elif stop_words := _read_stop_words(folder):
            by_words[code] = stop_words
    if by_script:
        return max(by_script, key=lambda code: by_script[code])
    if not by_words.keys() - {DEFAULT_LANGUAGE}:
        return DEFAULT_LANGUAGE
    words = Counter(re.findall(r"[^\W\d_]+", sample.lower()))
    n_words = sum(words.values())
    shares = {code: sum(words[word] for word in stops) / n_words for code, stops in by_words.items()}
    best = max(shares, key=lambda code: (shares[code], code == DEFAULT_LANGUAGE))
    return best if shares[best] >= MIN_STOP_WORD_SHARE else DEFAULT_LANGUAGE


@lru_cache(maxsize=64)
def _read_stop_words(folder: Path) -> frozenset[str]:
    """The stop words of `language.toml` in small letters; none where there is no such file, list or right to read.

    What is wrong with the file is for the loader of the language to say.
    """
    try:
        data = tomllib.loads((folder / "language.toml").read_text("utf-8"))
    except (OSError, ValueError):
        return frozenset()
    words = data.get("stop_words", [])
    return (
        frozenset(word.lower() for word in words if isinstance(word, str))
        if isinstance(words, list)
        else frozenset()
    )

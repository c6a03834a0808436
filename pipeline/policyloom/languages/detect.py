"""Tell in which language a text is written.

The languages that have a folder are told by their script or by their stop words, which settles nearly every text and
costs nothing. What is left goes to py3langid, which knows some hundred languages and loads in a second.

Source: Lui and Baldwin 2012, langid.py: An off-the-shelf language identification tool, ACL; as py3langid has it.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from policyloom.languages.folders import language_folders
from policyloom.languages.layout import read_layout_file

__all__ = ["DEFAULT_LANGUAGE", "UNKNOWN", "find_language", "language_name"]

DEFAULT_LANGUAGE = "en"
"""The language of a text that is too short to tell."""

UNKNOWN = "und"
"""The code of a text that is in no language that can be told, such as one in a garbled font (ISO 639-2)."""

SAMPLE = 20_000
"""Characters of a text that are looked at: a third each from its beginning, its middle and its end."""

SURE_STOP_WORD_SHARE = 0.2
"""Share of stop words that settles a text's language; English prose has 0.35 to 0.5, tables of words some 0.2."""

SURE_STOP_WORDS = 6
"""How many different stop words must be among them: one of one language may be frequent in another, as "a" in Hungarian."""

MIN_STOP_WORD_SHARE = 0.1
"""Share of stop words that speaks for a language where the detector is not sure; another language's prose has less."""

MIN_WORDS = 20
"""A text with fewer words is too short to tell."""

MIN_PROBABILITY = 0.9
"""How sure the detector must be of a language without a folder."""

_NO_LANGUAGE = "zxx"
"""The detector's code for text that is in no language."""


def find_language(text: str) -> str:
    """The code of a text's language (ISO 639), or `und` where it is in none that can be told.

    Example:
        >>> find_language("The ministry will pay grants to the firms that train apprentices.")
        'en'
    """
    sample = _take_sample(text)
    letters = "".join(filter(str.isalpha, sample))
    words = re.findall(r"[^\W\d_]+", sample.lower())
    if not letters:
        return DEFAULT_LANGUAGE
    by_script = _find_script(letters)
    if by_script:
        return by_script
    counts = Counter(words)
    shares = _stop_word_shares(counts)
    best = max(shares, key=lambda code: (shares[code], code == DEFAULT_LANGUAGE), default=DEFAULT_LANGUAGE)
    share = shares.get(best, 0.0)
    if share >= SURE_STOP_WORD_SHARE and _n_different(best, counts) >= SURE_STOP_WORDS:
        return best
    if len(words) < MIN_WORDS:
        return best if share >= MIN_STOP_WORD_SHARE else DEFAULT_LANGUAGE
    code, probability = _detect(sample)
    if code == best or (probability < MIN_PROBABILITY and share >= MIN_STOP_WORD_SHARE):
        return best
    if code in shares and shares[code] < MIN_STOP_WORD_SHARE / 2:
        return UNKNOWN  # it has the letters of the language, and none of its words
    return code if probability >= MIN_PROBABILITY and code != _NO_LANGUAGE else UNKNOWN


def language_name(code: str) -> str:
    """A language's name in English, such as "Hungarian"; its code where the name is not known."""
    if code in ("", UNKNOWN):
        return "unreadable"
    return _names().get(code, f"“{code}”")


def _take_sample(text: str) -> str:
    if len(text) <= SAMPLE:
        return text
    third = SAMPLE // 3
    middle = (len(text) - third) // 2
    return " ".join((text[:third], text[middle : middle + third], text[-third:]))


def _find_script(letters: str) -> str:
    """The language whose script most of the letters are in; "" where no folder names one."""
    shares: dict[str, float] = {}
    for code, folder in language_folders().items():
        layout = read_layout_file(folder)
        script = layout.get("script", "")
        if script:
            share = len(re.findall(script, letters)) / len(letters)
            if share >= layout.get("min_script_share", 0.5):
                shares[code] = share
    return max(shares, key=lambda code: shares[code], default="")


def _n_different(code: str, counts: Counter[str]) -> int:
    """How many different stop words of a language are among the words."""
    return len(_read_stop_words(language_folders()[code]) & counts.keys())


def _stop_word_shares(counts: Counter[str]) -> dict[str, float]:
    """The share of the words that are stop words of each language."""
    n = max(1, counts.total())
    return {
        code: sum(counts[word] for word in stops & counts.keys()) / n
        for code, folder in language_folders().items()
        if (stops := _read_stop_words(folder))
    }


def _detect(text: str) -> tuple[str, float]:
    code, probability = _detector().classify(text)
    return str(code), float(probability)


@cache
def _detector() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@cache
def _names() -> dict[str, str]:
    path = Path(__file__).with_name("names.toml")
    names: dict[str, str] = tomllib.loads(path.read_text("utf-8"))["names"]
    return names


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

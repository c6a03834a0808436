"""The words of a language, for mending damaged text: cut words, hyphens at line ends, ligatures, bad OCR."""

from __future__ import annotations

from functools import lru_cache

__all__ = ["load_known_words"]


@lru_cache(maxsize=4)
def load_known_words(language: str) -> frozenset[str]:
    """The words of a language in small letters; empty where there is no list of them."""
    if language != "en":
        return frozenset()
    # Costs 0.15 s, so only PDFs pay for it.
    from spellchecker import SpellChecker

    return frozenset(SpellChecker(language="en", distance=1).word_frequency.words())

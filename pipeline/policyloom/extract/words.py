"""The words of a language, for mending damaged text: cut words, hyphens at line ends, ligatures, bad OCR."""

from __future__ import annotations

from policyloom.languages import installed_languages, load_language

__all__ = ["load_known_words"]


def load_known_words(language: str) -> frozenset[str]:
    """The words of a language in small letters; empty where there is no list of them."""
    # Costs 0.15 s, so only PDFs pay for it.
    return load_language(language).known_words() if language in installed_languages() else frozenset()

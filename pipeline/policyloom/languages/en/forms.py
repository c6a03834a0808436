"""The forms that an English word may take."""

from __future__ import annotations

from functools import cache
from importlib import resources

__all__ = ["inflections", "irregular_words", "regular_forms"]


def inflections(word: str) -> frozenset[str]:
    """The forms that an English word may take, as noun or verb; some may not exist.

    Example:
        >>> sorted(inflections("policy"))
        ['policied', 'policies', 'policy', 'policying']
        >>> sorted(inflections("sell"))
        ['sell', 'selling', 'sells', 'sold']
    """
    return irregular_words().get(word) or regular_forms(word)


def regular_forms(word: str) -> frozenset[str]:
    """The forms that a word takes by rule; a word of two letters, or with other signs in it, stays as it is."""
    if not word.isascii() or not word.isalpha() or len(word) < 3:
        return frozenset((word,))
    stem, consonant = word, word[-1] not in "aeiou"
    forms = {word}
    if word.endswith("y") and word[-2] not in "aeiou":
        forms |= {word[:-1] + "ies", word[:-1] + "ied", word + "ing"}
    elif word.endswith(("s", "x", "z", "ch", "sh")):
        forms |= {word + "es", word + "ed", word + "ing"}
    elif word.endswith("e"):
        stem = word[:-1]
        forms |= {word + "s", word + "d", stem + "ing"}
    else:
        forms |= {word + "s", word + "ed", word + "ing"}
    if consonant and word[-1] not in "wxy" and word[-2] in "aeiou" and word[-3] not in "aeiou":
        forms |= {word + word[-1] + "ed", word + word[-1] + "ing"}
    return frozenset(forms)


_MORE = {"be": "am are been being is was were", "person": "people persons"}
"""What the table lacks: the lexicon takes "be" for no verb, and "people" for a word of its own."""


@cache
def irregular_words() -> dict[str, frozenset[str]]:
    """All forms of each irregular word, itself among them."""
    path = resources.files("policyloom") / "languages" / "en" / "irregular.txt"
    lines = [line.split() for line in path.read_text("utf-8").split("\n") if line and line[0] != "#"]
    lines += [[word, *forms.split()] for word, forms in _MORE.items()]
    return {words[0]: frozenset(words) for words in lines}

"""Clean words and join lines, before any offset exists."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

__all__ = [
    "Vocabulary",
    "broken_ligatures",
    "clean",
    "english_words",
    "find_language",
    "is_cjk",
    "shown_name",
]

_HYPHENS = "-\u2010\u2011\u00ad\ufffe\x02"


def _character_map() -> dict[int, str | None]:
    """One character each for ligatures, full-width forms and radicals; none for what has no print."""
    table: dict[int, str | None] = {}
    for code in (
        *range(0xFB00, 0xFB07),
        *range(0xFF10, 0xFF1A),
        *range(0xFF21, 0xFF3B),
        *range(0xFF41, 0xFF5B),
    ):
        table[code] = unicodedata.normalize("NFKC", chr(code))
    # Radicals, and the letters of formulas that stand for themselves ("TNF-𝛼").
    for code in (*range(0x2E80, 0x2FE0), *range(0x1D400, 0x1D800)):
        table[code] = unicodedata.normalize("NFKC", chr(code))
    table |= dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x200E, 0x200F))
    table |= dict.fromkeys((*range(0x20), 0x7F))
    table |= dict.fromkeys(range(0xE000, 0xF900), "\ufffd")
    table |= dict.fromkeys((0x00A0, 0x2002, 0x2003, 0x2009, 0x202F, 0x3000), " ")
    table |= {0x2010: "-", 0x2011: "-"}
    # Symbol fonts put bullets into the private area.
    table |= dict.fromkeys((0xF0B7, 0xF0A7, 0xF0D8, 0xF076, 0xF06E), "•")
    return table


_CHARACTERS = _character_map()
_CJK = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")


def clean(word: str) -> str:
    """A word with ligatures, full-width letters, Kangxi radicals and invisible characters made plain.

    Example:
        >>> clean("e\\ufb03cient")
        'efficient'
    """
    if word.isascii():
        return word
    return word.translate(_CHARACTERS)


def shown_name(name: str) -> str:
    """A file's name as it can be written: one that is not Unicode has question marks for what is not."""
    return name.encode("utf-8", "replace").decode("utf-8")


def is_cjk(ch: str) -> bool:
    """Whether a character is Chinese or Japanese, and so set without spaces."""
    return bool(_CJK.match(ch))


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """A list of English words, in small letters."""
    # Costs 0.15 s, so only a document that is cut at hyphens pays for it.
    from spellchecker import SpellChecker

    return frozenset(SpellChecker(language="en", distance=1).word_frequency.words())


class Vocabulary:
    """The words of a document, to decide whether a hyphen at a line's end belongs to its word."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = Counter(word.lower().strip(".,;:!?()[]{}\"'“”‘’") for word in words)

    def keeps_hyphen(self, left: str, right: str) -> bool:
        """Whether `left-` and `right`, parted by a line's end, are a hyphened word rather than a cut one.

        The document itself decides where it has either form; then an English word list; at last a capital or
        a digit keeps the hyphen and anything else drops it, as most hyphens at line ends are cuts.
        """
        left = left.lower().lstrip("([{\"'“‘")
        tail = right.strip(".,;:!?()[]{}\"'“”‘’")
        if not tail:
            return False
        right = tail.lower()
        kept, cut = self._words[f"{left}-{right}"], self._words[left + right]
        if kept != cut:
            return kept > cut
        if not tail[0].islower() or not left[-1:].isalpha() or "-" in right:
            return not tail[0].islower() or not left[-1:].isalpha() or self._last(left) in english_words()
        last = self._last(left)
        if last + right in english_words():
            return False
        return len(last) > 2 and last in english_words() and right in english_words()

    @staticmethod
    def _last(left: str) -> str:
        return left.rpartition("-")[2]


_LIGATURES = ("Th", "fi", "ff", "fl", "ffi", "ffl", "ft", "tt", "ti", "th")
_PLAIN = frozenset(".,;:()[]-–—/%'’‘\"“”·&@°±<>~′″…|\\")
_EDGES = ".,;:()[]\"“”‘’'"


def broken_ligatures(words: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """New spellings for the words of fonts that give a wrong character for a ligature ("*is" for "This").

    No reader gets such files right, as the font itself lies. A character of a font counts as a broken
    ligature when putting one in turns three or more different non-words into English words.

    Args:
        words: (font, word) for every word of a document.

    Returns:
        The new spelling by (font, word), for the words that change.
    """
    suspects: dict[tuple[str, str], set[str]] = {}
    for font, word in words:
        if word.isalnum():
            continue
        core = word.strip(_EDGES)
        for i, ch in enumerate(core):
            beside = core[i - 1 : i] + core[i + 1 : i + 2]
            if (
                not ch.isalnum()
                and ch not in _PLAIN
                and beside.isalpha()
                and core[i + 1 : i + 2] in _LOWER
                and core[i + 1 :]
            ):
                suspects.setdefault((font, ch), set()).add(word)
    mended: dict[tuple[str, str], str] = {}
    for (font, ch), found in suspects.items():
        if len(found) < 3 or ch in "\xad\u2010":
            continue
        english = english_words()
        new: dict[str, str] = {}
        for word in sorted(found):
            core = word.strip(_EDGES)
            rest = core.replace(ch, "").lower()
            if len(rest) > 1 and rest in english and not core.startswith(ch):
                continue
            fits = [lig for lig in _LIGATURES if core.replace(ch, lig).lower() in english]
            if fits:
                new[word] = word.replace(ch, fits[0])
        sure = {
            word
            for word in new
            if (rest := word.strip(_EDGES).replace(ch, "").lower()) not in english or len(rest) < 2
        }
        if len(sure) >= 3 and len(new) >= 0.6 * len(found):
            mended |= {(font, word): spelling for word, spelling in new.items()}
    return mended


_LOWER = frozenset("abcdefghijklmnopqrstuvwxyz")


def find_language(text: str) -> str:
    """`zh` where three in ten letters are Chinese, else `en`; other languages are not told apart."""
    letters = "".join(filter(str.isalpha, text[:20_000]))
    return "zh" if letters and len(_CJK.findall(letters)) >= 0.3 * len(letters) else "en"

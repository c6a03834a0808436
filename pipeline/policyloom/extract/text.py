"""Clean words and join lines, before any offset exists."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

__all__ = [
    "Vocabulary",
    "clean",
    "is_cjk",
    "key_of",
    "mend_ligatures",
]

MAX_KEY = 250
"""Characters; a longer text is no heading."""

_HYPHENS = "-\u2010\u2011\u00ad\ufffe\x02"


def _character_map() -> dict[int, str | None]:
    """A replacement for each ligature, full-width form and radical, and none for characters that are not printed."""
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
_COMBINING = {
    0xA8: 0x308, 0xAF: 0x304, 0xB4: 0x301, 0xB8: 0x327, 0x2C6: 0x302, 0x2C7: 0x30C, 0x2D8: 0x306, 0x2D9: 0x307,
    0x2DA: 0x30A, 0x2DB: 0x328, 0x2DC: 0x303, 0x2DD: 0x30B,
}  # fmt: skip
"""The combining form of each accent that stands by itself, as old fonts have them."""

_ACCENTS = frozenset(map(chr, _COMBINING))
_ACCENT = re.compile(
    rf"(?P<before>[^\W\d_])?(?P<accent>[{''.join(map(chr, _COMBINING))}])(?P<after>[^\W\d_])?"
)
_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")
_CJK = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")


def clean(word: str) -> str:
    """A word in normal form C, with ligatures, full-width letters, Kangxi radicals and invisible characters made plain.

    Example:
        >>> clean("e\\ufb03cient")
        'efficient'
    """
    if word.isascii():
        return word
    word = word.translate(_CHARACTERS)
    if not _ACCENTS.isdisjoint(word):
        word = _ACCENT.sub(_compose, word)
    return unicodedata.normalize("NFC", word)


def _compose(match: re.Match[str]) -> str:
    """A letter with the accent that the file draws before or after it, where there is such a letter."""
    before, accent, after = match["before"] or "", match["accent"], match["after"] or ""
    mark = chr(_COMBINING[ord(accent)])
    on_after = unicodedata.normalize("NFC", after.replace("\u0131", "i") + mark) if after else "  "
    on_before = unicodedata.normalize("NFC", before + mark) if before else "  "
    # "don´t" has an apostrophe: between letters, an accent belongs to one that often has it.
    if len(on_after) == 1 and (len(on_before) > 1 or _rank(on_after) <= _rank(on_before)):
        return before + on_after
    if len(on_before) == 1 and (not after or len(on_after) == 1):
        return on_before + after
    return match[0]


def _rank(letter: str) -> int:
    """How rare an accented letter is: those of Latin-1, of Latin Extended-A, and others."""
    return (letter > "\u00ff") + (letter > "\u017f")


def is_cjk(ch: str) -> bool:
    """Whether a character belongs to a script that is set without spaces, as Chinese and Japanese are."""
    return bool(_CJK.match(ch))


def key_of(text: str) -> str:
    """A heading's letters and digits, for comparing; empty for a text too long to be one.

    Example:
        >>> key_of("2.1 Aims & means")
        '21aimsmeans'
    """
    return _NEITHER_LETTER_NOR_DIGIT.sub("", text.lower()) if len(text) <= MAX_KEY else ""


class Vocabulary:
    """The words of a document, to decide whether a hyphen at a line's end belongs to its word."""

    def __init__(self, words: Iterable[str], known_words: frozenset[str]) -> None:
        self._known = known_words
        self._words: Counter[str] = Counter()
        for word, n in Counter(words).items():
            self._words[word.lower().strip(".,;:!?()[]{}\"'“”‘’")] += n

    def keeps_hyphen(self, left: str, right: str) -> bool:
        """Whether `left-` and `right`, parted by a line's end, are a hyphened word rather than a cut one.

        The document itself decides where it has either form; then the words of its language; at last a capital or
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
            return not tail[0].islower() or not left[-1:].isalpha() or self._last(left) in self._known
        last = self._last(left)
        if last + right in self._known:
            return False
        return len(last) > 2 and last in self._known and right in self._known

    @staticmethod
    def _last(left: str) -> str:
        return left.rpartition("-")[2]


MIN_MENDED = 3
"""Different words of a font that a ligature must mend to count as the meaning of a character."""

MIN_MENDED_SHARE = 0.6
"""Share of the font's words with that character that it must mend."""

_LIGATURES = ("Th", "fi", "ff", "fl", "ffi", "ffl", "ft", "tt", "ti", "th")
_PLAIN = frozenset(".,;:()[]-–—/%'’‘\"“”·&@°±<>~′″…|\\")
_EDGES = ".,;:()[]\"“”‘’'"


def mend_ligatures(
    words: Iterable[tuple[str, str]], known_words: frozenset[str]
) -> dict[tuple[str, str], str]:
    """New spellings for the words of fonts that give a wrong character for a ligature ("*is" for "This").

    No reader gets such files right, as the font itself lies. A character of a font counts as a broken
    ligature when putting one in turns three or more different non-words into known words.

    Args:
        words: (font, word) for every word of a document.
        known_words: of the document's language, in small letters.

    Returns:
        The new spelling by (font, word), for the words that change.
    """
    suspects: dict[tuple[str, str], set[str]] = {}
    for font, word in words:
        if word.isalnum():
            continue
        core = word.strip(_EDGES)
        for i, ch in enumerate(core):
            if ch.isalnum() or ch in _PLAIN:
                continue
            before, after = core[i - 1 : i], core[i + 1 : i + 2]
            if after in _LOWER and (before + after).isalpha():
                suspects.setdefault((font, ch), set()).add(word)
    mended: dict[tuple[str, str], str] = {}
    for (font, ch), found in suspects.items():
        if len(found) < MIN_MENDED or ch in "\xad\u2010":
            continue
        new: dict[str, str] = {}
        for word in sorted(found):
            core = word.strip(_EDGES)
            rest = core.replace(ch, "").lower()
            if len(rest) > 1 and rest in known_words and not core.startswith(ch):
                continue
            fits = [lig for lig in _LIGATURES if core.replace(ch, lig).lower() in known_words]
            if fits:
                new[word] = word.replace(ch, fits[0])
        certain = {
            word
            for word in new
            if (rest := word.strip(_EDGES).replace(ch, "").lower()) not in known_words or len(rest) < 2
        }
        if len(certain) >= MIN_MENDED and len(new) >= MIN_MENDED_SHARE * len(found):
            mended |= {(font, word): spelling for word, spelling in new.items()}
    return mended


_LOWER = frozenset("abcdefghijklmnopqrstuvwxyz")

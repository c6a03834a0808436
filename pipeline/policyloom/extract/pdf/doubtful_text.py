"""Tell text that is most likely not what a page's reader sees: unknown characters, wrong letters, bad old OCR."""

from __future__ import annotations

from collections.abc import Iterable

from policyloom.extract.pdf.page import Page, Word
from policyloom.extract.pdf.read_page import MAX_STAMP_WORDS
from policyloom.extract.text import clean, is_cjk
from policyloom.languages.layout import LayoutWords

__all__ = ["count_known", "is_doubtful"]

MAX_UNMAPPED_SHARE = 0.2
"""Share of characters that are no known letter (U+FFFD, private use) above which a page's text is doubtful.

The worst of 812 good pages (nine policies, 24 articles, one paper, ten samples) has 0.004.
"""

MAX_UNKNOWN_SHARE = 0.5
"""Share of unknown words above which a text with too few vowels comes from a font that gives wrong letters.

Unknown words alone tell nothing: a page of names has 0.96, Polish read as English 0.91.
"""

MAX_UNKNOWN_SHARE_OF_SCAN = 0.07
"""Share of unknown words above which the text under a scanned page is read anew.

A gazette with a bad old text layer has 0.08 to 0.38 a page; born-digital acts have 0.01, policies 0.02 to 0.08.
"""

MIN_SAMPLE = 20
"""Words, or characters, below which shares say nothing."""


def is_doubtful(page: Page, words: LayoutWords, known_words: frozenset[str]) -> bool:
    """Whether a page has text that is most likely not what its reader sees.

    Four things make a text doubtful: many characters without a known letter, a font that gives wrong letters, many
    unknown words under a scan, and a scan with no more words than a stamp has.

    Args:
        page: as PDFium reads it.
        words: of the language that the file's text is in.
        known_words: of that language; without them unknown words tell nothing.
    """
    text = "".join(word.text for word in page.words).lower()
    if page.is_scan and len(page.words) < MAX_STAMP_WORDS:
        return bool(text)
    if len(text) < MIN_SAMPLE:
        return False
    if sum(text.count(char) for char in set(text) if _is_unmapped(char)) > MAX_UNMAPPED_SHARE * len(text):
        return True
    n_vowels, n_letters = (sum(map(text.count, letters)) for letters in (words.vowels, words.letters))
    wrong_letters = n_letters > 3 * MIN_SAMPLE and n_vowels < words.min_vowel_share * n_letters
    if not (page.is_scan or wrong_letters):
        return False
    n_known, n = count_known(page.words, known_words)
    return n >= MIN_SAMPLE and n - n_known > n * (
        MAX_UNKNOWN_SHARE if wrong_letters else MAX_UNKNOWN_SHARE_OF_SCAN
    )


def _is_unmapped(char: str) -> bool:
    return char == "\ufffd" or "\ue000" <= char <= "\uf8ff"


def count_known(words: Iterable[Word], known_words: frozenset[str]) -> tuple[int, int]:
    """How many words are known, and of how many; each Chinese character is a known word.

    Without a list of words, those without unknown characters are known.
    """
    n_known = n = 0
    for word in words:
        text = clean(word.text).lower().replace("’", "'")
        n_chinese = sum(map(is_cjk, text))
        core = text.strip(".,;:()[]{}\"'“”‘*-–—•/").removesuffix("'s")
        if n_chinese:
            n_known, n = n_known + n_chinese, n + n_chinese
        elif len(core) > 1 and any(char.isalpha() or _is_unmapped(char) for char in core):
            known = core in known_words if known_words else not any(map(_is_unmapped, core))
            n_known, n = n_known + known, n + 1
    return n_known, n

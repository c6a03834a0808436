"""Keys by which a sentence that several documents share is found out: clauses copied from policy to policy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import blake2b

__all__ = ["KEY_WORDS", "find_words", "sentence_keys"]

KEY_WORDS = 6
"""Words at the start or the end of a sentence that, with the same elements, make it a repeat of another."""

_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]{4,}")
_ASCII_GAPS = {code: " " for code in range(128) if not chr(code).isalpha()}


def sentence_keys(text: str, codes: Iterable[int]) -> tuple[int, int]:
    """Two keys of a sentence; sentences that share either, in two documents, say the same thing.

    The keys cover the first and the last six longer words (of Chinese, characters), case folded and without
    numbers, together with the elements that the sentence mentions: a word changed, added or left out in one
    half leaves the other key as it was. Both are 0, and match nothing, where a sentence has fewer such words.

    Source: the filter step of approximate matching by partition (a text with k edits, cut into k + 1 pieces,
    keeps one piece whole): Wu and Manber 1992, Fast text searching allowing errors, CACM 35(10).
    """
    words = find_words(text)
    if len(words) < KEY_WORDS:
        return 0, 0
    about = " ".join(map(str, sorted(set(codes))))
    first, last = " ".join(words[:KEY_WORDS]), " ".join(words[-KEY_WORDS:])
    return _key(f"head {about}|{first}"), _key(f"tail {about}|{last}")


def find_words(text: str) -> list[str]:
    """The runs of four letters or more, and the single Chinese characters, case folded."""
    text = text.casefold()
    if text.isascii():
        # The same words as by the expression, in a third of the time.
        return [word for word in text.translate(_ASCII_GAPS).split() if len(word) > 3]
    return _WORD.findall(text)


def _key(text: str) -> int:
    # 0 is kept for sentences without keys.
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little") or 1

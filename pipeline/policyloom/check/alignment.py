"""Which sentences of two versions of a text belong together: the same, reworded, split, joined or moved."""

from __future__ import annotations

import difflib
import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Alignment", "Reworded", "align", "read_sentence", "read_words"]

MIN_SIMILARITY = 0.5
"""Of two sentences that belong together: the weight of the words in both, as a share of the mean of their weights."""
MIN_SIMILARITY_OF_TOPIC = 0.35
"""The same, where both name the same mechanism."""
MIN_CONTAINED = 0.5
"""Share of a sentence's weight that stands in what a sentence of the other version has besides its own partner."""
MIN_WORDS_CONTAINED = 3
N_KEY_WORDS = 8
"""The heaviest words of a sentence, of which a partner must have one; this spares comparing all with all."""

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+(?:[.,]\d+)*")
"""A word, a number with its decimals, or a character of a script without spaces."""
_LIST_MARK = re.compile(
    r"\s*(?:(?:\(?(?:[A-Za-z]|[ivxIVX]{1,5}|\d{1,3})[).]|\d+(?:\.\d+)+\.?(?=\s+[^\W\d_a-z])|[•●▪–-])\s+)+"
)
"""Not the number of "1.5 million are paid", after which no capital letter stands."""


@dataclass(frozen=True, slots=True)
class Reworded:
    """Sentences of the earlier version and those of the later that belong together, by number; mostly one and one."""

    old: tuple[int, ...]
    new: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Alignment:
    """How the sentences of two versions belong together, by their numbers.

    Attributes:
        same: pairs with the same words, wherever they stand.
        reworded: those that differ.
        only_old, only_new: those without a partner.
    """

    same: tuple[tuple[int, int], ...]
    reworded: tuple[Reworded, ...]
    only_old: tuple[int, ...]
    only_new: tuple[int, ...]


def read_words(text: str) -> tuple[str, ...]:
    """The words of a text in small letters.

    Example:
        >>> read_words("Pay 2,000 yuan.")
        ('pay', '2,000', 'yuan')
    """
    return tuple(_WORD.findall(text.lower()))


def read_sentence(sentence: str, numbered_words: Collection[str] = ()) -> tuple[str, ...]:
    """The words of a sentence in small letters, without the mark or number of a list item.

    Args:
        sentence: the sentence.
        numbered_words: words that stand before a number of the text itself, such as "article".

    Example:
        >>> read_sentence("(a) 2.1 The fund pays.")
        ('the', 'fund', 'pays')
        >>> read_sentence("Article 7. The fund pays.", {"article"})
        ('the', 'fund', 'pays')
    """
    mark = _LIST_MARK.match(sentence)
    words = read_words(sentence[mark.end() :] if mark else sentence)
    is_numbered = len(words) > 1 and words[0] in numbered_words and words[1][:1].isdigit()
    return words[2:] if is_numbered else words


def align(
    old: Sequence[str],
    new: Sequence[str],
    *,
    stop_words: Collection[str] = (),
    numbered_words: Collection[str] = (),
    old_topics: Mapping[int, Collection[str]] | None = None,
    new_topics: Mapping[int, Collection[str]] | None = None,
) -> Alignment:
    """How the sentences of two versions belong together.

    Sentences with the same words come first, those in the same order before those that were moved. The others are paired by the
    words they share, each of which weighs more the fewer sentences have it (inverse document frequency), best first. What is
    left over belongs to a pair where it was split off from it, or joined to it.

    Args:
        old: the sentences of the earlier version, in order.
        new: those of the later.
        stop_words: words that do not count.
        numbered_words: words before the number of a sentence, as "Article" in "Article 7."; they do not count either.
        old_topics, new_topics: by the number of a sentence, what it is about; two on one topic need less in common.
    """
    words = (
        [read_sentence(text, numbered_words) for text in old],
        [read_sentence(text, numbered_words) for text in new],
    )
    same = _find_same(*words)
    rest = _without(len(old), (i for i, _ in same)), _without(len(new), (j for _, j in same))
    weights = _weigh(*words, stop_words)
    pairs = _pair(*weights, *rest, old_topics or {}, new_topics or {})
    return _attach(*weights, *rest, pairs, tuple(sorted(same)))


def _find_same(old: Sequence[tuple[str, ...]], new: Sequence[tuple[str, ...]]) -> list[tuple[int, int]]:
    same: list[tuple[int, int]] = []
    for block in difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        same += [(block.a + k, block.b + k) for k in range(block.size)]
    moved: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for j in _without(len(new), (j for _, j in same)):
        moved[new[j]].append(j)
    for i in _without(len(old), (i for i, _ in same)):
        if moved.get(old[i]):
            same.append((i, moved[old[i]].pop(0)))
    return same


def _without(n: int, taken: Iterable[int]) -> list[int]:
    gone = set(taken)
    return [i for i in range(n) if i not in gone]


_Weights = list[dict[str, float]]
"""For each sentence, its words with their weights, which grow with how often a word stands in it."""


def _weigh(
    old: Sequence[tuple[str, ...]], new: Sequence[tuple[str, ...]], stop_words: Collection[str]
) -> tuple[_Weights, _Weights]:
    counts = [
        [Counter(word for word in words if word not in stop_words) for words in side] for side in (old, new)
    ]
    spread = Counter(word for side in counts for count in side for word in count)
    n = len(old) + len(new)
    weighed = [
        [{word: k * math.log(1 + n / spread[word]) for word, k in count.items()} for count in side]
        for side in counts
    ]
    return weighed[0], weighed[1]


def _pair(
    old: _Weights,
    new: _Weights,
    rest_old: Sequence[int],
    rest_new: Sequence[int],
    old_topics: Mapping[int, Collection[str]],
    new_topics: Mapping[int, Collection[str]],
) -> list[tuple[int, int]]:
    """Pairs of sentences that share enough, each in one pair; the best first, and of equals those at like places."""
    having: dict[str, list[int]] = defaultdict(list)
    for j in rest_new:
        for word in new[j]:
            having[word].append(j)
    scored = []
    for i in rest_old:
        heaviest = sorted(old[i], key=lambda word: (-old[i][word], word))[:N_KEY_WORDS]
        for j in sorted({j for word in heaviest for j in having.get(word, ())}):
            score = 2 * _shared(old[i], new[j]) / (sum(old[i].values()) + sum(new[j].values()))
            is_on_topic = not set(old_topics.get(i, ())).isdisjoint(new_topics.get(j, ()))
            if score >= (MIN_SIMILARITY_OF_TOPIC if is_on_topic else MIN_SIMILARITY):
                scored.append((-score, abs(i / len(old) - j / len(new)), i, j))
    pairs: list[tuple[int, int]] = []
    taken_old: set[int] = set()
    taken_new: set[int] = set()
    for _, _, i, j in sorted(scored):
        if i not in taken_old and j not in taken_new:
            pairs.append((i, j))
            taken_old.add(i)
            taken_new.add(j)
    return sorted(pairs)


def _shared(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    return sum(min(weight, b[word]) for word, weight in a.items() if word in b)


def _attach(
    old: _Weights,
    new: _Weights,
    rest_old: Sequence[int],
    rest_new: Sequence[int],
    pairs: Sequence[tuple[int, int]],
    same: tuple[tuple[int, int], ...],
) -> Alignment:
    """Adds to the pairs what was split off from one of their sentences, or joined to one."""
    added_old: dict[int, list[int]] = defaultdict(list)
    added_new: dict[int, list[int]] = defaultdict(list)
    for i in _without_of(rest_old, (i for i, _ in pairs)):
        at = _find_home(old[i], [(new[b], old[a]) for a, b in pairs])
        if at is not None:
            added_old[at].append(i)
    for j in _without_of(rest_new, (j for _, j in pairs)):
        at = _find_home(new[j], [(old[a], new[b]) for a, b in pairs])
        if at is not None:
            added_new[at].append(j)
    reworded = tuple(
        Reworded(tuple(sorted((i, *added_old[at]))), tuple(sorted((j, *added_new[at]))))
        for at, (i, j) in enumerate(pairs)
    )
    return Alignment(
        same,
        reworded,
        tuple(_without_of(rest_old, (i for group in reworded for i in group.old))),
        tuple(_without_of(rest_new, (j for group in reworded for j in group.new))),
    )


def _without_of(numbers: Sequence[int], taken: Iterable[int]) -> list[int]:
    gone = set(taken)
    return [number for number in numbers if number not in gone]


def _find_home(
    words: Mapping[str, float], pairs: Sequence[tuple[Mapping[str, float], Mapping[str, float]]]
) -> int | None:
    """The pair to which a sentence belongs too: the other version's sentence has its words, besides those of its own partner.

    Args:
        words: of the sentence.
        pairs: of each pair, the words of the other version's sentence, and those of its partner.
    """
    if len(words) < MIN_WORDS_CONTAINED:
        return None
    best, found = MIN_CONTAINED, None
    for at, (whole, partner) in enumerate(pairs):
        left = {word: weight - partner.get(word, 0.0) for word, weight in whole.items()}
        share = _shared(words, {word: weight for word, weight in left.items() if weight > 0}) / sum(
            words.values()
        )
        if share >= best:
            best, found = share, at
    return found

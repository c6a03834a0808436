"""Whether a planned sentence commits somebody, so that it makes sense to ask who, with what and by when."""

from __future__ import annotations

import re

from policyloom.languages.cues import Cues, Strength
from policyloom.network.counting import SMALLEST_UNITS
from policyloom.records import Mention, Tagged

__all__ = [
    "MIN_PROBABILITY",
    "commits",
    "find_lead_in",
    "find_strength",
    "find_strengths",
    "introduces",
    "is_for_readers",
    "to_forms",
]

MIN_PROBABILITY = 0.4
"""How probable it must be that a sentence names an element, for a warning to rest on it. In development set a and ten real documents
the promises that a reader found vague had 0.41 or more, and a third of the others less; of challenges two of three below were wrong."""

MIN_STATUS_PROBABILITY = 0.9
"""How probable it must be that the mechanism is planned; there 0.92 or more, and of the others half had less."""

MIN_TO_READERS = 0.25
"""The share of sentences that speak to the reader from which a document is guidance; of four such documents 37 to 63 % do, of 14 laws,
plans, orders and speeches none above 8 %."""

MAX_NOTE_WORDS = 6
"""Words of a note in the margin, such as "Functions of the Institute."."""

_TOKEN = re.compile(r"\w+|[^\w\s]")
_INTRODUCING = (":", "：", "—", "–")


def commits(tagged: Tagged, mention: Mention, cues: Cues) -> bool:
    """Whether a sentence that plans a mechanism commits somebody to it, and the coder is sure enough of both.

    None of these does: a line that introduces a list ("The Minister shall:"), a permission ("may"), a task of a body ("The
    functions of the Board shall be", in a list or by itself), a rule for whoever reads ("you must", "your employer will"), what
    is only told ("will announce"), what is only needed ("needs to be reformed"), what goes on about something said before ("This
    will help them", but not "It is intended that"), and a line without words of duty, will or aim, unless it is the item of a list or an instruction under a heading of plans. An item such as "(b) to train" goes on
    with a list: where its introduction is not found, nothing is known of it.
    """
    number = mention.sentence
    is_sure = mention.probability >= MIN_PROBABILITY and mention.status_probability >= MIN_STATUS_PROBABILITY
    if not is_sure or introduces(tagged, number):
        return False
    forms, lead_in = _read_forms(tagged, number), find_lead_in(tagged, number)
    lead_forms = _read_forms(tagged, lead_in) if lead_in is not None else []
    over = [lead_forms, *(to_forms(heading) for heading in tagged.section(mention)[-1:])]
    if _is_item(tagged, number) and any(cues.is_mandate(line) for line in over):
        return False
    first = cues.grammar.first_word(forms)
    while first + 1 < len(forms) and forms[first] in cues.joints:
        first += 1  # "And this will help them"
    if cues.is_purpose(forms):
        return False
    is_impersonal = not (
        cues.dummies.isdisjoint(forms[first : first + 1])
        or cues.impersonal.isdisjoint(forms[first + 2 : first + 3])
    )
    goes_on = not cues.continuing.isdisjoint(forms[first : first + 1]) and not is_impersonal
    if goes_on or not cues.readers.isdisjoint(forms):
        return False
    if any(not cues.telling.isdisjoint(forms[end : end + 1]) for _, _, end in cues.find_strengths(forms)):
        return False
    strength = find_strength(tagged, mention, cues)
    if strength is not None:
        level, words = strength
        if not cues.needing.isdisjoint(to_forms(words)[:1]):
            return False
        return level != "weak" or _binds(words, cues) or _is_endeavour(lead_forms, words, cues)
    if lead_in is not None or not cues.has_strengths:
        return True
    if _is_item(tagged, number):
        return forms[:1] != ["("]
    is_instruction = cues.grammar.instruction(forms, first, is_list_item=False) is not None
    return is_instruction and cues.heading_status(tagged.section(mention)) == "planned"


def is_for_readers(tagged: Tagged, cues: Cues) -> bool:
    """Whether a document speaks to its readers throughout, as guidance does; its sentences are rules for them, and no promises."""
    places = [
        n
        for n, sentence in enumerate(tagged.sentences)
        if SMALLEST_UNITS.get(tagged.document.blocks[sentence.block].kind) == "sentence"
    ]
    n_to_readers = sum(not cues.readers.isdisjoint(_read_forms(tagged, n)) for n in places)
    return n_to_readers >= MIN_TO_READERS * max(1, len(places))


def find_strength(tagged: Tagged, mention: Mention, cues: Cues) -> tuple[Strength, str] | None:
    """How firmly a sentence binds to a mechanism, with the words that tell: the last before the mention's end, else the first after
    it, or else those of the line that introduces the list; None where none of them has any.
    """
    start = tagged.sentences[mention.sentence].start
    own = find_strengths(tagged.sentence(mention), cues)
    before = [strength for strength in own if start + strength[2] < mention.end]
    after = [strength for strength in own if start + strength[2] >= mention.end]
    lead_in = find_lead_in(tagged, mention.sentence)
    lent = find_strengths(tagged.quote(tagged.sentences[lead_in]), cues) if lead_in is not None else []
    return next(((level, words) for level, words, _ in (*before[-1:], *after[:1], *lent[-1:])), None)


def introduces(tagged: Tagged, sentence: int) -> bool:
    """Whether a sentence, by its index, introduces a list: it ends in a colon or a dash."""
    return tagged.quote(tagged.sentences[sentence]).rstrip().endswith(_INTRODUCING)


def find_lead_in(tagged: Tagged, sentence: int) -> int | None:
    """The index of the sentence that introduces the list of which a sentence is an item; None where there is none.

    A note in the margin that was read between two items ends no list.
    """
    for before in range(sentence - 1, -1, -1):
        at = before + 1
        goes_on = _is_item(tagged, at) or tagged.sentences[before].block == tagged.sentences[at].block
        if not goes_on and not (at != sentence and _is_note(tagged, at)):
            return None
        if introduces(tagged, before):
            return before
    return None


def _is_item(tagged: Tagged, sentence: int) -> bool:
    return tagged.document.blocks[tagged.sentences[sentence].block].kind == "list_item"


def _is_note(tagged: Tagged, sentence: int) -> bool:
    """Whether a sentence is so short, after the item of a list, that it may be a note in the margin."""
    return (
        sentence > 0
        and _is_item(tagged, sentence - 1)
        and len(tagged.quote(tagged.sentences[sentence]).split()) <= MAX_NOTE_WORDS
    )


def find_strengths(text: str, cues: Cues) -> list[tuple[Strength, str, int]]:
    """The words of strength in a sentence, as (level, words, first character), in order."""
    tokens = list(_TOKEN.finditer(text))
    return [
        (level, text[tokens[start].start() : tokens[end - 1].end()], tokens[start].start())
        for level, start, end in cues.find_strengths([token[0].lower() for token in tokens])
    ]


def _binds(words: str, cues: Cues) -> bool:
    """Whether weak words of strength begin with a firmer one, as "shall endeavour" does, and are no mere permission."""
    return any(level != "weak" for level, *_ in cues.find_strengths(to_forms(words)[:1]))


def _is_endeavour(lead_in: list[str], words: str, cues: Cues) -> bool:
    """Whether the words of an item go on with those of the line that introduces the list: "The Board will: seek"."""
    lent = cues.find_strengths(lead_in)
    if not lent or lent[-1][0] == "weak":
        return False
    _, start, end = lent[-1]
    return len(cues.find_strengths([*lead_in[start:end], *to_forms(words)])) == 1


def _read_forms(tagged: Tagged, sentence: int) -> list[str]:
    return to_forms(tagged.quote(tagged.sentences[sentence]))


def to_forms(text: str) -> list[str]:
    """The words and marks of a text in small letters, in order."""
    return [token[0].lower() for token in _TOKEN.finditer(text)]

"""Whether a planned sentence commits somebody, so that it makes sense to ask who, with what and by when."""

from __future__ import annotations

import re

from policyloom.languages.cues import Cues, Strength
from policyloom.records import Mention, Tagged

__all__ = ["MIN_PROBABILITY", "commits", "find_lead_in", "find_strengths", "introduces", "to_forms"]

MIN_PROBABILITY = 0.4
"""How probable it must be that a sentence names an element, for a warning to rest on it. In development set a and ten real documents
the promises that a reader found vague had 0.41 or more, and a third of the others less; of challenges two of three below were wrong."""

MIN_STATUS_PROBABILITY = 0.9
"""How probable it must be that the mechanism is planned; there 0.92 or more, and of the others half had less."""

MAX_NOTE_WORDS = 6
"""Words of a note in the margin, such as "Functions of the Institute."."""

_TOKEN = re.compile(r"\w+|[^\w\s]")
_INTRODUCING = (":", "：", "—", "–")


def commits(tagged: Tagged, mention: Mention, cues: Cues) -> bool:
    """Whether a sentence that plans a mechanism commits somebody to it, and the coder is sure enough of both.

    None of these does: a line that introduces a list ("The Minister shall:"), a permission ("may"), a task in the list of
    what a body is for ("The functions of the Board shall be"), a rule for whoever reads ("you must"), something that is only
    told ("will announce"), and running text without words of duty, will or aim.
    """
    number = mention.sentence
    is_sure = mention.probability >= MIN_PROBABILITY and mention.status_probability >= MIN_STATUS_PROBABILITY
    if not is_sure or introduces(tagged, number):
        return False
    forms, lead_in = _read_forms(tagged, number), find_lead_in(tagged, number)
    lead_forms = _read_forms(tagged, lead_in) if lead_in is not None else []
    is_item = _is_item(tagged, number)
    over = [lead_forms, *(to_forms(heading) for heading in tagged.section(mention)[-1:])]
    if is_item and any(cues.is_mandate(line) for line in over):
        return False
    if _is_told_or_for_readers(forms, cues):
        return False
    for line in (forms, lead_forms):
        if strengths := cues.find_strengths(line):
            return any(level != "weak" or _binds(line[start:end], cues) for level, start, end in strengths)
    if is_item or not cues.has_strengths:
        return True
    is_instruction = cues.grammar.instruction(forms, cues.grammar.first_word(forms), is_list_item=False)
    return is_instruction is not None and cues.heading_status(tagged.section(mention)) == "planned"


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


def _is_told_or_for_readers(forms: list[str], cues: Cues) -> bool:
    """Whether a sentence is a rule for whoever reads it, or its words of strength stand before a verb of telling."""
    first = cues.grammar.first_word(forms)
    if cues.readers.intersection(forms[first : first + 1]):
        return True
    return any(
        cues.readers.intersection(forms[max(0, start - 1) : start])
        or cues.telling.intersection(forms[end : end + 1])
        for _, start, end in cues.find_strengths(forms)
    )


def _binds(forms: list[str], cues: Cues) -> bool:
    """Whether weak words of strength begin with a firmer one, as "shall endeavour" does, and are no mere permission."""
    return any(level != "weak" for level, *_ in cues.find_strengths(forms[:1]))


def _read_forms(tagged: Tagged, sentence: int) -> list[str]:
    return to_forms(tagged.quote(tagged.sentences[sentence]))


def to_forms(text: str) -> list[str]:
    """The words and marks of a text in small letters, in order."""
    return [token[0].lower() for token in _TOKEN.finditer(text)]

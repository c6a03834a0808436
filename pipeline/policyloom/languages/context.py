"""What a language tells of a sentence before anything is decided: its cues, its clauses, how it opens."""

from __future__ import annotations

from dataclasses import dataclass

from policyloom.languages.cues import NO_LIMIT, Cue, Cues
from policyloom.records import SentenceDraft, Status

__all__ = ["PURPOSE_REACH", "SentenceContext", "read_context"]

PURPOSE_REACH = 18
"""Tokens over which an infinitive of purpose reaches."""


@dataclass(frozen=True, slots=True)
class SentenceContext:
    """A sentence ready for deciding statuses and claims.

    Attributes:
        forms: its tokens in small letters.
        cues: the language's.
        found: the cues in it, in order.
        hedged: whether it weakens what it says.
        ends: the tokens at which a clause ends.
        first: the token after list marks and the like.
        instruction: the cue of the verb that makes it an instruction, if one does.
        purposes: the cues of its infinitives of purpose.
        heading: the status that the headings over it suggest.
        leaves_status_to_heading: whether it is the item of a list, or words without a verb, and speaks of nothing past.
    """

    forms: tuple[str, ...]
    cues: Cues
    found: tuple[Cue, ...]
    hedged: bool
    ends: tuple[int, ...]
    first: int
    instruction: Cue | None
    purposes: tuple[Cue, ...]
    heading: Status | None
    leaves_status_to_heading: bool

    def is_divided(self, left: int, right: int) -> bool:
        """Whether a clause ends between tokens `left` and `right`."""
        return any(left <= end < right for end in self.ends)


def read_context(draft: SentenceDraft, cues: Cues) -> SentenceContext:
    """A sentence's cues, clauses and opening."""
    forms, grammar = draft.forms, cues.grammar
    # The words of a table's cell leave out what its heads say, as those of a list item leave out its lead-in.
    is_list_item = draft.block_kind in ("list_item", "table")
    found, hedged = cues.find(forms)
    first = grammar.first_word(forms)
    instruction = grammar.instruction(forms, first, is_list_item=is_list_item)
    # A case tells what was done, whatever the section it stands in proposes.
    heading = None if draft.is_retold else cues.heading_status(draft.section)
    return SentenceContext(
        forms,
        cues,
        found,
        hedged,
        tuple(i for i, form in enumerate(forms) if form in cues.ends),
        first,
        Cue(*instruction, "forward", NO_LIMIT, "planned") if instruction else None,
        tuple(Cue(*span, "forward", PURPOSE_REACH, "planned") for span in grammar.purposes(forms, first)),
        heading,
        heading is not None
        and draft.block_kind != "heading"
        and not grammar.is_past(forms)
        and (is_list_item or grammar.is_fragment(forms, first)),
    )

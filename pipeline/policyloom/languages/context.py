"""What a language tells of a sentence before anything is decided: its cues, its clauses, how it opens."""

from __future__ import annotations

from dataclasses import dataclass

from policyloom.languages.cues import NO_LIMIT, Cue, Cues
from policyloom.languages.protocol import EffectDenial
from policyloom.records import SentenceDraft, Status

__all__ = ["PURPOSE_REACH", "SentenceContext", "read_context"]

PURPOSE_REACH = 18
"""Tokens over which an infinitive of purpose reaches."""


_HYPHENS = frozenset("-‐‑")


@dataclass(frozen=True, slots=True)
class SentenceContext:
    """A sentence ready for deciding statuses and claims.

    Attributes:
        forms: its tokens in small letters.
        cues: the language's.
        found: the cues in it, in order.
        hedged: whether it weakens what it says.
        ends: the tokens at which a clause ends.
        clause_starts: the commas after which a clause with a subject of its own begins; only statuses stop there.
        first: the token after list marks and the like.
        instruction: the cue of the verb that makes it an instruction, if one does.
        purposes: the cues of its infinitives of purpose.
        heading: the status that the headings over it suggest.
        leaves_status_to_heading: whether it is the item of a list, or words without a verb, and speaks of nothing past.
        effect_denials: the words that say that something had no effect; None where statuses alone tell it.
    """

    forms: tuple[str, ...]
    cues: Cues
    found: tuple[Cue, ...]
    hedged: bool
    ends: tuple[int, ...]
    clause_starts: tuple[int, ...]
    first: int
    instruction: Cue | None
    purposes: tuple[Cue, ...]
    heading: Status | None
    leaves_status_to_heading: bool
    effect_denials: tuple[EffectDenial, ...] | None = None

    def is_divided(self, left: int, right: int) -> bool:
        """Whether a clause ends between tokens `left` and `right`."""
        return any(left <= end < right for end in self.ends)

    def n_clause_ends(self, left: int, right: int) -> int:
        """How many clauses end between tokens `left` and `right`, those before ", and it …" among them."""
        return sum(left <= end < right for end in (*self.ends, *self.clause_starts))


def read_context(draft: SentenceDraft, cues: Cues) -> SentenceContext:
    """A sentence's cues, clauses and opening."""
    forms, grammar = draft.forms, cues.grammar
    # The words of a table's cell leave out what its heads say, as those of a list item leave out its lead-in.
    is_list_item = draft.block_kind in ("list_item", "table")
    found, hedged = cues.find(forms)
    compounds = _compound_ends(draft)
    if compounds:
        found = tuple(cue for cue in found if cue.status is None or cue.end not in compounds)
    first = grammar.first_word(forms)
    instruction = grammar.instruction(forms, first, is_list_item=is_list_item)
    purposes = tuple(
        Cue(*span, "forward", PURPOSE_REACH, "planned") for span in grammar.purposes(forms, first)
    )
    if purposes:
        voids = grammar.void_spans(forms)
        purposes = tuple(
            cue for cue in purposes if not any(start < cue.end and cue.start < end for start, end in voids)
        )
    # A case tells what was done, whatever the section it stands in proposes.
    heading = None if draft.is_retold else cues.heading_status(draft.section)
    return SentenceContext(
        forms,
        cues,
        found,
        hedged,
        tuple(i for i, form in enumerate(forms) if form in cues.ends),
        tuple(grammar.clause_starts(forms)),
        first,
        Cue(*instruction, "forward", NO_LIMIT, "planned") if instruction else None,
        purposes,
        heading,
        heading is not None
        and draft.block_kind != "heading"
        and not grammar.is_past(forms)
        and (is_list_item or grammar.is_fragment(forms, first)),
        None if (denials := grammar.effect_denials(forms)) is None else tuple(denials),
    )


def _compound_ends(draft: SentenceDraft) -> set[int]:
    """The hyphens, as tokens, that join words without a space: no cue ends before one, as "no" in "no-fee"."""
    tokens = draft.tokens
    return {
        i
        for i, form in enumerate(draft.forms[:-1])
        if i
        and form in _HYPHENS
        and tokens
        and tokens[i - 1][1] == tokens[i][0]
        and tokens[i][1] == tokens[i + 1][0]
    }

"""What English grammar tells of a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from policyloom.languages.en.denial import find_denials, find_voids
from policyloom.languages.en.duty import find_duty_bearers, find_head
from policyloom.languages.en.forms import inflections
from policyloom.languages.en.no_effect import find_effect_denials
from policyloom.languages.en.verbs import AUXILIARIES, MODALS, is_past_form
from policyloom.languages.grammar import WordListGrammar
from policyloom.languages.protocol import EffectDenial, StatusMark, TokenSpan

__all__ = ["EnglishGrammar"]

_DOUBLED = ("set", "cut")
"""Verbs whose last letter doubles before -ing."""

_PRONOUNS = frozenset("i you he she it we they this these those there".split())
_DETERMINERS = frozenset(
    "the a an this these those each every all some many most several both no its his her our their your my any another such".split()
)
_COMING = frozenset("be become begin come end finish follow go have join open receive report return".split())
"""Verbs that say what is due, beside those that open instructions: "is due to open", but not "is due to the delay"."""
_NO_OBJECT = frozenset((",", ".", ";", "and", "or", "of", "for"))
_PAST_AUXILIARIES = frozenset(("was", "were", "had", "did"))
_JOINING = frozenset(("and", "but", "or", "so", "nor", "yet"))
_SUBORDINATING = frozenset(
    "that which who whom whose where when if unless so until because as than while whether how what why once to and or , ; : ( )".split()
)
"""Words after which a verb is not that of the main clause, or need not be."""
_TAKES_CLAUSE = frozenset(
    "help let make ensure have see guarantee require insist urge ask show check assess examine review explore study give offer provide"
    " pay grant award send bring keep get".split()
)
"""Verbs that may have a clause or two objects after them: "help firms train", "give firms grants"."""
_NOUNS_IN_ING = frozenset(
    "training funding planning testing teaching learning housing financing staffing engineering monitoring manufacturing coaching"
    " mentoring tutoring lending licensing pricing spending marketing farming nursing banking shipping mining fishing counselling"
    " counseling publishing accounting processing packaging recycling budgeting parking meeting"
    " upskilling reskilling retraining advertising hiring".split()
)  # fmt: skip
_HEADS = frozenset(
    "base centre center place placement programme program scheme course provider provision institution institute college school body"
    " fund levy system facility need level cost gap model source stream agreement rule standard requirement officer period process"
    " policy strategy authority board council committee company market allowance grant package workshop hour day week module"
    " material manual kit event session opportunity contract site station equipment department ministry agency regulation act law"
    " condition environment method practice outcome formula round cycle team ground arrangement framework route pathway card voucher"
    " budget plan permit licence license code sector industry group order measure tool unit space ship".split()
)  # fmt: skip
"""Nouns that make a compound with an -ing form before them: "training base", "funding gap"."""
_HEAD_FORMS = _HEADS | {form for head in _HEADS for form in inflections(head) if form.endswith("s")}
_COORDINATING = frozenset(("and", "or", "nor", "&"))
_NEGATORS = frozenset("no not n't never without lack lacked lacking absence".split())
_QUESTION_WORDS = frozenset("who whom whose what which when where why how".split())
_SUBJECT_WORDS = 8
"""Tokens within which a clause after ", and" must show its verb."""


@dataclass(frozen=True)
class EnglishGrammar(WordListGrammar):
    """Word lists, -ing forms that instruct, adverbs in infinitives ("to rapidly expand"), and how verbs are denied."""

    @property
    def negators(self) -> frozenset[str]:
        """Words that deny what stands beside them."""
        return _NEGATORS

    @property
    def joining(self) -> frozenset[str]:
        """Words that join two things of one kind."""
        return _COORDINATING

    @cached_property
    def gerunds(self) -> frozenset[str]:
        """The -ing forms of the verbs that open an instruction."""
        return frozenset(
            (verb[:-1] if verb.endswith("e") else verb + verb[-1] if verb in _DOUBLED else verb) + "ing"
            for verb in self.verbs
        )

    @cached_property
    def _statements(self) -> frozenset[str]:
        """Forms of the known verbs that make a statement after a subject: "raise", "raises", "lacks"."""
        verbs = self.verbs | {
            "lack",
            "remain",
            "exist",
            "lead",
            "become",
            "need",
            "show",
            "cost",
            "serve",
            "grow",
            "produce",
        }
        return frozenset(form for verb in verbs for form in inflections(verb) if not form.endswith("ing")) - {
            "set",
            "cut",
            "put",
            "let",
        }

    def instruction(self, forms: Sequence[str], first: int, *, is_list_item: bool) -> TokenSpan | None:
        """The bare verb, or in a list the -ing form, that opens the sentence as an instruction or aim."""
        bare = super().instruction(forms, first, is_list_item=is_list_item)
        if bare:
            return None if self._is_subject(forms, first) else bare
        if first >= len(forms) or forms[first] not in self.gerunds:
            return None
        if _is_compound(forms, first) or self._has_main_verb(forms, first, is_list_item=is_list_item):
            return None
        aims = is_list_item or not (self.is_past(forms) or self.is_finite(forms))
        return (first, first + 1) if aims else None

    def purposes(self, forms: Sequence[str], first: int) -> Sequence[TokenSpan]:
        """The infinitives of purpose: "to raise quality", "to rapidly raise quality"."""
        found = []
        for i in self._purpose_words(forms):
            following = forms[i + 1]
            after_adverb = following.endswith("ly") and i + 2 < len(forms) and forms[i + 2] in self.verbs
            if i == first or following in self.verbs or after_adverb:
                found.append((i, i + 2))
        return found

    def status_marks(self, forms: Sequence[str]) -> Sequence[StatusMark]:
        """What auxiliaries, "not" and the verb deny, what was refused or ended, and labels with a value of nothing."""
        return find_denials(forms)

    def effect_denials(self, forms: Sequence[str]) -> Sequence[EffectDenial]:
        """The words that say that something had no effect."""
        return find_effect_denials(forms)

    def void_spans(self, forms: Sequence[str]) -> Sequence[TokenSpan]:
        """Where one denial takes back another, "no plans to end", and words of plans that tell a result or a cause."""
        causes = [
            (i - 1, i + 2)
            for i in range(1, len(forms) - 2)
            if forms[i] == "due" and forms[i + 1] == "to" and forms[i + 2] not in self.verbs | _COMING
        ]
        return [*find_voids(forms), *_results(forms), *causes]

    def clause_starts(self, forms: Sequence[str]) -> Sequence[int]:
        """The commas before "and", "but" and their kin after which a clause with its own subject and verb begins."""
        return [
            i
            for i, form in enumerate(forms[:-2])
            if form == "," and forms[i + 1] in _JOINING and self._begins_clause(forms, i)
        ]

    def duty_bearers(self, forms: Sequence[str]) -> Sequence[TokenSpan]:
        """The subjects of the verbs of duty, or in the passive what "by" adds."""
        return find_duty_bearers(forms)

    def head(self, forms: Sequence[str], span: TokenSpan) -> int | None:
        """The last word before a preposition, a relative clause or a participle."""
        return find_head(forms, span)

    def is_question(self, forms: Sequence[str], first: int) -> bool:
        """Whether the sentence asks: it ends with a question mark, and opens as questions do."""
        opening = forms[first : first + 3]
        asks = any(form in _QUESTION_WORDS or form in AUXILIARIES or form == "'s" for form in opening)
        return super().is_question(forms, first) and (asks or len(forms) < _SUBJECT_WORDS)

    def _begins_clause(self, forms: Sequence[str], comma: int) -> bool:
        after = forms[comma + 2 : comma + 2 + _SUBJECT_WORDS]
        after = after[1:] if after and after[0] in ("then", "so", "yet", "also") else after
        if not after:
            return False
        if after[0] in _PRONOUNS and (after[0] not in _DETERMINERS or self._states(after[1:3])):
            return True
        before = forms[:comma]
        return (
            self._states(before)
            and self._states(after[1:], simple=True)
            and after[0] not in self._verb_openers
        )

    @cached_property
    def _verb_openers(self) -> frozenset[str]:
        return AUXILIARIES | self._statements | {"to", "by", "in", "not", "for", "which", "who", "that"}

    def _states(self, forms: Sequence[str], *, simple: bool = False) -> bool:
        """Whether some words have a verb that makes a statement; with `simple`, before any other clause begins."""
        for i, form in enumerate(forms):
            if simple and form in _SUBORDINATING:
                return False
            if form in AUXILIARIES or (
                form in self._statements
                and i
                and forms[i - 1] not in ("to", "and", "or")
                and forms[i - 1] not in _DETERMINERS
            ):
                return True
        return False

    def _is_subject(self, forms: Sequence[str], first: int) -> bool:
        """Whether a verb that opens the sentence is a noun before another noun: "Work placements raise employment"."""
        if forms[first] in _TAKES_CLAUSE:
            return False
        for i in range(first + 2, min(first + 4, len(forms))):
            noun, verb = forms[i - 1], forms[i]
            if noun in _SUBORDINATING or noun in _DETERMINERS or verb in _SUBORDINATING:
                return False
            if noun.endswith("s") and (verb in AUXILIARIES or verb in self._statements):
                return not (verb.endswith("s") and verb not in AUXILIARIES)
        return False

    def _has_main_verb(self, forms: Sequence[str], first: int, *, is_list_item: bool) -> bool:
        """Whether the words after an opening -ing form have a verb of the main clause, so that they are its subject."""
        is_sentence = forms[-1] == "." and not is_list_item
        is_subordinate = False
        for i in range(first + 1, len(forms)):
            form, before = forms[i], forms[i - 1]
            if form in _SUBORDINATING:
                is_subordinate = is_subordinate or form not in (",", "and", "or", "to")
                continue
            if is_subordinate or before in ("to", "and", "or", ",") or before in _DETERMINERS:
                continue
            if form in AUXILIARIES or form in MODALS - {"need", "may"}:
                return True
            if i > first + 1 and form in self._statements:
                singular = form.endswith("s") and not before.endswith("s")
                plural = before.endswith("s") and not is_past_form(form)
                if singular or plural:
                    return i + 1 < len(forms) and forms[i + 1] not in _NO_OBJECT
            if i > first + 1 and is_sentence and is_past_form(form):
                return True
        return False


def _is_compound(forms: Sequence[str], first: int) -> bool:
    """Whether an -ing form that opens the sentence is part of a noun: "Training bases", "Funding gaps"."""
    if forms[first] not in _NOUNS_IN_ING or first + 1 >= len(forms):
        return False
    following = forms[first + 1 : first + 3]
    return any(form in _HEAD_FORMS for form in following[:1]) or (
        len(following) > 1 and following[0] == "and" and following[1] in _NOUNS_IN_ING
    )


def _results(forms: Sequence[str]) -> list[TokenSpan]:
    """Each "so that" before a clause in the past: "so that attendance rose", but not "so that attendance would rise"."""
    found = []
    for i in range(len(forms) - 3):
        if forms[i] == "so" and forms[i + 1] == "that":
            clause = forms[i + 3 : i + 3 + _SUBJECT_WORDS]
            ends = AUXILIARIES | MODALS | {",", ";", "."}
            verb = next((form for form in clause if form in ends or is_past_form(form)), "")
            if verb in _PAST_AUXILIARIES or (verb not in ends and is_past_form(verb)):
                found.append((i, i + 2))
    return found

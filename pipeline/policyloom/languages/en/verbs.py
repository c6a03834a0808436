"""English verbs as far as word lists and endings tell: auxiliaries, past forms, verbs that end or refuse a thing."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from policyloom.languages.en.forms import inflections, irregular_words

__all__ = [
    "AUXILIARIES", "BE", "CAN", "DO", "ENDING_NOUNS", "HAVE", "MODALS", "all_forms", "ended", "is_adverb", "is_past_form",
    "opposing", "refused",
]  # fmt: skip

DO = frozenset(("do", "does", "did"))
HAVE = frozenset(("have", "has", "had", "'ve"))
BE = frozenset(("be", "is", "are", "was", "were", "am", "been", "being", "'s", "'re"))
CAN = frozenset(("can", "could", "ca"))
MODALS = frozenset(
    ("will", "would", "shall", "should", "may", "might", "must", "ought", "need", "wo", "sha", "'ll")
)
AUXILIARIES = frozenset((DO | HAVE | BE | CAN | MODALS) - {"need", "'s", "be", "being", "been"})

_ADVERBS = frozenset(
    "yet even always ever still also so much often well again either itself themselves then now".split()
)

_ENDING = "abolish scrap discontinue repeal terminate axe end stop close cancel withdraw suspend revoke shelve abandon dissolve drop cut remove eliminate halt freeze phase wind disband"
_REFUSING = "reject refuse oppose deny dismiss veto block prohibit ban forbid rule turn vote"
_PHRASAL = {
    "phase": "out",
    "phased": "out",
    "wind": "up",
    "wound": "up",
    "ruled": "out",
    "turned": "down",
    "voted": "down",
}
_OPPOSING = (
    "reduce limit prevent hinder hamper weaken lack fail forget neglect ignore overlook hesitate doubt question object restrict"
    " preclude deter discourage avoid lose dispute diminish undermine overstate overestimate underestimate decline exclude replace"
    " contest reverse stop impede harm damage erode tax"
)  # fmt: skip

ENDING_NOUNS = frozenset(
    "end abolition cancellation withdrawal closure closures cut cuts reduction reductions repeal termination suspension removal"
    " rejection freeze loss elimination discontinuation scrapping closing cutting ending abolishing stopping".split()
)
"""Nouns for the end of a thing."""


def is_adverb(form: str) -> bool:
    """Whether a word may stand between an auxiliary and its verb: "fully", "yet"."""
    return form in _ADVERBS or (form.endswith("ly") and len(form) > 4)


def is_past_form(form: str) -> bool:
    """Whether a word looks like a past form or participle: "introduced", "built"."""
    return (form.endswith("ed") and not form.endswith("eed") and len(form) > 3) or form in _irregular_past()


def all_forms(verbs: Iterable[str]) -> frozenset[str]:
    """All forms of some verbs."""
    return frozenset(form for verb in verbs for form in inflections(verb))


def refused(form: str, following: str) -> bool:
    """Whether a participle says that a thing was refused: "rejected", "ruled out"."""
    return form in _past_of(_REFUSING) and _PHRASAL.get(form, following) == following


def ended(form: str, following: str) -> bool:
    """Whether a participle says that a thing was ended: "abolished", "phased out"."""
    return form in _past_of(_ENDING) and _PHRASAL.get(form, following) == following


@cache
def opposing() -> frozenset[str]:
    """Forms of verbs that end, refuse or weaken a thing, so that "not" before them leaves the thing as it is."""
    return all_forms(f"{_ENDING} {_REFUSING} {_OPPOSING}".split()) - {
        "rule",
        "turn",
        "vote",
        "wind",
        "phase",
        "rules",
        "turns",
    }


@cache
def _past_of(verbs: str) -> frozenset[str]:
    return frozenset(form for form in all_forms(verbs.split()) if is_past_form(form))


@cache
def _irregular_past() -> frozenset[str]:
    """Past forms of irregular verbs: of words that have a form in -ing, those in neither -s nor -ing."""
    return frozenset(
        form
        for word, forms in irregular_words().items()
        if any(form.endswith("ing") and form != word for form in forms)
        for form in forms
        if form != word and not form.endswith(("ing", "s"))
    ) | {"cut", "put", "set", "shut", "hit", "read"}

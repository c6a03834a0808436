"""How English says that something had no effect: "did not raise", "made no difference to", "earned no more than".

Each form gives a mark on the words that deny, with the side on which the outcome stands. What is forbidden ("shall not raise"),
supposed ("if it does not raise") or denied twice ("did not fail to raise") denies no effect.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from policyloom.languages.en.verbs import BE, DO, HAVE, MODALS, all_forms, is_adverb
from policyloom.languages.protocol import EffectDenial

__all__ = ["find_effect_denials"]

_RAISING = all_forms(
    "raise improve increase enhance boost lift strengthen promote foster stimulate accelerate upgrade attract lead contribute result"
    " translate affect influence change alter help benefit produce generate bring yield create make draw turn give"
    " advance expand widen speed convert pay modernise modernize equip shape transform cause"
    " encourage motivate persuade win".split()
)  # fmt: skip
"""Verbs by which a thing acts on an outcome."""
_LOWERING = all_forms("reduce lower cut decrease shorten curb shrink prevent stem halt ease".split())
"""Verbs by which it acts on what is bad."""
_RISING = all_forms("rise increase improve grow change differ vary respond recover budge".split()) | {
    "better"
}
"""Verbs of an outcome that itself moves."""
_FALLING = all_forms("fall decline drop decrease shrink".split())
_ILLS = frozenset(
    "drop dropout dropouts unemployment turnover attrition failure failures vacancies shortage shortages inequality gap gaps mismatch"
    " absenteeism joblessness wastage defects".split()
)  # fmt: skip
"""What is good when it falls."""
_TIED = frozenset("associated correlated linked related connected accompanied followed matched".split())
_EFFECTS = frozenset(
    "effect effects impact impacts influence improvement improvements gain gains benefit benefits difference differences change changes"
    " increase increases rise association relationship relation correlation link contribution return returns payoff advantage premium"
    " bearing progress growth advance".split()
)  # fmt: skip
_EVIDENCE = frozenset("evidence indication indications sign signs proof support basis".split())
_MORE = frozenset(
    "more better higher faster greater larger longer stronger sooner quicker further likelier easier readier wider oftener".split()
)
_AS_BEFORE = frozenset(
    "poor weak low bad high good scarce rare slow narrow thin much many little few".split()
)
_SHOWN = frozenset(
    "shown proven proved demonstrated established found confirmed seen clear certain evident obvious".split()
)
_SHOWING = all_forms(
    "show suggest indicate prove demonstrate confirm find support establish detect observe see".split()
)
_SUPPOSING = frozenset("if unless until whether provided".split())
_TWICE = frozenset("true deny denies denied doubt doubts disputes disputed fail".split())
_ABSENT = frozenset("lacking missing absent weak thin scarce scant inconclusive unconvincing mixed".split())
_NOT = frozenset(("not", "n't", "nt", "never"))
_ENDS = frozenset((";", ":", ".", "but", "because", "although", "while"))

_HARDLY = frozenset(("hardly", "barely", "scarcely"))
_FINDING = all_forms("have make show find produce bring yield detect observe report see".split())
_DOING = all_forms("do contribute add change bring gain achieve".split())

_NEAR = 6
"""Tokens between "not" and its verb, or "no" and its noun."""


def find_effect_denials(forms: Sequence[str]) -> list[EffectDenial]:
    """The words of a sentence, in small letters, that deny an effect, in order."""
    there = set(forms)
    if there & {"until", "unless"}:
        return []
    found: list[EffectDenial] = []
    for i, form in enumerate(forms):
        if form in _NOT:
            found += _by_not(forms, i)
        elif form == "nothing" or (form == "little" and i and forms[i - 1] in _DOING):
            found += _by_nothing(forms, i)
        elif form in ("no", "little", "zero", "any", "without", "scant", "null", "minimal", "negligible"):
            found += _by_no(forms, i)
        elif form in _HARDLY:
            found += _by_hardly(forms, i)
        elif form == "nor":
            found += _by_nor(forms, i)
        elif form == "neither":
            found += _by_neither(forms, i)
        else:
            found += _by_word(forms, i)
    kept = [mark for mark in found if not _is_supposed(forms, mark)]
    return sorted(set(kept))


def _is_supposed(forms: Sequence[str], mark: EffectDenial) -> bool:
    """Whether the denial is supposed or denied in turn: "if it does not raise", "it is not true that it did not raise"."""
    before = list(forms[: mark.start])
    if not mark.is_open and not _SUPPOSING.isdisjoint(before):
        return True
    if any(
        form in ("case", "cases") and before[n + 1 : n + 2] and before[n + 1] in ("where", "in", "when")
        for n, form in enumerate(before)
    ):
        return True
    return any(form in _TWICE for form in before[-12:]) and any(
        form in _NOT | {"no", "nobody", "none", "few"} for form in before
    )


def _by_not(forms: Sequence[str], i: int) -> Iterator[EffectDenial]:
    auxiliary, start = _auxiliary_before(forms, i)
    if auxiliary in MODALS or not (auxiliary in DO | HAVE | BE or forms[i] == "never"):
        if auxiliary in ("could", "can") and forms[i + 1 : i + 2] and _detects(forms, i + 1):
            yield EffectDenial(start, _detects(forms, i + 1), "after", True)
        return
    if noun := _effect_after(forms, i + 1):
        yield EffectDenial(start, noun + 1, *_side_of_noun(forms, noun))
        return
    v = _verb_after(forms, i)
    if list(forms[v : v + 2]) in (["succeed", "in"], ["successful", "in"]):
        yield EffectDenial(start, v + 3, "after")
        return
    verb = forms[v] if v < len(forms) else ""
    rest = forms[v + 1 : v + 1 + _NEAR]
    if _is_pronoun_before(forms, start) and (verb in (".", "!", ";") or not verb):
        yield EffectDenial(start, i + 1, "before", False, True)
    elif (auxiliary in BE | HAVE and "been" in (*forms[i + 1 : v], auxiliary)) or auxiliary in BE:
        if verb in _SHOWN and {"that", "to", "any"} & set(rest[:3]):
            yield EffectDenial(start, v + 1, "after", True)
        elif verb in _TIED:
            yield EffectDenial(start, v + 1, "either")
        elif verb in _RAISING | _LOWERING and (auxiliary in BE or "been" in forms[i + 1 : v]):
            yield EffectDenial(start, v + 1, "before")
        elif verb in ("significant", "significantly") or verb == "statistically":
            yield from _by_zero(forms, start, v + 1)
        elif verb in _MORE and "than" in forms[v : v + 15]:
            yield EffectDenial(start, v + 1, "either")
    elif _detects(forms, v):
        yield EffectDenial(start, _detects(forms, v), "after", True)
    elif verb in _RAISING | _RISING or (
        verb in _LOWERING | _FALLING and _ILLS & {*rest, *forms[max(0, start - 8) : start]}
    ):
        is_moving = verb in _RISING | _FALLING
        yield EffectDenial(start, v + 1, "either" if is_moving else "after")
    elif any(form in _MORE for form in rest) and "than" in forms[v : v + 15]:
        yield EffectDenial(start, v + 1, "either")


def _effect_after(forms: Sequence[str], at: int) -> int:
    """The noun in "have any measurable effect", "make a difference"; 0 where none stands there."""
    if at >= len(forms) or forms[at] not in _FINDING:
        return 0
    if forms[at + 1 : at + 2] and forms[at + 1] in ("a", "an", "any", "much", "the"):
        for n in range(at + 2, min(len(forms), at + 6)):
            if forms[n] in _EFFECTS:
                return n
    return 0


def _side_of_noun(forms: Sequence[str], n: int) -> tuple[Literal["after", "either"], bool]:
    """Where the outcome of an effect stands, and whether its cause may follow too: "no effect of grants on wages"."""
    after = forms[n + 1] if n + 1 < len(forms) else ""
    if after in ("on", "in", "to", "for", "upon", "between", "with", "of", "over"):
        return "after", after in ("of", "between", "from")
    return "either", False


def _by_hardly(forms: Sequence[str], i: int) -> Iterator[EffectDenial]:
    """ "has hardly raised", "had hardly any effect"."""
    following = forms[i + 1] if i + 1 < len(forms) else ""
    if following in _RAISING | _RISING and not MODALS & set(forms[max(0, i - 2) : i]):
        yield EffectDenial(i, i + 2, "either" if following in _RISING else "after")
    elif following == "any":
        for n in range(i + 2, min(len(forms), i + 6)):
            if forms[n] in _EFFECTS:
                yield EffectDenial(i, n + 1, *_side_of_noun(forms, n))
                return


def _by_nor(forms: Sequence[str], i: int) -> Iterator[EffectDenial]:
    """ "nor did the levy raise productivity"."""
    if forms[i + 1 : i + 2] and forms[i + 1] in DO | HAVE:
        for n in range(i + 2, min(len(forms), i + 10)):
            if forms[n] in _RAISING:
                yield EffectDenial(n, n + 1, "after")
                return


def _auxiliary_before(forms: Sequence[str], i: int) -> tuple[str, int]:
    k = i - 1
    while k >= 0 and i - k < 3 and is_adverb(forms[k]):
        k -= 1
    if k >= 0 and forms[k] in DO | HAVE | BE | MODALS | {"could", "can", "ca"}:
        return forms[k], k
    return "", i


def _verb_after(forms: Sequence[str], i: int) -> int:
    """The token of the verb after "not": over adverbs, "appear to have", and words between commas or after "by"."""
    at = i + 1
    while at < len(forms) and at - i <= 9:
        form = forms[at]
        if form == ",":
            close = next((n for n in range(at + 1, min(len(forms), at + 8)) if forms[n] == ","), None)
            if close is None:
                return at
            at = close + 1
        elif form in ("by", "on", "of", "in") and forms[at + 1 : at + 2] and forms[at + 1] in (
            "itself", "themselves", "average", "own", "their", "its", "turn", "general",
        ):  # fmt: skip
            at += 3 if forms[at + 1] in ("their", "its") else 2
        elif form in (
            "appear",
            "appears",
            "seem",
            "seems",
            "prove",
            "tend",
            "have",
            "been",
            "be",
            "to",
            "yet",
        ) or is_adverb(form):
            at += 1
        else:
            break
    return at


def _is_pronoun_before(forms: Sequence[str], start: int) -> bool:
    return start > 0 and forms[start - 1] in ("it", "they", "this", "these")


def _detects(forms: Sequence[str], at: int) -> int:
    """The token after "find any effect", "show that"; 0 where the verb there is another."""
    if at >= len(forms) or forms[at] not in _SHOWING:
        return 0
    for n in range(at + 1, min(len(forms), at + 5)):
        if forms[n] == "that" or forms[n] in _EFFECTS:
            return n + 1
    return 0


def _by_no(forms: Sequence[str], i: int) -> Iterator[EffectDenial]:
    """ "no measurable effect on", "no such effect", "no evidence that", "earned no more than", "little difference"."""
    if forms[i] == "any" and not {"without", "nor"} & set(forms[max(0, i - 1) : i]):
        return
    if forms[i] == "without" and forms[i + 1 : i + 2] == ["any"]:
        return
    following = forms[i + 1] if i + 1 < len(forms) else ""
    if following in _MORE and forms[i] in ("no", "little"):
        than = next((n for n in range(i + 1, min(len(forms), i + 16)) if forms[n] == "than"), None)
        if (
            forms[i + 2 : i + 3] == ["off"]
            or following == "better"
            or (than is not None and not any(c.isdigit() for c in "".join(forms[than + 1 : than + 2])))
        ):
            yield EffectDenial(i, i + 2, "either")
        return
    for n in range(i + 1, min(len(forms), i + 1 + _NEAR)):
        form = forms[n]
        if form in _ENDS or form in ("of", "in", "to", "that", "for", "with"):
            return
        after = forms[n + 1] if n + 1 < len(forms) else ""
        if form in _EFFECTS:
            if "such" in forms[i:n]:
                yield EffectDenial(i, n + 1, "before", False, True)
            else:
                yield EffectDenial(i, n + 1, *_side_of_noun(forms, n))
            return
        if form in _EVIDENCE:
            rest = set(forms[n + 1 : n + 5])
            if after == "that" or (after in ("of", "for") and rest & (_EFFECTS | _RAISING)):
                yield EffectDenial(i, n + 2, "after", True)
            return


def _by_neither(forms: Sequence[str], i: int) -> Iterator[EffectDenial]:
    """ "neither raised wages nor", "neither courses nor grants raised wages"."""
    if "nor" not in forms[i:]:
        return
    verbs = _RAISING | _LOWERING
    if forms[i + 1 : i + 2] and forms[i + 1] in verbs:
        yield EffectDenial(i, i + 2, "after")
        return
    nor = forms.index("nor", i)
    for n in range(nor + 1, min(len(forms), nor + 8)):
        if forms[n] in verbs:
            is_good = forms[n] not in _LOWERING or _ILLS & set(forms[n : n + 6])
            if is_good:
                yield EffectDenial(n, n + 1, "after")
            return


def _by_nothing(forms: Sequence[str], i: int) -> Iterator[EffectDenial]:
    """ "did nothing for", "contributed nothing to", "nothing suggests that"."""
    if i and forms[i - 1] in _DOING:
        if forms[i + 1 : i + 2] and forms[i + 1] in ("for", "to", "in"):
            yield EffectDenial(i - 1, i + 1, "after")
    elif _detects(forms, i + 1):
        yield EffectDenial(i, _detects(forms, i + 1), "after", True)


def _by_word(forms: Sequence[str], i: int) -> Iterator[EffectDenial]:
    """The forms without a "not": "failed to raise", "far from raising", "left unchanged", "as low as before", "doubtful whether"."""
    form, following = forms[i], forms[i + 1] if i + 1 < len(forms) else ""
    before = set(forms[max(0, i - 3) : i])
    third = forms[i + 2] if i + 2 < len(forms) else ""
    if (form in ("failed", "fails", "fail", "unable", "yet", "struggled") and following == "to") or (
        form == "far" and following == "from"
    ):
        is_held = bool(_NOT & before) or (form == "fail" and bool(before & MODALS))
        if form == "yet" and not before & HAVE:
            return
        v = i + 2
        while v < len(forms) and is_adverb(forms[v]):
            v += 1
        verb = forms[v] if v < len(forms) else ""
        if not is_held and (verb in _RAISING or (verb in _LOWERING and _ILLS & set(forms[v : v + 6]))):
            yield EffectDenial(i, v + 1, "after")
    elif form in ("unchanged", "unaffected", "unmoved"):
        yield EffectDenial(i, i + 1, "before")
    elif (
        form == "as"
        and following in _AS_BEFORE
        and third == "as"
        and forms[i + 3 : i + 4]
        and forms[i + 3] in ("before", "ever", "elsewhere")
    ):
        yield EffectDenial(i, i + 4, "before")
    elif form == "indistinguishable" or (form == "insignificant" and i and forms[i - 1] == "statistically"):
        yield from _by_zero(forms, i, i + 1)
    elif form == "to" and following == "zero" and i and forms[i - 1] in ("close", "equal", "near"):
        yield from _by_zero(forms, i - 1, i + 2)
    elif form in ("doubtful", "questionable", "unclear", "unproven") and following in (
        "whether",
        "that",
        "if",
    ):
        yield EffectDenial(i, i + 2, "after", True)
    elif form == "evidence" and following == "that":
        for n in range(i + 3, min(len(forms), i + 25)):
            if forms[n] in _ABSENT and forms[n - 1] in BE | {"remains"}:
                yield EffectDenial(i, i + 2, "after", True)
                return


def _by_zero(forms: Sequence[str], start: int, end: int) -> Iterator[EffectDenial]:
    """An effect, coefficient or difference that is none: "the effect of grants on wages was close to zero"."""
    if (_EFFECTS | {"coefficient", "coefficients", "estimate", "estimates"}) & set(forms[:start]):
        yield EffectDenial(start, end, "before")

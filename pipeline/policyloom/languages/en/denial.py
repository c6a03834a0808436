"""How English grammar denies: auxiliary, "not" and verb; what was refused or ended; labels with a value of nothing.

These are forms, not phrases: any verb may stand in them. Phrases stand in `cues.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from policyloom.languages.en.verbs import (
    AUXILIARIES,
    BE,
    CAN,
    DO,
    ENDING_NOUNS,
    HAVE,
    MODALS,
    ended,
    is_adverb,
    is_past_form,
    opposing,
    refused,
)
from policyloom.languages.protocol import StatusMark, TokenSpan

if TYPE_CHECKING:
    from policyloom.records import Status

__all__ = ["find_denials", "find_voids"]

_NOT = frozenset(("not", "n't", "nt", "never"))
_DENYING = _NOT | {"no", "nobody", "none", "without", "hardly", "rarely"}
_NOT_DENYING = frozenset(
    "only just merely simply least because surprisingly doubt necessarily to".split()
) | {"until", "less", "fewer"}
"""Words after "not" by which it denies nothing of what follows."""
_PARTIAL = frozenset(("all", "every", "enough", "many", "much", "any"))
_LIMITING = frozenset("exceed apply affect surpass".split())
_MORE_OR_LESS = frozenset("less more fewer later longer greater lower higher earlier".split())
_RESTRICTING = (("unless",), ("until",), ("except",), ("other", "than"), ("otherwise", "than"))
"""Words by which "shall not" and "no … shall" lay down a condition and refuse nothing: "shall not award a grant unless"."""
_FORBIDDING = frozenset(("shall", "must", "may", "should", "can"))
"""Modals that lay down a rule; "will not pay until" refuses for the time being."""
_REASONS = frozenset((";", "because", "as", "since", "while", "but"))
"""Where what tells of the rule itself ends."""
_SAYING = frozenset(
    "know say mean think remember understand see matter care mind change differ apply count".split()
)
"""Verbs whose "not" tells nothing of the things after them; or a cue in `cues.toml` does."""
_BEGINNING = frozenset(
    "exist happen start begin materialise materialize emerge arrive appear operate function come proceed last survive take"
    " existed happened started begun materialised materialized emerged arrived appeared operated come".split()
)
"""Verbs without an object, which deny their subject."""
_ALLOWED = frozenset(
    "required needed expected obliged allowed permitted intended meant supposed entitled".split()
)
_EFFECTS = frozenset(
    "convert lead result translate guarantee ensure mean cause affect influence contribute bring make".split()
)
"""Verbs that say what a thing leads to: what is denied is the effect, and the thing itself is not missing."""
_SUBORDINATE = frozenset("that which who where when if unless cases whether".split())
_NOT_NEGATIVE = ("under", "unit", "union", "unique", "univers", "unif")
"""How words begin with "un" that negate nothing."""
_DETERMINERS = frozenset(("a", "an", "the"))
_PLACES = frozenset("for about from of with as by on like".split())
_PLANS = frozenset(
    "plan plans intention intentions wish reason reasons need proposal proposals move moves desire case decision question talk"
    " grounds ground appetite".split()
)  # fmt: skip
_ENDS = frozenset((";", ":", ".", "but", "because", "although", "while", "which", "who"))
_NOTHING = frozenset(
    (
        "no",
        "none",
        "nil",
        "nothing",
        "zero",
        "0",
        "absent",
        "missing",
        "lacking",
        "unavailable",
        "n / a",
        "n.a",
        "n.a.",
        "na",
        "n a",
    )
)
_SOFTENERS = frozenset(
    (
        "so",
        "far",
        "yet",
        "at",
        "present",
        "currently",
        "still",
        "all",
        "any",
        "more",
        "longer",
        "found",
        "reported",
        "recorded",
        "available",
        "applicable",
    )
)
_PENDING = frozenset(
    ("planned", "proposed", "pending", "envisaged", "foreseen", "scheduled", "intended", "recommended")
)
_UNDERWAY = frozenset("discussion consideration preparation construction development way".split())
_DASHES = frozenset(("–", "—", "-"))

NEAR, FAR = 7, 12
"""Tokens over which a denial reaches back to its subject, and on to its object."""
_SUBJECT = 8
"""Tokens in which the verb of "no …" and "none …" must stand."""


def find_voids(forms: Sequence[str]) -> list[TokenSpan]:
    """Where one denial takes back another, so that neither counts: "no plans to end", "did not reject"."""
    against = opposing()
    there = set(forms)
    if there.isdisjoint(_DENYING) and there.isdisjoint(against):
        return []
    found: list[TokenSpan] = []
    for i, form in enumerate(forms):
        if _is_condition(forms, i):
            found.append((i, i + 1))
        elif form in _NOT:
            at = _verb_after(forms, i)
            start = i - 1 if i and forms[i - 1] in AUXILIARIES | MODALS else i
            if at < len(forms) and (
                forms[at] in against or forms[at] == "without" or _is_negative(forms[at])
            ):
                found.append((start, at + 1))
            elif "without" in (near := _until_end(forms, i + 1, 6)):
                found.append((start, i + 2 + near.index("without")))
        elif form in _DENYING:
            near = _until_end(forms, i + 1, 6)
            if not near:
                continue
            if form in ("no", "without") and (n := _first(near[:2], ENDING_NOUNS)) is not None:
                found.append((i, i + 2 + n))
            elif (plan := _first(near[:3], _PLANS)) is not None:
                n = _first(near[plan + 1 :], against | ENDING_NOUNS)
                if n is not None:
                    found.append((i, i + 3 + plan + n))
            elif (n := _first(near[:3], against - ENDING_NOUNS)) is not None and form != "without":
                found.append((i, i + 2 + n))
            elif form != "without" and "without" in near:
                found.append((i, i + 2 + near.index("without")))
        elif form in against and i and forms[i - 1] in BE and is_past_form(form):
            n = _first(forms[max(0, i - 7) : i], ENDING_NOUNS)  # "cuts to grants were avoided"
            if n is not None:
                found.append((max(0, i - 7) + n, i + 1))
        elif form in against and i + 1 < len(forms):
            near = _until_end(forms, i + 1, 3)
            n = _first(near, ENDING_NOUNS)
            if n is None and near[:1] == ["to"]:
                n = _first(near[1:2], against)
                n = None if n is None else n + 1
            if n is not None:
                found.append((i, i + 2 + n))
    return found


def find_denials(forms: Sequence[str]) -> list[StatusMark]:
    """The denials in a sentence, in order."""
    found = [mark for i, form in enumerate(forms) if form in _NOT for mark in _by_not(forms, i)]
    for i, form in enumerate(forms):
        if form in ("no", "none", "neither"):
            found += _by_no(forms, i)
        elif is_past_form(form):
            found += _by_end(forms, i)
        elif form == ":" or form in _DASHES:
            found += _by_value(forms, i)
    return sorted(found)


class _Negation(NamedTuple):
    """A "not" or "never" with the verb that it belongs to.

    Attributes:
        forms: the sentence's tokens.
        at: the token of "not".
        start: where the denial begins: at the auxiliary before it, if there is one.
        auxiliary: that auxiliary, or whatever stands there.
        following: the word after "not".
        verb_at: the token of the verb after it.
    """

    forms: Sequence[str]
    at: int
    start: int
    auxiliary: str
    following: str
    verb_at: int

    @property
    def verb(self) -> str:
        """The verb after it; "" where the sentence ends before one."""
        return self.forms[self.verb_at] if self.verb_at < len(self.forms) else ""

    @property
    def is_passive(self) -> bool:
        """Whether the verb is a participle after a form of "be": "not be introduced"."""
        between = self.forms[self.at + 1 : self.verb_at]
        return any(form in BE for form in between) and is_past_form(self.verb)

    def mark(
        self, end: int, status: Status, direction: Literal["forward", "backward"], reach: int
    ) -> StatusMark:
        """A mark from its start to a token."""
        return StatusMark(self.start, end, status, direction, reach)


def _by_not(forms: Sequence[str], i: int) -> Iterator[StatusMark]:
    """What "not" or "never" at a token denies."""
    found = _negation_at(forms, i)
    if not found.following.isalpha() and found.following != "n't":
        return
    if _is_none_of(found):
        yield StatusMark(i, i + 2, "lacking", "forward", NEAR)
    elif _denies_nothing(found):
        return
    elif found.auxiliary in CAN:
        yield found.mark(found.verb_at, "lacking", "forward", NEAR)
        if found.is_passive:
            yield found.mark(found.verb_at + 1, "lacking", "backward", NEAR)
    elif found.auxiliary in MODALS or found.following == "to":
        yield from _by_modal_not(found)
    elif found.auxiliary in BE:
        yield from _by_be_not(forms, found.start, i, found.verb_at)
    elif found.is_passive:
        yield found.mark(found.verb_at + 1, "lacking", "backward", NEAR)
    elif found.verb not in _SAYING and found.verb and _is_verbal(found):
        yield from _by_verb_not(found)


def _negation_at(forms: Sequence[str], i: int) -> _Negation:
    k = i - 1
    while k >= 0 and i - k < 4 and is_adverb(forms[k]):
        k -= 1
    auxiliary = forms[k] if k >= 0 else ""
    start = k if auxiliary in AUXILIARIES | MODALS | BE else i
    following = forms[i + 1] if i + 1 < len(forms) else ""
    return _Negation(forms, i, start, auxiliary, following, _verb_after(forms, i))


def _is_none_of(found: _Negation) -> bool:
    """Whether it says how few there are: "not one", "not a single", "not every", "not enough"."""
    is_single = found.following == "one" or (
        found.following == "a" and "single" in found.forms[found.at + 2 : found.at + 3]
    )
    if is_single and found.auxiliary not in AUXILIARIES:
        return True
    return found.following in _PARTIAL and found.auxiliary not in DO | HAVE | MODALS


def _denies_nothing(found: _Negation) -> bool:
    """Whether what follows stands all the same: "not only", "not because", but "is not to be"."""
    if found.following not in _NOT_DENYING:
        return False
    may_be_told = found.auxiliary in BE or found.auxiliary not in AUXILIARIES | MODALS
    return not (found.following == "to" and may_be_told)


def _is_verbal(found: _Negation) -> bool:
    return (
        found.auxiliary in DO | HAVE or found.verb.endswith("ing") or found.forms[found.at] == "never"
    )  # fmt: skip


def _by_modal_not(found: _Negation) -> Iterator[StatusMark]:
    """What "shall not", "not to" forbids; nothing where it sets a limit, as "shall not exceed" does."""
    forms, i, v = found.forms, found.at, found.verb_at
    if found.verb in _LIMITING or (found.verb in _MORE_OR_LESS and "than" in forms[v : v + 4]):
        return
    yield found.mark(i + 1, "negated", "forward", min(NEAR, _object_end(forms, i, v) - i - 1))
    if found.is_passive:
        yield found.mark(v + 1, "negated", "backward", NEAR)


def _is_condition(forms: Sequence[str], i: int) -> bool:
    """Whether "not" or "no" at a token forbids something under a condition only: "shall not pay grants unless"."""
    if forms[i] in _NOT:
        is_forbidden = i > 0 and forms[i - 1] in _FORBIDDING
    else:
        is_forbidden = forms[i] == "no" and not _FORBIDDING.isdisjoint(_until_end(forms, i + 1, _SUBJECT))
    if not is_forbidden:
        return False
    end = next((at for at in range(i + 1, len(forms)) if forms[at] in _REASONS), len(forms))
    return any(
        tuple(forms[at : at + len(words)]) == words for at in range(i + 1, end) for words in _RESTRICTING
    )


def _by_verb_not(found: _Negation) -> Iterator[StatusMark]:
    """What "does not offer", "has not begun", "not offering", "do not offer" denies."""
    v = found.verb_at
    if found.verb in _BEGINNING:
        yield found.mark(v + 1, "lacking", "backward", NEAR)
        return
    is_order = found.start == 0 and (found.auxiliary == "do" or not is_past_form(found.verb))
    status: Status = "negated" if is_order or found.verb in _EFFECTS else "lacking"
    yield found.mark(v + 1, status, "forward", _object_end(found.forms, found.at, v) - v - 1)


def _object_end(forms: Sequence[str], i: int, v: int) -> int:
    """Where the object of a denied verb ends at the latest: before the next verb, or the clause that "if" depends on."""
    is_subordinate = not _SUBORDINATE.isdisjoint(forms[max(0, i - FAR) : i])
    end = min(len(forms), v + 1 + FAR)
    for at in range(v + 1, end):
        relative = forms[at + 1 : at + 2]
        if forms[at] in AUXILIARIES or (
            forms[at] == "," and (is_subordinate or (relative and relative[0] in _SUBORDINATE))
        ):
            return at
    return end


def _is_negative(form: str) -> bool:
    """Whether a word denies by its beginning: "uncommon"."""
    return form.startswith("un") and len(form) > 5 and not form.startswith(_NOT_NEGATIVE)


def _by_be_not(forms: Sequence[str], start: int, i: int, v: int) -> Iterator[StatusMark]:
    """What "is not", "were never" denies: its subject, or what is said of it."""
    word = forms[v] if v < len(forms) else ""
    if word in _DETERMINERS:
        yield StatusMark(start, i + 1, "negated", "forward", 4)
    elif word in _ALLOWED:
        yield StatusMark(start, v + 1, "negated", "forward", FAR)
        yield StatusMark(start, v + 1, "negated", "backward", NEAR)
    elif word.endswith("ing") and not is_past_form(word):
        yield StatusMark(start, v + 1, "lacking", "forward", FAR)
    elif word and word not in _PLACES:
        yield StatusMark(start, v + 1, "lacking", "backward", NEAR)


def _by_no(forms: Sequence[str], i: int) -> Iterator[StatusMark]:
    """What is refused by "no …" with a modal ("no base should be built"), or missing by "none …"."""
    near = _until_end(forms, i + 1, _SUBJECT)
    if (
        forms[i] == "no"
        and i > 2
        and forms[i - 1] == "be"
        and forms[i - 2] in MODALS
        and forms[i - 3] == "there"
    ):
        yield StatusMark(i - 2, i + 1, "negated", "forward", NEAR)  # "There will be no levy"
    n = _first(near, MODALS | AUXILIARIES)
    if forms[i] == "no" and _first(near[:2], _PLANS) is not None and {"to", "for", "of"} & set(near[1:4]):
        yield StatusMark(i, i + 2, "negated", "forward", FAR)
    if n is None or (forms[i] == "no" and n == 0):
        return
    status: Status = "negated" if near[n] in MODALS - {"might", "need"} else "lacking"
    if forms[i] != "no":
        yield StatusMark(i, i + 1, status, "backward", FAR, crosses=True)
    if status == "negated":
        yield StatusMark(i, i + 1, status, "forward", FAR)


def _by_end(forms: Sequence[str], i: int) -> Iterator[StatusMark]:
    """What was refused or ended: "were rejected", "has been abolished", "abolished the levy"."""
    following = forms[i + 1] if i + 1 < len(forms) else ""
    is_refused = refused(forms[i], following)
    if not (is_refused or ended(forms[i], following)):
        return
    k = i - 1
    while k >= 0 and i - k < 4 and is_adverb(forms[k]):
        k -= 1
    if k >= 0 and forms[k] in BE:
        yield StatusMark(i, i + 1, "negated" if is_refused else "lacking", "backward", NEAR)
    elif k >= 0 and (is_refused or following in ("the", "its", "all", "their", "these", "this")):
        yield StatusMark(i, i + 1, "negated" if is_refused else "lacking", "forward", 4)


def _by_value(forms: Sequence[str], i: int) -> Iterator[StatusMark]:
    """What a label's value says of it: "Tax incentives: none", "Training bases – not available"."""
    value = []
    for form in forms[i + 1 : i + 7]:
        if form in (";", ",", ".", "•") or form in _DASHES or "\n" in form:
            break
        value.append(form)
    status = _status_of_value(
        value, is_label=forms[i] == ":" and not AUXILIARIES & set(forms[max(0, i - 8) : i])
    )
    if status:
        yield StatusMark(i + 1, i + 1 + len(value), status, "backward", FAR, crosses=True)
    elif forms[i] == ":" and 0 < i <= 3 and _status_of_value(list(forms[:i]), is_label=False) == "lacking":
        yield StatusMark(0, i, "lacking", "forward", FAR, crosses=True)


def _status_of_value(value: list[str], *, is_label: bool) -> Status | None:
    core = [form for form in value if form not in _SOFTENERS and not is_adverb(form)]
    if not value or len(core) > 3:
        return None
    joined = " ".join(core)
    if (
        joined in _NOTHING
        or joined == "not"
        or (core and core[0] == "not" and len(core) == 2 and is_past_form(core[1]))
    ):
        return "lacking"
    if is_label and len(core) <= 3 and core:
        following = core[1] if len(core) > 1 else ""
        if refused(core[0], following):
            return "negated"
        if ended(core[0], following):
            return "lacking"
        if core[0] in _PENDING or core[:2] == ["to", "be"] or (core[0] == "under" and following in _UNDERWAY):
            return "planned"
    return None


def _verb_after(forms: Sequence[str], i: int) -> int:
    """The token of the verb after "not": over adverbs and forms of "be" and "have"."""
    at = i + 1
    while (
        at < len(forms)
        and at - i < 5
        and (is_adverb(forms[at]) or forms[at] in BE or forms[at] in ("have", "had"))
    ):
        if (
            forms[at] in ("have", "had")
            and "been" not in forms[at + 1 : at + 2]
            and not is_past_form("".join(forms[at + 1 : at + 2]))
        ):
            break
        at += 1
    return at


def _until_end(forms: Sequence[str], start: int, n: int) -> list[str]:
    """Up to `n` tokens, as far as no clause ends."""
    found = []
    for form in forms[start : start + n]:
        if form in _ENDS or form == ",":
            break
        found.append(form)
    return found


def _first(forms: Sequence[str], words: frozenset[str]) -> int | None:
    return next((n for n, form in enumerate(forms) if form in words), None)

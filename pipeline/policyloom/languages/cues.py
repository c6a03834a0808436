"""The cues that decide statuses and claims, and the words that make a plan operable, from a language's `cues.toml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args

from policyloom.errors import PolicyloomError
from policyloom.languages.protocol import Grammar, LanguagePack, TokenSpan
from policyloom.languages.terms import TermMatcher
from policyloom.records import ClaimKind, FacetKind, MentionKind, Status

__all__ = ["NO_LIMIT", "Cue", "Cues", "PlanColumn", "Strength", "compile_cues"]

Strength = Literal["strong", "medium", "weak"]
"""How firmly words bind whoever is to act: "shall"; "should"; "may"."""

PlanColumn = Literal["action", "actor", "deadline", "monitoring", "amount"]
"""What a column of a plan's table holds: what is to be done, by whom, by when, how it is watched, how much."""

PLAN_COLUMNS: tuple[PlanColumn, ...] = get_args(PlanColumn)

NO_LIMIT = 1_000
"""The reach, in tokens, of a cue that only the end of its clause stops."""

_TABLES = {
    "words": None,
    "clause": {"ends"},
    "pseudo": {"terms"},
    "status": {"status", "direction", "reach", "terms", "for"},
    "infinitive": {"except_after"},
    "instruction": {"verbs"},
    "heading": {"planned", "lacking"},
    "hedge": {"terms"},
    "claim": {"kind", "direction", "reach", "terms"},
    "opening": {"after", "commas"},
    "facet": {"kind", "terms"},
    "deadline": {"before", "planned"},
    "numbered": {"before"},
    "numbers": {"words", "dates", "frequency", "ranges", "shares", "before_dates", "known", "uncounted"},
    "duty": {"offices", "owned", "writers", "articles", "deeds"},
    "strength": {"level", "terms"},
    "continuing": {"after", "dummies", "impersonal", "openers"},
    "uncommitted": {"mandate", "purpose", "telling", "readers", "needing", "defining"},
    "plan_table": {*PLAN_COLUMNS, "nothing"},
    "remedy": {"terms"},
}
"""The tables that `cues.toml` may have, with their keys; None where any key may stand."""

_DIRECTIONS = {"status": ("forward", "backward"), "claim": ("forward", "backward", "opening")}
_VALUES: dict[tuple[str, str], tuple[str, ...]] = {
    ("status", "status"): get_args(Status),
    ("status", "for"): get_args(MentionKind),
    ("claim", "kind"): get_args(ClaimKind),
    ("facet", "kind"): get_args(FacetKind),
    ("strength", "level"): get_args(Strength),
}


MAX_DAY = 31
"""Days of a month."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue found at tokens `[start, end)`; `reach` is in tokens; `only` is the one kind that it decides for.

    A cue that `crosses` reaches over one end of a clause.
    """

    start: int
    end: int
    direction: str
    reach: int
    status: Status | None = None
    only: MentionKind | None = None
    claim: ClaimKind | None = None
    crosses: bool = False


@dataclass(frozen=True, eq=False)
class Cues:
    """All cues of one language, compiled for one framework's words.

    Attributes:
        grammar: what grammar tells of a sentence.
        ends: the words at which a clause ends.
        claim_openers: the words after which a clause may open with a cue.
        commas: the marks that part a clause opened by a cue from the clause it leads to.
        deadline_words: words that make a date or a duration after them a time limit.
        planned_time_words: words that do so where a sentence lays down what is to be: "shall be opened in 2027".
        numbered_words: words before a number that counts nothing: "Article 7 Schools and enterprises".
        number_words: numbers as words.
        frequency_words: words before a number that tell how often: "every two years".
        range_words: what joins two numbers: "16 to 20 centres".
        share_words: words for parts of a whole, which count what follows: "half".
        known_words: words before a number of things that have been told of before: "the two colleges".
        uncounted_words: words that a number before them does not count: "2 of the preceding paragraph".
        date_openers: words after which the name of a month is one: "in May".
        months: the names of the months, after which a number is a date.
        offices: words for somebody who holds an office, or a body that can answer for what it does.
        owned: words before a thing that is there already.
        writers: words by which a document's writers speak of themselves: "we".
        articles: words in small letters that a name may hold.
        deeds: words for what is done and not who does it, whatever name stands before them: "the State plan".
        continuing: words that open a sentence which goes on about what the one before it plans.
        dummies, impersonal: the first and third words of what goes on about nothing: "it is intended that".
        joints: words that join a sentence to the one before and may stand ahead of these: "and".
        headings: the heading words for each status.
        telling: the forms of verbs by which something is only told: "will announce".
        readers: words for whoever reads: "you".
        needing: the first words by which something is only said to be needed: "needs to be".
        defining: words after a word in quotation marks that is defined: "means".
        empty_cells: what stands in a cell of a plan's table that says nothing: "n/a".
        has_strengths: whether the language tells how firmly a sentence binds.
    """

    grammar: Grammar
    ends: frozenset[str]
    claim_openers: frozenset[str]
    commas: frozenset[str]
    deadline_words: frozenset[str]
    planned_time_words: frozenset[str]
    numbered_words: frozenset[str]
    number_words: frozenset[str]
    frequency_words: frozenset[str]
    range_words: frozenset[str]
    share_words: frozenset[str]
    known_words: frozenset[str]
    uncounted_words: frozenset[str]
    date_openers: frozenset[str]
    months: frozenset[str]
    offices: frozenset[str]
    owned: frozenset[str]
    writers: frozenset[str]
    articles: frozenset[str]
    deeds: frozenset[str]
    continuing: frozenset[str]
    dummies: frozenset[str]
    impersonal: frozenset[str]
    joints: frozenset[str]
    headings: Mapping[Status, tuple[str, ...]]
    telling: frozenset[str]
    readers: frozenset[str]
    needing: frozenset[str]
    defining: frozenset[str]
    empty_cells: frozenset[str]
    has_strengths: bool
    _matcher: TermMatcher
    _rules: Sequence[Mapping[str, Any]]
    _facets: TermMatcher
    _strengths: TermMatcher
    _mandates: TermMatcher
    _remedies: TermMatcher
    _plan_heads: TermMatcher

    def find(self, forms: tuple[str, ...]) -> tuple[tuple[Cue, ...], bool]:
        """The cues in a sentence's lower-case tokens, in order, and whether it hedges."""
        return _find(self, forms)

    def find_facets(self, forms: Sequence[str]) -> list[tuple[FacetKind, int, int]]:
        """The words in a sentence's lower-case tokens that make a plan operable, in order."""
        return [(match.label, match.start, match.end) for match in self._facets.find(forms)]  # type: ignore[misc]

    def find_strengths(self, forms: Sequence[str]) -> list[tuple[Strength, int, int]]:
        """The words in a sentence's lower-case tokens that tell how firmly it binds, in order; of those that overlap the longest."""
        found: list[tuple[Strength, int, int]] = []
        for match in sorted(self._strengths.find(forms), key=lambda m: (m.start - m.end, m.start)):
            if not self._is_month(forms, match.start) and not _overlaps(
                match.start, match.end, [(start, end) for _, start, end in found]
            ):
                found.append((match.label, match.start, match.end))  # type: ignore[arg-type]
        return sorted(found, key=lambda strength: strength[1])

    def _is_month(self, forms: Sequence[str], i: int) -> bool:
        """Whether a word names a month where it stands, and does not permit: "in May", "May 2027"."""
        if forms[i] not in self.months:
            return False
        before, following = "".join(forms[max(0, i - 1) : i]), "".join(forms[i + 1 : i + 2])
        goes_on = following.isalpha() and following not in self.planned_time_words | self.deadline_words
        is_day = before.isdigit() and 0 < int(before) <= MAX_DAY and not goes_on
        return before in self.date_openers or following.isdigit() or is_day

    def is_mandate(self, forms: Sequence[str]) -> bool:
        """Whether a line, in lower-case tokens, introduces what a body is for: "The functions of the Board shall be"."""
        return any(match.label == "mandate" for match in self._mandates.find(forms))

    def is_purpose(self, forms: Sequence[str]) -> bool:
        """Whether a sentence, in lower-case tokens, says what somebody or something is for: "Its task shall be to advise"."""
        return any(match.label == "purpose" for match in self._mandates.find(forms))

    def plan_column(self, forms: Sequence[str]) -> PlanColumn | None:
        """What a column of a plan's table holds, by the lower-case tokens of its head; None where the head does not tell."""
        found = {match.label for match in self._plan_heads.find(forms)}
        return next((column for column in PLAN_COLUMNS if column in found), None)

    def find_remedies(self, forms: Sequence[str]) -> list[TokenSpan]:
        """The words in a sentence's lower-case tokens after which it tells what is to be remedied, in order: "to overcome"."""
        return [(match.start, match.end) for match in self._remedies.find(forms)]

    def heading_status(self, path: Sequence[str]) -> Status | None:
        """The status that the headings over a sentence suggest; the innermost that suggests one decides."""
        for heading in reversed(path):
            words = heading.lower()
            for status, marks in self.headings.items():
                if any(mark in words for mark in marks):
                    return status
        return None


@lru_cache(maxsize=4096)  # a coder and the search for facets read the same sentence one after the other
def _find(cues: Cues, forms: tuple[str, ...]) -> tuple[tuple[Cue, ...], bool]:
    found: list[Cue] = []
    hedged = False
    matches = cues._matcher.find(forms)
    pseudo = [(m.start, m.end) for m in matches if m.label == "pseudo"]
    voids = cues.grammar.void_spans(forms)
    for match in matches:
        if match.label == "hedge":
            hedged = True
            continue
        if match.label == "pseudo":
            continue
        rule = cues._rules[int(match.label)]
        if "status" in rule and _overlaps(match.start, match.end, pseudo):
            continue
        # That there is no shortage is said of a challenge, whatever else it takes back.
        if "status" in rule and "for" not in rule and _overlaps(match.start, match.end, voids):
            continue
        reach = int(rule.get("reach", NO_LIMIT))
        found.append(
            Cue(
                match.start,
                match.end,
                rule["direction"],
                reach,
                rule.get("status"),
                rule.get("for"),
                rule.get("kind"),
            )
        )
    found += [
        Cue(mark.start, mark.end, mark.direction, mark.reach, mark.status, crosses=mark.crosses)
        for mark in cues.grammar.status_marks(forms)
        if not _overlaps(mark.start, mark.end, [*pseudo, *voids])
    ]
    return tuple(sorted(found, key=lambda cue: (cue.start, cue.end))), hedged


def _overlaps(start: int, end: int, spans: Sequence[TokenSpan]) -> bool:
    return any(first < end and start < last for first, last in spans)


def compile_cues(pack: LanguagePack, facets: Mapping[str, str]) -> Cues:
    """The cues of a language, compiled once for each set of words that a framework adds.

    Args:
        pack: the language.
        facets: words of a framework's field, added to the list of the same name in `cues.toml`, so that a framework of
            farming can say that farmers are people.

    Raises:
        PolicyloomError: `cues.toml` has an unknown table, key or value, or the language has no such list; the text
            names it and what is known.
    """
    own = pack.cues.get("words", {})
    for name in facets:
        if name not in own:
            raise PolicyloomError(
                f"facets, {name!r}: is no word list of language {pack.code!r}; it has {', '.join(own) or 'none'}"
            )
    return _compile(pack, tuple(sorted(facets.items())))


@lru_cache(maxsize=16)
def _compile(pack: LanguagePack, added: tuple[tuple[str, str], ...]) -> Cues:
    data = pack.cues
    _check(data, f"languages/{pack.code}/cues.toml")
    more = dict(added)
    words = {
        name: "|".join(filter(None, (line, more.get(name)))) for name, line in data.get("words", {}).items()
    }
    rules: list[Mapping[str, Any]] = [*data.get("status", ()), *data.get("claim", ())]
    terms = {str(i): rule["terms"] for i, rule in enumerate(rules)}
    terms |= {name: data[name]["terms"] for name in ("hedge", "pseudo") if name in data}
    facets: dict[str, list[str]] = {}
    for facet in data.get("facet", ()):
        facets.setdefault(facet["kind"], []).extend(facet["terms"])
    strengths = {strength["level"]: strength["terms"] for strength in data.get("strength", ())}

    def listed(table: str, key: str) -> frozenset[str]:
        return frozenset(data.get(table, {}).get(key, ()))

    heading = data.get("heading", {})
    return Cues(
        grammar=pack.grammar,
        ends=listed("clause", "ends"),
        claim_openers=listed("opening", "after"),
        commas=listed("opening", "commas"),
        deadline_words=listed("deadline", "before"),
        planned_time_words=listed("deadline", "planned"),
        numbered_words=listed("numbered", "before"),
        number_words=listed("numbers", "words"),
        frequency_words=listed("numbers", "frequency"),
        range_words=listed("numbers", "ranges"),
        share_words=listed("numbers", "shares"),
        known_words=listed("numbers", "known"),
        uncounted_words=listed("numbers", "uncounted"),
        date_openers=listed("numbers", "before_dates"),
        months=listed("numbers", "dates"),
        offices=frozenset(form for word in listed("duty", "offices") for form in pack.inflections(word)),
        owned=listed("duty", "owned"),
        writers=listed("duty", "writers"),
        articles=listed("duty", "articles"),
        deeds=frozenset(form for word in listed("duty", "deeds") for form in pack.inflections(word)),
        continuing=listed("continuing", "openers"),
        dummies=listed("continuing", "dummies"),
        impersonal=listed("continuing", "impersonal"),
        joints=listed("continuing", "after"),
        headings={status: tuple(heading.get(status, ())) for status in ("planned", "lacking")},
        telling=frozenset(
            form for word in listed("uncommitted", "telling") for form in pack.inflections(word)
        ),
        readers=listed("uncommitted", "readers"),
        needing=listed("uncommitted", "needing"),
        defining=listed("uncommitted", "defining"),
        empty_cells=listed("plan_table", "nothing"),
        has_strengths=bool(strengths),
        _matcher=TermMatcher(terms, words=words, inflect=pack.inflections),
        _rules=rules,
        _facets=TermMatcher(facets, words=words, inflect=pack.inflections),
        _strengths=TermMatcher(strengths, words=words, inflect=pack.inflections),
        _remedies=TermMatcher(
            {"remedy": data.get("remedy", {}).get("terms", ())}, words=words, inflect=pack.inflections
        ),
        _plan_heads=TermMatcher(
            {column: data.get("plan_table", {}).get(column, ()) for column in PLAN_COLUMNS},
            words=words,
            inflect=None,
        ),
        _mandates=TermMatcher(
            {name: data.get("uncommitted", {}).get(name, ()) for name in ("mandate", "purpose")},
            words=words,
            inflect=pack.inflections,
        ),
    )


def _check(data: Mapping[str, Any], name: str) -> None:
    for table, content in data.items():
        if table not in _TABLES:
            raise PolicyloomError(f"{name}: unknown table {table!r}; known are {', '.join(_TABLES)}")
        for entry in content if isinstance(content, list) else [content]:
            _check_entry(table, entry, name)


def _check_entry(table: str, entry: Mapping[str, Any], name: str) -> None:
    known = _TABLES[table]
    for key in entry:
        if known is not None and key not in known:
            raise PolicyloomError(
                f"{name}: unknown key {key!r} in {table}; known are {', '.join(sorted(known))}"
            )
        allowed = _VALUES.get((table, key))
        if allowed and entry[key] not in allowed:
            raise PolicyloomError(f"{name}: {key} {entry[key]!r} in {table}; use one of {', '.join(allowed)}")
    if table in _DIRECTIONS and entry.get("direction") not in _DIRECTIONS[table]:
        raise PolicyloomError(
            f"{name}: direction {entry.get('direction')!r} in {table}; use one of {', '.join(_DIRECTIONS[table])}"
        )

"""The cues that decide status and claims, read from a data file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, get_args

from policyloom.errors import PolicyloomError
from policyloom.framework.terms import TermMatcher
from policyloom.languages import load_language
from policyloom.records import ClaimKind, FacetKind, MentionKind, Status

__all__ = ["Cue", "Cues", "load_cues"]

_TABLES = {
    "clause": {"ends"},
    "pseudo": {"terms"},
    "status": {"status", "direction", "reach", "terms", "for"},
    "infinitive": {"except_after"},
    "instruction": {"verbs"},
    "heading": {"planned", "lacking"},
    "hedge": {"terms"},
    "claim": {"kind", "direction", "reach", "terms"},
    "facet": {"kind", "terms"},
}
_DIRECTIONS = {"status": ("forward", "backward"), "claim": ("forward", "backward", "opening")}


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue found at tokens `[start, end)`; `reach` is in tokens; `only` is the one kind that it decides for."""

    start: int
    end: int
    direction: str
    reach: int
    status: Status | None = None
    only: MentionKind | None = None
    claim: ClaimKind | None = None


@dataclass(frozen=True)
class Cues:
    """All cues of one language, compiled.

    Attributes:
        ends: the words at which a clause ends.
        fact_before_to: words after which "to" is no purpose.
        verbs: base forms that open an instruction.
        gerunds: their -ing forms.
        headings: the heading words for each status.
    """

    ends: frozenset[str]
    fact_before_to: frozenset[str]
    verbs: frozenset[str]
    gerunds: frozenset[str]
    headings: Mapping[Status, tuple[str, ...]]
    _matcher: TermMatcher
    _rules: Sequence[Mapping[str, Any]]
    _facets: TermMatcher

    def find(self, forms: Sequence[str]) -> tuple[list[Cue], bool]:
        """The cues in a sentence's lower-case tokens, in order, and whether it hedges."""
        found: list[Cue] = []
        hedged = False
        matches = self._matcher.find(forms)
        pseudo = [(m.start, m.end) for m in matches if m.label == "pseudo"]
        for match in matches:
            if match.label == "hedge":
                hedged = True
                continue
            if match.label == "pseudo":
                continue
            rule = self._rules[int(match.label)]
            if "status" in rule and any(start < match.end and match.start < end for start, end in pseudo):
                continue
            reach = int(rule.get("reach", 1_000))
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
        return found, hedged

    def find_facets(self, forms: Sequence[str]) -> list[tuple[FacetKind, int, int]]:
        """The words in a sentence's lower-case tokens that make a plan operable, in order."""
        return [(match.label, match.start, match.end) for match in self._facets.find(forms)]  # type: ignore[misc]

    def heading_status(self, path: Sequence[str]) -> Status | None:
        """What the headings over a sentence say of its status; the innermost that says something decides."""
        for heading in reversed(path):
            words = heading.lower()
            for status, marks in self.headings.items():
                if any(mark in words for mark in marks):
                    return status
        return None


@cache
def load_cues(language: str) -> Cues:
    """The cues of a language.

    Raises:
        PolicyloomError: there are none for it, or the file has an unknown key.
    """
    folder = resources.files("policyloom") / "languages"
    there = sorted(f.name for f in folder.iterdir() if (f / "cues.toml").is_file())
    if language not in there:
        raise PolicyloomError(f"no assertion cues for language {language!r}; there are {', '.join(there)}")
    data = tomllib.loads((folder / language / "cues.toml").read_text("utf-8"))
    _check(data, f"languages/{language}/cues.toml")
    rules: list[Mapping[str, Any]] = [*data["status"], *data["claim"]]
    terms = {str(i): rule["terms"] for i, rule in enumerate(rules)}
    terms |= {name: data[name]["terms"] for name in ("hedge", "pseudo")}
    verbs = frozenset(data["instruction"]["verbs"])
    inflect = load_language(language).inflections
    return Cues(
        ends=frozenset(data["clause"]["ends"]),
        fact_before_to=frozenset(data["infinitive"]["except_after"]),
        verbs=verbs,
        gerunds=frozenset(
            (v[:-1] if v.endswith("e") else v + v[-1] if v in ("set", "cut") else v) + "ing" for v in verbs
        ),
        headings={"planned": tuple(data["heading"]["planned"]), "lacking": tuple(data["heading"]["lacking"])},
        _matcher=TermMatcher(terms, inflect=inflect),
        _rules=rules,
        _facets=TermMatcher({facet["kind"]: facet["terms"] for facet in data["facet"]}, inflect=inflect),
    )


def _check(data: Mapping[str, Any], name: str) -> None:
    for table, content in data.items():
        if table not in _TABLES:
            raise PolicyloomError(f"{name}: unknown table {table!r}; known are {', '.join(_TABLES)}")
        for entry in content if isinstance(content, list) else [content]:
            for key in entry:
                if key not in _TABLES[table]:
                    raise PolicyloomError(
                        f"{name}: unknown key {key!r} in {table}; known are {', '.join(sorted(_TABLES[table]))}"
                    )
            if table in _DIRECTIONS and entry.get("direction") not in _DIRECTIONS[table]:
                raise PolicyloomError(
                    f"{name}: direction {entry.get('direction')!r} in {table}; use one of {', '.join(_DIRECTIONS[table])}"
                )
            if table == "facet" and entry["kind"] not in get_args(FacetKind):
                raise PolicyloomError(
                    f"{name}: facet {entry['kind']!r}; use one of {', '.join(get_args(FacetKind))}"
                )
            if table == "status" and entry["status"] not in get_args(Status):
                raise PolicyloomError(
                    f"{name}: status {entry['status']!r}; use one of {', '.join(get_args(Status))}"
                )

"""Who does what in a report: mechanisms as they are planned and done, and actors by mechanisms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from policyloom.framework import Framework
from policyloom.network.acts import NOBODY, OTHER, Act
from policyloom.records import Coverage, Status
from policyloom.report.inputs import ReportedDocument, SidePages
from policyloom.report.views import STATUSES, ActCell, ActorView, PromiseView

__all__ = ["actor_views", "promise_views"]

N_WORDS = 6
"""Words for an actor that the table shows."""

ACTORS = 3
"""Actors named beside a mechanism."""


def promise_views(
    framework: Framework,
    documents: Sequence[ReportedDocument],
    coverage: Mapping[tuple[str, str], Coverage],
    acts: Iterable[Act],
    pages: SidePages,
) -> list[PromiseView]:
    """The outermost mechanisms, the largest share of planning sentences first."""
    planning = [act for act in acts if act.status == "planned"]
    views = []
    for id in framework.ids("mechanism", top=True):
        own = [found for row in documents if (found := coverage.get((row.id, id)))]
        sums: dict[Status, int] = {word: sum(getattr(c, word) for c in own) for _, word in STATUSES}  # type: ignore[misc]
        by = Counter(
            _named(act, framework) for act in planning if act.mechanism == id and act.actor != NOBODY
        )
        views.append(
            PromiseView(
                framework[id],
                **sums,
                n_planning=sum(c.planned > 0 for c in own),
                n_only_planning=sum(c.planned > 0 and not c.affirmed for c in own),
                actors=tuple(sorted(by.items(), key=lambda item: (-item[1], item[0]))[:ACTORS]),
                n_nobody=sum(act.mechanism == id and act.actor == NOBODY for act in planning),
                hrefs={word: pages.elements.get((id, word), "") for _, word in STATUSES},
            )
        )
    views.sort(key=lambda view: (-view.share, -view.planned, view.element.id))
    return views


def actor_views(framework: Framework, acts: Sequence[Act], pages: SidePages) -> list[ActorView]:
    """A row for each outermost actor that acts, for other bodies, and for sentences that name nobody."""
    mechanisms = framework.ids("mechanism", top=True)
    names = {id: framework[id].label for id in framework.ids("actor", top=True)}
    names |= {OTHER: "Another body", NOBODY: "Nobody is named"}
    views = []
    for id, name in names.items():
        own = [act for act in acts if act.actor == id]
        if own:
            cells = tuple(
                _cell([a for a in own if a.mechanism == m], pages.acts.get((m, id), "")) for m in mechanisms
            )
            shown = id if id not in (OTHER, NOBODY) else ""
            views.append(ActorView(shown, name, _most_frequent(a.words for a in own), cells, len(own)))
    return views


def _cell(acts: Sequence[Act], href: str) -> ActCell | None:
    counts = Counter(act.status for act in acts)
    by_status = tuple((letter, word, n) for letter, word in STATUSES if (n := counts[word]))  # type: ignore[index]
    return ActCell(by_status, href) if by_status else None


def _most_frequent(words: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """The most frequent words for an actor, each in the form in which it stands most often."""
    forms: dict[str, Counter[str]] = {}
    for form in filter(None, words):
        forms.setdefault(form.casefold(), Counter())[form] += 1
    counted = [(min(c, key=lambda form: (-c[form], form)), c.total()) for c in forms.values()]
    return tuple(sorted(counted, key=lambda item: (-item[1], item[0]))[:N_WORDS])


def _named(act: Act, framework: Framework) -> str:
    return (act.words or "another body") if act.actor == OTHER else framework[act.actor].label

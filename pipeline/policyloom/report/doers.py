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
    by: dict[str, Counter[str]] = {}
    n_nobody: Counter[str] = Counter()
    for act in acts:
        if act.status == "planned" and act.actor == NOBODY:
            n_nobody[act.mechanism] += 1
        elif act.status == "planned":
            by.setdefault(act.mechanism, Counter())[_named(act, framework)] += 1
    views = []
    for id in framework.ids("mechanism", top=True):
        own = [found for row in documents if (found := coverage.get((row.id, id)))]
        sums: dict[Status, int] = {word: sum(getattr(c, word) for c in own) for _, word in STATUSES}  # type: ignore[misc]
        views.append(
            PromiseView(
                framework[id],
                **sums,
                n_planning=sum(c.planned > 0 for c in own),
                n_only_planning=sum(c.planned > 0 and not c.affirmed for c in own),
                actors=tuple(sorted(by.get(id, {}).items(), key=lambda item: (-item[1], item[0]))[:ACTORS]),
                n_nobody=n_nobody[id],
                hrefs={word: pages.elements.get((id, word), "") for _, word in STATUSES},
            )
        )
    views.sort(key=lambda view: (-view.share, -view.planned, view.element.id))
    return views


def actor_views(framework: Framework, acts: Iterable[Act], pages: SidePages) -> list[ActorView]:
    """A row for each outermost actor that acts, for other bodies, and for sentences that name nobody."""
    mechanisms = framework.ids("mechanism", top=True)
    names = {id: framework[id].label for id in framework.ids("actor", top=True)}
    names |= {OTHER: "Another body", NOBODY: "Nobody is named"}
    statuses: dict[tuple[str, str], Counter[Status]] = {}
    words: dict[str, Counter[str]] = {}
    n: Counter[str] = Counter()
    for act in acts:
        statuses.setdefault((act.actor, act.mechanism), Counter())[act.status] += 1
        words.setdefault(act.actor, Counter())[act.words] += 1
        n[act.actor] += 1
    return [
        ActorView(
            id if id not in (OTHER, NOBODY) else "", name, _most_frequent(words[id]),
            tuple(_cell(statuses.get((id, m), Counter()), pages.acts.get((m, id), "")) for m in mechanisms), n[id],
        )
        for id, name in names.items()
        if n[id]
    ]  # fmt: skip


def _cell(counts: Mapping[Status, int], href: str) -> ActCell | None:
    by_status = tuple((letter, word, n) for letter, word in STATUSES if (n := counts.get(word, 0)))  # type: ignore[call-overload]
    return ActCell(by_status, href) if by_status else None


def _most_frequent(words: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """The most frequent words for an actor, each in the form in which it stands most often."""
    forms: dict[str, Counter[str]] = {}
    for form, n in words.items():
        if form:
            forms.setdefault(form.casefold(), Counter())[form] += n
    counted = [(min(c, key=lambda form: (-c[form], form)), c.total()) for c in forms.values()]
    return tuple(sorted(counted, key=lambda item: (-item[1], item[0]))[:N_WORDS])


def _named(act: Act, framework: Framework) -> str:
    return (act.words or "another body") if act.actor == OTHER else framework[act.actor].label

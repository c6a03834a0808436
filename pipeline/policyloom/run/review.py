"""The page on which people review a run, and their decisions brought back into the run."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from policyloom.errors import LabelsError, RunError
from policyloom.learn.decided import place_decision
from policyloom.learn.decisions import Decision, merge_decisions, read_decisions
from policyloom.records import Tagged
from policyloom.run.decisions import Decisions, unfit_in_words
from policyloom.run.manifest import read_manifest, read_run_framework, read_tagged
from policyloom.run.progress import Tell, tell_nobody
from policyloom.run.recount import kept_decisions, recount
from policyloom.run.single import refuse_other_file

if TYPE_CHECKING:
    from policyloom.framework import Framework
    from policyloom.learn.labels import Labelled

__all__ = ["Applied", "ReviewPage", "apply_review", "write_review"]


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """A page on which people review a run, which has been written.

    Attributes:
        path: the page.
        n_documents: documents on it.
        n_mentions: mentions of elements that it shows.
        n_sentences: sentences to be coded, where the page is for a sheet.
        unfit: decisions that the run keeps and that no longer fit, in words; they are not on the page.
    """

    path: Path
    n_documents: int
    n_mentions: int
    n_sentences: int
    unfit: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """Decisions that have been brought into a run.

    Attributes:
        n_given: decisions in the file.
        n_held: decisions that the run now keeps, those of before included.
        unfit: those of them that do not fit, each with its reason, in words.
        overruled: earlier decisions of other people that the file's overrule, in words.
        counts: how many sentences, mentions, claims, links and findings the run now has.
        counts_before: the same before.
        links: those of which another number is counted now, as (source, target, kind, number before, number now).
    """

    n_given: int
    n_held: int
    unfit: tuple[str, ...]
    overruled: tuple[str, ...]
    counts: dict[str, int]
    counts_before: dict[str, int]
    links: tuple[tuple[str, str, str, int, int], ...] = ()


def write_review(
    run: str | Path, out: str | Path, *, sheet: str | Path | None = None, blind: bool = False
) -> ReviewPage:
    """Writes one page on which a person reviews what a run found; it loads nothing from anywhere.

    Args:
        run: a run folder.
        out: the page; it is replaced if it is such a page.
        sheet: sentences of `write_sample_sheet` or `write_label_sheet`; only these are then to be coded, and the page's
            file has their inclusion probabilities.
        blind: show nothing of what was found, nor of earlier decisions, until the person has finished the sheet.

    Raises:
        RunError: `run` is no run folder, or `out` is another file.
        LabelsError: the sheet is wrong, or a sentence of it is not in the run.
        ValueError: `blind` without a sheet.
    """
    from policyloom.report.review import PAGE_START, write_review_page

    if blind and sheet is None:
        raise ValueError("blind coding needs a sheet: the sentences that are to be coded")
    refuse_other_file(out, PAGE_START, "a review page")
    framework = read_run_framework(run)
    manifest = read_manifest(run)
    if "documents" not in manifest:
        raise RunError(f"{run}: holds no finished run")
    rows = _read_sheet(run, sheet, framework) if sheet is not None else None
    decisions = kept_decisions(run)
    waiting = {id: list(decided) for id, decided in decisions.by_document.items()}
    kept: list[Decision] = []

    def documents() -> Iterator[Tagged]:
        for tagged in read_tagged(run, decided=False):
            placed = [place_decision(d, tagged) for d in waiting.get(tagged.document.id, ())]
            kept.extend(one for one in placed if isinstance(one, Decision))
            if rows is None or tagged.document.id in {row.doc for row in rows}:
                yield tagged

    n_documents, n_mentions = write_review_page(
        out,
        title=Path(run).resolve().name,
        key=_key(manifest, framework, rows, blind=blind),
        framework=framework,
        documents=documents(),
        sheet=rows,
        kept=kept,
        blind=blind,
    )
    results = decisions.results(read_tagged(run, decided=False)) if decisions.n_decisions else []
    return ReviewPage(
        Path(out), n_documents, n_mentions, len(rows) if rows else 0, tuple(unfit_in_words(results))
    )


def _key(
    manifest: dict[str, object], framework: Framework, rows: list[Labelled] | None, *, blind: bool
) -> str:
    """The name under which a browser keeps what a person has decided: the same for a rerun over the same documents."""
    entries = manifest["documents"]
    ids = sorted(str(entry["id"]) for entry in entries) if isinstance(entries, list) else []
    lines = [framework.id, str(blind), *ids, *(row.id for row in rows or ())]
    return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()[:16]


def _read_sheet(run: str | Path, sheet: str | Path, framework: Framework) -> list[Labelled]:
    """The sentences of a sheet, each of which stands in the run at its place."""
    from policyloom.learn.labels import read_sampled

    rows = list(read_sampled(sheet, framework))
    if not rows:
        raise LabelsError(f"{sheet}: has no sentence")
    there: set[tuple[str, str]] = set()
    wanted = {row.doc for row in rows}
    for tagged in read_tagged(run, decided=False):
        document = tagged.document
        if document.id in wanted:
            there |= {(f"{document.id}:{s.start}", _plain(document.quote(s))) for s in tagged.sentences}
    lost = [row for row in rows if (row.id, _plain(row.text)) not in there]
    if lost:
        raise LabelsError(
            f"{sheet}: {len(lost)} of {len(rows)} sentences are not in {run}, such as {lost[0].id} ({lost[0].text[:60]!r}); "
            "give the run that the sheet was drawn from"
        )
    return rows


def _plain(text: str) -> str:
    return " ".join(text.split())


def _where_they_are_now(run: str | Path, decisions: Iterable[Decision]) -> list[Decision]:
    """Decisions at the places that the run's documents now have, so that those about the same are known as such."""
    waiting: dict[str, list[Decision]] = {}
    for decision in decisions:
        waiting.setdefault(decision.document, []).append(decision)
    found: list[Decision] = []
    for tagged in read_tagged(run, decided=False) if waiting else ():
        for decision in waiting.pop(tagged.document.id, ()):
            placed = place_decision(decision, tagged)
            found.append(placed if isinstance(placed, Decision) else decision)
    return [*found, *(decision for rows in waiting.values() for decision in rows)]


def apply_review(run: str | Path, file: str | Path, *, progress: Tell | None = None) -> Applied:
    """Brings a person's decisions into a run: its mentions, links, checks and report are made anew with them.

    No document is read or coded again. The run keeps the decisions, also when it is run again. Where two people decided
    about the same mention, what is applied last holds.

    Args:
        run: a run folder.
        file: from a review page.
        progress: called while the outputs are written.

    Raises:
        RunError: `run` is no finished run, or a file of it was changed by somebody.
        LabelsError: the file is wrong, or holds no decision.
    """
    given = read_decisions(file, read_run_framework(run))
    before = kept_decisions(run)
    held, overruled = merge_decisions(_where_they_are_now(run, before), _where_they_are_now(run, given))
    counts_before = dict(read_manifest(run).get("outputs", {}))
    links_before = _count_links(run)
    by_document: dict[str, list[Decision]] = {}
    for decision in held:
        by_document.setdefault(decision.document, []).append(decision)
    decisions = Decisions({id: tuple(rows) for id, rows in by_document.items()}, before.framework)
    results = recount(run, decisions, progress or tell_nobody)
    return Applied(
        len(given),
        len(held),
        tuple(unfit_in_words(results)),
        tuple(
            f"{old.document}: {new.by}: {new.words}, instead of {old.by}: {old.words}"
            for old, new in overruled
        ),
        dict(read_manifest(run)["outputs"]),
        counts_before,
        _compare_links(links_before, _count_links(run)),
    )


def _count_links(run: str | Path) -> dict[tuple[str, str, str], int]:
    """How often each link of a run's table is counted, by source, target and kind."""
    text = (Path(run) / "links.csv").read_text("utf-8-sig")
    return {
        (row["source"], row["target"], row["kind"]): int(row["n"])
        for row in csv.DictReader(io.StringIO(text))
    }


def _compare_links(
    before: dict[tuple[str, str, str], int], now: dict[tuple[str, str, str], int]
) -> tuple[tuple[str, str, str, int, int], ...]:
    """The links of which another number is counted, those that changed most first."""
    changed = [(*key, before.get(key, 0), now.get(key, 0)) for key in sorted({*before, *now})]
    changed = [link for link in changed if link[3] != link[4]]
    return tuple(sorted(changed, key=lambda link: -abs(link[4] - link[3])))

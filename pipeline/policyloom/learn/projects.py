"""Labels from projects of programs for qualitative analysis (`.qdpx`): what people coded there, sentence by sentence.

A coding counts for each sentence of which it covers at least half, and otherwise for the one it has most of. A document in
which a coder has coded anything counts as coded throughout: its other sentences name nothing.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from policyloom.errors import LabelsError
from policyloom.framework import Framework
from policyloom.learn.labels import CODED, Label, Labelled, coded_ids
from policyloom.records import Block, Document, Metadata, Sentence, Status
from policyloom.refi.codebook import Code
from policyloom.refi.names import DENIED, ENTITIES, code_guid, entity_guid, status_guid
from policyloom.refi.project import Coding, Project, Source, read_project
from policyloom.tag import find_sentences, load_pipeline

__all__ = ["read_project_coders", "read_project_labels"]

log = logging.getLogger(__name__)

MIN_SHARE = 0.5
"""Share of a sentence that a coding must cover to count for it, where it covers more than one."""

_NOTED = re.compile(r"^status: (\w+)", re.MULTILINE)
"""How the description of a stretch that policyloom wrote says its status; programs merge stretches, and keep descriptions."""

_LINE = re.compile(r"[^\s](?:[^\n\t]*[^\s])?")
"""The words of a line, or of a cell: programs and policyloom set a tab between cells."""

_TERMINAL = (".", "!", "?", ";", ":", "。", "；", "：", "！", "？")


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a project's codes mean in a framework, by their ids."""

    elements: Mapping[str, str]
    statuses: Mapping[str, Status]
    unknown: Mapping[str, str]


def read_project_labels(
    path: str | Path, framework: Framework, *, coder: str | None = None
) -> tuple[Labelled, ...]:
    """The sentences of a project's documents, with the outermost elements that are coded in them.

    Args:
        path: a `.qdpx` file.
        framework: whose elements the codes are, by the ids that policyloom gave them or by their names.
        coder: whose codings count; those of all without.

    Raises:
        LabelsError: the file is no project, none of its codes is an element, or a stretch of text has two statuses.
    """
    path = Path(path)
    project = _open(path)
    meaning = _understand(project, framework, path)
    rows = _label(path, project, framework, meaning, coder)
    if not rows:
        raise LabelsError(f"{path}: no sentence is coded" + (f" by {coder!r}" if coder else ""))
    return tuple(rows)


def read_project_coders(path: str | Path, framework: Framework) -> dict[str, tuple[Labelled, ...]]:
    """The labels of each coder of a project who has coded an element, by their names.

    Raises:
        LabelsError: as for `read_project_labels`.
    """
    path = Path(path)
    project = _open(path)
    meaning = _understand(project, framework, path)
    by_coder = {coder: tuple(_label(path, project, framework, meaning, coder)) for coder in project.coders}
    found = {coder or "unknown": rows for coder, rows in by_coder.items() if rows}
    if not found:
        raise LabelsError(f"{path}: no sentence is coded")
    return found


def _open(path: Path) -> Project:
    try:
        project = read_project(path)
    except ValueError as error:
        raise LabelsError(f"{path}: {error}") from error
    except OSError as error:
        raise LabelsError(f"{path}: cannot be opened ({error.strerror or error})") from error
    if project.without_text:
        log.warning(
            "%s: passed over, as they are no texts or hold none: %s", path, _shown(project.without_text)
        )
    return project


def _understand(project: Project, framework: Framework, path: Path) -> _Meaning:
    """What the codes mean; one that is no element counts for the element it stands in."""
    own = {code_guid(framework.id, element.id): element.id for element in framework}
    own_statuses: dict[str, Status] = {status_guid(status): status for status in get_args(Status)}
    elements: dict[str, str] = {}
    statuses: dict[str, Status] = {}
    unknown: dict[str, str] = {}
    entities = {code.guid for code in project.codebook.codes if code.name == ENTITIES}
    for code in project.codebook.codes:
        element = own.get(code.guid) or _find_by_name(code, framework) or elements.get(code.parent)
        status = own_statuses.get(code.guid) or _find_status(code)
        if status and (code.guid in own_statuses or code.parent not in elements):
            statuses[code.guid] = status
        elif element:
            elements[code.guid] = element
        elif code.guid != entity_guid(code.name) and code.parent not in entities:
            unknown[code.guid] = code.name
    if not elements:
        names = _shown([code.name for code in project.codebook.codes]) or "(none)"
        raise LabelsError(
            f"{path}: none of its codes is an element of framework {framework.id}: {names}; call codes as the framework "
            "does (T1, or T1 with its label), or name another framework with -f"
        )
    return _Meaning(elements, statuses, unknown)


def _find_by_name(code: Code, framework: Framework) -> str | None:
    """The element that a code's name means: its id, its id and words of its label, or its label."""
    first, _, rest = code.name.partition(" ")
    id = first.rstrip(".:)")
    if id in framework:
        label = set(re.findall(r"\w+", framework[id].label.casefold()))
        if label.issuperset(re.findall(r"\w+", rest.casefold())):
            return id
    same = [e.id for e in framework if " ".join(e.label.split()).casefold() == code.name.casefold()]
    return same[0] if len(same) == 1 else None


def _find_status(code: Code) -> Status | None:
    return next((status for status in get_args(Status) if status == code.name.casefold()), None)


def _label(
    path: Path, project: Project, framework: Framework, meaning: _Meaning, coder: str | None
) -> list[Labelled]:
    codings = [coding for coding in project.codings if coder is None or coding.coder == coder]
    _tell_unknown(path, codings, meaning)
    by_source: dict[int, list[Coding]] = {}
    for coding in codings:
        if coding.code in meaning.elements:
            by_source.setdefault(coding.source, []).append(coding)
    statuses = _find_statuses(codings, meaning, path, project)
    had = {framework.top(id) for id in meaning.elements.values()}
    ids = coded_ids(framework)
    coded_for = None if had >= set(ids) else tuple(id for id in ids if id in had)
    nlp = load_pipeline(framework)
    names = _unique_names(project)
    rows: list[Labelled] = []
    for number, found in sorted(by_source.items()):
        document = _as_document(project.sources[number], names[number], framework.language)
        sentences = find_sentences(document, nlp)
        named: list[dict[str, Status]] = [{} for _ in sentences]
        at_selection: dict[str, list[tuple[int, str]]] = {}
        for coding in sorted(found, key=lambda coding: (coding.start, coding.end)):
            element = framework[meaning.elements[coding.code]]
            for place in _places(coding, sentences) if element.kind in CODED else ():
                top = framework.top(element.id)
                named[place].setdefault(top, statuses[coding])
                at_selection.setdefault(coding.selection, []).append((place, top))
        ties = _find_ties(project, framework, at_selection)
        rows += (
            replace(row, coded_for=coded_for)
            for row in _label_sentences(document, sentences, named, ties, framework)
        )
    return rows


def _label_sentences(
    document: Document,
    sentences: Sequence[Sentence],
    named: Sequence[Mapping[str, Status]],
    ties: Mapping[int, set[tuple[str, str]]],
    framework: Framework,
) -> Iterator[Labelled]:
    """The sentences of a document as labels: what each names, and which pairs are tied in it."""
    for number, at in enumerate(sentences):
        before, after = (
            document.quote(sentences[i]) if 0 <= i < len(sentences) and sentences[i].block == at.block else ""
            for i in (number - 1, number + 1)
        )
        pairs: dict[str, list[tuple[str, str]]] = {"outcome": [], "challenge": []}
        for pair in sorted(ties.get(number, ())):
            pairs[framework[pair[1]].kind].append(pair)
        yield Labelled(
            f"{document.id}:{at.start}", document.id, document.quote(at),
            tuple(Label(id, status) for id, status in sorted(named[number].items())),
            tuple(pairs["outcome"]), tuple(pairs["challenge"]), before=before, after=after,
        )  # fmt: skip


def _places(coding: Coding, sentences: Sequence[Sentence]) -> list[int]:
    """The sentences that a coding counts for."""
    shared = {
        number: min(at.end, coding.end) - max(at.start, coding.start)
        for number, at in enumerate(sentences)
        if at.start < coding.end and coding.start < at.end
    }
    if not shared:
        return []
    most = [
        n for n, length in shared.items() if length >= MIN_SHARE * (sentences[n].end - sentences[n].start)
    ]
    return most or [max(shared, key=lambda n: (shared[n], -n))]


def _find_ties(
    project: Project, framework: Framework, at_selection: Mapping[str, Sequence[tuple[int, str]]]
) -> dict[int, set[tuple[str, str]]]:
    """The pairs of a mechanism and an outcome or challenge that links tie in each sentence; a denied link ties nothing."""
    ties: dict[int, set[tuple[str, str]]] = {}
    for link in project.links:
        for place, first in at_selection.get(link.origin, ()) if DENIED not in link.name else ():
            for other, second in at_selection.get(link.target, ()):
                kinds = framework[first].kind, framework[second].kind
                if place == other and kinds in (("mechanism", "outcome"), ("mechanism", "challenge")):
                    ties.setdefault(place, set()).add((first, second))
    return ties


def _find_statuses(
    codings: Sequence[Coding], meaning: _Meaning, path: Path, project: Project
) -> dict[Coding, Status]:
    """The status of each coding of an element.

    It is what the same coder has coded its stretch with besides, or one just as long, or what anybody has.
    """
    told: dict[tuple[object, ...], set[Status]] = {}
    for coding in codings:
        if coding.code in meaning.statuses:
            for place in _status_places(coding):
                told.setdefault(place, set()).add(meaning.statuses[coding.code])
    found: dict[Coding, Status] = {}
    for coding in codings:
        if coding.code not in meaning.elements:
            continue
        here = next((told[place] for place in _status_places(coding) if place in told), set())
        noted = _NOTED.search(coding.note)
        if len(here) > 1 and noted and noted[1] in here:
            here = {status for status in here if status == noted[1]}
        if len(here) > 1:
            source = project.sources[coding.source]
            raise LabelsError(
                f"{path}, document {source.name!r}: {source.text[coding.start : coding.end][:60]!r} has the statuses "
                f"{', '.join(sorted(here))} at once; code it with one"
            )
        found[coding] = next(iter(here), "affirmed")
    return found


def _status_places(coding: Coding) -> tuple[tuple[object, ...], ...]:
    """Where a status may stand that belongs to a coding, the nearest first."""
    return (
        (coding.source, coding.selection, coding.coder),
        (coding.source, coding.start, coding.end, coding.coder),
        (coding.source, coding.selection),
    )


def _unique_names(project: Project) -> list[str]:
    """The names of a project's texts, with a number behind one that stands for several texts, as it may in MAXQDA."""
    seen: Counter[str] = Counter()
    names = []
    for source in project.sources:
        seen[source.name] += 1
        names.append(source.name if seen[source.name] == 1 else f"{source.name} ({seen[source.name]})")
    return names


def _as_document(source: Source, name: str, language: str) -> Document:
    """A text as a document of paragraphs and cells; a line that goes on with a sentence belongs to the one before."""
    blocks: list[Block] = []
    is_open = False
    for found in _LINE.finditer(source.text):
        start, end = found.span()
        goes_on = is_open and found[0][0].islower() and source.text.count("\n", blocks[-1].end, start) == 1
        if goes_on and "\t" not in source.text[blocks[-1].end : start]:
            blocks[-1] = Block("paragraph", blocks[-1].start, end)
        else:
            blocks.append(Block("paragraph", start, end))
        is_open = not found[0].endswith(_TERMINAL)
    return Document(name, source.name, "", 0, language, Metadata(), source.text, tuple(blocks))


def _tell_unknown(path: Path, codings: Sequence[Coding], meaning: _Meaning) -> None:
    left_out = Counter(meaning.unknown[c.code] for c in codings if c.code in meaning.unknown)
    if left_out:
        log.warning(
            "%s: codings left out, as their codes are no elements of the framework: %s",
            path, _shown([f"{name} ({n})" for name, n in left_out.most_common()]),
        )  # fmt: skip


def _shown(names: Sequence[str], n: int = 8) -> str:
    """Some names, each as text that cannot steer a terminal."""
    more = f" and {len(names) - n} more" if len(names) > n else ""
    return ", ".join(repr(name) for name in names[:n]) + more

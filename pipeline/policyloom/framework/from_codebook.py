"""A framework begun from a codebook that others made, as a TOML file that a person goes on with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from policyloom.errors import FrameworkError
from policyloom.files import write_bytes
from policyloom.framework import ElementKind, parse_framework
from policyloom.framework.codebook_files import LISTS, CodebookEntry, read_entries

__all__ = ["write_framework_from"]

NO_NAME = "Code without a name"
NO_DEFINITION = "No definition in the codebook."

_KIND_WORDS: dict[str, ElementKind] = {
    word: kind for kind in get_args(ElementKind) for word in (kind, f"{kind}s")
}
_LETTERS: dict[ElementKind, str] = {
    "outcome": "O", "challenge": "C", "mechanism": "M", "case": "K", "actor": "A",
}  # fmt: skip
"""The first letter of an id that the codebook does not give."""

_ID = re.compile(r"([A-Za-z]{1,3}\d+(?:\.\d+)*)[.:)]?(?:\s+|$)")
"""How a code's name begins that has an id in it: "T1.2 Grants"."""

MIN_NUMBERED = 0.5
"""Share of the codes whose names begin with an id for that to be no chance, as in "G20 summit"."""

_VALID_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")


@dataclass
class _Draft:
    """An element in the making."""

    entry: CodebookEntry
    id: str
    kind: ElementKind
    label: str
    parent: str = ""
    is_kind_known: bool = True
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def write_framework_from(path: str | Path, out: str | Path) -> tuple[str, ...]:
    """Writes the framework that a codebook holds, and gives notes on what a person has to add.

    Elements have their definitions, examples and places in one another; a code whose kind the codebook does not say is a
    mechanism, with a note beside it. Terms are empty unless the codebook has them, so that rules find nothing yet.

    Args:
        path: a `.qdc`, `.qdpx`, `.csv` or `.xlsx` file.
        out: the `.toml` file; none of that name may be there.

    Raises:
        FrameworkError: the codebook cannot be read or has no code, or `out` cannot be written.
    """
    path, out = Path(path), Path(out)
    if out.suffix.lower() != ".toml":
        raise FrameworkError(f"{out}: give the framework a name that ends in .toml")
    if out.exists() or out.is_symlink():
        raise FrameworkError(f"{out}: is there already; give another name")
    if not out.parent.is_dir():
        raise FrameworkError(f"{out.parent}: no such folder; make it first")
    entries, notes = read_entries(path)
    drafts, more = _make_drafts(entries)
    if not drafts:
        raise FrameworkError(f"{path}: has no code")
    text = "\n".join(_lines(drafts, path))
    parse_framework(text, f"the framework made from {path}")
    write_bytes(text.encode("utf-8"), out)
    return (*notes, *more)


def _make_drafts(entries: Sequence[CodebookEntry]) -> tuple[list[_Draft], list[str]]:
    by_key = {entry.key: entry for entry in entries} | {
        entry.name: entry for entry in reversed(entries) if entry.name
    }
    by_key |= {entry.key: entry for entry in entries}
    kinds = _find_kinds(entries, by_key)
    groups = {entry.key for entry in entries if _is_kind_group(entry, entries, kinds)}
    known = [entry for entry in entries if entry.key not in groups]
    by_name = sum(_ID.match(entry.name) is not None for entry in known) >= MIN_NUMBERED * len(known)
    own = {entry.key: _find_id(entry, by_name=by_name) for entry in known}
    reserved = {id for id, _ in own.values()}
    drafts: dict[str, _Draft] = {}
    taken: set[str] = set()
    missing: list[str] = []
    for entry in _parents_first(known, by_key):
        parent = by_key.get(entry.parent)
        if entry.parent and parent is None:
            missing.append(entry.parent)
        above = drafts.get(parent.key) if parent is not None else None
        kind = above.kind if above else kinds.get(entry.key)
        id, label = own[entry.key]
        if not id or id in taken:
            id = _new_id(above, kind or "mechanism", taken | reserved)
        taken.add(id)
        drafts[entry.key] = _Draft(
            entry, id, kind or "mechanism", label, above.id if above else "",
            is_kind_known=kind is not None and (above is None or above.is_kind_known), lists=entry.lists or {},
        )  # fmt: skip
    return list(drafts.values()), _notes(list(drafts.values()), missing)


def _find_kinds(
    entries: Sequence[CodebookEntry], by_key: Mapping[str, CodebookEntry]
) -> dict[str, ElementKind]:
    """The kind of each entry: its own, or what the name of one that it stands in says."""
    found: dict[str, ElementKind] = {}
    for entry in entries:
        seen: set[str] = set()
        at: CodebookEntry | None = entry
        while at is not None and at.key not in seen:
            seen.add(at.key)
            kind = _KIND_WORDS.get(at.kind.strip().casefold()) or _KIND_WORDS.get(at.name.casefold())
            if kind:
                found[entry.key] = kind
                break
            at = by_key.get(at.parent)
    return found


def _is_kind_group(
    entry: CodebookEntry, entries: Sequence[CodebookEntry], kinds: Mapping[str, ElementKind]
) -> bool:
    """Whether an outermost entry only says the kind of those beneath it."""
    if entry.parent:
        return False
    children = [each for each in entries if each.parent in (entry.key, entry.name)]
    if not children:
        return False
    if entry.name.casefold() in _KIND_WORDS:
        return True
    return entry.is_group and len({kinds.get(each.key) for each in children} - {None}) == 1 and all(
        each.key in kinds for each in children
    )  # fmt: skip


def _parents_first(
    entries: Sequence[CodebookEntry], by_key: Mapping[str, CodebookEntry]
) -> Iterator[CodebookEntry]:
    """The entries in their order, each after the one it stands in; a circle is cut where it closes."""
    done: set[str] = set()

    def give(entry: CodebookEntry, above: frozenset[str]) -> Iterator[CodebookEntry]:
        parent = by_key.get(entry.parent)
        if parent is not None and parent.key not in done | above | {entry.key} and parent in entries:
            yield from give(parent, above | {entry.key})
        if entry.key not in done:
            done.add(entry.key)
            yield entry

    for entry in entries:
        yield from give(entry, frozenset())


def _find_id(entry: CodebookEntry, *, by_name: bool) -> tuple[str, str]:
    """The id that an entry has or, with `by_name`, its name begins with, and the name without it."""
    if entry.id and _VALID_ID.fullmatch(entry.id):
        return entry.id, entry.name
    found = _ID.match(entry.name) if by_name else None
    if found:
        return found[1], entry.name[found.end() :] or entry.name
    return "", entry.name or NO_NAME


def _new_id(parent: _Draft | None, kind: ElementKind, taken: set[str]) -> str:
    stem = f"{parent.id}." if parent else _LETTERS[kind]
    number = 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"


def _notes(drafts: Sequence[_Draft], missing: Sequence[str]) -> list[str]:
    notes = [
        f"no code {name!r}, which others name as their parent; they stand alone"
        for name in dict.fromkeys(missing)
    ]
    unknown = [draft.id for draft in drafts if not draft.is_kind_known]
    if unknown:
        notes.append(
            f"kind not known, so “mechanism” for now: {', '.join(unknown)}; write outcome, challenge, case or actor where it is one"
        )
    undefined = [draft.id for draft in drafts if not draft.entry.definition]
    if undefined:
        notes.append(f"no definition: {', '.join(undefined)}; write one for each")
    empty = [draft.id for draft in drafts if not draft.lists.get("terms")]
    if empty:
        notes.append(f"no terms, so rules do not find them yet: {', '.join(empty)}; write terms for each")
    return notes


def _lines(drafts: Sequence[_Draft], path: Path) -> Iterator[str]:
    stem = re.sub(r"[^a-z0-9]+", "_", path.stem.casefold()).strip("_")
    yield f"# A framework begun from the codebook {_comment(path.name)}. Go on with it as docs/frameworks.md says: write"
    yield "# terms, by which texts are searched, and look through kinds, definitions and examples."
    yield "# Then: policyloom framework validate FILE.toml"
    yield ""
    yield "[framework]"
    yield f"id = {_quoted(stem if stem[:1].isalpha() else f'codebook_{stem}'.rstrip('_'))}"
    yield f"title = {_quoted(path.stem)}"
    yield 'version = "0.1"'
    yield 'language = "en"'
    yield f"source = {_quoted(path.name)}"
    for draft in drafts:
        yield ""
        yield "[[element]]"
        yield f"id = {_quoted(draft.id)}"
        doubt = (
            ""
            if draft.is_kind_known
            else "  # not in the codebook: outcome, challenge, mechanism, case or actor"
        )
        yield f"kind = {_quoted(draft.kind)}{doubt}"
        yield f"label = {_quoted(draft.label)}"
        yield f"definition = {_quoted(draft.entry.definition or NO_DEFINITION)}"
        if draft.parent:
            yield f"parent = {_quoted(draft.parent)}"
        if draft.entry.section:
            yield f"section = {_quoted(draft.entry.section)}"
        for name in LISTS:
            yield from _list_lines(name, draft.lists.get(name, ()))
    yield ""


def _list_lines(name: str, entries: Sequence[str]) -> Iterator[str]:
    if entries:
        yield f"{name} = ["
        for entry in entries:
            yield f"    {_quoted(entry)},"
        yield "]"
    elif name == "terms":
        yield "terms = []  # words by which a text shows it"


def _quoted(text: str) -> str:
    """A text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", " ", text)

"""A run as a REFI-QDA project (`.qdpx`): texts, codes, and every mention as a coding of whoever coded."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from policyloom.export.refi_codes import make_codes, make_kind_sets
from policyloom.files import open_atomic
from policyloom.framework import Framework
from policyloom.records import Claim, Mention, Tagged
from policyloom.refi.names import (
    DENIED,
    ORIGIN,
    ORIGIN_NVIVO,
    PROJECT_NAMESPACE,
    code_guid,
    entity_guid,
    make_guid,
    status_guid,
    xml_text,
)
from policyloom.refi.positions import positions_for_nvivo

__all__ = ["write_project"]

MAX_NAME = 80
"""Characters of the quote by which a stretch of text goes in lists."""

MAX_IN_MEMORY = 20_000_000
"""Bytes of XML that are held in memory before a file takes them."""

_COPY = 1 << 20
"""Bytes that are copied at a time."""


@dataclass
class _Writing:
    """A project while its documents go by."""

    framework: Framework
    user: str
    for_nvivo: bool
    links: list[ET.Element] = field(default_factory=list)
    entity_labels: set[str] = field(default_factory=set)


def write_project(
    tagged: Iterable[Tagged],
    framework: Framework,
    out: str | Path,
    *,
    name: str,
    coder: str,
    for_nvivo: bool = False,
) -> None:
    """Writes tagged documents as a REFI-QDA project; the same documents give the same bytes.

    Each mention is a stretch of text of its own, with a coding for its element and one for its status; each claim is a link
    from its mechanism's stretch to its target's.

    Args:
        tagged: the documents; no more than one is held.
        framework: with which they were tagged.
        out: the file.
        name: of the project.
        coder: the name of the user whose codings they are.
        for_nvivo: count positions as NVivo does, and end lines as it does.
    """
    writing = _Writing(framework, make_guid("user", coder), for_nvivo)
    with (
        open_atomic(out) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed,
        tempfile.SpooledTemporaryFile(MAX_IN_MEMORY) as sources,
    ):
        n_sources = 0
        for one in tagged:
            guid = make_guid("source", one.document.id, one.document.sha256)
            text = one.document.text.replace("\n", "\r\n") if for_nvivo else one.document.text
            packed.writestr(_member(f"sources/{guid}.txt"), text.encode("utf-8"))
            sources.write(ET.tostring(_source(one, guid, writing), encoding="utf-8") + b"\n")
            n_sources += 1
        sources.seek(0)
        with packed.open(_member("project.qde"), "w", force_zip64=True) as project:
            for part in _head(writing, name, coder):
                project.write(part.encode("utf-8"))
            if n_sources:
                project.write(b"<Sources>\n")
                _copy(sources, project)
                project.write(b"</Sources>\n")
            for part in _tail(writing):
                project.write(part.encode("utf-8"))


def _member(name: str) -> zipfile.ZipInfo:
    """An entry without a clock."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    while data := source.read(_COPY):
        target.write(data)


def _head(writing: _Writing, name: str, coder: str) -> Iterator[str]:
    origin = ORIGIN_NVIVO if writing.for_nvivo else ORIGIN
    user = quoteattr(writing.user)
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield (
        f"<Project xmlns={quoteattr(PROJECT_NAMESPACE)} name={quoteattr(xml_text(name))} "
        f"origin={quoteattr(origin)} creatingUserGUID={user}>\n"
    )
    yield f"<Users><User guid={user} name={quoteattr(xml_text(coder))}/></Users>\n"
    codes = make_codes(writing.framework, writing.entity_labels)
    ET.indent(codes, " ")
    yield f"<CodeBook>{ET.tostring(codes, encoding='unicode')}</CodeBook>\n"


def _tail(writing: _Writing) -> Iterator[str]:
    if writing.links:
        links = ET.Element("Links")
        links.extend(writing.links)
        yield ET.tostring(links, encoding="unicode") + "\n"
    sets = ET.Element("Sets")
    for kind, ids in make_kind_sets(writing.framework):
        each = ET.SubElement(sets, "Set", guid=make_guid("set", writing.framework.id, kind), name=kind)
        for id in ids:
            ET.SubElement(each, "MemberCode", targetGUID=code_guid(writing.framework.id, id))
    yield ET.tostring(sets, encoding="unicode") + "\n</Project>\n"


def _source(tagged: Tagged, guid: str, writing: _Writing) -> ET.Element:
    document = tagged.document
    source = ET.Element("TextSource", guid=guid, name=xml_text(document.id))
    source.set("plainTextPath", f"internal://{guid}.txt")
    source.set("creatingUser", writing.user)
    about = "\n".join(filter(None, (document.metadata.title, document.source)))
    ET.SubElement(source, "Description").text = xml_text(about)
    positions = positions_for_nvivo(document.text) if writing.for_nvivo else None
    selections = [_selection_guid(guid, mention, number) for number, mention in enumerate(tagged.mentions)]
    for mention, selection in zip(tagged.mentions, selections, strict=True):
        source.append(_selection(tagged, mention, selection, positions, writing))
    for claim in tagged.claims:
        writing.links.append(_link(claim, selections))
    return source


def _selection_guid(source: str, mention: Mention, number: int) -> str:
    """The id of a mention's stretch; its number tells two mentions of one element in one place apart."""
    return make_guid("selection", source, number, mention.start, mention.end, mention.label)


def _selection(
    tagged: Tagged, mention: Mention, guid: str, positions: tuple[int, ...] | None, writing: _Writing
) -> ET.Element:
    start, end = mention.start, mention.end
    if positions is not None:
        start, end = positions[start], positions[end]
    quote = " ".join(xml_text(tagged.quote(mention)).split())
    selection = ET.Element("PlainTextSelection", guid=guid, name=quote[:MAX_NAME])
    selection.set("startPosition", str(start))
    selection.set("endPosition", str(end))
    selection.set("creatingUser", writing.user)
    ET.SubElement(selection, "Description").text = xml_text(_describe(tagged, mention))
    if mention.kind == "entity":
        writing.entity_labels.add(mention.label)
        codes = [entity_guid(mention.label)]
    else:
        codes = [code_guid(writing.framework.id, mention.label), status_guid(mention.status)]
    for code in codes:
        coding = ET.SubElement(
            selection, "Coding", guid=make_guid("coding", guid, code), creatingUser=writing.user
        )
        ET.SubElement(coding, "CodeRef", targetGUID=code)
    return selection


def _describe(tagged: Tagged, mention: Mention) -> str:
    """Why a mention was found, where it stands, and what is said of it, a line each."""

    def words(span: tuple[int, int] | None) -> str:
        return " ".join(tagged.document.text[slice(*span)].split()) if span else ""

    page = tagged.page(mention)
    lines: dict[str, str] = {
        "found by": mention.source,
        "probability": f"{mention.probability:.2f}",
        "status": "" if mention.kind == "entity" else f"{mention.status} ({mention.status_probability:.2f})",
        "cue": words(mention.cue),
        "who": words(mention.agent),
        **{facet.kind: words((facet.start, facet.end)) for facet in mention.facets},
        "name": mention.name,
        "page": str(page) if page else "",
        "section": " > ".join(tagged.section(mention)),
    }
    return "\n".join(f"{key}: {value}" for key, value in lines.items() if value)


def _link(claim: Claim, selections: list[str]) -> ET.Element:
    marks = [claim.kind, *([DENIED] if claim.polarity == "negative" else []), *(["hedged"] if claim.hedged else [])]  # fmt: skip
    origin, target = selections[claim.mechanism], selections[claim.target]
    return ET.Element(
        "Link", guid=make_guid("link", origin, target, *marks, *claim.cue), name=", ".join(marks),
        direction="OneWay", originGUID=origin, targetGUID=target,
    )  # fmt: skip

"""The page on which a person reviews what a run found, and codes sentences.

The page is one file. Each document is a chunk of data in it, which the browser reads when a person opens the document; so
a page of hundreds of documents opens quickly. All words of documents reach the page as data, and as text alone.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from policyloom.files import open_atomic
from policyloom.framework import Framework
from policyloom.learn.decisions import Decision, Place
from policyloom.learn.labels import CODED, Labelled, version_of
from policyloom.records import Block, Tagged

__all__ = ["PAGE_START", "write_review_page"]

PAGE_START = b"<!doctype html>\n<!-- policyloom review -->"
"""How every review page begins."""

SCRIPTS = ("model.js", "file.js", "text.js", "page.js", "panel.js")
"""The parts of the page's script, in order."""

REVIEWED = (*CODED, "case")
"""The kinds of element that are reviewed. Actors and entities are names, which rules find in great numbers."""

SPLIT = "<!-- data -->"
"""Where the data stand in the template."""


def write_review_page(
    path: str | Path,
    *,
    title: str,
    key: str,
    framework: Framework,
    documents: Iterable[Tagged],
    sheet: Sequence[Labelled] | None,
    kept: Sequence[Decision],
    blind: bool,
) -> tuple[int, int]:
    """Writes the page; the file appears whole or not at all.

    Args:
        path: the HTML file; its folder must exist.
        title: of the run.
        key: the name under which a browser keeps what was decided.
        framework: with which the documents were tagged.
        documents: as the coder left them; no more than one is held.
        sheet: the sentences to be coded, in order; None where all may be reviewed.
        kept: decisions that the run keeps, at their places in `documents`; looked at when these have been taken.
        blind: show nothing that was found until the person has finished the sheet.

    Returns:
        how many documents and mentions are on the page.
    """
    page = _environment().get_template("review.html.j2").render(title=title, **_assets())
    before, after = page.split(SPLIT)
    index: list[dict[str, Any]] = []
    with open_atomic(path) as file:
        file.write(before.encode("utf-8"))
        for number, tagged in enumerate(documents):
            index.append(_index_of(tagged))
            file.write(_data_element(f"d{number}", _chunk_of(tagged)))
        data = {
            "title": title,
            "key": key,
            "blind": blind,
            "framework": {"id": framework.id, "title": framework.title, "version": version_of(framework)},
            "elements": [
                {
                    "id": e.id,
                    "kind": e.kind,
                    "label": e.label,
                    "definition": e.definition,
                    "top": framework.top(e.id),
                }
                for e in framework
                if e.kind in REVIEWED
            ],
            "documents": index,
            "sheet": None if sheet is None else [_sheet_row(row) for row in sheet],
            "kept": [_kept(decision) for decision in kept],
        }
        file.write(_data_element("index", data))
        file.write(after.encode("utf-8"))
    return len(index), sum(len(entry["mentions"]) for entry in index)


def _data_element(id: str, data: object) -> bytes:
    """Data as an element that a browser does not run; no text in it can end the element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in ("<", ">", "&", "\u2028", "\u2029"):
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    element = f'<script type="application/json" id="{id}">{text}</script>\n'
    return element.encode("utf-8", "replace")


def _index_of(tagged: Tagged) -> dict[str, Any]:
    """What the page must know of a document before it is opened."""
    document = tagged.document
    places: dict[int, int] = {}
    mentions: list[list[object]] = []
    for number, m in enumerate(tagged.mentions):
        if m.kind in REVIEWED:
            places[number] = len(mentions)
            mentions.append(
                [m.start, m.end, m.label, m.status, round(m.probability, 3), round(m.status_probability, 3), m.source, tagged.sentences[m.sentence].start]
            )  # fmt: skip
    return {
        "id": document.id,
        "title": document.metadata.title or document.source,
        "source": document.source,
        "mentions": mentions,
        "links": [
            [places[c.mechanism], places[c.target], c.polarity, int(c.hedged)]
            for c in tagged.claims
            if c.mechanism in places and c.target in places
        ],
    }


def _chunk_of(tagged: Tagged) -> dict[str, Any]:
    """The text of a document, its blocks, and its sentences with their pages."""
    document = tagged.document
    return {
        "text": document.text,
        "language": document.language,
        "blocks": [_block_of(block) for block in document.blocks],
        "sentences": [[s.start, s.end, s.block, document.page(s)] for s in tagged.sentences],
    }


def _block_of(block: Block) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": block.kind, "start": block.start, "end": block.end}
    if block.level:
        found["level"] = block.level
    if block.section:
        found["section"] = block.section[-1]
    if block.pages:
        found["page"] = block.pages[0]
    if block.cells:
        found["cells"] = [
            [c.start, c.end, c.row, c.column, c.row_span, c.column_span, int(c.is_head)] for c in block.cells
        ]
    return found


def _sheet_row(row: Labelled) -> dict[str, Any]:
    return {
        "id": row.id,
        "doc": row.doc,
        "at": int(row.id.rpartition(":")[2]),
        "inclusion": row.inclusion,
        "coded_for": row.coded_for,
    }


def _kept(decision: Decision) -> dict[str, Any]:
    return {
        "doc": decision.document,
        "at": decision.at,
        "action": decision.action,
        "mention": _place(decision.mention),
        "target": _place(decision.target) if decision.target else None,
        "element": decision.decided_element,
        "status": decision.status,
        "by": decision.by,
    }


def _place(place: Place) -> dict[str, Any]:
    return {"start": place.start, "end": place.end, "element": place.element, "quote": place.quote}


@cache
def _assets() -> dict[str, object]:
    """The page's style and script, and the script's hash, without which a browser would not run it."""
    here = resources.files("policyloom.report") / "review_page"
    parts = "\n".join((here / name).read_text("utf-8") for name in SCRIPTS)
    script = f'"use strict";\n(() => {{\n{parts}\n}})();\n'
    if "</" in script:
        raise ValueError("the review page's script must not contain '</'")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    style = (here / "style.css").read_text("utf-8")
    return {"style": Markup(style), "script": Markup(script), "script_hash": digest}


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("policyloom.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

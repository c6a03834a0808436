"""A run as tasks for Label Studio: a document a task, with the mentions as predictions to be corrected."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree as ET

from policyloom.files import open_atomic, write_bytes
from policyloom.framework import Framework
from policyloom.framework.colours import hex_colours
from policyloom.records import Mention, Status, Tagged
from policyloom.refi.names import code_name, make_guid, xml_text

__all__ = ["config_path", "to_task", "write_tasks"]

MARKS, STATUS, TEXT = "element", "status", "text"
"""What the labelling page calls the elements, their statuses, and the text."""

ENTITY_COLOUR = "#8f8c82"


def config_path(out: str | Path) -> Path:
    """Where the settings of the labelling page go that belong to a file of tasks: beside it."""
    return Path(out).with_suffix(".labels.xml")


def write_tasks(tagged: Iterable[Tagged], framework: Framework, out: str | Path, *, coder: str) -> None:
    """Writes tagged documents as tasks, and beside them the settings of the labelling page.

    Args:
        tagged: the documents; no more than one is held.
        framework: with which they were tagged.
        out: the file of tasks.
        coder: who made the predictions.
    """
    entities: set[str] = set()
    with open_atomic(out) as file:
        file.write(b"[")
        for n, one in enumerate(tagged):
            task = to_task(one, framework, coder=coder)
            file.write(((",\n" if n else "\n") + json.dumps(task, ensure_ascii=False)).encode("utf-8"))
            entities.update(mention.label for mention in one.mentions if mention.kind == "entity")
        file.write(b"\n]\n")
    write_bytes(_config(framework, sorted(entities)), config_path(out))


def to_task(tagged: Tagged, framework: Framework, *, coder: str) -> dict[str, Any]:
    """A document as a task; positions are Unicode code points, as Label Studio counts them.

    Source: HumanSignal/label-studio-frontend, pull request 308.
    """
    document = tagged.document
    ids = [
        make_guid("region", document.id, document.sha256, number, mention.start, mention.end, mention.label)
        for number, mention in enumerate(tagged.mentions)
    ]
    result = [
        region
        for mention, id in zip(tagged.mentions, ids, strict=True)
        for region in _regions(tagged, mention, id, framework)
    ]
    result += (
        {
            "type": "relation", "from_id": ids[claim.mechanism], "to_id": ids[claim.target], "direction": "right",
            "labels": [claim.kind if claim.polarity == "positive" else f"{claim.kind} denied"],
        }
        for claim in tagged.claims
    )  # fmt: skip
    return {
        "data": {TEXT: document.text, "document": document.id, "source": document.source, "title": document.metadata.title},
        "predictions": [{"model_version": coder, "result": result}],
    }  # fmt: skip


def _regions(tagged: Tagged, mention: Mention, id: str, framework: Framework) -> list[dict[str, Any]]:
    value = {"start": mention.start, "end": mention.end, "text": tagged.quote(mention)}
    common = {"id": id, "to_name": TEXT}
    mark = {
        **common, "from_name": MARKS, "type": "labels", "score": round(mention.probability, 6),
        "value": {**value, "labels": [_label(mention, framework)]},
    }  # fmt: skip
    if mention.kind == "entity":
        return [mark]
    status = {
        **common,
        "from_name": STATUS,
        "type": "choices",
        "value": {**value, "choices": [mention.status]},
    }
    return [mark, status]


def _label(mention: Mention, framework: Framework) -> str:
    if mention.kind == "entity":
        return mention.label
    return xml_text(code_name(mention.label, framework[mention.label].label))


def _config(framework: Framework, entities: Iterable[str]) -> bytes:
    view = ET.Element("View")
    marks = ET.SubElement(view, "Labels", name=MARKS, toName=TEXT, showInline="false")
    colours = hex_colours(framework)
    for element in framework:
        ET.SubElement(
            marks,
            "Label",
            value=xml_text(code_name(element.id, element.label)),
            background=colours[element.id],
        )
    for label in entities:
        ET.SubElement(marks, "Label", value=label, background=ENTITY_COLOUR)
    statuses = ET.SubElement(view, "Choices", name=STATUS, toName=TEXT, perRegion="true", choice="single")
    for status in get_args(Status):
        ET.SubElement(statuses, "Choice", value=status)
    relations = ET.SubElement(view, "Relations")
    for kind in ("leads_to", "answers"):
        ET.SubElement(relations, "Relation", value=kind)
        ET.SubElement(relations, "Relation", value=f"{kind} denied")
    ET.SubElement(view, "Text", name=TEXT, value=f"${TEXT}", granularity="word")
    ET.indent(view, " ")
    return f"{ET.tostring(view, encoding='unicode')}\n".encode()

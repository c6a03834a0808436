"""A run's mentions as W3C Web Annotations, in JSON-LD.

Source: W3C, Web Annotation Data Model (2017), https://www.w3.org/TR/annotation-model/.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from policyloom.files import open_atomic
from policyloom.framework import Framework
from policyloom.records import Mention, Tagged
from policyloom.refi.names import code_name, make_guid

__all__ = ["to_annotations", "write_annotations"]

CONTEXT = "http://www.w3.org/ns/anno.jsonld"

N_AROUND = 32
"""Characters of the text before and after a quote by which it is found again."""


def write_annotations(
    tagged: Iterable[Tagged], framework: Framework, out: str | Path, *, name: str, coder: str
) -> None:
    """Writes tagged documents as an annotation collection with one page, an annotation a mention.

    Args:
        tagged: the documents; no more than one is held.
        framework: with which they were tagged.
        out: the file.
        name: of the collection.
        coder: who made the annotations.
    """
    total = 0
    with open_atomic(out) as file:
        id = f"urn:uuid:{make_guid('annotations', name, framework.id)}"
        head = {"@context": CONTEXT, "id": id, "type": "AnnotationCollection", "label": name}
        page = {
            "id": f"urn:uuid:{make_guid('page', name, framework.id)}",
            "type": "AnnotationPage",
            "startIndex": 0,
        }
        file.write((_json(head)[:-1] + ', "first": ' + _json(page)[:-1] + ', "items": [').encode("utf-8"))
        for one in tagged:
            for annotation in to_annotations(one, framework, coder=coder):
                file.write((("," if total else "") + "\n" + _json(annotation)).encode("utf-8"))
                total += 1
        file.write(f'\n]}}, "total": {total}}}\n'.encode())


def to_annotations(tagged: Tagged, framework: Framework, *, coder: str) -> list[dict[str, Any]]:
    """The mentions of a document as annotations of its file, found again by their words or by their position in its text."""
    source = quote(tagged.document.source or tagged.document.id)
    return [
        _annotation(tagged, mention, number, framework, source, coder)
        for number, mention in enumerate(tagged.mentions)
    ]


def _annotation(
    tagged: Tagged, mention: Mention, number: int, framework: Framework, source: str, coder: str
) -> dict[str, Any]:
    text, start, end = tagged.document.text, mention.start, mention.end
    is_entity = mention.kind == "entity"
    label = mention.label if is_entity else code_name(mention.label, framework[mention.label].label)
    bodies = [("classifying", label)] if is_entity else [("classifying", label), ("tagging", mention.status)]
    if mention.source:
        bodies.append(("describing", mention.source))
    guid = make_guid(
        "annotation", tagged.document.id, tagged.document.sha256, number, start, end, mention.label
    )
    return {
        "id": f"urn:uuid:{guid}",
        "type": "Annotation",
        "motivation": "classifying",
        "creator": {"type": "Software", "name": coder},
        "body": [{"type": "TextualBody", "purpose": purpose, "value": value} for purpose, value in bodies],
        "target": {
            "type": "SpecificResource",
            "source": source,
            "selector": [
                {
                    "type": "TextQuoteSelector",
                    "exact": text[start:end],
                    "prefix": text[max(0, start - N_AROUND) : start],
                    "suffix": text[end : end + N_AROUND],
                },
                {"type": "TextPositionSelector", "start": start, "end": end},
            ],
        },
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)

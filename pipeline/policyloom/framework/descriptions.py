"""What a codebook of another program says of a code: an element's definition, and below it its examples."""

from __future__ import annotations

from collections.abc import Mapping

from policyloom.framework import Element

__all__ = ["describe_element", "split_description"]

_PARTS = {"not_when": "Not when:", "examples": "Examples:", "counterexamples": "Counterexamples:"}
"""The heading of each part."""

_MARK = "- "


def describe_element(element: Element) -> str:
    """An element's definition, when it is not named, its examples and counterexamples; an entry a line."""
    lines = [" ".join(element.definition.split())]
    for name, heading in _PARTS.items():
        entries = getattr(element, name)
        if entries:
            lines += ["", heading, *(_MARK + " ".join(entry.split()) for entry in entries)]
    return "\n".join(lines)


def split_description(description: str) -> tuple[str, Mapping[str, tuple[str, ...]]]:
    """The definition in a description, and the entries of each part by the name of an element's key.

    Example:
        >>> split_description("Public money.\\n\\nExamples:\\n- The state pays.")
        ('Public money.', {'examples': ('The state pays.',)})
    """
    definition: list[str] = []
    parts: dict[str, list[str]] = {}
    names = {heading.casefold(): name for name, heading in _PARTS.items()}
    entries: list[str] | None = None
    for line in description.replace("\r\n", "\n").split("\n"):
        text = line.strip()
        if text.casefold() in names:
            entries = parts.setdefault(names[text.casefold()], [])
        elif entries is None:
            definition.append(text)
        elif text:
            entries.append(text.removeprefix(_MARK.strip()).strip())
    return "\n".join(definition).strip(), {name: tuple(found) for name, found in parts.items() if found}

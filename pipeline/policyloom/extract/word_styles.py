"""How the paragraphs of a Word file are set: by their own properties, their styles and the styles those are based on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from policyloom.extract.word_package import local, value

__all__ = ["Style", "Styles", "child", "is_on"]

_HEADING = re.compile(r"heading ?([1-9])")
_LIST = re.compile(r"list(?: bullet| number)?(?: \d)?")
_LEFT_OUT = ("vanish", "strike", "dstrike")
MAX_BASES = 50
"""Styles that one style may be based on, one upon the other; Word itself takes 11."""

BODY_TEXT = 9
"""The outline level of text that is no heading; those of headings count from 0."""


@dataclass(frozen=True, slots=True)
class Style:
    """What decides the role of a paragraph or a run.

    Attributes:
        names: of the style and those it is based on, in small letters.
        outline: 0 for headings of the first level and so on; None where nothing is said.
        numbering: id and level of its list; None where nothing is said, an empty id where it is in none.
        toggles: `vanish`, `strike` and `dstrike`, where they are said to be on or off.
    """

    names: tuple[str, ...] = ()
    outline: int | None = None
    numbering: tuple[str, int] | None = None
    toggles: dict[str, bool] = field(default_factory=dict)


def child(element: Element | None, *names: str) -> Element | None:
    """The element that these names of Word's lead to, one within the other; None where one is missing."""
    for name in names:
        if element is None:
            return None
        element = next((each for each in element if local(each) == f"w:{name}"), None)
    return element


def is_on(element: Element | None) -> bool:
    """Whether a property that can be switched is there and not switched off."""
    return element is not None and (value(element) or "true").lower() not in ("0", "false", "off", "none")


def _own(names: tuple[str, ...], paragraph: Element | None, run: Element | None) -> Style:
    """What an element's own properties say."""
    outline = value(child(paragraph, "outlineLvl"))
    number = child(paragraph, "numPr")
    numbering = None
    if number is not None:
        id, level = value(child(number, "numId")), value(child(number, "ilvl"))
        if id is not None:
            numbering = (id if id != "0" else "", int(level) if level and level.isdigit() else 0)
    toggles = {name: is_on(found) for name in _LEFT_OUT if (found := child(run, name)) is not None}
    return Style(names, int(outline) if outline and outline.isdigit() else None, numbering, toggles)


class Styles:
    """The styles and lists of a Word file."""

    def __init__(self, styles: Element | None, numbering: Element | None) -> None:
        self._elements: dict[str, Element] = {}
        self._default = ""
        for style in styles if styles is not None else ():
            id = value(style, "styleId")
            if local(style) == "w:style" and id is not None:
                self._elements.setdefault(id, style)
                if value(style, "type") == "paragraph" and value(style, "default") in ("1", "true", "on"):
                    self._default = id
        self._cache: dict[str, Style] = {}
        self._unnumbered = _find_unnumbered(numbering)

    def paragraph(self, properties: Element | None) -> Style:
        """What is said of a paragraph by its properties (`w:pPr`); its own go before those of its style."""
        return _over(
            _own((), properties, None), self.named(value(child(properties, "pStyle")) or self._default)
        )

    def leaves_out(self, paragraph: Style, run: Element | None) -> bool:
        """Whether a run with these properties (`w:rPr`) is hidden or struck through."""
        own = _own((), None, run).toggles
        named = self.named(value(child(run, "rStyle")) or "").toggles
        # Said by both styles, a property is off again (ECMA-376, 17.7.3).
        return any(
            own[name] if name in own else named.get(name, False) != paragraph.toggles.get(name, False)
            for name in _LEFT_OUT
        )

    def heading_level(self, style: Style) -> int:
        """The level of a heading, 1 for the outermost; 0 for what is none."""
        if style.outline is not None:
            return style.outline + 1 if style.outline < BODY_TEXT else 0
        found = next(filter(None, (_HEADING.fullmatch(name) for name in style.names)), None)
        return int(found[1]) if found else 0

    def is_list_item(self, style: Style) -> bool:
        """Whether a paragraph stands in a list."""
        if style.numbering is not None:
            return bool(style.numbering[0]) and style.numbering not in self._unnumbered
        return any(_LIST.fullmatch(name) for name in style.names)

    def named(self, id: str) -> Style:
        """What a style says, with those that it is based on."""
        if id not in self._cache:
            chain: list[Style] = []
            seen: set[str] = set()
            at = id
            while at and at not in seen and at not in self._cache and len(seen) < MAX_BASES:
                seen.add(at)
                element = self._elements.get(at)
                # Some programs write no styles, and name them by their ids.
                name = (value(child(element, "name")) or at).lower()
                chain.append(_own((name,), child(element, "pPr"), child(element, "rPr")))
                at = value(child(element, "basedOn")) or ""
            found = self._cache.get(at, Style())
            for style in reversed(chain):
                found = _over(style, found)
            self._cache[id] = found
        return self._cache[id]


def _over(own: Style, base: Style) -> Style:
    """What is said by one style and, where it says nothing, by the one it is based on."""
    return Style(
        own.names + base.names,
        own.outline if own.outline is not None else base.outline,
        own.numbering if own.numbering is not None else base.numbering,
        base.toggles | own.toggles,
    )


def _find_unnumbered(numbering: Element | None) -> frozenset[tuple[str, int]]:
    """The lists, by id and level, whose items have neither bullet nor number."""
    parts: Iterable[Element] = numbering if numbering is not None else ()
    plain: dict[str | None, set[int]] = {}
    found = set()
    for part in parts:
        if local(part) == "w:abstractNum":
            plain[value(part, "abstractNumId")] = {
                int(value(level, "ilvl") or 0)
                for level in part
                if local(level) == "w:lvl"
                and value(child(level, "numFmt")) == "none"
                and not (value(child(level, "lvlText")) or "").strip()
            }
        elif local(part) == "w:num":
            id = value(part, "numId") or ""
            found |= {(id, level) for level in plain.get(value(child(part, "abstractNumId")), ())}
    return frozenset(found)

"""The tags and words of an HTML file, one after the other, in time that grows with its length alone.

`html.parser` looks at the rest of the file anew for each tag that is not closed: 99 kB of "<a " took 214 s with Python
3.11.7.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

__all__ = ["Token", "find_tokens"]

_RAW = frozenset(("script", "style", "xmp", "noembed", "noframes"))
"""Elements whose content is no markup and no text of the page."""

_RAW_TEXT = frozenset(("title", "textarea"))
"""Elements whose content is text without markup."""

_NAME = re.compile(r"[A-Za-z][^\s/>\"'=<]*")
_END = re.compile(r"[>\"']")
_ATTRIBUTE = re.compile(r"([^\s/>=\"'][^\s/>=]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+)))?")


class Token(NamedTuple):
    """A tag or a stretch of text; `value` is the tag's name in small letters, or the words."""

    kind: Literal["start", "end", "text"]
    value: str
    attributes: dict[str, str | None] = {}  # noqa: RUF012 - never changed


def find_tokens(text: str) -> Iterator[Token]:
    """The tokens of a page; comments and declarations have none.

    Markup that is not closed ends at the next ">"; where there is none, it is text.
    """
    at, last_end = 0, text.rfind(">")
    trusts_quotes = True
    ends = _Ends(text)
    while at < len(text):
        start = text.find("<", at)
        if start < 0 or start > last_end:
            yield Token("text", html.unescape(text[at:]))
            return
        if start > at:
            yield Token("text", html.unescape(text[at:start]))
        following = text[start + 1]
        if following in "!?":
            content, at = _skip_declaration(text, start, ends)
            if content:
                yield Token("text", content)
        elif following == "/":
            name = _NAME.match(text, start + 2)
            at = text.find(">", start) + 1
            if name:
                yield Token("end", name[0].lower())
        elif name := _NAME.match(text, start + 1):
            end = _find_tag_end(text, name.end()) if trusts_quotes else -1
            if end < 0:
                trusts_quotes, end = False, text.find(">", name.end())
            tag = name[0].lower()
            inside = text[name.end() : end]
            yield Token("start", tag, _find_attributes(inside))
            at = end + 1
            if inside.endswith("/"):
                yield Token("end", tag)
            elif tag in _RAW or tag in _RAW_TEXT:
                close = ends.find(f"</{tag}(?=[\\s/>])", at)
                stop = close if close >= 0 else (len(text) if tag in _RAW else at)
                if tag in _RAW_TEXT and stop > at:
                    yield Token("text", html.unescape(text[at:stop]))
                at = stop
        else:
            yield Token("text", "<")
            at = start + 1


class _Ends:
    """Finds ends in a text from places that only grow, so that each end is looked for once, also where it is missing."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: dict[str, int] = {}

    def find(self, pattern: str, at: int) -> int:
        """The place of the first match from `at` on, or -1; letters may be large or small."""
        found = self._found.get(pattern, 0)
        if 0 <= found < at or pattern not in self._found:
            match = re.compile(pattern, re.IGNORECASE).search(self._text, at)
            found = self._found[pattern] = match.start() if match else -1
        return found


def _skip_declaration(text: str, start: int, ends: _Ends) -> tuple[str, int]:
    """The place after a comment, declaration or instruction, with the words of a CDATA section."""
    if text.startswith("<!--", start):
        end = ends.find("-->", start + 2)
        return ("", end + 3) if end >= 0 else ("", text.find(">", start) + 1)
    if text.startswith("<![CDATA[", start):
        end = ends.find("]]>", start)
        if end >= 0:
            return text[start + 9 : end], end + 3
    return "", text.find(">", start) + 1


def _find_tag_end(text: str, at: int) -> int:
    """The place of the ">" that ends a tag, which is not within the quotes of an attribute; -1 where none does."""
    while found := _END.search(text, at):
        at = found.end()
        if found[0] == ">":
            return found.start()
        if text[max(0, found.start() - 20) : found.start()].rstrip().endswith("="):
            close = text.find(found[0], at)
            at = close + 1 if close >= 0 else at
    return -1


def _find_attributes(inside: str) -> dict[str, str | None]:
    """The attributes of a tag; the first of a name counts."""
    attributes: dict[str, str | None] = {}
    for match in _ATTRIBUTE.finditer(inside):
        value = next((group for group in match.groups()[1:] if group is not None), None)
        attributes.setdefault(match[1].lower(), html.unescape(value) if value else value)
    return attributes

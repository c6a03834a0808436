"""Find what a document states of itself: title, authors, date, DOI, abstract, keywords."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from policyloom.languages.layout import LayoutWords
from policyloom.records import Block, Metadata

__all__ = ["find_metadata"]

_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>{}|\\^`]+[^\s\"<>{}|\\^`.,;:)\]]")
_YEAR = re.compile(r"\b(?:19[5-9]\d|20[0-4]\d)\b")
_MARKS = re.compile(r"(?<=[^\W\d_])[\d,*†‡§¶#∗a-e]*\d[\d,*†‡§¶#∗]*(?=\s|,|$)|[*†‡§¶#∗✉]+")


def find_metadata(
    text: str,
    blocks: Sequence[Block],
    furniture: Sequence[tuple[int, str]],
    info: Mapping[str, str],
    words: LayoutWords,
) -> Metadata:
    """The metadata that a document states of itself on its first page; the file's own fields fill gaps.

    Args:
        text: of the document.
        blocks: its blocks.
        furniture: the lines set aside, as (page, words).
        info: the file's own fields, such as `Title` and `Author`.
        words: of the document's language.
    """
    title = " ".join(text[b.start : b.end] for b in blocks if b.kind == "title")
    front = [" ".join(text[b.start : b.end].split()) for b in blocks if b.kind == "front_matter"]
    first = [
        " ".join(text[b.start : b.end].split()) for b in blocks if 1 in b.pages and b.kind != "reference"
    ]
    margin = [line for page, line in furniture if page <= 2]
    if not title:
        stated = info.get("Title", "")
        if len(stated.split()) > 2 and not words.no_title.search(stated):
            title = stated
    doi = _first(_DOI, [*front, *margin, *first])
    date = _first(words.date, [*front, *margin, *first[:12]]) or _first(_YEAR, [*front, *margin])
    authors = _authors(front, info, words)
    return Metadata(title, authors, date, doi, _abstract(text, blocks, words), _keywords(front, words))


def _first(pattern: re.Pattern[str], texts: Sequence[str]) -> str:
    return next((match[0] for text in texts if (match := pattern.search(text))), "")


def _authors(front: Sequence[str], info: Mapping[str, str], words: LayoutWords) -> tuple[str, ...]:
    for line in front[:8]:
        if len(line) > 400 or words.no_author.search(line) or _is_labelled(line, words):
            continue
        opening = words.author_opening.match(line)
        names = [
            " ".join(_MARKS.sub("", part).split()).strip(" ,.")
            for part in words.author_split.split(line[opening.end() if opening else 0 :])
        ]
        names = [name for name in names if name]
        if names and all(1 <= len(name.split()) <= 6 and name[0].isupper() for name in names):
            return tuple(names)
    stated = info.get("Author", "").strip()
    return tuple(part.strip() for part in re.split(r";|, (?=[A-Z][a-z]+ [A-Z])", stated) if part.strip())


def _is_labelled(text: str, words: LayoutWords) -> bool:
    return bool(words.abstract_label.match(text) or words.keyword_label.match(text))


def _abstract(text: str, blocks: Sequence[Block], words: LayoutWords) -> str:
    for i, block in enumerate(blocks[:80]):
        content = text[block.start : block.end].strip()
        label = words.abstract_label.match(content)
        if block.kind != "heading" and label:
            if len(content) > len(label[0]) + 40:
                return content[label.end() :]
            following = [
                text[b.start : b.end]
                for b in blocks[i + 1 : i + 3]
                if b.kind in ("paragraph", "front_matter")
            ]
            return following[0] if following else ""
    return ""


def _keywords(front: Sequence[str], words: LayoutWords) -> tuple[str, ...]:
    for line in front:
        label = words.keyword_label.match(line)
        if label:
            parts = re.split(r"[,;；，、]|\s[•·]\s", line[label.end() :])
            return tuple(part.strip(" .") for part in parts if part.strip(" ."))
    return ()

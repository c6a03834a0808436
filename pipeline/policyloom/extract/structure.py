"""Group lines into headings, paragraphs, lists, captions, tables, footnotes and references."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from policyloom.extract.chars import Bookmark, Word
from policyloom.extract.layout import TextLine, body_size, find_runs, make_line
from policyloom.records import BlockKind

__all__ = ["Group", "find_groups"]

MAX_HEADING = 250
"""Characters; what is longer is no heading, however it is set."""

_CAPTION = re.compile(
    r"(?:supplementary |appendix |annex )?(?:table|fig(?:ure|\.)?|scheme|box|chart|exhibit|map|plate|diagram|graph)"
    r"\s*[-–]?\s*(?:[A-Z]?\d+(?:[.-]\d+)*|[IVX]+\b)[a-z]?\s*(?P<mark>[.:|–—-]|\()?",
    re.IGNORECASE,
)
_BULLET = re.compile(r"[•●▪■◦‣∙·–—\-*➢✓]\s*(?=\S)|[o]\s+(?=[A-Z])")
_ENUM = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})\)\s+|(?:\d{1,2}|[a-z]|[ivx]{1,4})\.\s+(?=\S)")
_NUMBER = re.compile(r"(?P<n>\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+(?=\D)")
_LEGAL = re.compile(
    r"(?P<word>part|title|chapter|section|article|schedule|annex|appendix|division)\s+(?:\d+|[IVXLC]+|[A-Z])\b", re.IGNORECASE
)
_REFERENCES = re.compile(
    r"(?:\d+\.?\s*)?(?:references?(?: cited)?|bibliography|literature cited|works cited|reference list|参考文献)\W*",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"\[\d{1,3}\]|\d{1,3}\.\s")
_ABSTRACT = re.compile(r"(?:a\s?b\s?s\s?t\s?r\s?a\s?c\s?t|summary|摘要)\W*", re.IGNORECASE)
_KEYWORDS = re.compile(r"(?:key\s?-?words?(?: and phrases)?|index terms|关键词)\b", re.IGNORECASE)
_LABELLED = re.compile(r"(?:abstract|summary|key\s?-?words?)\s*[:.—–]|(?:摘要|关键词)\s*[:：]?", re.IGNORECASE)
_ABSTRACT_PART = re.compile(
    r"(?:aims?(?:/background)?|background|objectives?(?:\(s\))?|purpose|design|setting|(?:materials? and )?methods?|methodology"
    r"|results?|findings|conclusions?|discussion|implications|limitations)\s*:\s+\S",
    re.IGNORECASE,
)
_ARTICLE_TYPE = re.compile(
    r"(?:original |special |full |short |invited |systematic |case )?(?:research|review|article|paper|report|communication|editorial"
    r"|open access|policy brief|working paper|press release)(?: (?:article|note|paper|report|artilce))?(?: open access)?",
    re.IGNORECASE,
)
_JOURNAL = re.compile(r"^(?:the )?(?:\w+ ){0,4}journal of\b(?:\W+\w+){0,6}$|^journal\b.{0,60}$|\bissn\b|^volume \d", re.IGNORECASE)
_OPENING = re.compile(
    r"(?:\d+\.?\s*)?(?:introduction|background|overview|executive summary|foreword|preface|preamble|purpose|context|aims?"
    r"|objectives?|引言|前言|绪论)\W*",
    re.IGNORECASE,
)
_TERMINAL = (".", "!", "?", ":", ";", "。", "！", "？", "：", "；", "”", '."', ".'", ".)", ".”", ".’")
_ENDED = re.compile(r"[.!?:;。！？：；][\"”’')\]]*$|[^\d][.!?][\"”’')]*(?:\[[\d,–\s-]+\]|\d{1,3}(?:[,–-]\d{1,3})*)$")
_FOOTNOTE = re.compile(r"\[?(?:\d{1,3}|[*†‡§¶#]+)\]?[\s.]*(?=\S)")
_LEGAL_RANK = {"part": 1, "title": 1, "schedule": 1, "annex": 1, "appendix": 1, "chapter": 2, "division": 2, "section": 3, "article": 4}


@dataclass(slots=True)
class Group:
    """Lines that make one block; `broken` marks one that the end of a column or page cut off."""

    lines: list[TextLine]
    kind: BlockKind = "paragraph"
    level: int = 0
    section: tuple[str, ...] = ()
    left: float = 0.0
    right: float = 0.0
    gap: float = 0.0
    indented: bool = False
    marker: bool = False
    run_in: bool = False
    parts: list[list[TextLine]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The lines with hyphens left as printed: for looking at, not for keeping."""
        return " ".join(line.text for line in self.lines)

    @property
    def size(self) -> float:
        return self.lines[0].size

    @property
    def n_chars(self) -> int:
        return sum(line.n_chars for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Body:
    """How the body is set, from counts over the whole document."""

    size: float
    font: str
    bold: bool
    leading: float
    italics: float


def find_groups(
    pages: Sequence[Sequence[TextLine]], bookmarks: Sequence[Bookmark], tables: Sequence[Group] = ()
) -> list[Group]:
    """The blocks of a document in reading order, with kind, level and section.

    Args:
        pages: each page's lines in reading order, without furniture.
        bookmarks: the file's own outline, or none.
        tables: tables already found; their lines must not stand in `pages`.
    """
    lines = [line for page in pages for line in page]
    if not lines:
        return list(tables)
    body = _body(lines)
    marked = {_key(bookmark.title) for bookmark in bookmarks if len(bookmark.title) > 2}
    groups = [g for page in pages for run in find_runs(page) for group in _split(run, body, marked) for g in _run_in(group, body)]
    groups = _with_tables(groups, tables)
    _classify(groups, body, marked)
    groups = _gather_tables(groups, body)
    groups = _join(groups, body)
    _number_levels(groups, bookmarks)
    _set_sections(groups)
    return groups


def _body(lines: Sequence[TextLine]) -> _Body:
    size, font = body_size(_before_references(lines))
    drops = Counter(
        round(b.baseline - a.baseline, 1)
        for a, b in zip(lines, lines[1:], strict=False)
        if abs(a.size - size) < 0.3 and abs(b.size - size) < 0.3 and 0.8 * size < b.baseline - a.baseline < 2.5 * size
    )
    leading = max(drops, key=lambda d: (drops[d], -d)) if drops else 1.2 * size
    like = [line for line in lines if abs(line.size - size) < 0.3]
    bold = sum(line.n_chars for line in like if line.bold) > 0.5 * sum(line.n_chars for line in like)
    return _Body(size, font, bold, leading, _share_of_italic_openings(like))


def _before_references(lines: Sequence[TextLine]) -> Sequence[TextLine]:
    """The lines before the list of references, which may be longer than the text itself."""
    starts = [i for i, line in enumerate(lines) if _REFERENCES.fullmatch(line.text.strip()) and i > 0.25 * len(lines)]
    return lines[: starts[-1]] if starts else lines


def _share_of_italic_openings(lines: Sequence[TextLine]) -> float:
    """How many of the body's lines open with two italic words and go on upright.

    Where that is common it is emphasis (species, titles), and not a style of headings.
    """
    n = sum(
        1
        for line in lines
        if len(line.words) > 3 and line.words[0].italic and line.words[1].italic and not line.words[-1].italic
        and line.words[0].text[:1].isupper() and not _ends_sentence_italic(line)
    )  # fmt: skip
    return n / max(1, len(lines))


def _ends_sentence_italic(line: TextLine) -> bool:
    """Whether the line's italic opening ends with a full stop, as a run-in heading does."""
    last = next((w for w, following in zip(line.words, line.words[1:], strict=False) if w.italic and not following.italic), None)
    return last is not None and last.text.endswith(".")


# Lines to groups


def _split(run: list[TextLine], body: _Body, marked: set[str]) -> list[Group]:
    """One run of lines cut where a new block begins."""
    left = Counter(round(line.x0) for line in run if line.n_chars > 10)
    edge = min((x for x, n in left.items() if n >= 2), default=min(line.x0 for line in run))
    right = _right_edge(run)
    groups: list[Group] = []
    for i, line in enumerate(run):
        following = run[i + 1] if i + 1 < len(run) else None
        if groups and not (
            _begins(groups[-1].lines, line, following, edge, right, body)
            or (marked and (_key(line.text) in marked or (len(groups[-1].lines) < 5 and _key(groups[-1].text) in marked)))
        ):
            groups[-1].lines.append(line)
            continue
        gap = line.baseline - groups[-1].lines[-1].baseline if groups else 0.0
        group = Group([line], left=edge, right=right, gap=gap)
        group.indented = line.x0 - edge > 0.7 * line.size
        group.marker = bool(_BULLET.match(line.text) or _ENUM.match(line.text))
        groups.append(group)
    return groups


def _right_edge(run: Sequence[TextLine]) -> float:
    """Where full lines end: the edge that a third of them share if the text is justified, else the furthest."""
    ends = Counter(round(line.x1 / 2) for line in run if line.n_chars > 10)
    if ends:
        edge = max(ends, key=lambda x: (ends[x - 1] + ends[x] + ends[x + 1], x))
        if ends[edge - 1] + ends[edge] + ends[edge + 1] >= max(3, 0.35 * len(run)):
            return 2.0 * edge + 1
    return max(line.x1 for line in run)


def _begins(
    group: list[TextLine], line: TextLine, following: TextLine | None, left: float, right: float, body: _Body
) -> bool:
    """Whether `line` begins a new block rather than going on with `group`."""
    last = group[-1]
    drop = line.baseline - last.baseline
    alike = abs(line.size - last.size) <= 0.07 * last.size
    leading = body.leading if abs(line.size - body.size) < 0.3 else 1.25 * max(line.size, last.size)
    if len(group) > 1:
        leading = max(leading * 0.85, min(group[-1].baseline - group[-2].baseline, 2.2 * line.size))
    lower = line.text[:1].islower()
    if not alike and not (min(line.n_chars, last.n_chars) <= 3):
        return True
    if last.hyphen and drop < 1.8 * leading:
        return False
    if line.bold != last.bold and not lower:
        return True
    if drop > 1.32 * leading:
        return True
    if (not lower and _LABELLED.match(line.text)) or (last.text.endswith(_TERMINAL) and (_ABSTRACT_PART.match(line.text) or _bold_label(line, body))):
        return True
    if not lower and len(group) <= 3 and line.font == body.font != last.font and _one_font(group) and _one_font([line]):
        return True
    if _BULLET.match(line.text) or (_ENUM.match(line.text) and last.text.endswith((*_TERMINAL, ",", "and", "or"))):
        return True
    if _CAPTION.match(line.text) and last.text.endswith(_TERMINAL) and line.bold:
        return True
    if line.italic != last.italic and not lower and last.text.endswith(".") is False and len(group) == 1 and last.italic:
        return True
    marker = _BULLET.match(group[0].text) or _ENUM.match(group[0].text) or _REFERENCE.match(group[0].text)
    hanging = marker or (len(group) > 1 and group[1].x0 - group[0].x0 > 0.7 * line.size)
    indent = line.x0 - left
    if hanging:
        if line.x0 <= group[0].x0 + 0.3 * line.size and (len(group) == 1 or last.x0 > group[0].x0 + 0.5 * line.size):
            return last.text.endswith((*_TERMINAL, ")", "]")) or _fits(last, line, right) or bool(_NUMBER.match(line.text))
    elif (
        0.6 * line.size < indent < 6 * line.size
        and line.x0 - last.x0 > 0.6 * line.size
        and not lower
        and (following is None or following.x0 < line.x0 - 0.4 * line.size or last.text.endswith(_TERMINAL))
    ):
        return True
    if _centred(last, line) and not lower and last.x1 - last.x0 < 0.8 * (line.x1 - line.x0):
        # Centred text that wraps has its longest line first.
        return True
    first_upper = not lower and not line.text[:1] in ",;)"
    if first_upper and last.text.endswith(_TERMINAL) and _fits(last, line, right):
        return True
    if first_upper and last.x1 < right - 0.35 * (right - left) and not last.text.endswith(","):
        return _fits(last, line, right) and (line.n_chars > 12 or len(group) > 2)
    return False


def _one_font(lines: Sequence[TextLine]) -> bool:
    return len({word.font for line in lines for word in line.words}) == 1


def _run_in(group: Group, body: _Body) -> list[Group]:
    """A heading that its paragraph follows on the same line, parted from it; else the group as it is."""
    first = group.lines[0]
    words = first.words
    if group.n_chars < 60 or abs(first.size - body.size) > 0.12 * body.size or len(words) < 2:
        return [group]
    numbered = _NUMBER.match(first.text)

    def marked(word: Word) -> bool:
        return (word.bold and not body.bold) or bool(numbered and word.italic) or (word.italic and not numbered)

    start = 1 if numbered and not marked(words[0]) else 0
    n = start
    while n < len(words) and marked(words[n]):
        n += 1
    if numbered:
        stops = (i + 1 for i in range(start + 1, n) if words[i].text.endswith((".", ":")) and len(words[i].text) > 3)
        n = next(stops, n)
    spill = n == len(words) and len(group.lines) > 1 and not group.lines[1].bold
    part = _ABSTRACT_PART.match(first.text) if n == 0 else None
    if part:
        n = next(i + 1 for i, word in enumerate(words) if word.text.endswith(":"))
    if spill or not start < n < len(words) or n > 14:
        return [group]
    head = make_line(words[:n], first.page, first.page_height)
    plain_italic = not words[start].bold and not numbered and not part
    ended = head.text.rstrip().endswith((".", ":")) or (words[start].bold and numbered is not None)
    if not ended or not head.text[:1].isupper() and not numbered or sum(ch.isalpha() for ch in head.text) < 3:
        return [group]
    if plain_italic and (not head.text.endswith(".") or n < 2 or body.italics > 0.02):
        return [group]
    if _CAPTION.match(head.text) or _LABELLED.match(head.text) or _REFERENCE.match(head.text) and not numbered:
        return [group]
    rest = make_line(words[n:], first.page, first.page_height)
    tail = Group([rest, *group.lines[1:]], left=group.left, right=group.right)
    return [Group([head], left=group.left, right=group.right, gap=group.gap, run_in=True), tail]


def _bold_label(line: TextLine, body: _Body) -> bool:
    """Whether a line opens with a bold label ("Aim:") and goes on in the body's weight."""
    if body.bold or not line.words[0].bold or line.words[-1].bold:
        return False
    last = next(a for a, b in zip(line.words, line.words[1:], strict=False) if not b.bold)
    return last.text.endswith((":", "."))


def _centred(last: TextLine, line: TextLine) -> bool:
    shift = line.x0 - last.x0
    return abs(shift) > line.size and abs((last.x0 + last.x1) - (line.x0 + line.x1)) < 4


def _fits(last: TextLine, line: TextLine, right: float) -> bool:
    """Whether the line's first word would have had room on the line before: then the break was meant."""
    first = line.words[0]
    return last.x1 + 0.35 * line.size + (first.x1 - first.x0) < right - 0.6 * line.size


def _with_tables(groups: list[Group], tables: Sequence[Group]) -> list[Group]:
    """The tables put where they stand: before the first group below them in the same part of the page."""
    merged = list(groups)
    for table in tables:
        first = table.lines[0]
        at = len(merged)
        for i, group in enumerate(merged):
            line = group.lines[0]
            if line.page > first.page or (
                line.page == first.page
                and line.baseline > first.baseline
                and min(line.x1, max(t.x1 for t in table.lines)) - max(line.x0, min(t.x0 for t in table.lines)) > 0
            ):
                at = i
                break
        merged.insert(at, table)
    return merged


# Kinds


def _look(line: TextLine) -> tuple[float, bool, bool, bool]:
    letters = [ch for ch in line.text if ch.isalpha()]
    caps = len(letters) > 3 and sum(ch.isupper() for ch in letters) > 0.8 * len(letters)
    return round(line.size * 2) / 2, line.bold, line.italic, caps


def _classify(groups: list[Group], body: _Body, marked: set[str]) -> None:
    title = _find_title(groups, body)
    first_page = groups[min(title)].lines[0].page if title else 0
    looks: Counter[tuple[float, bool, bool, bool]] = Counter()
    in_references = False
    started = not title
    for i, group in enumerate(groups):
        if group.kind == "table":
            continue
        text = group.text.strip()
        if i in title:
            group.kind = "title"
            continue
        follows = next((g for g in groups[i + 1 : i + 4] if g.kind != "table"), None)
        if _is_caption(group, body):
            group.kind = "caption"
        elif _REFERENCES.fullmatch(text) and len(text) < 40:
            group.kind, in_references, started = "heading", True, True
        elif not group.run_in and not _key(text) in marked and _is_cells(groups, i):
            group.kind = "table"
        elif _is_heading(group, body, marked, follows):
            before_body = not started and group.lines[0].page == first_page
            if _ABSTRACT.fullmatch(text) or _ARTICLE_TYPE.fullmatch(text):
                group.kind = "front_matter"
            elif before_body and (i < min(title) or not _opens_body(group, groups[i + 1 :], body, marked)):
                group.kind = "front_matter"
            elif in_references and _key(text) not in marked and looks[_look(group.lines[0])] < 2:
                group.kind = "reference"
            elif not (group.run_in or _key(text) in marked or follows is None or _holds_prose(groups[i + 1 :], body)):
                group.kind = "table" if group.size < 0.95 * body.size or _beside(groups, i) else "paragraph"
            else:
                group.kind = "heading"
                looks[_look(group.lines[0])] += 1
                started, in_references = True, False
        elif in_references:
            group.kind = "reference"
        elif _is_footnote(group, body):
            group.kind = "footnote"
        elif group.marker and (not _NUMBER.match(text) or _BULLET.match(text) or _neighbour_marker(groups, i)):
            group.kind = "list_item"
    _mark_front(groups, title)


def _opens_body(group: Group, later: Sequence[Group], body: _Body, marked: set[str]) -> bool:
    """Whether a heading on the first page opens the body: it is numbered, marked, or has a paragraph under it."""
    text = group.text.strip()
    if _key(text) in marked or _OPENING.fullmatch(text) or (_NUMBER.match(text) and len(text) < 120):
        return True
    under = next((g for g in later if g.kind != "table"), None)
    return under is not None and _is_prose(under, body) and under.n_chars > 150 and not _marks_names(text)


def _marks_names(text: str) -> bool:
    """Whether a line looks like a list of names rather than a heading."""
    return text.count(",") > 1 or bool(re.search(r"[a-z]\d(?:,\d)*(?=\s|,|$)|[*†‡]", text)) or " and " in text and "," in text


def _holds_prose(later: Sequence[Group], body: _Body) -> bool:
    """Whether text follows a heading: a paragraph or list among the next groups, perhaps under more headings."""
    for group in later[:4]:
        if _is_prose(group, body) or group.kind in ("list_item", "table"):
            return True
        if group.size < 0.9 * body.size and group.n_chars < 60:
            return False
    return len(later) < 4


def _is_prose(group: Group, body: _Body) -> bool:
    """Whether a group is set like the body, and long enough to be a sentence or the end of one."""
    if group.kind not in ("paragraph", "list_item", "front_matter") or abs(group.size - body.size) > 0.06 * body.size:
        return False
    return group.n_chars >= 70 or len(group.lines) >= 3 or (
        group.n_chars >= 12 and group.text.rstrip().endswith((".", ";", ":", "?", "!", ",", "]")) and " " in group.text.strip()
    )  # fmt: skip


def _find_title(groups: Sequence[Group], body: _Body) -> set[int]:
    """The groups of the title: the largest type in the upper part of the first page that is no journal's name."""
    page = groups[0].lines[0].page
    here = [
        (i, g)
        for i, g in enumerate(groups)
        if g.lines[0].page == page and g.lines[0].baseline < 0.7 * g.lines[0].page_height and g.kind != "table"
        and 10 <= g.n_chars <= 400 and len(g.text.split()) >= 2 and not _ARTICLE_TYPE.fullmatch(g.text.strip())
    ]  # fmt: skip
    large = [(i, g) for i, g in here if g.size > 1.05 * body.size and not _JOURNAL.search(g.text)]
    if not large:
        return set()
    size = max(g.size for _, g in large if len(g.text.split()) >= 3) if any(len(g.text.split()) >= 3 for _, g in large) else max(g.size for _, g in large)
    found = [i for i, g in large if g.size >= 0.93 * size]
    ids = {found[0]}
    for i in found[1:]:
        last, line = groups[max(ids)].lines[-1], groups[i].lines[0]
        if i == max(ids) + 1 and line.baseline - last.baseline < 2.4 * size and line.bold == last.bold:
            ids.add(i)
    if size < 1.07 * body.size and not groups[found[0]].lines[0].bold:
        return set()
    return ids


def _is_caption(group: Group, body: _Body) -> bool:
    match = _CAPTION.match(group.text)
    if not match:
        return False
    first = group.lines[0]
    plain = abs(first.size - body.size) < 0.3 and first.font == body.font and not first.words[0].bold
    return bool(match["mark"]) if plain else True


def _is_cells(groups: Sequence[Group], i: int) -> bool:
    """Whether a group is a row or a cell of a table without rules: others stand beside it on its baseline."""
    group = groups[i]
    if group.n_chars > 60 or len(group.lines) > 2:
        return False
    return _beside(groups, i) >= 2


def _beside(groups: Sequence[Group], i: int) -> int:
    """How many short groups stand on the baseline of group `i`."""
    group = groups[i]
    y = group.lines[0].baseline
    beside = 0
    for other in groups[max(0, i - 8) : i + 9]:
        if other is group or other.lines[0].page != group.lines[0].page:
            continue
        if any(abs(line.baseline - y) < 2 for line in other.lines) and other.n_chars < 200 and len(other.lines) <= 3:
            beside += 1
    return beside


def _is_heading(group: Group, body: _Body, marked: set[str], following: Group | None) -> bool:
    if group.n_chars > MAX_HEADING or len(group.lines) > 4:
        return False
    text = group.text.strip()
    n_letters = sum(ch.isalpha() for ch in text)
    if n_letters < 3 or n_letters < 0.5 * len(text.replace(" ", "")):
        return False
    if _key(text) in marked:
        return True
    first = group.lines[0]
    numbered = bool(_NUMBER.match(text)) or bool(_LEGAL.match(text))
    if text.endswith((",", ";", "-")) or (text.endswith(".") and not numbered and len(text) > 60):
        return False
    if text[:1].islower() or _KEYWORDS.match(text) or _BULLET.match(text):
        return False
    size, bold, italic, caps = _look(first)
    if not all(line.bold == first.bold and abs(line.size - first.size) < 0.1 * first.size for line in group.lines):
        return False
    larger = first.size >= 1.07 * body.size
    smaller = first.size < 0.9 * body.size
    bolder = bold and not body.bold
    if smaller and not (bolder or caps):
        return False
    if group.run_in:
        return True
    if larger or bolder:
        return len(text) < 200
    if caps and n_letters > 3:
        return len(text) < 120
    other_font = first.font != body.font
    if numbered and (italic or other_font) and len(text) < 150:
        return True
    if (
        other_font
        and len(group.lines) <= 2
        and len(text) < 110
        and not text.endswith((".", ":", ",", ")"))
        and _one_font(group.lines)
        and abs(first.size - body.size) < 0.12 * body.size
        and following is not None
        and following.lines[0].font == body.font
        and following.n_chars > 60
    ):
        return True
    return (
        italic
        and all(line.italic for line in group.lines)
        and len(group.lines) <= 2
        and len(text) < 110
        and not text.endswith((".", ":", ")"))
        and following is not None
        and not following.lines[0].italic
    )


def _is_footnote(group: Group, body: _Body) -> bool:
    first = group.lines[0]
    if first.size > 0.93 * body.size or first.baseline < 0.55 * first.page_height:
        return False
    return bool(_FOOTNOTE.match(group.text)) and group.n_chars > 8


def _neighbour_marker(groups: Sequence[Group], i: int) -> bool:
    return any(0 <= j < len(groups) and groups[j].marker for j in (i - 1, i + 1))


def _mark_front(groups: Sequence[Group], title: set[int]) -> None:
    """What stands before the first heading or long paragraph after the title is front matter."""
    abstract = next((i for i, g in enumerate(groups[:60]) if _ABSTRACT.match(g.text.strip())), None)
    start = max(title) + 1 if title else 0
    heading = next((i for i, g in enumerate(groups) if g.kind == "heading" and i >= start), len(groups))
    for i, group in enumerate(groups[: heading if title or abstract is not None else 0]):
        if group.kind in ("paragraph", "list_item", "footnote") and group.lines[0].page <= groups[0].lines[0].page + 1:
            prose = group.n_chars > 250
            if not prose or abstract is not None and i >= abstract:
                group.kind = "front_matter"
    for i, group in enumerate(groups[:80]):
        if group.kind in ("paragraph", "list_item") and _KEYWORDS.match(group.text.strip()):
            group.kind = "front_matter"


def _key(text: str) -> str:
    """A heading's letters and digits, for comparing; empty for a text too long to be one."""
    return re.sub(r"[\W_]+", "", text.lower()) if len(text) <= MAX_HEADING else ""


# Across columns and pages


def _gather_tables(groups: list[Group], body: _Body) -> list[Group]:
    """Under a table's caption, all that is not prose put into one table, row by row; figures' labels dropped in.

    Tables without rules have no edges to find; what shows them is a caption and, under it, words that are set
    small or stand beside one another.
    """
    out: list[Group] = []
    i = 0
    while i < len(groups):
        group = groups[i]
        out.append(group)
        i += 1
        is_table = group.kind == "caption" and group.text.lower().lstrip().startswith(("table", "tab."))
        if not (is_table or (group.kind == "table" and not group.parts)):
            continue
        if not is_table:
            out.pop()
            i -= 1
        page = group.lines[0].page
        inside: list[Group] = []
        while i < len(groups):
            nxt = groups[i]
            if nxt.lines[0].page != page or nxt.parts or nxt.kind in ("heading", "caption", "title"):
                break
            if nxt.kind != "table" and (not is_table or _is_prose(nxt, body) or nxt.kind in ("front_matter", "reference")):
                break
            inside.append(nxt)
            i += 1
        if inside:
            out.append(_table_of(inside))
        elif not is_table:
            out.append(groups[i])
            i += 1
    return out


def _table_of(groups: Sequence[Group]) -> Group:
    """One table of all the lines of these groups: lines on one baseline make a row."""
    lines = sorted((line for group in groups for line in group.lines), key=lambda line: (line.baseline, line.x0))
    rows: list[list[TextLine]] = []
    for line in lines:
        if rows and abs(line.baseline - rows[-1][0].baseline) < 0.5 * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    for row in rows:
        row.sort(key=lambda line: line.x0)
    return Group(lines, kind="table", parts=rows)


def _join(groups: list[Group], body: _Body) -> list[Group]:
    """Paragraphs cut by a column, page, figure or table put together again."""
    joined: list[Group] = []
    open_prose: Group | None = None
    for group in groups:
        if group.kind in ("heading", "title"):
            open_prose = None
        elif group.kind == "reference":
            last = joined[-1] if joined else None
            if last is not None and last.kind == "reference" and not _REFERENCE.match(group.text) and _goes_on(last, group, body):
                last.lines.extend(group.lines)
                continue
        elif group.kind in ("paragraph", "list_item", "front_matter"):
            tail = group.text[:1].islower() and abs(group.size - body.size) < 0.06 * body.size
            if (_is_prose(group, body) or tail) and open_prose is not None and group.kind != "list_item":
                if _goes_on(open_prose, group, body):
                    open_prose.lines.extend(group.lines)
                    open_prose.right = group.right
                    continue
            if _is_prose(group, body) or group.n_chars > 200:
                open_prose = group
        joined.append(group)
    return joined


def _goes_on(earlier: Group, later: Group, body: _Body) -> bool:
    """Whether `later` goes on with the paragraph that `earlier` began, in another column or on another page."""
    last, first = earlier.lines[-1], later.lines[0]
    if abs(last.size - first.size) > 0.07 * last.size or first.page - last.page > 2:
        return False
    if last.bold != first.bold and len(later.lines) < 2:
        return False
    moved = first.page != last.page or first.baseline < last.baseline or first.x0 > last.x1 or first.x1 < last.x0
    floated = not moved and first.baseline - last.baseline > 3.5 * body.leading
    if not moved and not floated:
        return first.text[:1].islower() and last.hyphen
    if last.hyphen:
        return True
    if later.marker and not first.text[:1].islower():
        return False
    ended = bool(_ENDED.search(last.text.rstrip()))
    if first.text[:1].islower():
        return not ended or first.text[:1].islower() and not last.text.endswith((".", "!", "?"))
    if not ended:
        return earlier.n_chars > 40 or later.n_chars > 40
    # A paragraph seldom ends with a full line, so one that does at a column's end most likely goes on.
    full = last.x1 > earlier.right - 1.2 * last.size
    return full and not later.indented and later.n_chars > 40 and earlier.n_chars > 80


# Levels and sections


def _number_levels(groups: Sequence[Group], bookmarks: Sequence[Bookmark]) -> None:
    headings = [group for group in groups if group.kind == "heading"]
    title_key = _key(" ".join(g.text for g in groups if g.kind == "title"))
    by_mark: dict[str, int] = {}
    for bookmark in bookmarks:
        by_mark.setdefault(_key(bookmark.title), bookmark.level)
    known = [by_mark[_key(g.text)] for g in headings if _key(g.text) in by_mark and _key(g.text) != title_key]
    use_marks = bool(known) and len(known) >= 0.5 * len(headings)
    lowest = min(known, default=1)
    looks: dict[tuple[float, bool, bool, bool], int] = {}
    order = sorted({_look(g.lines[0]) for g in headings}, key=lambda k: (-k[0], not k[3], not k[1], k[2]))
    for look in order:
        looks[look] = len(looks) + 1
    rank_of: dict[tuple[float, bool, bool, bool], int] = {}
    for group in headings:
        text, look = group.text.strip(), _look(group.lines[0])
        key = _key(text)
        legal, number = _LEGAL.match(text), _NUMBER.match(text)
        if use_marks and key in by_mark:
            group.level = by_mark[key] - lowest + 1
        elif number:
            group.level = number["n"].count(".") + 1
            rank_of.setdefault(look, group.level)
        elif legal:
            group.level = -_LEGAL_RANK[legal["word"].lower()]
    ranks = sorted({-g.level for g in headings if g.level < 0})
    for group in headings:
        if group.level < 0:
            group.level = ranks.index(-group.level) + 1
    for group in headings:
        if group.level == 0:
            look = _look(group.lines[0])
            group.level = rank_of.get(look) or min(looks[look], 6)
    # No level is skipped on the way down.
    stack: list[int] = []
    for group in headings:
        while stack and stack[-1] >= group.level:
            stack.pop()
        stack.append(group.level)
        group.level = len(stack)


def _set_sections(groups: Sequence[Group]) -> None:
    path: list[str] = []
    for group in groups:
        if group.kind == "heading":
            del path[group.level - 1 :]
            path.append(" ".join(group.text.split()))
        if group.kind not in ("title", "front_matter"):
            group.section = tuple(path)

"""Turn a page's words into lines in reading order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from policyloom.extract.chars import Page, Word

__all__ = ["TextLine", "body_size", "find_lines", "find_runs", "make_line"]

COLUMN_GAP = 2.2
"""A gap of so many sizes between words on one baseline parts two columns or cells."""


MAX_INDENT = 3
"""A paragraph's first line is indented by no more sizes."""


@dataclass(slots=True)
class TextLine:
    """A line, or the part of one that stands in one column or cell; `style` is the look of most of it."""

    page: int
    words: list[Word]
    x0: float
    x1: float
    baseline: float
    size: float
    bold: bool
    italic: bool
    font: str
    n_chars: int
    page_height: float
    text: str = field(default="")

    @property
    def top(self) -> float:
        """About where its tallest letters end."""
        return self.baseline - 0.8 * self.size

    @property
    def bottom(self) -> float:
        """About where its descenders end."""
        return self.baseline + 0.22 * self.size

    @property
    def hyphen(self) -> bool:
        """Whether its last word is cut."""
        return self.words[-1].eol == "-"


def make_line(words: list[Word], page: int, page_height: float) -> TextLine:
    """A line of these words, with the size and look of most of its characters."""
    first = words[0]
    n_chars = n_bold = n_italic = 0
    size, font, baseline = first.size, first.font, first.baseline
    sizes: dict[tuple[float, str], int] = {}
    baselines: dict[float, int] = {}
    for word in words:
        n = len(word.text)
        n_chars += n
        n_bold += n if word.bold else 0
        n_italic += n if word.italic else 0
        key = (word.size, word.font)
        sizes[key] = sizes.get(key, 0) + n
        baselines[word.baseline] = baselines.get(word.baseline, 0) + n
    x0, x1 = min([word.x0 for word in words]), max([word.x1 for word in words])
    if len(sizes) > 1:
        size, font = max(sizes, key=lambda key: (sizes[key], key))
    if len(baselines) > 1:
        baseline = max(baselines, key=lambda key: (baselines[key], key))
    parts = [first.text]
    for word in words[1:]:
        if word.space:
            parts.append(" ")
        parts.append(word.text)
    return TextLine(
        page, words, x0, x1, baseline, round(size, 1), 2 * n_bold > n_chars, 2 * n_italic > n_chars, font, n_chars,
        page_height, "".join(parts),
    )  # fmt: skip


def find_lines(page: Page) -> list[TextLine]:
    """The page's lines in reading order, each within one column."""
    groups: list[list[Word]] = []
    for word in page.words:
        if word.x1 < -5 or word.x0 > page.width + 5 or not -5 < word.baseline < page.height + 5:
            continue
        if groups and _follows(groups[-1][-1], word, groups[-1]):
            groups[-1].append(word)
        else:
            groups.append([word])
    groups = _unstretch(groups)
    lines = _join_pieces([make_line(group, page.number, page.height) for group in groups])
    return _in_order(_untangle(lines))


def _follows(last: Word, word: Word, line: list[Word]) -> bool:
    """Whether a word goes on the line that ends with `last`."""
    size = max(last.size, word.size, 4.0)
    rise = abs(word.baseline - last.baseline)
    gap = word.x0 - last.x1
    if last.eol == "-":
        return False
    if last.eol:
        # PDFium breaks lines at super- and subscripts too; the place decides.
        small = min(last.size, word.size) < 0.85 * size
        return (
            (small or rise < 0.1 * size)
            and rise < 0.6 * size
            and -0.3 * size < gap < (0.5 if small else 0.9) * size
        )
    if rise > 0.6 * size and (gap < -size or rise > size):
        return False
    limit = COLUMN_GAP * size if len(line) > 1 or not last.text[:1].isdigit() else 3 * size
    return -3 * size < gap < limit


def _unstretch(groups: list[list[Word]]) -> list[list[Word]]:
    """Words of a justified line put together again that wide but even spaces had parted."""
    out: list[list[Word]] = []
    i = 0
    while i < len(groups):
        row = [groups[i]]
        while (
            i + len(row) < len(groups)
            and not row[-1][-1].eol
            and abs(groups[i + len(row)][0].baseline - row[-1][-1].baseline) < 0.1
        ):
            row.append(groups[i + len(row)])
        words = [word for group in row for word in group]
        gaps = [b.x0 - a.x1 for a, b in zip(words, words[1:], strict=False) if b.space]
        even = (
            len(row) > 1
            and len(gaps) > 1
            and 0 < max(gaps) < 1.25 * min(gaps)
            and max(gaps) < 8 * words[0].size
        )
        if even and sum(word.text.replace("-", "").isalpha() for word in words) > 0.6 * len(words):
            out.append(words)
        else:
            out.extend(row)
        i += len(row)
    return out


def _join_pieces(lines: list[TextLine]) -> list[TextLine]:
    """Put together neighbours in the file that stand on one baseline with no more than a space between."""
    joined: list[TextLine] = []
    for line in lines:
        if joined:
            last = joined[-1]
            size = max(last.size, line.size)
            gap = line.x0 - last.x1
            level = abs(line.baseline - last.baseline)
            mark = min(last.n_chars, line.n_chars) <= 4 and min(last.size, line.size) < 0.85 * size
            if (
                not last.hyphen
                and -0.3 * size < gap < 0.9 * size
                and (level < 0.12 * size or (mark and level < 0.55 * size and gap < 0.4 * size))
            ):
                line.words[0].space = line.words[0].space or gap > 0.15 * size
                last.words[-1].eol = ""
                joined[-1] = make_line(last.words + line.words, line.page, line.page_height)
                continue
        joined.append(line)
    return joined


def find_runs(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    """Stretches of lines that follow one another down one column of one page."""
    runs: list[list[TextLine]] = []
    for line in lines:
        if runs:
            last = runs[-1][-1]
            drop = line.baseline - last.baseline
            if (
                line.page == last.page
                and 0.3 * line.size < drop < 3.2 * max(line.size, last.size)
                and _stand_over(last, line)
            ):
                runs[-1].append(line)
                continue
        runs.append([line])
    return runs


def _stand_over(last: TextLine, line: TextLine) -> bool:
    """Whether one line stands over another; if that ends a paragraph it may be hardly longer than the indent."""
    overlap = min(line.x1, last.x1) - max(line.x0, last.x0)
    ends = line.text[:1].islower() and 0 < last.x0 - line.x0 < MAX_INDENT * line.size
    return overlap > (0 if ends else 0.5 * min(line.x1 - line.x0, last.x1 - last.x0))


def _untangle(lines: list[TextLine]) -> list[TextLine]:
    """Columns that the file draws line by line across the page, put one after the other."""
    pairs = [
        i
        for i, (a, b) in enumerate(zip(lines, lines[1:], strict=False))
        if abs(a.baseline - b.baseline) < 1 and b.x0 > a.x1 and min(a.n_chars, b.n_chars) >= 25
    ]
    if len(pairs) < 5:
        return lines
    first, last = pairs[0], pairs[-1] + 2
    gutter = (max(lines[i].x1 for i in pairs), min(lines[i + 1].x0 for i in pairs))
    part = lines[first:last]
    if gutter[0] >= gutter[1] or any(line.x0 < gutter[0] and line.x1 > gutter[1] for line in part):
        return lines
    left = [line for line in part if line.x0 < gutter[0]]
    return [*lines[:first], *left, *(line for line in part if line.x0 >= gutter[0]), *lines[last:]]


def _in_order(lines: list[TextLine]) -> list[TextLine]:
    """The lines in the file's order, except that what stands above comes before what stands below it.

    Runs of lines keep the order in which the file draws them, which is nearly always the order of reading,
    unless a run stands over another that it overlaps sideways and yet is drawn later (a title drawn last), or
    is the left of two like columns.
    """
    runs = find_runs(lines)
    if len(runs) < 2 or len(runs) > 400:  # beyond that it is a drawing or a table, and costs too much
        return lines
    boxes = [
        (min(r.x0 for r in run), min(r.top for r in run), max(r.x1 for r in run), max(r.bottom for r in run))
        for run in runs
    ]
    before: list[set[int]] = [set() for _ in runs]
    for i, a in enumerate(boxes):
        left, top, right, bottom = a
        for j, b in enumerate(boxes):
            above = top < b[1] and bottom <= b[1] + 4
            above = above and min(right - b[0], b[2] - left, right - left, b[2] - b[0]) > 8
            if above or (right <= b[0] + 4 and i != j and _columns(runs[i], runs[j]) and _side_by_side(a, b)):
                before[j].add(i)
    ordered: list[TextLine] = []
    waiting = list(range(len(runs)))
    done: set[int] = set()
    while waiting:
        nxt = next((i for i in waiting if before[i] <= done), waiting[0])
        waiting.remove(nxt)
        done.add(nxt)
        ordered.extend(runs[nxt])
    return ordered


def _columns(left: Sequence[TextLine], right: Sequence[TextLine]) -> bool:
    return len(left) >= 5 and len(right) >= 5 and abs(left[0].size - right[0].size) < 0.5


def _side_by_side(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    """Whether two boxes are about as wide as one another and stand mostly at the same height."""
    wide, narrow = max(a[2] - a[0], b[2] - b[0]), min(a[2] - a[0], b[2] - b[0])
    shared = min(a[3], b[3]) - max(a[1], b[1])
    return narrow > 0.75 * wide and shared > 0.4 * min(a[3] - a[1], b[3] - b[1])


def body_size(lines: Iterable[TextLine]) -> tuple[float, str]:
    """The size and font in which most characters are set."""
    sizes: Counter[float] = Counter()
    fonts: dict[float, Counter[str]] = defaultdict(Counter)
    for line in lines:
        sizes[line.size] += line.n_chars
        fonts[line.size][line.font] += line.n_chars
    if not sizes:
        return 10.0, ""
    size = max(sizes, key=lambda s: (sum(n for t, n in sizes.items() if abs(t - s) <= 0.25), sizes[s], s))
    font = max(fonts[size], key=lambda f: (fonts[size][f], f))
    return size, font

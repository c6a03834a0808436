"""How records show themselves in notebooks: one line, or a short table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

__all__ = ["MAX_ROWS", "counted", "cut", "html_table"]

MAX_ROWS = 20
"""Rows of a table that are shown."""


def cut(text: str, n: int = 80) -> str:
    """The text in one line of at most `n` characters.

    Example:
        >>> cut("tax relief\\nfor firms", 13)
        'tax relief f…'
    """
    line = " ".join(text.split())
    return line if len(line) <= n else line[: n - 1] + "…"


def counted(n: int, noun: str) -> str:
    """A number with its noun, which takes an s unless there is one of it.

    Example:
        >>> counted(1, "page"), counted(1200, "word")
        ('1 page', '1,200 words')
    """
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def html_table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]], n_rows: int) -> str:
    """A table in HTML with every word escaped.

    Args:
        title: the line over it.
        head: the names of the columns.
        rows: of which the first `MAX_ROWS` are shown.
        n_rows: how many there are.
    """
    shown = [row for row, _ in zip(rows, range(MAX_ROWS), strict=False)]
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in shown
    )
    heads = "".join(f"<th>{escape(name)}</th>" for name in head)
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>" if shown else ""
    more = f"<p>{n_rows - len(shown):,} more</p>" if n_rows > len(shown) else ""
    return f"<p>{escape(title)}</p>{table}{more}"

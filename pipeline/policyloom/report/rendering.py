"""Templates to bytes: the one place that sets up Jinja, and what HTML forbids is dropped."""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from policyloom.files import write_bytes
from policyloom.records import Coverage
from policyloom.report.views import STATUSES, Detail, statuses

__all__ = ["MAX_BYTES", "load_templates", "render", "write_page"]

MAX_BYTES = 4_500_000
"""A larger page is written again with fewer and shorter quotes: browsers on a laptop get slow."""

TEMPLATES = ("run.html.j2", "document.html.j2", "evidence.html.j2", "gap_map.html.j2")
SCRIPTS = ("script.js", "gap_map.js")
STYLES = ("colours.css", "style.css", "side.css", "gap_map.css")

# Characters that occur in text from PDFs and that HTML forbids; tab and newline stay.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def render(template: str, data: Mapping[str, object]) -> bytes:
    """A page in UTF-8."""
    page = _environment().get_template(template).render(data)
    return _CONTROL.sub("", page).encode("utf-8", "replace")


def load_templates() -> None:
    """Compiles the templates of a run's pages, which takes as long as writing a hundred of them."""
    for name in TEMPLATES:
        _environment().get_template(name)


def write_page(
    path: Path, template: str, view: Callable[[Detail], Mapping[str, object]], details: tuple[Detail, ...]
) -> None:
    """Writes a page with the first of `details`, which go from generous to sparse, that keeps it small enough."""
    data = b""
    for detail in details:
        data = render(template, view(detail))
        if len(data) <= MAX_BYTES:
            break
    write_bytes(data, path)


@cache
def _environment() -> jinja2.Environment:
    here = resources.files("policyloom.report")
    scripts = {name: (here / name).read_text("utf-8") for name in SCRIPTS}
    for name, script in scripts.items():
        # `</` would end the element early; nothing of a user is in here, but a comment could be.
        if "</" in script:
            raise ValueError(f"{name}: must not contain '</'")
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("policyloom.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        styles={name: Markup((here / name).read_text("utf-8")) for name in STYLES},
        scripts={name: Markup(script) for name, script in scripts.items()},
        hashes={
            name: base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            for name, script in scripts.items()
        },
        STATUSES=STATUSES,
    )
    environment.filters.update(
        grouped=lambda n: f"{n:,}",
        count=_count,
        npmi=_two_places,
        expected=_expected,
        figure=_two_places,
        odds=_odds,
        span=_span,
        q=_q,
        statuses=statuses,
        words=_words,
        marked=_marked,
        part=_part,
    )
    return environment


def _count(n: int, noun: str, plural: str = "") -> str:
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def _two_places(value: float | None) -> str:
    # The hyphen is not a minus sign, and -0.00 is 0.00.
    return "–" if value is None else f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def _odds(log_odds: float) -> str:
    """An odds ratio, from its logarithm."""
    if abs(log_odds) > math.log(1000):
        return "> 1,000" if log_odds > 0 else "< 0.001"
    ratio = math.exp(log_odds)
    return f"{ratio:.1f}" if ratio >= 1 else f"{ratio:.2g}"


def _expected(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"


def _span(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f"{_two_places(interval[0])} to {_two_places(interval[1])}"


def _q(value: float | None) -> str:
    if value is None:
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _part(share: float) -> str:
    """A share of a document that is not none, so never "0 %"."""
    return "less than 1 %" if share < 0.01 else f"{100 * share:.0f} %"


def _words(coverage: Coverage) -> str:
    """The counts in words, as a screen reader should say them."""
    if not coverage.is_named:
        return "not found"
    if not coverage.n_sentences:
        return f"no sentence; {_count(coverage.n_elsewhere, 'heading or the like', 'headings or the like')}"
    parts = ", ".join(f"{n} {word}" for _, word, n in statuses(coverage))
    return f"{_count(coverage.n_sentences, 'sentence')}: {parts}"


def _marked(quote: str, words: Iterable[str]) -> Markup:
    """A quote in which words that stand in it are marked, each where it stands first; of those that overlap, the first and longest."""
    places = sorted((start, -len(word)) for word in set(words) if (start := quote.find(word)) >= 0)
    html, at = [], 0
    for start, length in places:
        if start >= at:
            html.append(f"{escape(quote[at:start])}<mark>{escape(quote[start : start - length])}</mark>")
            at = start - length
    return Markup("".join((*html, escape(quote[at:]))))

"""The page of one document beside a report: its text with the mentions marked, what it says by element, and its findings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from policyloom.files import write_bytes
from policyloom.framework import Element, Framework
from policyloom.network.counting import smallest_unit
from policyloom.records import Block, Evidence, Finding, Mention, Sentence, Tagged
from policyloom.report.inputs import ReportedDocument
from policyloom.report.rendering import render
from policyloom.report.views import STATUSES

__all__ = ["write_document_page"]

MARKED = ("mechanism", "outcome", "challenge", "case")
"""The kinds of element that are marked; actors and entities are names, and would colour every line."""

_LETTERS = {word: letter for letter, word in STATUSES}
_LANGUAGE = re.compile(r"[a-z]{2,3}\Z")


class _Said(NamedTuple):
    """An element that a document names, with its sentences: page, place, status letters."""

    element: Element
    depth: int
    n_sentences: int
    sentences: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """A block as the page shows it: its HTML element, its content, and the page that begins with it, or 0."""

    tag: str
    kind: str
    html: Markup
    page: int


def write_document_page(
    path: Path,
    tagged: Tagged,
    framework: Framework,
    *,
    about: ReportedDocument,
    findings: Sequence[Finding],
    elements: Mapping[str, str],
    stress: str,
    run: str,
) -> None:
    """Writes the page of a document.

    Args:
        path: the HTML file, two folders below that of the report.
        tagged: the document.
        framework: with which it was tagged.
        about: the document as the report knows it.
        findings: of the document.
        elements: the page of each element, as a link from the report.
        stress: what it stresses more or less than its peers, in words.
        run: what the run is called.
    """
    texts = _Text(tagged, framework, elements)
    data = {
        "run": run,
        "back": "../../report.html",
        "row": about,
        "language": tagged.document.language if _LANGUAGE.match(tagged.document.language) else "",
        "blocks": list(texts.parts()),
        "said": list(_say(tagged, framework)),
        "findings": findings,
        "stress": stress,
        "elements": elements,
        "quoted": lambda quotes: [(e, e.document == about.id) for e in _some(quotes)],
    }
    write_bytes(render("document.html.j2", data), path)


def _some(quotes: Sequence[Evidence]) -> Sequence[Evidence]:
    return quotes[:5]


def _say(tagged: Tagged, framework: Framework) -> Iterator[_Said]:
    """The elements that a document names, each above its parts, in the framework's order."""
    found: dict[str, dict[int, set[str]]] = {}
    for mention in tagged.mentions:
        block = tagged.document.blocks[tagged.sentences[mention.sentence].block]
        if mention.kind not in MARKED or smallest_unit(block) is None:
            continue
        is_stated = smallest_unit(block) == "sentence"
        at: str | None = mention.label
        while at is not None:
            letter = _LETTERS[mention.status] if is_stated else ""
            found.setdefault(at, {}).setdefault(mention.sentence, set()).add(letter)
            at = framework[at].parent
    for element in framework:
        own = found.get(element.id)
        if own:
            depth, parent = 0, element.parent
            while parent is not None:
                depth, parent = depth + 1, framework[parent].parent
            sentences = tuple(
                (
                    tagged.page(tagged.sentences[n]),
                    tagged.sentences[n].start,
                    "".join(letter for letter, _ in STATUSES if letter in letters),
                )
                for n, letters in sorted(own.items())
            )
            yield _Said(element, depth, sum(bool(letters) for _, _, letters in sentences), sentences)


class _Text:
    """The text of a document as HTML; every word of it is escaped where it is put in."""

    def __init__(self, tagged: Tagged, framework: Framework, elements: Mapping[str, str]) -> None:
        self.tagged, self.framework, self.elements = tagged, framework, elements
        self.by_block: dict[int, list[int]] = {}
        for n, sentence in enumerate(tagged.sentences):
            self.by_block.setdefault(sentence.block, []).append(n)
        self.mentions: dict[int, list[Mention]] = {}
        for mention in tagged.mentions:
            if mention.kind in MARKED:
                self.mentions.setdefault(mention.sentence, []).append(mention)
        self.claims: dict[int, list[str]] = {}
        for claim in tagged.claims:
            ends = (tagged.mentions[claim.mechanism].label, tagged.mentions[claim.target].label)
            arrow = " → " if claim.polarity == "positive" else " ↛ "
            self.claims.setdefault(claim.sentence, []).append(arrow.join(ends))

    def parts(self) -> Iterator[_Part]:
        """The blocks in order."""
        page = 0
        for number, block in enumerate(self.tagged.document.blocks):
            begins = block.pages[0] if block.pages and block.pages[0] != page else 0
            page = block.pages[-1] if block.pages else page
            tag = {"heading": f"h{min(block.level + 2, 6)}", "title": "p", "table": "div"}.get(
                block.kind, "p"
            )
            yield _Part(tag, block.kind, Markup(self._block(number, block)), begins)

    def _block(self, number: int, block: Block) -> str:
        sentences = [(n, self.tagged.sentences[n]) for n in self.by_block.get(number, ())]
        if not block.cells:
            return self._stretch(block.start, block.end, sentences)
        rows: dict[int, list[str]] = {}
        taken: set[tuple[int, int]] = set()
        at = (-1, 0)
        for cell in sorted(block.cells, key=lambda c: (c.row, c.column)):
            row = rows.setdefault(cell.row, [])
            first = at[1] if at[0] == cell.row else 0
            # Cells without words are not among a table's cells.
            row += ["<td></td>" for n in range(first, cell.column) if (cell.row, n) not in taken]
            at = (cell.row, cell.column + cell.column_span)
            taken |= {
                (cell.row + down, cell.column + across)
                for down in range(cell.row_span)
                for across in range(cell.column_span)
            }
            inside = [(n, s) for n, s in sentences if cell.start <= s.start < cell.end]
            tag = "th" if cell.is_head else "td"
            spans = f'colspan="{cell.column_span}" rowspan="{cell.row_span}"'
            row.append(f"<{tag} {spans}>{self._stretch(cell.start, cell.end, inside)}</{tag}>")
        body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows.values())
        return f"<table>{body}</table>"

    def _stretch(self, start: int, end: int, sentences: Iterable[tuple[int, Sentence]]) -> str:
        """A stretch of the text with its sentences, each a place that a link can lead to."""
        text, html, at = self.tagged.document.text, [], start
        for n, sentence in sentences:
            html.append(escape(text[at : max(at, sentence.start)]))
            html.append(
                f'<span id="s{sentence.start}">{self._sentence(n, sentence)}</span>{self._remarks(n)}'
            )
            at = max(at, sentence.end)
        html.append(escape(text[at : max(at, end)]))
        return "".join(html)

    def _sentence(self, n: int, sentence: Sentence) -> str:
        """A sentence, its words that name an element marked; where mentions overlap, each stretch has all that name it."""
        text, own = self.tagged.document.text, self.mentions.get(n, ())
        cuts = {sentence.start, sentence.end}
        for mention in own:
            cuts |= {min(max(place, sentence.start), sentence.end) for place in (mention.start, mention.end)}
        places, html = sorted(cuts), []
        for start, end in zip(places, places[1:], strict=False):
            words = escape(text[start:end])
            if over := [m for m in own if m.start <= start and end <= m.end]:
                told = "; ".join(f"{m.label} {self.framework[m.label].label}, {m.status}" for m in over)
                words = f'<mark class="{over[0].kind}" title="{escape(told)}">{words}</mark>'
            html.append(words)
        return "".join(html)

    def _remarks(self, n: int) -> str:
        """Behind a sentence, the elements that it names, each with its status, and the links that it states."""
        html = []
        for label, status in dict.fromkeys((m.label, m.status) for m in self.mentions.get(n, ())):
            page, letter = self.elements.get(label, ""), _LETTERS[status]
            tag, link = ("a", f' href="../../{escape(page)}"') if page else ("span", "")
            about = escape(f"{self.framework[label].label}, {status}")
            chip = f'{escape(label)} <i class="{letter}">{letter}</i>'
            html.append(f' <{tag}{link} class="chip" title="{about}">{chip}</{tag}>')
        for arrow in dict.fromkeys(self.claims.get(n, ())):
            html.append(f' <span class="claim">{escape(arrow)}</span>')
        return "".join(html)

"""A document's PDF with its mentions highlighted, and a note on each, as the annotations that every PDF reader shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from policyloom.errors import DocumentError
from policyloom.export.pdf_annotations import PdfCopy, Rectangle
from policyloom.extract.pdf.places import Exactness, find_places
from policyloom.files import write_bytes
from policyloom.framework import Framework
from policyloom.framework.colours import KIND_COLOURS, element_colours, kind_colour
from policyloom.records import Mention, Tagged

__all__ = ["MarkedPdf", "write_marked_pdf"]

LIGHTNESS = 0.8
"""Of the highlights: the text under them stays readable, and their colours can be told apart."""

AUTHOR = "policyloom"
"""Whom the annotations name."""

PLACES: dict[Exactness, str] = {
    "letters": "",
    "words": "Place: as its words were read; the file has no such letters there.",
    "block": "Place: not known exactly; the whole paragraph, cell or field is marked.",
}
"""What a note says of the place of its mention."""


@dataclass(frozen=True, slots=True)
class MarkedPdf:
    """A marked-up PDF.

    Attributes:
        document: the document's id.
        n_mentions: how many mentions it has to mark.
        n_exact: how many are placed by their own letters.
        n_by_words: how many by their words as they were read, as by OCR.
        n_by_block: how many by their block, as their place is not known exactly.
        n_unplaced: how many stand nowhere on a page, and are not marked.
    """

    document: str
    n_mentions: int
    n_exact: int
    n_by_words: int
    n_by_block: int
    n_unplaced: int


def write_marked_pdf(
    source: str | Path,
    out: str | Path,
    tagged: Tagged,
    framework: Framework,
    *,
    coder: str,
    entities: bool = False,
) -> MarkedPdf:
    """Writes a copy of a PDF in which each mention is highlighted, in its element's colour, with a note on it.

    The copy is the file as it is with the annotations after it; the same input gives the same bytes.

    Args:
        source: the PDF that the document was read from.
        out: the file to write, which is replaced.
        tagged: the document.
        framework: with which it was tagged.
        coder: who decided, in a few words.
        entities: mark institutions, places, sums and so on too.

    Raises:
        DocumentError: the PDF is encrypted, or damaged so that nothing can be added to it.
        PolicyloomError: the extra `pdf` is not installed.
    """
    mentions = [mention for mention in tagged.mentions if entities or mention.kind != "entity"]
    copy = PdfCopy(source, author=AUTHOR)
    if copy.n_pages != tagged.document.n_pages:
        raise DocumentError(source, "damaged", "is damaged: its list of pages cannot be followed to its end")
    places = find_places(tagged.document, source, mentions)
    colours = element_colours(framework, LIGHTNESS)
    strips = _share_lines(mentions)
    # Long ones first, as a click finds the last one drawn.
    for i in sorted(range(len(mentions)), key=lambda i: (mentions[i].start - mentions[i].end, i)):
        mention, place = mentions[i], places[i]
        colour = colours.get(mention.label) or kind_colour(mention.kind, LIGHTNESS)
        note = _describe(tagged, mention, framework, coder, PLACES[place.exactness])
        name = f"{tagged.document.id}:{mention.start}-{mention.end}:{mention.label}"
        for page in sorted({page for page, _ in place.rectangles}):
            lines = [rectangle for at, rectangle in place.rectangles if at == page]
            painted = [strips[i].cut(line) for line in lines]
            copy.highlight(page, lines, painted, colour, note=note, name=f"{name}:{page}")
    counts = Counter(place.exactness if place.rectangles else "nowhere" for place in places)
    marked = MarkedPdf(
        tagged.document.id, len(mentions), counts["letters"], counts["words"], counts["block"], counts["nowhere"]
    )  # fmt: skip
    copy.note(1, _summarise(tagged, mentions, marked, framework, coder), name="summary")
    write_bytes(copy.to_bytes(), out)
    return marked


@dataclass(frozen=True, slots=True)
class _Strip:
    """Which of several equal strips of its lines' height a mention is painted in, counted from the top."""

    number: int
    n: int

    def cut(self, rectangle: Rectangle) -> Rectangle:
        """The strip of a rectangle."""
        left, bottom, right, top = rectangle
        height = (top - bottom) / self.n
        upper = top - self.number * height
        return left, upper - height, right, upper


def _share_lines(mentions: Sequence[Mention]) -> list[_Strip]:
    """The strip of each mention, so that no two colours lie over one another: mixed, they would look like a third."""
    strips: dict[int, _Strip] = {}
    group: dict[int, int] = {}
    ends: list[int] = []  # of the last mention in each strip of the group
    order = sorted(range(len(mentions)), key=lambda i: (mentions[i].start, -mentions[i].end))
    for i in order:
        mention = mentions[i]
        if ends and mention.start >= max(ends):
            strips |= {each: _Strip(number, len(ends)) for each, number in group.items()}
            group, ends = {}, []
        free = [number for number, end in enumerate(ends) if end <= mention.start]
        number = free[0] if free else len(ends)
        ends[number : number + 1] = [mention.end]
        group[i] = number
    strips |= {each: _Strip(number, len(ends)) for each, number in group.items()}
    return [strips[i] for i in range(len(mentions))]


def _describe(tagged: Tagged, mention: Mention, framework: Framework, coder: str, place: str) -> str:
    """The words of a mention's note."""
    label = framework[mention.label].label if mention.label in framework else mention.name
    lines = [f"{mention.label} {label}".strip()]
    if mention.kind == "entity":
        lines.append("Entity")
    else:
        sureness = f" ({mention.status_probability:.2f})" if mention.status_probability < 1 else ""
        lines.append(f"{mention.kind.capitalize()}; status: {mention.status}{sureness}")
    if mention.cue:
        lines.append(f"Status by: “{' '.join(tagged.document.text[slice(*mention.cue)].split())}”")
    lines.append(f"Probability: {mention.probability:.2f}")
    lines.append(f"Coder: {coder}" + (f"; {mention.source}" if mention.source else ""))
    lines.append(f"Id: {tagged.document.id}:{mention.start}-{mention.end}")
    return "\n".join([*lines, place] if place else lines)


def _summarise(
    tagged: Tagged, mentions: Sequence[Mention], marked: MarkedPdf, framework: Framework, coder: str
) -> str:
    """The words of the note on the first page: what is marked, in which colours, and what was not judged."""
    kinds = Counter(mention.kind for mention in mentions)
    lines = [
        f"Marked by policyloom: {len(mentions):,} {'mention' if len(mentions) == 1 else 'mentions'}",
        f"Framework: {framework.title} ({framework.id} {framework.version})",
        f"Coder: {coder}",
    ]
    lines += [
        f"{KIND_COLOURS[kind].capitalize()}: {n:,} of {'entities' if kind == 'entity' else framework.plural(kind).lower()}"
        for kind, n in sorted(kinds.items(), key=lambda item: list(KIND_COLOURS).index(item[0]))
    ]
    for n, words in (
        (marked.n_by_words, "placed by words as they were read, as by OCR"),
        (marked.n_by_block, "marked as a whole paragraph, cell or field, as the place is not known exactly"),
        (marked.n_unplaced, "not marked, as they stand on no page"),
    ):
        if n:
            lines.append(f"{n:,} {words}")
    unread = tagged.explain_unread()
    if unread:
        lines.append(f"Not judged: {unread}")
    lines.append("What is not marked was not found, which does not mean that it is not there.")
    return "\n".join(lines)

"""All pages beside a run's report, written one after the other into its folder."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from policyloom.framework import Framework
from policyloom.network import SentenceEvidence, tell_stress
from policyloom.network.acts import Act
from policyloom.records import Coverage, Finding, Tagged
from policyloom.report import gap_map
from policyloom.report.document_page import write_document_page
from policyloom.report.inputs import LinkKey, LinkQuote, ReportedDocument, SidePages
from policyloom.report.rendering import write_page
from policyloom.report.side_pages import (
    PlannedPage,
    document_paths,
    plan_acts,
    plan_elements,
    plan_links,
    write_evidence_pages,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ReportPages"]


class ReportPages:
    """The pages beside a report: of documents, elements, links and actors, and the evidence gap map.

    Attributes:
        links: where they are, as links from the report.
        files: their files, within the run folder; the gap map is not among them.
    """

    def __init__(
        self,
        out: Path,
        run: str,
        framework: Framework,
        documents: Sequence[ReportedDocument],
        *,
        quotes: Mapping[LinkKey, Sequence[LinkQuote]],
        sentences: Sequence[SentenceEvidence],
        acts: Sequence[Act],
        peers: pd.DataFrame,
        take: Callable[[Collection[str]], None],
    ) -> None:
        """Plans the pages, and makes their folders.

        Args:
            out: the run folder.
            run: what the run is called.
            framework: with which it was made.
            documents: those that were judged.
            quotes: all sentences behind each link.
            sentences: all that name an element.
            acts: who does which mechanism.
            peers: each document against the others.
            take: is told the files before they are written.
        """
        self._out, self._run, self._framework = out, run, framework
        self._documents = {row.id: row for row in documents}
        self._quotes = quotes
        standing_out = peers[peers["stress"] != ""]
        self._stress = {str(id): tell_stress(rows) for id, rows in standing_out.groupby("document")}
        paths = document_paths(self._documents)
        elements = plan_elements(sentences, framework)
        of_links, of_acts = plan_links(quotes, framework), plan_acts(acts, framework)
        self._planned: list[PlannedPage] = [*elements.values(), *of_links.values(), *of_acts.values()]
        self._element_pages = {id: quote(page.file(0)) for id, page in elements.items()}
        self.files = (*paths.values(), *(file for page in self._planned for file in page.files))
        self.links = SidePages(
            documents={id: quote(path) for id, path in paths.items()},
            elements={(id, ""): self._element_pages[id] for id in elements}
            | {(id, anchor): place for id, page in elements.items() for anchor, place in page.places.items()},
            links={key: quote(page.file(0)) for key, page in of_links.items()},
            acts={
                (id, anchor.removeprefix("a-")): place
                for id, page in of_acts.items()
                for anchor, place in page.places.items()
            },
            gap_map="gap_map.html",
        )
        take(self.files)
        for file in self.files:
            (out / file).parent.mkdir(parents=True, exist_ok=True)

    @property
    def n_documents(self) -> int:
        """How many documents have a page."""
        return len(self._documents)

    def write_document(self, tagged: Tagged, findings: Sequence[Finding]) -> None:
        """Writes the page of one document."""
        id = tagged.document.id
        write_document_page(
            self._out / document_paths([id])[id],
            tagged,
            self._framework,
            about=self._documents[id],
            findings=findings,
            elements=self._element_pages,
            stress=self._stress.get(id, ""),
            run=self._run,
        )

    def write_evidence(self) -> None:
        """Writes the pages of elements, links and actors."""
        write_evidence_pages(
            self._out, self._planned, title=self._run, documents=self._documents, pages=self.links.documents
        )

    def write_gap_map(self, coverage: Sequence[Coverage]) -> None:
        """Writes the evidence gap map as `gap_map.html`."""
        write_page(
            self._out / "gap_map.html",
            "gap_map.html.j2",
            lambda detail: gap_map.gap_view(
                self._framework, list(self._documents.values()), coverage, self._quotes, title=self._run,
                pages=self.links, quote_length=detail.quote_length,
            ),
            gap_map.DETAILS,
        )  # fmt: skip

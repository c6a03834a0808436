"""How often a test finds a link where there is none, and how often it finds one that is there.

    python benchmarks/null_links.py shuffled    # real documents, with the sentences of each element shuffled
    python benchmarks/null_links.py simulated   # corpora with topics and without links
    python benchmarks/null_links.py power       # corpora with one link

`shuffled` tags corpus/ and, where it is there, ../shared/documents/en. `--quick` does a tenth of the work. Results stand
in docs/network.md.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import isnan
from pathlib import Path
from typing import Any, Literal

import numpy as np

from policyloom.framework import Framework, read_framework
from policyloom.network import find_links
from policyloom.network.counting import DEFAULT_STATUSES, Unit, count_units
from policyloom.records import Block, Document, Mention, Metadata, Sentence, Tagged
from policyloom.run import read_tagged, run

ROOT = Path(__file__).parents[1]
REAL = (ROOT / "corpus", ROOT.parent / "shared/documents/en")
N_MECHANISMS, N_OUTCOMES = 8, 6
MAX_RATE = 0.8
"""The largest share of sentences that may name an element, so that some do not."""

Array = np.ndarray[Any, np.dtype[Any]]
Order = Literal["shuffled", "turned"]
Scope = Literal["document", "section"]


@dataclass(frozen=True, slots=True)
class Layout:
    """The paragraphs of a document, each with the number of its section and of its sentences."""

    sections: tuple[int, ...]
    n_sentences: tuple[int, ...]

    def of_sentences(self) -> Array:
        """The section of each sentence."""
        return np.repeat(self.sections, self.n_sentences)


def make_document(number: int, layout: Layout, present: Array, elements: Sequence[tuple[str, str]]) -> Tagged:
    """A document whose sentences, one character each, name the elements that `present` says."""
    n = sum(layout.n_sentences)
    ends = np.cumsum(layout.n_sentences).tolist()
    blocks = tuple(
        Block("paragraph", end - size, end, section=(f"Section {section}",))
        for section, size, end in zip(layout.sections, layout.n_sentences, ends, strict=True)
    )
    mentions = tuple(
        Mention(s, s + 1, elements[e][1], elements[e][0], s)  # type: ignore[arg-type]
        for s, e in np.argwhere(present).tolist()
    )
    paragraph = np.repeat(np.arange(len(blocks)), layout.n_sentences).tolist()
    document = Document(f"d{number:04}", "", "", 0, "en", Metadata(), "x" * n, blocks)
    return Tagged(document, tuple(Sentence(s, s + 1, paragraph[s]) for s in range(n)), mentions)


# ---------------------------------------------------------------- real documents, shuffled


def read_layout(tagged: Tagged, framework: Framework, elements: Sequence[str]) -> tuple[Layout, Array]:
    """A real document's paragraphs, and which of its sentences name which elements in a status that counts."""
    paragraphs = count_units(tagged.document, tagged.sentences).paragraphs
    places = [p.first + k for p in paragraphs for k in range(p.n_sentences)]
    row = {sentence: place for place, sentence in enumerate(places)}
    present = np.zeros((len(places), len(elements)), dtype=bool)
    for mention in tagged.mentions:
        if mention.kind == "entity" or mention.sentence not in row:
            continue
        id = framework.top(mention.label)
        if id in elements and mention.status in DEFAULT_STATUSES[framework[id].kind]:
            present[row[mention.sentence], elements.index(id)] = True
    return Layout(tuple(p.section for p in paragraphs), tuple(p.n_sentences for p in paragraphs)), present


def reorder(rng: np.random.Generator, present: Array, groups: Array, order: Order) -> Array:
    """The sentences of each element in another order within each group, or beginning elsewhere in it."""
    changed = present.copy()
    for group in np.unique(groups):
        at = np.flatnonzero(groups == group)
        for e in range(present.shape[1]):
            own = present[at, e]
            turned = np.roll(own, rng.integers(len(own)))
            changed[at, e] = rng.permutation(own) if order == "shuffled" else turned
    return changed


def correlate_neighbours(real: Sequence[tuple[Layout, Array]]) -> float:
    """The correlation of whether a sentence names an element with the same of the next one in its section.

    Within a section it is below 0 by chance, as its mean is taken off; hence shuffled documents stand beside it.
    """
    together = spread = 0.0
    for layout, present in real:
        sections = layout.of_sentences()
        for section in np.unique(sections):
            own = present[sections == section]
            around = own - own.mean(axis=0)
            together += float((around[1:] * around[:-1]).sum())
            spread += float((around**2).sum())
    return together / spread


def tag_real() -> list[Tagged]:
    """The real documents, tagged by the built-in framework with its classifier."""
    tagged: list[Tagged] = []
    for folder in REAL:
        if folder.is_dir():
            with tempfile.TemporaryDirectory() as out:
                run(folder, out, workers=1)
                tagged += read_tagged(out)
    return tagged


def run_shuffled(quick: bool) -> None:
    """Prints the table of real documents with shuffled elements."""
    framework = read_framework()
    ids = [*framework.ids("mechanism", top=True), *framework.ids("outcome", top=True)]
    elements = [(id, framework[id].kind) for id in ids]
    real = [read_layout(tagged, framework, ids) for tagged in tag_real()]
    real = [(layout, present) for layout, present in real if len(present)]
    n_named = sum(bool(present.any()) for _, present in real)
    print(f"{len(real)} documents, {n_named} of which name an element")
    rng = np.random.default_rng(0)
    shuffled = [
        correlate_neighbours(
            [(layout, reorder(rng, present, layout.of_sentences(), "shuffled")) for layout, present in real]
        )
        for _ in range(20)
    ]
    print(
        f"correlation of neighbouring sentences {correlate_neighbours(real):.3f}, shuffled {np.mean(shuffled):.3f}\n"
    )
    n_corpora = 20 if quick else 200

    def corpora(order: Order, scope: Scope) -> Iterator[list[Tagged]]:
        for seed in range(n_corpora):
            rng = np.random.default_rng(seed)
            documents = []
            for number, (layout, present) in enumerate(real):
                groups = layout.of_sentences() if scope == "section" else np.zeros(len(present))
                documents.append(
                    make_document(number, layout, reorder(rng, present, groups, order), elements)
                )
            yield documents

    print_head("each element's sentences", "unit")
    for unit in ("sentence", "paragraph"):
        for order, scope in (
            ("shuffled", "document"),
            ("shuffled", "section"),
            ("turned", "document"),
            ("turned", "section"),
        ):
            if unit == "sentence" or order == "shuffled":
                levels = measure_levels(corpora(order, scope), framework, unit)  # type: ignore[arg-type]
                print_row(f"{order} within each {scope}", unit, *levels)


# ---------------------------------------------------------------- simulated corpora


@dataclass(frozen=True, slots=True)
class Simulation:
    """How a corpus without links, or with one, comes about.

    A document has lognormal(log 40, 0.8) sentences in sections of lognormal(log 8, 0.7) and paragraphs of one to five,
    and names each element in a share of its sentences that is gamma distributed with this rate and shape.

    Attributes:
        topic: whether a factor of the document, exponential, raises or lowers all elements together.
        section_topic: whether a factor of the section, gamma of shape 0.5, does so.
        off_topic: share of documents without any element.
        has_headings: whether sections are known.
        persistence: share of sentences that name an element, or not, just as the sentence before does.
        odds_ratio: of the first outcome where the first mechanism stands in the sentence.
    """

    topic: bool = False
    section_topic: bool = False
    off_topic: float = 0.0
    has_headings: bool = True
    persistence: float = 0.0
    odds_ratio: float = 1.0
    rate: float = 0.1
    shape: float = 2.0


SIMULATIONS = {
    "independent leanings": Simulation(),
    "a topic of the document": Simulation(topic=True),
    "25 % off topic": Simulation(off_topic=0.25),
    "a topic of the section": Simulation(section_topic=True),
    "the same, neighbours alike (0.15)": Simulation(section_topic=True, persistence=0.15),
    "the same, neighbours alike (0.3)": Simulation(section_topic=True, persistence=0.3),
    "rare elements in few documents": Simulation(rate=0.02, shape=0.3),
    "a topic of the section, no headings": Simulation(section_topic=True, has_headings=False),
}


def split(n: int, size: Callable[[], float]) -> list[int]:
    """`n` as a sum of drawn sizes of at least 1."""
    parts = []
    while n > 0:
        parts.append(min(n, max(1, int(size()))))
        n -= parts[-1]
    return parts


def simulate(seed: int, n_documents: int, how: Simulation) -> list[Tagged]:
    """The documents of a corpus; the same seed gives the same ones."""
    rng = np.random.default_rng(seed)
    elements = [(f"T{i}", "mechanism") for i in range(N_MECHANISMS)]
    elements += [(f"O{j}", "outcome") for j in range(N_OUTCOMES)]
    documents = []
    for number in range(n_documents):
        leaning = rng.gamma(how.shape, how.rate / how.shape, len(elements))
        if how.topic:
            leaning = leaning * rng.exponential()
        if number < how.off_topic * n_documents:
            leaning = leaning * 0
        n = max(3, int(rng.lognormal(np.log(40), 0.8)))
        sections, sizes, parts = [], [], []
        for section, length in enumerate(split(n, lambda: rng.lognormal(np.log(8), 0.7))):
            factor = rng.gamma(0.5, 2.0) if how.section_topic else 1.0
            parts.append(draw_sentences(rng, length, np.minimum(leaning * factor, MAX_RATE), how))
            paragraphs = split(length, lambda: rng.integers(1, 6))
            sections += [section if how.has_headings else 0] * len(paragraphs)
            sizes += paragraphs
        documents.append(
            make_document(number, Layout(tuple(sections), tuple(sizes)), np.vstack(parts), elements)
        )
    return documents


def draw_sentences(rng: np.random.Generator, n: int, share: Array, how: Simulation) -> Array:
    """Which of `n` sentences name which elements."""
    drawn = rng.random((n, len(share)))
    present = drawn < share
    odds = how.odds_ratio * share[N_MECHANISMS] / (1 - share[N_MECHANISMS])
    raised = np.where(present[:, 0], odds / (1 + odds), share[N_MECHANISMS])
    present[:, N_MECHANISMS] = drawn[:, N_MECHANISMS] < raised
    stays = rng.random((n, len(share))) < how.persistence
    for k in range(1, n):
        present[k] = np.where(stays[k], present[k - 1], present[k])
    return present


def make_framework() -> Framework:
    """Mechanisms and outcomes without parts."""
    ids = [(f"T{i}", "mechanism") for i in range(N_MECHANISMS)]
    ids += [(f"O{j}", "outcome") for j in range(N_OUTCOMES)]
    elements = [{"id": id, "kind": kind, "label": id, "definition": id} for id, kind in ids]
    return Framework.model_validate({"id": "simulated", "title": "x", "version": "1", "elements": elements})


def measure_levels(
    corpora: Iterator[list[Tagged]], framework: Framework, unit: Unit = "sentence"
) -> tuple[float, float, float, float]:
    """Of 100 tested edges those with p, and of 100 corpora those with any q, below 0.05: pooled, then within sections."""
    found: dict[str, list[float]] = {"p": [], "p_within": []}
    corpora_with: dict[str, list[bool]] = {"q": [], "q_within": []}
    for corpus in corpora:
        links = find_links(corpus, framework, unit=unit, bootstrap=0, min_n=0, evidence=False).links
        links = links[links["kind"] == "co_occurs"]
        for p, q in (("p", "q"), ("p_within", "q_within")):
            found[p] += (links[p].dropna() < 0.05).tolist()
            corpora_with[q].append(bool((links[q] < 0.05).any()))
    if not found["p"]:
        corpora_with["q"] = []  # beyond sentences there is no pooled test
    shares = (found["p"], corpora_with["q"], found["p_within"], corpora_with["q_within"])
    return tuple(100 * float(np.mean(share)) if share else float("nan") for share in shares)  # type: ignore[return-value]


def run_simulated(quick: bool) -> None:
    """Prints the table of simulated corpora without links."""
    n_corpora, framework = 10 if quick else 100, make_framework()
    print_head("corpora", "documents")
    for name, how in SIMULATIONS.items():
        for n_documents in (20, 40, 80):
            corpora = (simulate(seed, n_documents, how) for seed in range(n_corpora))
            print_row(name, str(n_documents), *measure_levels(corpora, framework))


def run_power(quick: bool) -> None:
    """Prints in how many of 100 corpora the one link of 48 pairs is found within sections."""
    n_corpora, framework = 10 if quick else 100, make_framework()
    odds_ratios = (2.0, 3.0, 5.0)
    print("| corpora | documents | " + " | ".join(f"odds ratio {ratio:.0f}" for ratio in odds_ratios) + " |")
    print("|---|---:|" + "---:|" * len(odds_ratios))
    for name in ("independent leanings", "a topic of the section", "a topic of the section, no headings"):
        for n_documents in (20, 40, 80):
            shares = []
            for ratio in odds_ratios:
                how = replace(SIMULATIONS[name], odds_ratio=ratio)
                n = sum(is_found(simulate(seed, n_documents, how), framework) for seed in range(n_corpora))
                shares.append(100 * n / n_corpora)
            cells = " | ".join(f"{share:.0f}" for share in shares)
            print(f"| {name} | {n_documents} | {cells} |", flush=True)


def is_found(corpus: list[Tagged], framework: Framework) -> bool:
    """Whether the planted pair has q within sections below 0.05."""
    links = find_links(corpus, framework, bootstrap=0, min_n=0, evidence=False).links
    planted = links.query("source == 'T0' and target == 'O0' and kind == 'co_occurs'")
    return bool((planted["q_within"] < 0.05).any())


def print_head(first: str, second: str) -> None:
    """Prints the head of a table of levels."""
    print(f"| {first} | {second} | p < 0.05 | any q < 0.05 | p_within < 0.05 | any q_within < 0.05 |")
    print("|---|---:|---:|---:|---:|---:|")


def print_row(first: str, second: str, *levels: float) -> None:
    """Prints one row of it; what is not tested is left empty."""
    cells = " | ".join("" if isnan(level) else f"{level:.1f}" for level in levels)
    print(f"| {first} | {second} | {cells} |", flush=True)


def main() -> None:
    """Runs one benchmark and prints its table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("benchmark", choices=["shuffled", "simulated", "power"])
    parser.add_argument("--quick", action="store_true", help="a tenth of the work")
    arguments = parser.parse_args()
    {"shuffled": run_shuffled, "simulated": run_simulated, "power": run_power}[arguments.benchmark](
        arguments.quick
    )


if __name__ == "__main__":
    main()

"""How fast the network counts, and how far its intervals and tests can be trusted, on simulated corpora.

    python benchmarks/network.py scale            # time and memory against documents
    python benchmarks/network.py coverage         # how often an interval covers a planted association
    python benchmarks/network.py false-positives  # how often a test finds what is not there
    python benchmarks/network.py power            # how often a test finds what is there
    python benchmarks/network.py boilerplate      # repeated sentences, against edit distance, in EU acts

`--quick` does a tenth of the work. Results stand in benchmarks/network.md and docs/network.md.
"""

from __future__ import annotations

import argparse
import gzip
import multiprocessing
import random
import re
import resource
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import accumulate, combinations
from math import log2
from pathlib import Path
from typing import get_args

import numpy as np

from policyloom.framework import Framework
from policyloom.network import Counts, LinkOptions, Network, count, find_links, sum_counts
from policyloom.network.links import Test
from policyloom.network.repeats import KEY_WORDS, find_words, sentence_keys
from policyloom.records import Block, Claim, Document, Mention, Metadata, Sentence, Tagged

STATUSES = ("affirmed", "affirmed", "affirmed", "planned", "lacking", "negated")
CHUNK = 250
LIFTS = (0.1, 0.2, 0.4)


def make_framework(n_mechanisms: int, n_parts: int, n_outcomes: int) -> Framework:
    """`n_mechanisms` strategies with `n_parts` mechanisms each, and outcomes."""
    ids = [(f"T{i}", "mechanism", None) for i in range(n_mechanisms)]
    ids += [(f"T{i}.{k}", "mechanism", f"T{i}") for i in range(n_mechanisms) for k in range(n_parts)]
    ids += [(f"O{j}", "outcome", None) for j in range(n_outcomes)]
    elements = [
        {"id": id, "kind": kind, "label": id, "definition": id, "parent": parent} for id, kind, parent in ids
    ]
    return Framework.model_validate({"id": "simulated", "title": "x", "version": "1", "elements": elements})


# ---------------------------------------------------------------- scale

SCALE_FRAMEWORK = make_framework(5, 9, 10)
"""60 elements: 5 strategies with 9 mechanisms each, and 10 outcomes."""


def simulate_documents(first: int, last: int) -> Iterator[Tagged]:
    """Documents of 60 sentences in 15 paragraphs and 5 sections, with 30 mentions and 3 claims."""
    words = np.random.default_rng(7).permutation([f"word{i:04}" for i in range(2000)])
    elements = [(e.id, e.kind) for e in SCALE_FRAMEWORK]
    sentences = [" ".join(words[k : k + 18]) + "." for k in range(0, 1900, 7)]
    for number in range(first, last):
        rng = np.random.default_rng(number)
        chosen = [sentences[k] for k in rng.integers(0, len(sentences), 60)]
        text = "\n".join(chosen)
        ends = [end - 1 for end in accumulate(len(sentence) + 1 for sentence in chosen)]
        starts = [0, *(end + 1 for end in ends[:-1])]
        sections = tuple((f"Section {k}",) for k in range(5))
        blocks = tuple(
            Block("paragraph", starts[4 * b], ends[4 * b + 3], section=sections[b // 3]) for b in range(15)
        )
        mentions = []
        where, what = np.sort(rng.integers(0, 60, 30)).tolist(), rng.integers(0, 60, 30).tolist()
        for s, e, status in zip(where, what, rng.integers(0, 6, 30).tolist(), strict=True):
            id, kind = elements[e]
            mentions.append(Mention(starts[s], starts[s] + 8, kind, id, s, STATUSES[status]))
        mechanisms = [k for k, m in enumerate(mentions) if m.kind == "mechanism"]
        outcomes = [k for k, m in enumerate(mentions) if m.kind == "outcome"]
        claims = tuple(
            Claim(
                "leads_to",
                a,
                b,
                (starts[mentions[a].sentence], starts[mentions[a].sentence] + 3),
                mentions[a].sentence,
            )
            for a, b in zip(mechanisms[:3], outcomes[:3], strict=False)
        )
        yield Tagged(
            Document(f"d{number:07}", "", "", 0, "en", Metadata(), text, blocks),
            tuple(Sentence(a, b, k // 4) for k, (a, b) in enumerate(zip(starts, ends, strict=True))),
            tuple(mentions),
            claims,
        )


def count_range(first: int, last: int) -> tuple[Counts, float]:
    """The counts of simulated documents, and the CPU seconds that counting alone took."""
    documents = list(simulate_documents(first, last))
    start = time.process_time()
    counts = sum_counts(count(document, SCALE_FRAMEWORK) for document in documents)
    return counts, time.process_time() - start


def measure_scale(n_documents: int) -> dict[str, float]:
    """Seconds and megabytes for one corpus, on two processes."""
    start = time.perf_counter()
    counting = 0.0
    parts = []
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        bounds = range(0, n_documents, CHUNK)
        for counts, seconds in pool.map(count_range, bounds, [min(b + CHUNK, n_documents) for b in bounds]):
            parts.append(counts)
            counting += seconds
        total = sum_counts(parts)
        del parts
    counted = time.perf_counter()
    network = Network.from_counts(total, SCALE_FRAMEWORK, options=LinkOptions(bootstrap=0))
    n_links = len(network.links)
    linked = time.perf_counter()
    size = len(total.to_json()) / 1e6
    own, children = (
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {
        "documents": n_documents,
        "simulate and count, wall s": counted - start,
        "count alone, CPU s": counting,
        "count alone, us a document": counting / n_documents * 1e6,
        "links, s": linked - counted,
        "links": n_links,
        "JSON, MB": size,
        "peak memory, MB": own + 2 * children,
    }


def run_scale(quick: bool) -> None:
    """Prints the table of benchmarks/network.md; each size in a fresh process, for its own peak of memory."""
    sizes = (100, 1000, 10_000) if quick else (1000, 10_000, 100_000)
    rows = []
    for n_documents in sizes:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            rows.append(pool.submit(measure_scale, n_documents).result())
    print("| " + " | ".join(rows[0]) + " |")
    print("|" + "---:|" * len(rows[0]))
    for row in rows:
        print("| " + " | ".join(f"{v:,}" if isinstance(v, int) else f"{v:,.1f}" for v in row.values()) + " |")


# ---------------------------------------------------------------- trust


def simulate_corpus(
    seed: int,
    *,
    n_documents: int,
    n_mechanisms: int = 1,
    n_outcomes: int = 1,
    rate: float = 0.1,
    shape: float = 2.0,
    lift: float = 0.0,
    length: float = 40.0,
) -> list[Tagged]:
    """Documents of unequal length, each with its own leaning to every element.

    A document has lognormal(log(length), 0.8) sentences, and names each element in a share of them that is
    drawn from a gamma distribution of mean `rate` and the given shape: the lower the shape, the more the
    mentions of an element crowd into few documents. Where a sentence names the first mechanism, it names the
    first outcome with a probability higher by `lift`.
    """
    rng = np.random.default_rng(seed)
    elements = [(f"T{i}", "mechanism") for i in range(n_mechanisms)] + [
        (f"O{j}", "outcome") for j in range(n_outcomes)
    ]
    documents = []
    for number in range(n_documents):
        n = max(3, int(rng.lognormal(np.log(length), 0.8)))
        leaning = np.minimum(rng.gamma(shape, rate / shape, len(elements)), 0.8)
        named = rng.random((n, len(elements)))
        present = named < leaning
        both = n_mechanisms
        present[:, both] = named[:, both] < leaning[both] + lift * present[:, 0]
        mentions = [
            Mention(s, s + 1, elements[e][1], elements[e][0], s)  # type: ignore[arg-type]
            for s, e in np.argwhere(present).tolist()
        ]
        document = Document(
            f"d{number:04}", "", "", 0, "en", Metadata(), "x" * n, (Block("paragraph", 0, n),)
        )
        documents.append(Tagged(document, tuple(Sentence(s, s + 1, 0) for s in range(n)), tuple(mentions)))
    return documents


def planted_npmi(rate: float, lift: float) -> float:
    """The NPMI of the planted pair in a corpus without end."""
    joint, outcome = rate * (rate + lift), rate + lift * rate
    return log2(joint / (rate * outcome)) / -log2(joint)


def measure_coverage(
    n_corpora: int, *, n_documents: int, rate: float, shape: float, lift: float, bootstrap: int = 500
) -> float:
    """The share of intervals that hold the planted value; corpora too poor for an interval have none."""
    framework = make_framework(1, 0, 1)
    truth, hits, given = planted_npmi(rate, lift), 0, 0
    for seed in range(n_corpora):
        corpus = simulate_corpus(seed, n_documents=n_documents, rate=rate, shape=shape, lift=lift)
        link = find_links(
            corpus, framework, bootstrap=bootstrap, seed=seed, min_n=0, evidence=False
        ).links.iloc[0]
        given += link["ci_low"] == link["ci_low"]
        hits += link["ci_low"] <= truth <= link["ci_high"]
    return hits / given


def measure_false_positives(
    n_corpora: int, *, n_documents: int, rate: float, shape: float, test: Test
) -> tuple[float, float, float]:
    """With nothing planted: the shares of edges with p and with q < 0.05, and of corpora with such a q."""
    framework = make_framework(8, 0, 6)
    p, q, any_q = [], [], []
    for seed in range(n_corpora):
        corpus = simulate_corpus(
            seed, n_documents=n_documents, n_mechanisms=8, n_outcomes=6, rate=rate, shape=shape
        )
        links = find_links(corpus, framework, bootstrap=0, test=test, min_n=0, evidence=False).links
        p.append(float((links["p"] < 0.05).mean()))
        q.append(float((links["q"] < 0.05).mean()))
        any_q.append(bool((links["q"] < 0.05).any()))
    return float(np.mean(p)), float(np.mean(q)), float(np.mean(any_q))


def run_coverage(quick: bool) -> None:
    """Prints how many of 100 intervals cover, by documents and by how much mentions crowd."""
    n_corpora = 100 if quick else 1000
    settings = [(0.1, 2.0, 0.15), (0.05, 1.0, 0.15)]
    print("| documents | " + " | ".join(f"rate {r}, shape {s}, lift {x}" for r, s, x in settings) + " |")
    print("|---:|" + "---:|" * len(settings))
    for n_documents in (10, 20, 40, 80, 160):
        found = [
            measure_coverage(n_corpora, n_documents=n_documents, rate=r, shape=s, lift=x)
            for r, s, x in settings
        ]
        print(f"| {n_documents} | " + " | ".join(f"{100 * share:.1f}" for share in found) + " |", flush=True)


def run_false_positives(quick: bool) -> None:
    """Prints how many of 100 edges, and corpora, show what is not there."""
    n_corpora = 20 if quick else 100
    print("| documents | rate | shape | test | edges p < 0.05 | edges q < 0.05 | corpora with any q < 0.05 |")
    print("|---:|---:|---:|---|---:|---:|---:|")
    for n_documents in (20, 80):
        for rate, shape in ((0.1, 2.0), (0.02, 0.3), (0.1, 0.1)):
            for test in get_args(Test):
                found = measure_false_positives(
                    n_corpora, n_documents=n_documents, rate=rate, shape=shape, test=test
                )
                shares = " | ".join(f"{100 * share:.2f}" for share in found)
                print(f"| {n_documents} | {rate} | {shape} | {test} | {shares} |", flush=True)


def run_power(quick: bool) -> None:
    """Prints in how many of 100 corpora a planted pair, one of 48, passes q < 0.05."""
    n_corpora = 20 if quick else 100
    framework = make_framework(8, 0, 6)
    print(
        "| documents | "
        + " | ".join(f"lift {lift} (NPMI {planted_npmi(0.1, lift):.2f})" for lift in LIFTS)
        + " |"
    )
    print("|---:|" + "---:|" * len(LIFTS))
    for n_documents in (10, 20, 40, 80):
        shares = []
        for lift in LIFTS:
            found = 0
            for seed in range(n_corpora):
                corpus = simulate_corpus(
                    seed, n_documents=n_documents, n_mechanisms=8, n_outcomes=6, lift=lift
                )
                links = find_links(corpus, framework, bootstrap=0, evidence=False).links
                found += bool((links.query("source == 'T0' and target == 'O0'")["q"] < 0.05).any())
            shares.append(100 * found / n_corpora)
        print(f"| {n_documents} | " + " | ".join(f"{share:.0f}" for share in shares) + " |", flush=True)


# ---------------------------------------------------------------- boilerplate

ACTS = Path(__file__).parents[2] / "shared/training/eu_law_text/eu_law.txt.gz"


def run_boilerplate(quick: bool) -> None:
    """Prints how repeats found by keys compare with pairs of sentences of a high edit ratio.

    The text of law is full of formulas, and no elements are given, so that keys have nothing but words to go
    by: this is the hardest case.
    """
    from rapidfuzz import fuzz, process

    lines = [line for line in gzip.decompress(ACTS.read_bytes()).decode().split("\n") if line.strip()]
    shuffle = random.Random(0).shuffle
    shuffle(lines)
    found = [
        (number, part.strip())
        for number, line in enumerate(lines[:3000])
        for part in re.split(r"(?<=[.;:])\s+(?=[A-Z(0-9])", line)
        if len(find_words(part)) >= KEY_WORDS
    ]
    shuffle(found)
    found = found[: 2000 if quick else 6000]
    by_key: dict[tuple[int, int], list[int]] = {}
    for at, (_, sentence) in enumerate(found):
        for end, key in enumerate(sentence_keys(sentence, ())):
            by_key.setdefault((end, key), []).append(at)
    ours = {
        pair
        for group in by_key.values()
        for pair in combinations(group, 2)
        if found[pair[0]][0] != found[pair[1]][0]
    }
    texts = [re.sub(r"\d+", "0", sentence.casefold()) for _, sentence in found]
    ratio: dict[tuple[int, int], int] = {}
    for low in range(0, len(texts), 1000):
        scores = process.cdist(
            texts[low : low + 1000], texts, scorer=fuzz.ratio, score_cutoff=80, dtype=np.uint8
        )
        for row, other in np.argwhere(scores).tolist():
            if low + row < other and found[low + row][0] != found[other][0]:
                ratio[low + row, other] = int(scores[row, other])
    print(f"{len(found)} sentences; {len(ours)} pairs share a key")
    print(
        "| pairs with a ratio of at least | n | of these, share a key | of those that share a key, have it |"
    )
    print("|---:|---:|---:|---:|")
    for cut in (95, 90, 85, 80):
        close = {pair for pair, value in ratio.items() if value >= cut}
        both = len(close & ours)
        print(f"| {cut} | {len(close)} | {both / len(close):.2f} | {both / len(ours):.2f} |")


def main() -> None:
    """Runs one benchmark and prints its table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("benchmark", choices=["scale", "coverage", "false-positives", "power", "boilerplate"])
    parser.add_argument("--quick", action="store_true", help="a tenth of the work")
    arguments = parser.parse_args()
    run = {
        "scale": run_scale,
        "coverage": run_coverage,
        "false-positives": run_false_positives,
        "power": run_power,
        "boilerplate": run_boilerplate,
    }
    run[arguments.benchmark](arguments.quick)


if __name__ == "__main__":
    main()

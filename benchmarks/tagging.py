"""Score tagging against labelled sentences, each read alone.

    python benchmarks/tagging.py corpus/gold.jsonl [--errors T2] [--json]

A line of the labels is {"id", "doc", "text", "elements": [{"id", "status"}], "links": [[mechanism, outcome]],
"answers": [[mechanism, challenge]]}. An element counts once a sentence, a part for its outermost element; status is
judged where the element is rightly found; a link is a pair of outermost elements. Where an element is found in two
statuses, the first in the sentence stands.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from policyloom import load_pipeline, read_framework, tag
from policyloom.framework import Framework
from policyloom.records import Block, Document, Metadata, Tagged

KINDS = ("outcome", "challenge", "mechanism")


def as_document(id: str, text: str) -> Document:
    """A sentence as a document of one paragraph."""
    return Document(id, id, "", 0, "en", Metadata(), text, (Block("paragraph", 0, len(text)),))


def found(
    tagged: Tagged, framework: Framework
) -> tuple[dict[str, str], set[tuple[str, str]], set[tuple[str, str]]]:
    """What was found in a sentence: statuses by outermost element, links, answers."""
    statuses: dict[str, str] = {}
    for mention in tagged.mentions:
        if mention.kind in KINDS:
            statuses.setdefault(framework.top(mention.label), mention.status)
    pairs: dict[str, set[tuple[str, str]]] = {"leads_to": set(), "answers": set()}
    for claim in tagged.claims:
        if claim.polarity == "positive":
            ends = (tagged.mentions[claim.mechanism].label, tagged.mentions[claim.target].label)
            pairs[claim.kind].add((framework.top(ends[0]), framework.top(ends[1])))
    return statuses, pairs["leads_to"], pairs["answers"]


def f1(hits: int, found: int, wanted: int) -> tuple[float, float, float]:
    """Precision, recall and F1; 0 where they are not defined."""
    p, r = hits / found if found else 0.0, hits / wanted if wanted else 0.0
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


def score(path: Path, framework: Framework, show: str | None = None) -> dict[str, Any]:
    """The figures over one file of labels; prints the errors of one element where asked."""
    nlp = load_pipeline(framework)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        statuses, links, answers = found(tag(as_document(row["id"], row["text"]), nlp), framework)
        wanted = {e["id"]: e["status"] for e in row["elements"]}
        for id in sorted(set(statuses) | set(wanted)):
            c = counts[id]
            c["found"] += id in statuses
            c["wanted"] += id in wanted
            if id in statuses and id in wanted:
                c["hits"] += 1
                c["status"] += statuses[id] == wanted[id]
            if show in (id, "all") and (id in statuses) != (id in wanted):
                print("FALSE " if id in statuses else "MISSED", id, row["id"], row["text"])
            if show == "status" and statuses.get(id, wanted.get(id)) != wanted.get(id, statuses.get(id)):
                print(f"{id} is {wanted[id]}, not {statuses[id]}:", row["id"], row["text"])
        for name, got, want in (
            ("links", links, {tuple(pair) for pair in row.get("links", [])}),
            ("answers", answers, {tuple(pair) for pair in row.get("answers", [])}),
        ):
            counts[name] += Counter(found=len(got), wanted=len(want), hits=len(got & want))
            if show == name and got != want:
                print(sorted(got), "wanted", sorted(want), row["id"], row["text"])
    elements = [e for kind in KINDS for e in framework.ids(kind, top=True)]  # type: ignore[arg-type]
    by = {id: f1(counts[id]["hits"], counts[id]["found"], counts[id]["wanted"]) for id in elements}
    total: Counter[str] = sum((counts[id] for id in elements), Counter())
    return {
        "element_micro_f1": f1(total["hits"], total["found"], total["wanted"])[2],
        "element_precision": f1(total["hits"], total["found"], total["wanted"])[0],
        "element_recall": f1(total["hits"], total["found"], total["wanted"])[1],
        "element_macro_f1": sum(x[2] for x in by.values()) / len(by),
        "status_accuracy": total["status"] / max(1, total["hits"]),
        "link_f1": f1(counts["links"]["hits"], counts["links"]["found"], counts["links"]["wanted"])[2],
        "answer_f1": f1(counts["answers"]["hits"], counts["answers"]["found"], counts["answers"]["wanted"])[
            2
        ],
        "by_element": {
            id: {
                "precision": p,
                "recall": r,
                "f1": f,
                "n": counts[id]["wanted"],
                "found": counts[id]["found"],
            }
            for id, (p, r, f) in by.items()
        },
    }


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("labels", type=Path)
    parser.add_argument("--framework", default="production_education")
    parser.add_argument("--errors", metavar="ELEMENT", help="an element, status, links, answers or all")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    scores = score(options.labels, read_framework(options.framework), options.errors)
    if options.json:
        print(json.dumps(scores))
        return
    for name, value in scores.items():
        if name != "by_element":
            print(f"{name:20} {value:.3f}")
    for id, row in scores["by_element"].items():
        print(f"{id:4} P {row['precision']:.2f}  R {row['recall']:.2f}  F1 {row['f1']:.2f}  n {row['n']}")


if __name__ == "__main__":
    main()

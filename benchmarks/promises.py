"""Score the particulars of promises: who acts, with what, how much, by when, how it is watched.

    python benchmarks/promises.py --texts ../shared/documents [--part work|final]
    python benchmarks/promises.py --pool ../shared

`promises.jsonl` beside this file holds, a sentence a line, its document, a hash of its letters and of those of the line that
introduces its list, whether a reader takes it for a promise, and where its particulars stand in either. Part `work` was looked at
while the words were chosen, `final` was not. `promises_pool.jsonl` holds the same of sentences of the pool, by their ids: the words
were chosen with all of them in view. A particular is right where one text holds the other, or half of their words are the
same. Each sentence is read alone, under its lead-in, as if it planned a mechanism. `second` holds what another reader says.
"""

from __future__ import annotations

import argparse
import html
import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from whole_documents import key_of

from policyloom import load_coder, load_pipeline, read_document, read_framework, tag
from policyloom.records import Candidate, Coding, Document, Passage, Tagged
from policyloom.tag import tag_together

LABELS = Path(__file__).with_name("promises.jsonl")
POOL_LABELS = Path(__file__).with_name("promises_pool.jsonl")
PARTICULARS = ("actor", "instrument", "amount", "deadline", "monitoring")
ARTICLES = {"the", "a", "an"}


class EachPlansSomething:
    """A coder to which every sentence plans a mechanism as a whole."""

    def code(self, passages: Sequence[Passage]) -> list[Coding]:
        """A coding for each sentence of the passages."""
        every = [sentence for passage in passages for sentence in passage.sentences]
        whole = (Candidate(0, len(s.tokens), "T1", "mechanism", "all", status="planned") for s in every)
        return [Coding((one,)) for one in whole]


def read_texts(folder: Path, names: set[str]) -> dict[str, str]:
    """The text of every sentence of some documents, by its hash."""
    framework = read_framework()
    nlp, coder = load_pipeline(framework), load_coder(framework, "none")
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.name in names:
            tagged = tag(read_document(path), nlp, coder)
            found |= {key_of(text): text for text in map(tagged.quote, tagged.sentences)}
    return found


def read_pool(folder: Path, rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """The text of sentences of the pool and of the lines that introduce their lists, by hash; each row is told the hashes."""
    files = (*sorted((folder / "pool").glob("pool_en*.jsonl")), folder / "gold" / "train_real.jsonl")
    known: dict[str, dict[str, Any]] = {}
    for file in files:
        for line in file.read_text("utf-8").split("\n"):
            if line:
                sentence = json.loads(line)
                known.setdefault(sentence["id"], {}).update(sentence)
    found = {}
    for row in rows:
        sentence = known.get(row["id"])
        if sentence is None:
            row["key"] = row["lead_in"] = "?"
            continue
        said = {"key": sentence["text"], "lead_in": sentence.get("before", "") if row["lead_in"] else ""}
        for name, text in said.items():
            row[name] = key_of(text) if text else ""
            found[row[name]] = text
    return {key: text for key, text in found.items() if key}


def as_page(sentence: str, lead_in: str, folder: Path) -> Document:
    """A document of one sentence, as the item of a list where something introduces it."""
    body = f"<p>{html.escape(sentence)}</p>"
    if lead_in:
        body = f"<p>{html.escape(lead_in)}</p><ul><li>{html.escape(sentence)}</li></ul>"
    path = folder / "page.html"
    path.write_text(f"<html><body>{body}</body></html>", "utf-8")
    return read_document(path)


def words(text: str) -> set[str]:
    """A text's words without articles."""
    return set(re.findall(r"\w+", text.lower())) - ARTICLES


def is_same(one: str, other: str) -> bool:
    """Whether two texts mean the same words of a sentence."""
    a, b = words(one), words(other)
    return bool(a & b) and (a <= b or b <= a or len(a & b) / len(a | b) >= 1 / 2)


def find(tagged: Tagged, sentence: str) -> dict[str, list[str]]:
    """The particulars found in a sentence, and in what introduces it."""
    found: dict[str, list[str]] = {name: [] for name in PARTICULARS}
    for mention in tagged.mentions:
        if mention.label == "T1" and key_of(tagged.sentence(mention)) == key_of(sentence):
            if mention.agent:
                found["actor"].append(tagged.document.text[slice(*mention.agent)])
            for facet in mention.facets:
                if facet.kind in found:
                    found[facet.kind].append(tagged.document.text[facet.start : facet.end])
    return found


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--texts", type=Path, help="folder of documents")
    given.add_argument("--pool", type=Path, help="folder with pool/ and gold/")
    parser.add_argument("--part", choices=["work", "final"], default="final")
    options = parser.parse_args()
    path = LABELS if options.texts else POOL_LABELS
    rows = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
    rows = [row for row in rows if row["promise"]]
    if options.texts:
        rows = [row for row in rows if row["part"] == options.part]
        texts = read_texts(options.texts, {row["document"] for row in rows})
    else:
        texts = read_pool(options.pool, rows)
    there = [row for row in rows if row["key"] in texts and row["lead_in"] in {"", *texts}]
    print(f"{len(there)} promises; the text of {len(rows) - len(there)} is not there any more")
    with TemporaryDirectory() as folder:
        pages = [as_page(texts[r["key"]], texts.get(r["lead_in"], ""), Path(folder)) for r in there]
    tagged = tag_together(pages, load_pipeline(read_framework()), EachPlansSomething())
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for row, one in zip(there, tagged, strict=True):
        found = find(one, texts[row["key"]])
        for name in PARTICULARS:
            told = row[name]
            where = {"sentence": texts[row["key"]], "lead_in": texts.get(row["lead_in"], "")}
            said = where[told[0]][told[1] : told[2]] if told else ""
            is_right = bool(said) and any(is_same(text, said) for text in found[name])
            right[name] += is_right
            wrong[name] += bool(found[name]) and not is_right
            missed[name] += bool(said) and not is_right
    for name in PARTICULARS:
        r, w, m = right[name], wrong[name], missed[name]
        print(
            f"{name:11} precision {r / max(1, r + w):.2f}, recall {r / max(1, r + m):.2f}, "
            f"F1 {2 * r / max(1, 2 * r + w + m):.2f}, labelled {r + m}"
        )


if __name__ == "__main__":
    main()

"""The script that a user would write instead: pdfplumber's text, spaCy's sentences, a PhraseMatcher, pairs counted by sentence.

    python benchmarks/plain_script.py FOLDER

`benchmarks/scale.py pages` holds `policyloom run` against it. It knows no columns, statuses, claims or pages; the terms are the
built-in framework's, taken as plain phrases.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from importlib import resources
from itertools import combinations
from pathlib import Path

import pdfplumber
import spacy
from spacy.matcher import PhraseMatcher


def main() -> None:
    """Count and print."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.max_length = 10_000_000
    source = resources.files("policyloom") / "frameworks" / "production_education.toml"
    framework = tomllib.loads(source.read_text("utf-8"))
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    for element in framework["element"]:
        if element.get("terms"):
            matcher.add(element["id"], [nlp.make_doc(term) for term in element["terms"]])
    pairs: Counter[tuple[str, str]] = Counter()
    n_pages = 0
    for path in sorted(Path(sys.argv[1]).glob("*.pdf")):
        with pdfplumber.open(path) as pdf:
            n_pages += len(pdf.pages)
            text = "\n".join(page.extract_text() or "" for page in pdf.pages)
        for sentence in nlp(text).sents:
            named = {nlp.vocab.strings[key] for key, _, _ in matcher(sentence)}
            pairs.update(combinations(sorted(named), 2))
    print(f"{n_pages} pages, {len(pairs)} pairs that stand in one sentence")


if __name__ == "__main__":
    main()

"""Score the check on policies with known properties: which findings are right, and which are missed.

    python benchmarks/planted_policies.py benchmarks/check/a [benchmarks/check/b ...] [--encoder FOLDER] [--mistakes]
        [--requests FILE.jsonl | --answers FILE.jsonl]

Each folder holds policies, evidence documents and `expected.json`, written by one writer who knew the rules' definitions and never
saw what the tool finds. Sets a to c were looked at while the check was written, d never, e in part. A finding is right where the writer
lists its rule and subject for the document; a promise where he lists it for that very sentence. What a writer marks as arguable
counts neither way. With `--requests` what a language model would be asked about the documents is written to a file, and with
`--answers` it is the coder, by its answers.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from policyloom import (
    check,
    find_links,
    language_model_coder,
    load_coder,
    load_pipeline,
    read_document,
    read_framework,
    tag,
)
from policyloom.coders.language_model import write_unanswered
from policyloom.errors import UnansweredError
from policyloom.framework import Framework
from policyloom.records import Finding, Measured

PROMISES = ("vague-promise", "complete-promise")
_LETTERS = re.compile(r"\W+")


def read_arguable(folder: Path, expected: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Findings that count neither way, as (document, rule, subject)."""
    found = {(row["file"], row["rule"], row["subject"]) for row in expected.get("doubts", ())}
    path = folder / "arguable.json"
    if path.exists():
        rows = json.loads(path.read_text("utf-8"))
        found |= {
            (file, row["rule"], row["subject"])
            for file, of in rows.items()
            if isinstance(of, list)
            for row in of
        }
    return found


def letters(text: str) -> str:
    """A text's letters and digits alone."""
    return _LETTERS.sub("", text).lower()


def is_same(finding: Finding, expected: dict[str, Any], subjects: set[str]) -> bool:
    """Whether a finding is one that the writer lists."""
    if finding.rule != expected["rule"] or (
        finding.subject not in subjects and expected["subject"] != finding.subject
    ):
        return False
    if finding.rule not in PROMISES:
        return True
    quote, own = letters(expected["quote"]), letters(finding.evidence[0].quote)
    return quote in own or own in quote


def write_requests(sets: list[Path], framework: Framework, path: Path) -> int:
    """Writes what a language model would be asked about all documents of the sets."""
    nlp, coder = load_pipeline(framework), language_model_coder(framework, "reader")
    asked = []
    for file in (
        file
        for folder in sets
        for part in ("evidence", "policies")
        for file in sorted((folder / part).iterdir())
    ):
        try:
            tag(read_document(file), nlp, coder)
        except UnansweredError as error:
            asked += error.requests
    return write_unanswered(asked, path, framework)


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--coder", default="classifier", help='"none" for rules alone')
    parser.add_argument("--encoder", type=Path, help="a folder with an encoder, beside the classifier")
    parser.add_argument("--requests", type=Path)
    parser.add_argument("--answers", type=Path)
    parser.add_argument("--mistakes", action="store_true")
    options = parser.parse_args()
    framework = read_framework()
    if options.requests:
        n = write_requests(options.sets, framework, options.requests)
        raise SystemExit(f"{n} requests in {options.requests}")
    nlp, coder = load_pipeline(framework), load_coder(framework, options.coder)
    if options.encoder:
        from dataclasses import replace

        from policyloom.coders.classifier import read_encoder

        coder = load_coder(framework, replace(coder.classifier, encoder=read_encoder(options.encoder)))  # type: ignore[attr-defined]
    if options.answers:
        coder = language_model_coder(framework, "reader", answers=options.answers)
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for folder in options.sets:
        expected = json.loads((folder / "expected.json").read_text("utf-8"))
        arguable = read_arguable(folder, expected)
        evidence = [tag(read_document(p), nlp, coder) for p in sorted((folder / "evidence").iterdir())]
        network = find_links(evidence, framework)
        for name, listed in expected["policies"].items():
            tagged = tag(read_document(folder / "policies" / name), nlp, coder)
            measured = getattr(coder, "measured", Measured())
            checked = check(tagged, framework, network, measured=measured)
            also = {letters(p["quote"]): set(p.get("also", ())) for p in expected["promises"].get(name, ())}
            open_rows = list(listed)
            for finding in checked.findings:
                hit = next(
                    (
                        row
                        for row in open_rows
                        if is_same(finding, row, also.get(letters(row["quote"]), set()))
                    ),
                    None,
                )
                if hit is not None:
                    right[finding.rule] += 1
                    open_rows.remove(hit)
                elif any(is_same(finding, row, also.get(letters(row["quote"]), set())) for row in listed):
                    continue  # one promise under two of its subjects
                elif (name, finding.rule, finding.subject) not in arguable:
                    wrong[finding.rule] += 1
                    if options.mistakes:
                        quote = finding.evidence[0].quote if finding.evidence else ""
                        print(f"WRONG  {name} {finding.rule} {finding.subject}: {quote}")
            for row in open_rows:
                if (name, row["rule"], row["subject"]) not in arguable:
                    missed[row["rule"]] += 1
                    if options.mistakes:
                        print(f"MISSED {name} {row['rule']} {row['subject']}: {row['quote']}")
    print(f"{'':28}{'right':>6}{'wrong':>7}{'missed':>8}{'precision':>11}{'recall':>8}")
    for rule in [*sorted({*right, *wrong, *missed}), "all"]:
        r, w, m = (sum(c.values()) if rule == "all" else c[rule] for c in (right, wrong, missed))
        precision, recall = (f"{r / (r + x):.2f}" if r + x else "" for x in (w, m))
        print(f"{rule:28}{r:6}{w:7}{m:8}{precision:>11}{recall:>8}")


if __name__ == "__main__":
    main()

"""Run folders of made-up documents, as many as a test wants, written without reading a file."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from policyloom.framework import Framework
from policyloom.records import Metadata, Tagged
from policyloom.run.coder import resolve_coder
from policyloom.run.metadata import MetadataTable
from policyloom.run.outputs import Written, write_outputs
from tests.test_network import FRAMEWORK, make_tagged

ATTACK = "<script>document.title='owned'</script>\"><img src=x onerror=\"document.title='owned'\">&amp;"

STATUSES = ("affirmed", "planned", "planned", "lacking", "negated")


def make_documents(n: int, *, sentences: int = 30) -> list[Tagged]:
    """Documents that name the elements of `test_network.FRAMEWORK`; every fifth has a hostile title and hostile text.

    Every tenth does not name T2. The same number gives the same documents.
    """
    chance = random.Random(n)
    documents = []
    for number in range(n):
        told = []
        for at in range(sentences):
            status = chance.choice(STATUSES)
            second = "T2" if number % 10 and chance.random() < 0.5 else "T1.2"
            words = [
                f"The [A1|ministry] shall give [T1.1 {status}|tax relief] so that [O1|wages] rise in part {at}.",
                f"In district {at} [{second} {status}|joint boards] are named, and [O2|industry] grows.",
                f"Nothing of the field is said in sentence {at} of this text.",
                f"There is a [C1 {status}|lack of rules], and [{second} {status}|boards] help in case {at}.",
            ]
            told.append(chance.choice(words))
        if number % 5 == 0:
            told.append(f"{ATTACK} [T1 planned|relief] raises [O1|wages].")
        blocks = [" ".join(told[at : at + 5]) for at in range(0, len(told), 5)]
        tagged = make_tagged(
            f"d{number:04}",
            ("heading", "[T1|Relief] for all"),
            *blocks,
            acts={"T1.1": "A1"},
            sha256=f"{number:064x}",
        )
        title = f"{ATTACK} {number}" if number % 5 == 0 else f"Policy number {number}"
        metadata = Metadata(title=title, date=str(2000 + number % 20))
        documents.append(
            replace(
                tagged, document=replace(tagged.document, metadata=metadata, source=f"north/d{number:04}.pdf")
            )
        )
    return documents


def write_made_run(
    folder: Path, documents: Collection[Tagged], framework: Framework = FRAMEWORK
) -> tuple[Written, list[str]]:
    """Writes the outputs of a run; returns what was found, and the files that were announced before they were written."""
    folder.mkdir()
    (folder / "framework.json").write_text(framework.model_dump_json(), "utf-8")
    files = {one.document.id: one.document.source for one in documents}
    announced: list[str] = []
    written = write_outputs(
        folder,
        lambda: iter(documents),
        framework,
        (),
        model=None,
        coder=resolve_coder("rules", framework),
        name=f"Made up {ATTACK}",
        unit="sentence",
        files=files,
        versions=(),
        metadata=MetadataTable(
            ("country",),
            {file: {"country": ("Lanhe", ATTACK)[n % 2]} for n, file in enumerate(files.values())},
        ),
        tell=lambda stage, n: None,
        take=announced.extend,
    )
    return written, announced

"""Write what one document's check found: tables, a page, and a brief."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from policyloom.check import Checked
from policyloom.export import (
    CLAIMS,
    COVERAGE,
    ENTITIES,
    FINDINGS,
    MENTIONS,
    PROMISES,
    UserColumns,
    claim_rows,
    coverage_rows,
    entity_rows,
    finding_rows,
    mention_rows,
    promise_rows,
)
from policyloom.files import open_table, write_bytes
from policyloom.framework import Framework
from policyloom.network import tell_stress
from policyloom.records import Measured, Tagged
from policyloom.report import (
    can_write_word,
    draft_brief,
    make_brief,
    write_check_report,
    write_word_brief,
)
from policyloom.run.folder import claim, open_folder, seal
from policyloom.run.outputs import PEERS, reported_document, write_peers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["write_check"]

WORD_BRIEF = "brief.docx"
CHECK_OUTPUTS = (
    "findings.csv", "coverage.csv", "promises.csv", "mentions.csv", "entities.csv", "claims.csv", "brief.md", "check.html",
)  # fmt: skip


def write_check(
    out: Path,
    tagged: Tagged,
    checked: Checked,
    framework: Framework,
    *,
    against: str,
    measured: Measured,
    peers: pd.DataFrame | None = None,
) -> None:
    """Write one document's check: its tables, brief.md, brief.docx where python-docx is installed, and check.html.

    With `peers`, its rows against a run's documents, peers.csv too.

    Raises:
        RunError: `out` cannot be written without losing somebody's files.
    """
    folder = open_folder(out, "check")
    names = (
        *CHECK_OUTPUTS,
        *([WORD_BRIEF] if can_write_word() else []),
        *([PEERS] if peers is not None else []),
    )
    stress = tell_stress(peers) if peers is not None else ""
    with folder.held():
        claim(folder, names)
        for name, columns, rows in (
            ("findings.csv", FINDINGS.names, finding_rows(checked.findings)),
            ("coverage.csv", COVERAGE.names, coverage_rows(checked.coverage, framework)),
            ("promises.csv", PROMISES.names, promise_rows(checked.promises)),
            ("mentions.csv", MENTIONS.names, mention_rows(tagged, framework)),
            ("entities.csv", ENTITIES.names, entity_rows(tagged)),
            ("claims.csv", CLAIMS.names, claim_rows(tagged, framework)),
        ):
            with open_table(out / name, columns) as add:
                add(rows)
        if peers is not None:
            write_peers(peers, out, UserColumns())
        brief = draft_brief(tagged, checked, framework, against=against, stress=stress)
        write_bytes(make_brief(brief).encode("utf-8"), out / "brief.md")
        if WORD_BRIEF in names:
            write_word_brief(brief, out / WORD_BRIEF)
        write_check_report(
            out / "check.html",
            framework=framework,
            document=reported_document(tagged, framework),
            coverage=[c for c in checked.coverage if c.is_named],
            findings=checked.findings,
            claims=checked.claims,
            promises=checked.promises,
            cases=checked.cases,
            peers=[
                dict(zip(peers.columns, row, strict=True)) for row in peers.itertuples(index=False, name=None)
            ]
            if peers is not None
            else (),
            stress=stress,
            against=against,
            measured=measured,
        )
        seal(folder, names)

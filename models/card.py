"""The tables of a model card, written between its markers, so that the card says what was measured."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

__all__ = ["to_tables", "write_card"]

SYNTAX_COLUMNS = {
    "TAG": "tag_acc",
    "POS": "pos_acc",
    "MORPH": "morph_acc",
    "UAS": "dep_uas",
    "LAS": "dep_las",
    "LEMMA": "lemma_acc",
    "SENTS P": "sents_p",
    "SENTS R": "sents_r",
    "SENTS F": "sents_f",
}


def write_card(card: str | Path, scores: dict[str, Any], sources: str | Path) -> None:
    """Replace what stands between `<!-- NAME -->` and `<!-- end -->` in the card, for each table."""
    path = Path(card)
    text = path.read_text(encoding="utf8")
    for name, table in to_tables(scores, Path(sources)).items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        text = pattern.sub(lambda match, table=table: f"{match[1]}{table}\n{match[2]}", text)
    path.write_text(text, encoding="utf8")


def to_tables(scores: dict[str, Any], sources: Path) -> dict[str, str]:
    """Markdown by marker: sources, syntax, entities, boundaries, size."""
    syntax = {key.partition("/")[2]: row for key, row in scores.items() if key.startswith("syntax/")}
    entities = {key.partition("/")[2]: row for key, row in scores.items() if key.startswith("entities/")}
    columns = SYNTAX_COLUMNS.values()
    tables = {
        "sources": _to_table(_source_rows(sources)),
        "syntax": _to_table(
            [["test set", *SYNTAX_COLUMNS]]
            + [[name, *(_show(row.get(key)) for key in columns)] for name, row in syntax.items()]
        ),
        "entities": _to_table(
            [["test set", "label", "P", "R", "F", "spans"]]
            + [
                [name, label, *(_show(cell[key]) for key in "prf"), str(cell["n"])]
                for name, row in entities.items()
                for label, cell in row.items()
            ]
        ),
        "size": f"{scores['megabytes']:.1f} MB, loaded in {scores['load_seconds']:.1f} s, "
        f"{scores['words_per_second']:,.0f} words/s.",
    }
    if "boundaries" in scores:
        tables["boundaries"] = _to_table(
            [["genre", "P", "R", "F", "boundaries"]]
            + [
                [genre, *(_show(row[key]) for key in "prf"), str(row["n"])]
                for genre, row in scores["boundaries"].items()
            ]
        )
    return tables


def _source_rows(sources: Path) -> list[list[str]]:
    rows = [["corpus", "version", "licence", "part"]]
    for corpus in tomllib.loads(sources.read_text(encoding="utf8"))["corpus"]:
        roles = sorted({file["role"] for file in corpus["file"]}, key=["train", "dev", "test"].index)
        rows.append(
            [f"[{corpus['title']}]({corpus['url']})", corpus["version"], corpus["licence"], ", ".join(roles)]
        )
    return rows


def _show(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _to_table(rows: list[list[str]]) -> str:
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)

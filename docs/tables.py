"""Writes the list of tables in docs/tables.md from the declarations in the code: `python docs/tables.py`."""

from __future__ import annotations

from pathlib import Path

from policyloom.export.run_tables import RUN_TABLES, RunTable

PAGE = Path(__file__).with_suffix(".md")
MARK = "<!-- From here on this page is written by docs/tables.py. -->\n"


def build(page: str) -> str:
    """The page with its list of tables as the code has them now."""
    return page.partition(MARK)[0] + MARK + "".join(map(_section, RUN_TABLES))


def _section(table: RunTable) -> str:
    lines = [f"\n## {table.name}.csv\n", f"A row is {table.description}.\n"]
    if table.key:
        lines.append(f"No two rows have the same {_list(table.key)}.\n")
    if table.refers:
        ends = [
            f"`{column}` stands in `{other}.csv` as `{key}`" for column, (other, key) in table.refers.items()
        ]
        lines.append(f"{', '.join(ends)}.\n")
    lines.append("| column | type | what it says |\n|---|---|---|")
    lines += [
        f"| `{one.name}` | {one.type} | {one.description.replace('|', chr(92) + '|')} |"
        for one in table.fields
    ]
    return "\n".join(lines) + "\n"


def _list(names: tuple[str, ...]) -> str:
    quoted = [f"`{name}`" for name in names]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))


if __name__ == "__main__":
    PAGE.write_text(build(PAGE.read_text("utf-8")), "utf-8")

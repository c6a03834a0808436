"""How often the PMC matrix agrees with a reader: two sample policies, 100 cells.

    python benchmarks/pmc.py

One reader coded the cells of `pmc_coded.csv` from the definitions and the text, before seeing the tool's values for them and
after the list was written. It is one reader and two short documents, which is little.
"""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

from policyloom.export.pmc_tables import read_policies
from policyloom.framework.variables import read_variables
from policyloom.run import pmc_index

HERE = Path(__file__).parent


def main() -> None:
    """Prints the agreement, and each cell that differs."""
    with (HERE / "pmc_coded.csv").open(encoding="utf-8") as file:
        coded = {(row["document"], row["variable"]): int(row["value"]) for row in csv.DictReader(file)}
    variables = read_variables()
    with tempfile.TemporaryDirectory() as folder:
        files = [HERE.parent / "corpus" / f"{id}.pdf" for id in sorted({id for id, _ in coded})]
        done = pmc_index(*files, out=folder)
        policies = read_policies(Path(folder) / "pmc_matrix.csv", variables)
    found = {(policy.document, cell.variable): cell.value for policy in policies for cell in policy.cells}
    both = [(coded[key], found[key]) for key in coded]
    n = {pair: both.count(pair) for pair in ((1, 1), (1, 0), (0, 1), (0, 0))}
    agreed = (n[1, 1] + n[0, 0]) / len(both)
    ones = (n[1, 1] + n[1, 0]) / len(both), (n[1, 1] + n[0, 1]) / len(both)
    chance = ones[0] * ones[1] + (1 - ones[0]) * (1 - ones[1])
    print(f"{len(both)} cells: {agreed:.0%} agree, Cohen's kappa {(agreed - chance) / (1 - chance):.2f}")
    print(
        f"of {n[1, 1] + n[0, 1]} ones {n[1, 1]} are right; of {n[1, 1] + n[1, 0]} that the reader has {n[1, 1]} are found"
    )
    for score in done.scores:
        by_main = [
            [coded[score.document, part.id] for part in variables.parts(main)] for main in variables.mains
        ]
        by_reader = sum(sum(values) / len(values) for values in by_main)
        print(f"{score.document}: PMC {score.index:.2f}, by the reader {by_reader:.2f}")
    for key, value in coded.items():
        if found[key] != value:
            print(
                f"  {key[0]} {key[1]} {variables[key[1]].label}: read as {found[key]}, the reader has {value}"
            )


if __name__ == "__main__":
    main()

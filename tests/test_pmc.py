"""The PMC index: sums that a reader can count, passages that stand in the text, values that a person decided."""

from __future__ import annotations

import csv
import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from policyloom.check.pmc import (
    PmcCell,
    PmcEdit,
    PmcPolicy,
    edit_cells,
    find_cells,
    pmc_surface,
    score_policy,
)
from policyloom.cli import main
from policyloom.coders import load_coder
from policyloom.errors import FrameworkError, PolicyloomError, RunError
from policyloom.export.figure_files import save_figure
from policyloom.export.pmc_surface import draw_surface
from policyloom.export.pmc_tables import read_matrix, read_policies
from policyloom.extract import read_document
from policyloom.framework import Framework, read_framework
from policyloom.framework.variables import Variable, VariableList, make_framework, read_variables
from policyloom.records import Tagged
from policyloom.run import pmc_index, run
from policyloom.tag import tag
from policyloom.tag.pipeline import load_pipeline
from tests.conftest import ROOT

LIST = """
[list]
id = "parks"
title = "Parks"
version = "1"

[[variable]]
id = "A"
label = "Means"
definition = "With what."
[[variable]]
id = "A.1"
parent = "A"
label = "Money"
definition = "Public money is paid for parks."
terms = ["park grant"]
[[variable]]
id = "A.2"
parent = "A"
label = "Rangers"
definition = "Rangers look after visitors."
terms = ["ranger"]
[[variable]]
id = "B"
label = "Openness"
definition = "Open to all."
terms = ["open to the public"]
"""

TEXT = "The city pays a park grant each year. There will be no ranger in the north. Paths lead to the lake."


@pytest.fixture
def parks(tmp_path: Path) -> Path:
    path = tmp_path / "parks.toml"
    path.write_text(LIST, "utf-8")
    return path


def make_list(sizes: Mapping[str, int]) -> VariableList:
    """A list of main variables with so many sub-variables each."""
    variables = []
    for id, n in sizes.items():
        variables.append(Variable(id=id, label=id, definition=id))
        variables += [
            Variable(id=f"{id}.{i}", parent=id, label=id, definition=id, terms=("x",)) for i in range(n)
        ]
    return VariableList(id="made", title="Made", version="1", variables=tuple(variables))


def make_policy(ones: Mapping[str, int], variables: VariableList) -> PmcPolicy:
    """A policy with so many sub-variables of each main variable that are 1."""
    cells = []
    for variable in variables.scored:
        main, _, number = variable.id.rpartition(".")
        value = int(int(number) < ones.get(main, 0))
        cells.append(PmcCell(variable.id, value, value))
    return PmcPolicy("plan", tuple(cells))


def read(folder: Path, text: str, variables: VariableList) -> tuple[Tagged, PmcPolicy]:
    """A text as tagged with the list's terms, and its row of the matrix."""
    path = folder / "plan.txt"
    path.write_text(text, "utf-8")
    own = make_framework(variables)
    tagged = tag(read_document(path), load_pipeline(own), load_coder(own, "none"))
    return tagged, find_cells(tagged, variables, own)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def edit(path: Path, to: Path, **changes: Mapping[str, str]) -> None:
    """Copies a matrix with cells changed, as `A_1={"value": "0"}`."""
    rows = [row | changes.get(row["variable"].replace(".", "_"), {}) for row in rows_of(path)]
    with to.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


# ---------------------------------------------------------------------------------------------- the index


def test_the_index_is_the_sum_of_the_shares_of_main_variables() -> None:
    variables = make_list({"A": 2, "B": 4, "C": 3})
    score = score_policy(make_policy({"A": 1, "B": 3}, variables), variables)
    assert score.mains == {"A": 0.5, "B": 0.75, "C": 0.0}
    assert score.index == 1.25


@pytest.mark.parametrize(
    ("n_full", "rating"),
    [
        (10, "perfect"),
        (9, "perfect"),
        (8, "excellent"),
        (7, "excellent"),
        (6, "acceptable"),
        (5, "acceptable"),
        (4, "poor"),
        (0, "poor"),
    ],
)
def test_the_rating_is_the_band_of_the_index(n_full: int, rating: str) -> None:
    variables = make_list({f"X{i}": 1 for i in range(10)})
    score = score_policy(make_policy({f"X{i}": 1 for i in range(n_full)}, variables), variables)
    assert (score.index, score.rating) == (n_full, rating)


def test_an_index_that_is_printed_as_9_00_is_rated_as_9() -> None:
    variables = make_list({f"X{i}": 1 for i in range(8)} | {"Y": 250, "Z": 1})
    score = score_policy(make_policy({f"X{i}": 1 for i in range(8)} | {"Y": 249}, variables), variables)
    assert (score.index, score.rating) == (pytest.approx(8.996), "perfect")


def test_nine_main_variables_are_rated_on_a_scale_of_ten() -> None:
    variables = make_list({f"X{i}": 1 for i in range(9)})
    full = score_policy(make_policy({f"X{i}": 1 for i in range(9)}, variables), variables)
    less = score_policy(make_policy({f"X{i}": 1 for i in range(8)}, variables), variables)
    assert (full.index, full.rating) == (9.0, "perfect")
    assert (less.index, less.rating) == (8.0, "excellent")  # 8.89 of 10


def test_a_policy_with_an_open_cell_has_no_index() -> None:
    variables = make_list({"A": 2, "B": 1})
    policy = PmcPolicy("plan", (PmcCell("A.0", 1, 1), PmcCell("A.1", None, None), PmcCell("B.0", 1, 1)))
    score = score_policy(policy, variables)
    assert score.mains == {"A": None, "B": 1.0}
    assert (score.index, score.rating, score.n_open) == (None, "", 1)


def test_a_cell_is_0_1_or_open() -> None:
    with pytest.raises(ValueError, match=r"variable A: 2 is not 0, 1 or None"):
        PmcCell("A", 2, 2)


def test_the_surface_has_the_first_nine_main_variables_row_by_row() -> None:
    variables = make_list({f"X{i}": 2 for i in range(1, 11)})
    score = score_policy(make_policy({"X2": 1, "X7": 2}, variables), variables)
    rows = pmc_surface(score, variables)
    assert [[name for name, _ in row] for row in rows] == [
        ["X1", "X2", "X3"],
        ["X4", "X5", "X6"],
        ["X7", "X8", "X9"],
    ]
    assert [value for _, value in rows[0]] == [0.0, 0.5, 0.0]
    assert rows[2][0] == ("X7", 1.0)


def test_there_is_no_surface_with_eight_main_variables() -> None:
    variables = make_list({f"X{i}": 1 for i in range(8)})
    assert pmc_surface(score_policy(make_policy({}, variables), variables), variables) == ()


# ------------------------------------------------------------------------------------------ reading a text


def test_a_1_has_a_verbatim_quote_and_a_0_the_nearest_passage(tmp_path: Path, parks: Path) -> None:
    tagged, policy = read(
        tmp_path, TEXT.replace("no ranger", "people to look after visitors"), read_variables(parks)
    )
    money, rangers, openness = policy.cells
    assert (money.value, money.passage, money.n_sentences) == (1, "shows", 1)
    assert money.evidence is not None
    assert money.evidence.quote == "The city pays a park grant each year."
    assert (rangers.value, rangers.passage) == (0, "nearest")
    assert rangers.evidence is not None
    assert "visitors" in rangers.evidence.quote
    for cell in policy.cells:
        if cell.evidence:
            assert tagged.document.text[cell.evidence.start : cell.evidence.end] == cell.evidence.quote
    assert (openness.value, openness.passage, openness.evidence) == (0, "", None)


def test_what_is_denied_is_0_and_says_so(tmp_path: Path, parks: Path) -> None:
    _, policy = read(tmp_path, TEXT, read_variables(parks))
    rangers = policy.cells[1]
    assert (rangers.value, rangers.passage, rangers.n_sentences) == (0, "other status", 0)
    assert rangers.evidence is not None
    assert rangers.evidence.quote == "There will be no ranger in the north."


def test_statuses_of_a_variable_decide_what_counts(tmp_path: Path) -> None:
    path = tmp_path / "parks.toml"
    path.write_text(LIST.replace('["ranger"]', '["ranger"]\nstatuses = ["negated", "lacking"]'), "utf-8")
    _, policy = read(tmp_path, TEXT, read_variables(path))
    assert policy.cells[1].value == 1


def test_one_term_within_another_shows_both(tmp_path: Path) -> None:
    path = tmp_path / "parks.toml"
    path.write_text(LIST.replace('["open to the public"]', '["grant"]'), "utf-8")
    _, policy = read(tmp_path, TEXT, read_variables(path))
    assert [cell.value for cell in policy.cells] == [1, 0, 1]


def test_nothing_is_said_of_a_text_of_another_field(tmp_path: Path, parks: Path) -> None:
    parks.write_text(LIST + '[scope]\nterms = ["museum"]\n', "utf-8")
    variables = read_variables(parks)
    _, policy = read(tmp_path, f"{TEXT} " * 20, variables)
    assert {cell.value for cell in policy.cells} == {None}
    assert score_policy(policy, variables).remark == "the text is of another field"


def test_nothing_is_said_of_a_text_in_another_language(tmp_path: Path, parks: Path) -> None:
    variables = read_variables(parks)
    chinese = "产教融合是职业教育改革的重要方向，政府应当给予企业税收优惠和财政补贴。" * 20
    _, policy = read(tmp_path, chinese, variables)
    assert {cell.value for cell in policy.cells} == {None}
    assert "of the document was not judged" in score_policy(policy, variables).remark


def test_elements_of_a_framework_show_a_variable_with_their_parts(
    tmp_path: Path, framework: Framework
) -> None:
    text = "The Ministry of Education shall pay a training grant to every firm that takes on an apprentice."
    path = tmp_path / "plan.txt"
    path.write_text(text, "utf-8")
    variables = VariableList(
        id="two", title="Two", version="1", framework=framework.id,
        variables=(
            Variable(id="A", label="A", definition="A", elements=("T1",)),
            Variable(id="B", label="B", definition="B", elements=("T4",)),
        ),
    )  # fmt: skip
    own, document = make_framework(variables, framework), read_document(path)
    found = tag(document, load_pipeline(own), load_coder(own, "none"))
    tagged = tag(document, load_pipeline(framework), load_coder(framework, "none"))
    assert {m.label for m in tagged.mentions} & {"T1.5"}
    assert [cell.value for cell in find_cells(found, variables, own, tagged, framework).cells] == [1, 0]


# ---------------------------------------------------------------------------------- what a person decides


def test_a_persons_value_takes_the_place_of_what_was_read() -> None:
    policy = PmcPolicy("plan", (PmcCell("A", 0, 0), PmcCell("B", 1, 1)))
    edited = edit_cells(policy, [PmcEdit("plan", "A", 1, "p. 3"), PmcEdit("other", "B", 0)])
    assert edited.cells == (PmcCell("A", 0, 1, is_edited=True, note="p. 3"), PmcCell("B", 1, 1))


def test_an_edited_matrix_is_worked_out_anew_without_reading(tmp_path: Path, parks: Path) -> None:
    (tmp_path / "plan.txt").write_text(TEXT, "utf-8")
    first = pmc_index(tmp_path / "plan.txt", out=tmp_path / "one", variables=parks)
    assert first.scores[0].index == 0.5
    (tmp_path / "plan.txt").unlink()
    edit(
        tmp_path / "one" / "pmc_matrix.csv",
        tmp_path / "mine.csv",
        A_2={"value": "1", "note": "see the annex"},
    )
    second = pmc_index(out=tmp_path / "two", variables=parks, matrix=tmp_path / "mine.csv")
    assert (second.scores[0].index, second.scores[0].n_edited) == (1.0, 1)
    (row,) = [row for row in rows_of(tmp_path / "two" / "pmc_matrix.csv") if row["variable"] == "A.2"]
    assert (row["value"], row["found"], row["by"], row["note"]) == ("1", "0", "person", "see the annex")
    assert row["quote"] == "There will be no ranger in the north."
    (index,) = rows_of(tmp_path / "two" / "pmc.csv")
    assert (index["pmc"], index["A"], index["B"], index["n_edited"]) == ("1.0", "1.0", "0.0", "1")


def test_a_persons_value_is_kept_when_the_text_is_read_again_and_agrees(tmp_path: Path, parks: Path) -> None:
    plan = tmp_path / "plan.txt"
    plan.write_text(TEXT, "utf-8")
    pmc_index(plan, out=tmp_path / "one", variables=parks)
    edit(tmp_path / "one" / "pmc_matrix.csv", tmp_path / "mine.csv", A_2={"value": "1"}, B={"value": ""})
    plan.write_text(TEXT.replace("no ranger", "a ranger"), "utf-8")
    done = pmc_index(plan, out=tmp_path / "one", variables=parks, matrix=tmp_path / "mine.csv")
    assert (done.scores[0].index, done.scores[0].n_open) == (None, 1)
    by = {row["variable"]: row for row in rows_of(tmp_path / "one" / "pmc_matrix.csv")}
    assert (by["A.2"]["value"], by["A.2"]["found"], by["A.2"]["by"]) == ("1", "1", "person")
    assert (by["B"]["value"], by["B"]["by"]) == ("", "person")
    assert by["A.1"]["by"] == "reading"
    # Once more from what was written: the person's values stay the person's.
    again = read_matrix(tmp_path / "one" / "pmc_matrix.csv", read_variables(parks))
    assert {(one.variable, one.value) for one in again} == {("A.2", 1), ("B", None)}


def test_a_matrix_that_was_edited_where_it_was_written_is_not_replaced(tmp_path: Path, parks: Path) -> None:
    plan, matrix = tmp_path / "plan.txt", tmp_path / "one" / "pmc_matrix.csv"
    plan.write_text(TEXT, "utf-8")
    pmc_index(plan, out=tmp_path / "one", variables=parks)
    edit(matrix, matrix, A_2={"value": "1"})
    before = matrix.read_bytes()
    with pytest.raises(
        RunError, match=r"rename it, such as to my_pmc_matrix.csv, and give that with --matrix"
    ):
        pmc_index(plan, out=tmp_path / "one", variables=parks)
    assert matrix.read_bytes() == before


def test_values_of_a_document_that_was_not_read_are_told(tmp_path: Path, parks: Path) -> None:
    for name in ("plan.txt", "other.txt"):
        (tmp_path / name).write_text(TEXT, "utf-8")
    pmc_index(tmp_path / "plan.txt", out=tmp_path / "one", variables=parks)
    edit(tmp_path / "one" / "pmc_matrix.csv", tmp_path / "mine.csv", A_2={"value": "1"})
    done = pmc_index(
        tmp_path / "other.txt", out=tmp_path / "two", variables=parks, matrix=tmp_path / "mine.csv"
    )
    assert any("has values of plan, which is not among the documents" in note for note in done.notes)


HEAD = "document,variable,value,found,by,list\n"
GOOD = "plan,A.1,1,1,reading,parks 1\nplan,A.2,0,0,reading,parks 1\nplan,B,1,0,,parks 1\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD + GOOD.replace("A.2,0", "A.2,yes"), r"line 3, column 'value': 'yes' is neither 1 nor 0"),
        (HEAD + GOOD.replace("parks 1", "meals 2"), r"line 2: is of the variable list 'meals 2', and this is 'parks 1'"),
        (HEAD + GOOD.replace("plan,B", "plan,Q"), r"line 4: document 'plan' or variable 'Q' is not known"),
        (HEAD + GOOD + "plan,B,0,0,reading,parks 1\n", r"line 5: plan has B twice; remove one of the rows"),
        (HEAD + GOOD.partition("\n")[0] + "\n", r"plan has no row for A.2, B; leave every row where it is"),
        (GOOD, r"has no column document, variable, value, found, by, list; begin from a pmc_matrix.csv"),
        (HEAD + GOOD.replace("plan,", "../../plan,"), r"line 2: document '../../plan' is not fit to be a file's name"),
        (HEAD + GOOD.replace("plan,", "..,"), r"line 2: document '..' is not fit to be a file's name"),
        (HEAD, r"has no rows"),
    ],
)  # fmt: skip
def test_a_wrong_matrix_is_refused_with_its_place(tmp_path: Path, parks: Path, text: str, says: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(PolicyloomError, match=says):
        read_policies(path, read_variables(parks))


def test_a_matrix_that_a_spreadsheet_saved_with_semicolons_is_read(tmp_path: Path, parks: Path) -> None:
    path = tmp_path / "mine.csv"
    text = (HEAD.replace("list", "list,not_judged") + GOOD.replace("parks 1", "parks 1,0·25")).replace(
        ",", ";"
    )
    path.write_bytes(
        b"\xef\xbb\xbf" + text.replace("·", ",").replace(";1;", ";1,0;", 1).replace("\n", "\r\n").encode()
    )
    (policy,) = read_policies(path, read_variables(parks))
    assert [cell.value for cell in policy.cells] == [1, 0, 1]
    assert [cell.is_edited for cell in policy.cells] == [False, False, True]
    assert policy.not_judged == 0.25


# --------------------------------------------------------------------------------------- lists of variables


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('id = "A.2"', 'id = "A.1"'), r"variable A.1, id: stands twice"),
        (('parent = "A"', 'parent = "Q"'), r"variable A.1, parent: no main variable 'Q'; there are two levels"),
        (('terms = ["ranger"]', ""), r"variable A.2: has neither terms nor elements to be found by"),
        (('definition = "With what."', 'definition = "x"\nterms = ["x"]'), r"variable A: has sub-variables"),
        (('["ranger"]', '["ranger"]\nelements = ["T1"]'), r"variable A.2, elements: \[list\] must name their framework"),
        (('["ranger"]', '["ranger"]\ncolour = "red"'), r"variable A.2, colour: is not a known key; known are id, label"),
        (('label = "Money"', ""), r"variable A.1, label: is missing"),
        (('version = "1"', 'version = "1"\n[[band]]\nlabel = "good"\nat_least = 5'), r"band: the highest comes first"),
        (("[list]", "[lists]"), r"a table \[list\] with id, title and version is expected"),
        (("[[variable]]\nid = \"A\"", "[variable]\nid = \"A\""), r"not valid TOML"),
        (('"Parks"', "Parks"), r"not valid TOML"),
    ],
)  # fmt: skip
def test_a_wrong_list_is_refused_with_its_place(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    path = tmp_path / "parks.toml"
    path.write_text(LIST.replace(*change, 1), "utf-8")
    with pytest.raises(FrameworkError, match=says):
        read_variables(path)


def test_a_list_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(FrameworkError, match=r"no variable list 'parks': .* one of industry_education"):
        read_variables("parks")


def test_a_list_of_another_framework_is_refused(parks: Path) -> None:
    text = LIST.replace('version = "1"', 'version = "1"\nframework = "other"')
    parks.write_text(text.replace('["ranger"]', '["ranger"]\nelements = ["T1"]'), "utf-8")
    with pytest.raises(
        FrameworkError, match=r"names elements of framework other, and this is production_education"
    ):
        make_framework(read_variables(parks), read_framework())
    with pytest.raises(FrameworkError, match=r"names elements of framework other, which is not built in"):
        pmc_index(parks, out=parks.parent / "out", variables=parks)


def test_an_element_that_is_not_there_is_refused(parks: Path) -> None:
    text = LIST.replace('version = "1"', 'version = "1"\nframework = "production_education"')
    parks.write_text(text.replace('["ranger"]', '["ranger"]\nelements = ["Q7"]'), "utf-8")
    with pytest.raises(FrameworkError, match=r"variable A.2, elements: no element 'Q7' in framework"):
        make_framework(read_variables(parks), read_framework())


def test_the_built_in_list_has_ten_main_variables_and_its_examples_are_found() -> None:
    variables = read_variables()
    assert [main.id for main in variables.mains] == [f"X{i}" for i in range(1, 11)]
    assert all(len(variables.parts(main)) >= 3 for main in variables.mains)
    own = make_framework(variables, read_framework())
    nlp = load_pipeline(own)
    examples = [(variable.id, text) for variable in variables.scored for text in variable.examples]
    assert examples
    for id, text in examples:
        doc = nlp(text)
        assert id in {span.label_ for span in doc.spans["policyloom"]}, (id, text)


# ------------------------------------------------------------------------------------------ files and pages


def surface(values: Sequence[float]) -> list[list[tuple[str, float]]]:
    return [[(f"X{3 * i + j + 1}", values[3 * i + j]) for j in range(3)] for i in range(3)]


@pytest.mark.parametrize(("kind", "start"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_the_same_surface_gives_the_same_bytes(tmp_path: Path, kind: str, start: bytes) -> None:
    rows = surface([0.5, 1, 0.4, 0.75, 0.2, 0.8, 0.2, 1, 0])
    pictures = []
    for n, drawn in enumerate((rows, rows, surface([0] * 9))):
        save_figure(lambda drawn=drawn: draw_surface(drawn), tmp_path / f"{n}.{kind}")
        pictures.append((tmp_path / f"{n}.{kind}").read_bytes())
    assert pictures[0].startswith(start)
    assert pictures[0] == pictures[1] != pictures[2]


def test_a_surface_is_grey(tmp_path: Path) -> None:
    save_figure(lambda: draw_surface(surface([1] * 9)), tmp_path / "one.png")
    with Image.open(tmp_path / "one.png") as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    assert pixels.min() < 100
    assert (pixels.max(axis=2) - pixels.min(axis=2)).max() <= 2


def test_an_empty_surface_is_not_drawn() -> None:
    with pytest.raises(ValueError, match=r"the surface is empty"):
        draw_surface([])


def test_hostile_text_and_names_stay_text(tmp_path: Path, parks: Path) -> None:
    plan = tmp_path / "=HYPERLINK(1)<b>.txt"
    plan.write_text("=1+1 <script>alert(1)</script> pays a park grant & more.", "utf-8")
    pmc_index(plan, out=tmp_path / "one", variables=parks)
    page = (tmp_path / "one" / "pmc.html").read_text("utf-8")
    assert "<script>alert" not in page
    assert "<b>.txt" not in page
    assert "&lt;script&gt;alert(1)" in page
    for row in rows_of(tmp_path / "one" / "pmc_matrix.csv"):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())
    edit(tmp_path / "one" / "pmc_matrix.csv", tmp_path / "mine.csv", A_2={"value": "1", "note": "@evil"})
    (policy,) = read_policies(tmp_path / "mine.csv", read_variables(parks))
    assert policy.document == "=HYPERLINK(1)_b_"  # Windows allows no < in a name
    assert policy.cells[0].evidence is not None
    assert policy.cells[0].evidence.quote.startswith("=1+1 <script>")
    assert policy.cells[1].note == "@evil"


def test_the_page_marks_what_a_person_decided(tmp_path: Path, parks: Path) -> None:
    (tmp_path / "plan.txt").write_text(TEXT, "utf-8")
    pmc_index(tmp_path / "plan.txt", out=tmp_path / "one", variables=parks)
    assert "no person has looked at them yet" in (tmp_path / "one" / "pmc.html").read_text("utf-8")
    edit(tmp_path / "one" / "pmc_matrix.csv", tmp_path / "mine.csv", A_2={"value": "1", "note": "see annex"})
    pmc_index(out=tmp_path / "two", variables=parks, matrix=tmp_path / "mine.csv")
    page = (tmp_path / "two" / "pmc.html").read_text("utf-8")
    assert "by a person; read as 0" in page
    assert "Note: see annex" in page
    assert "1 value was decided by a person" in page


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, parks: Path) -> None:
    (tmp_path / "plan.txt").write_text(TEXT, "utf-8")
    written = []
    for name in ("one", "two"):
        pmc_index(tmp_path / "plan.txt", out=tmp_path / name, variables=parks)
        files = sorted(
            p for p in (tmp_path / name).rglob("*") if p.is_file() and ".policyloom" not in p.parts
        )
        written.append([(p.relative_to(tmp_path / name), p.read_bytes()) for p in files])
    assert written[0] == written[1]


def test_a_run_folder_is_scored_as_its_files_are(tmp_path: Path, parks: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "plan.txt").write_text(TEXT, "utf-8")
    run(tmp_path / "texts", tmp_path / "run", coder="rules", workers=0)
    of_run = pmc_index(tmp_path / "run", out=tmp_path / "one", variables=parks)
    of_files = pmc_index(tmp_path / "texts", out=tmp_path / "two", variables=parks)
    assert of_run.scores == of_files.scores
    assert of_run.scores[0].index == 0.5
    with pytest.raises(RunError, match=r"is a run folder; give it alone"):
        pmc_index(tmp_path / "run", tmp_path / "texts", out=tmp_path / "three", variables=parks)


def test_a_file_that_cannot_be_read_costs_itself_alone(tmp_path: Path, parks: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "plan.txt").write_text(TEXT, "utf-8")
    (tmp_path / "texts" / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    done = pmc_index(tmp_path / "texts", out=tmp_path / "one", variables=parks)
    assert [score.document for score in done.scores] == ["plan"]
    assert [failure.source for failure in done.failures] == ["broken.pdf"]
    assert done.status == 1
    assert rows_of(tmp_path / "one" / "failures.csv")[0]["source"] == "broken.pdf"


def test_without_matplotlib_all_but_the_surfaces_is_written(
    tmp_path: Path, parks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module("policyloom.run.pmc")
    monkeypatch.setattr(module, "can_draw_surfaces", lambda: False)
    (tmp_path / "plan.txt").write_text(TEXT, "utf-8")
    done = pmc_index(tmp_path / "plan.txt", out=tmp_path / "one", variables=parks)
    assert any('pip install "policyloom[figures]"' in note for note in done.notes)
    assert (tmp_path / "one" / "pmc.html").exists()
    assert not (tmp_path / "one" / "surfaces").exists()


def test_nothing_to_score_is_said(tmp_path: Path) -> None:
    with pytest.raises(
        RunError, match=r"there is nothing to score; give documents, a run folder, or a matrix"
    ):
        pmc_index(out=tmp_path / "one")


def test_the_command_scores_and_works_out_anew(tmp_path: Path, parks: Path) -> None:
    (tmp_path / "plan.txt").write_text(TEXT, "utf-8")
    words = ["pmc", str(tmp_path / "plan.txt"), "-o", str(tmp_path / "one"), "--variables", str(parks)]
    done = CliRunner().invoke(main, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "plan" in done.output
    assert "0.50  poor" in done.output
    edit(tmp_path / "one" / "pmc_matrix.csv", tmp_path / "mine.csv", A_2={"value": "1"}, B={"value": "1"})
    words = [
        "pmc",
        "--matrix",
        str(tmp_path / "mine.csv"),
        "-o",
        str(tmp_path / "two"),
        "--variables",
        str(parks),
    ]
    done = CliRunner().invoke(main, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "2.00  perfect" in done.output
    assert "2 values by a person" in done.output


def test_the_sample_matrix_of_the_benchmark_names_every_variable_once() -> None:
    with (ROOT / "benchmarks" / "pmc_coded.csv").open(encoding="utf-8") as file:
        coded = [(row["document"], row["variable"]) for row in csv.DictReader(file)]
    scored = {variable.id for variable in read_variables().scored}
    assert len(coded) == len(set(coded)) == 2 * len(scored)
    assert {variable for _, variable in coded} == scored

"""Files: whole or not at all, readable by others, safe in a spreadsheet, in whatever encoding they came."""

from __future__ import annotations

import codecs
import csv
import io
import os
import stat
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from policyloom.files import (
    FORMULA_STARTS,
    UnixLines,
    decode,
    format_cell,
    open_atomic,
    open_table,
    plain_cell,
    safe_cell,
    show_name,
    write_bytes,
    write_csv,
)

# Writing


def test_write_bytes_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old and longer")
    write_bytes(b"new", path)
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["a.txt"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_a_written_file_is_readable_by_everybody(tmp_path: Path) -> None:
    write_bytes(b"x", tmp_path / "bytes")
    with open_table(tmp_path / "table", ["a"]) as add:
        add([{"a": 1}])
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o644, path.name


def test_open_atomic_shows_nothing_before_all_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with open_atomic(path) as file:
        file.write(b"half")
        file.flush()
        assert not path.exists()
    assert path.read_bytes() == b"half"


def write_half(path: Path, error: BaseException) -> None:
    with open_atomic(path) as file:
        file.write(b"half")
        raise error


@pytest.mark.parametrize("error", [RuntimeError(), KeyboardInterrupt()], ids=["error", "Ctrl-C"])
def test_open_atomic_leaves_nothing_behind_when_writing_fails(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    with pytest.raises(type(error)):
        write_half(path, error)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("name", ["n" * 255, "职" * 85, "é" * 127])
def test_open_atomic_takes_a_name_of_the_greatest_length(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_bytes(b"x", path)
    assert path.read_bytes() == b"x"


# Tables


def test_open_table_opens_in_a_spreadsheet_with_its_accents(tmp_path: Path) -> None:
    with open_table(tmp_path / "t.csv", ["place", "share"]) as add:
        add([{"place": "Bénin", "share": 1 / 3}])
        add([{"share": None, "place": "Lomé, Togo"}])
    data = (tmp_path / "t.csv").read_bytes()
    assert data == codecs.BOM_UTF8 + 'place,share\nBénin,0.333333\n"Lomé, Togo",\n'.encode()


@pytest.mark.parametrize(("row", "differs"), [({"a": 1}, "b"), ({"a": 1, "b": 2, "c": 3}, "c")])
def test_open_table_refuses_a_row_with_other_columns(
    tmp_path: Path, row: dict[str, int], differs: str
) -> None:
    with (
        pytest.raises(ValueError, match=rf"t\.csv: a row and the table's columns differ in {differs}"),
        open_table(tmp_path / "t.csv", ["a", "b"]) as add,
    ):
        add([row])
    assert os.listdir(tmp_path) == []


def test_write_csv_has_the_bytes_of_open_table(tmp_path: Path) -> None:
    rows = [{"quote": "=1+1", "x": 0.1 + 0.2, "n": 3}, {"quote": "a\nb", "x": float("nan"), "n": 4}]
    with open_table(tmp_path / "rows.csv", ["quote", "x", "n"]) as add:
        add(rows)
    write_csv(pd.DataFrame(rows), tmp_path / "frame.csv")
    assert (tmp_path / "rows.csv").read_bytes() == (tmp_path / "frame.csv").read_bytes()


@example(["a carriage return\r alone"])
@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_every_text_comes_back_from_a_table(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    path = tmp_path_factory.mktemp("table") / "t.csv"
    with open_table(path, ["text", "n"]) as add:
        add({"text": text, "n": n} for n, text in enumerate(texts))
    with path.open(encoding="utf-8-sig", newline="") as file:
        read = [row["text"] for row in csv.DictReader(file)]
    assert read == [safe_cell(text) for text in texts]


# Cells


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_safe_cell_disarms_what_starts_a_formula(start: str) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"
    assert safe_cell(f"a{start}") == f"a{start}"


@example("'=1")
@given(st.text(alphabet=["'", "=", "a", "\t"]))
def test_plain_cell_gives_back_every_text(text: str) -> None:
    assert plain_cell(safe_cell(text)) == text


@given(st.text())
def test_safe_cell_never_starts_a_formula_and_loses_nothing(text: str) -> None:
    cell = safe_cell(text)
    assert not cell.startswith(FORMULA_STARTS)
    assert cell.replace("'", "") == text.replace("'", "")
    assert plain_cell(cell) == plain_cell(text)


@given(
    st.lists(
        st.sampled_from(["=1+1", "@x", "-1", "a", ";", "\t", "\n", "\r", '"', "'", ",", " "]), max_size=8
    ).map("".join)
)
@example("plans;=HYPERLINK(A1)")
@example('plans;"=1+1"')
@example("plans\n=1+1\nmore")
def test_no_text_becomes_a_formula_where_semicolons_part_cells(text: str) -> None:
    line = io.StringIO()
    csv.writer(UnixLines(line)).writerow(["1", format_cell(text), "2"])
    # As a spreadsheet reads it: cells end at semicolons, also at those within what is quoted after a comma.
    for row in csv.reader(io.StringIO(line.getvalue(), newline=""), delimiter=";"):
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@")), line.getvalue()


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (1 / 3, "0.333333"),
        (2.0, "2.0"),
        (-0.0000001, "0.0"),
        (float("nan"), ""),
        (None, ""),
        (pd.NA, ""),
        (pd.NaT, ""),
        (7, "7"),
        (True, "True"),
        ("-5 %", "'-5 %"),
        ("NaT", "NaT"),
    ],
)
def test_format_cell_writes_each_value_in_one_way(value: object, cell: str) -> None:
    assert format_cell(value) == cell


@pytest.mark.parametrize("letter", ["a", "é", "\U00010348", '"'])
def test_a_cell_holds_no_more_than_a_spreadsheet_takes_and_says_so(tmp_path: Path, letter: str) -> None:
    text = letter * 40_000
    with open_table(tmp_path / "t.csv", ["text"]) as add:
        add([{"text": text}, {"text": "a" * 32_767}])
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        first, second = (row["text"] for row in csv.DictReader(file))
    assert 32_766 <= len(first.encode("utf-16-le")) / 2 <= 32_767
    assert first.endswith(letter + " [cut: 40,000 characters]")
    assert second == "a" * 32_767


# Text that somebody else made


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_decode_goes_by_the_byte_order_mark(encoding: str) -> None:
    mark = "\ufeff" if encoding.endswith(("-le", "-be")) else ""
    assert decode((mark + "Café für Lehrlinge 学徒").encode(encoding)) == "Café für Lehrlinge 学徒"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Le collège a créé un café où les élèves apprennent la pâtisserie. “Très bien”, dit-on."),
        ("gb18030", "职业学校与企业共同培养学徒，学生在工厂实习，教师到企业锻炼。"),
    ],
)
def test_decode_recognises_other_encodings(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        *(
            ("cp1252", text)
            for text in (
                "It is naïve to think so.", "café", "Año nuevo", "Größe", "São Paulo: ação", "blåbær på øy", "¿Qué?",
                "The “plan” – costs €5", "DÉPARTEMENT DE L’ÉDUCATION", "5 m² of it, and ½ more",
            )
        ),
        ("mac_roman", "Le collège a créé un café."),
        ("cp850", "Le collège a créé un café."),
        ("cp1250", "Školy a firmy společně připravují učně."),
        ("cp1250", "Szkoły i firmy kształcą uczniów, aby zwiększyć zatrudnienie i źródło dochodów."),
        ("cp1250", "A jövőre több tanulót vegyenek fel; az erőforrások szűkösek."),
        ("cp1254", "Meslek okulları ve şirketler çırakları birlikte yetiştirir."),
        ("cp1251", "Министерство образования утвердило план развития обучения."),
        ("gb18030", "The plan 职业教育 is good."),
        ("big5", "職業學校與企業共同培養學徒，學生在工廠實習，教師到企業鍛鍊。政府應當支持。"),
        ("utf-16-le", "It is naïve."),
        ("utf-16-be", "It is naïve."),
        ("utf-16-le", "国务院关于加强职业教育的决定\n国务院\n"),
    ],
)  # fmt: skip
def test_decode_tells_encodings_by_the_letters_of_their_languages(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_decode_keeps_to_utf8_where_a_byte_is_damaged() -> None:
    data = "Le collège a créé un café où les élèves apprennent.".encode()
    assert decode(data + b"\xef") == "Le collège a créé un café où les élèves apprennent.\ufffd"


def test_decode_refuses_bytes_that_are_no_text() -> None:
    with pytest.raises(ValueError, match="is no text in a known encoding; save it as UTF-8"):
        decode(bytes([0, 255, 254, 0, 129]) * 40)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff")))
def test_decode_gives_back_what_was_written_as_utf8(text: str) -> None:
    assert decode(text.encode("utf-8")) == text
    assert decode(codecs.BOM_UTF8 + text.encode("utf-8")) == text


@pytest.mark.parametrize("name", [b"caf\xe9.txt", b"plan.txt"])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows refuses a name that is not Unicode")
def test_show_name_can_always_be_printed(name: bytes) -> None:
    shown = show_name(Path("a") / os.fsdecode(name))
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert shown in ("a/caf?.txt", "a/plan.txt")


def test_show_name_stays_on_one_line() -> None:
    assert show_name("a\nb\r\u2028c\x85.pdf") == "a?b??c?.pdf"

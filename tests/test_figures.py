"""Figures for papers: what they show is what the tables say, in grey too, at the size asked for, the same bytes each time."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.colors
import pandas as pd
import pytest
from click.testing import CliRunner
from PIL import Image
from pypdf import PdfReader

import policyloom as pl
from policyloom.cli import figures as command
from policyloom.cli import main
from policyloom.export import figure_files
from policyloom.export.figure_files import figure_style, save_figure
from policyloom.export.figure_parts import DARK, LIGHT
from policyloom.export.figures import draw_coverage, draw_planned_done, draw_trends
from policyloom.export.network_figures import draw_gap_map, draw_network
from policyloom.framework import Framework
from policyloom.run import run
from policyloom.run.figures import FIGURES, write_figure


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over the sample documents."""
    folder = tmp_path_factory.mktemp("figures")
    corpus = Path(__file__).resolve().parent.parent / "corpus"
    for name in ("b-national-action-plan.pdf", "e-trades-fact-sheet.pdf"):
        (folder / name).write_bytes((corpus / name).read_bytes())
    run(folder, folder / "out", workers=0)
    return folder / "out"


@pytest.fixture
def coverage() -> pd.DataFrame:
    rows = [
        ("a", "T1", 9, 2, 7), ("a", "T2", 0, 0, 0), ("a", "S1", 1, 1, 0),
        ("b", "T1", 3, 3, 0), ("b", "T2", 4, 1, 3), ("b", "S1", 0, 0, 0),
        ("c", "T1", None, None, None), ("c", "T2", None, None, None), ("c", "S1", None, None, None),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["document", "element", "n_sentences", "affirmed", "planned"])
    frame = frame.assign(
        level=["absent" if n == 0 else "" if n is None else "stated" for *_, n, _, _ in rows]
    )
    return frame.astype(dict.fromkeys(("n_sentences", "affirmed", "planned"), "Int64"))


def texts_of(figure: Any) -> list[str]:
    from matplotlib.text import Text

    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def draw(function: Callable[..., Any], *data: Any, **options: Any) -> Any:
    with figure_style():
        figure = function(*data, **options)
        figure.draw_without_rendering()
        return figure


@pytest.mark.parametrize("name", FIGURES)
def test_write_figure_gives_the_same_bytes_each_time(out: Path, tmp_path: Path, name: Any) -> None:
    for file in ("one.pdf", "two.pdf"):
        write_figure(out, name, tmp_path / file)
    data = (tmp_path / "one.pdf").read_bytes()
    assert data == (tmp_path / "two.pdf").read_bytes()
    assert b"CreationDate" not in data


@pytest.mark.parametrize("ending", [".svg", ".png"])
def test_save_figure_gives_the_same_bytes_in_each_form(
    coverage: pd.DataFrame, framework: Framework, tmp_path: Path, ending: str
) -> None:
    for file in ("one", "two"):
        save_figure(lambda: draw_planned_done(coverage, framework), tmp_path / (file + ending))
    assert (tmp_path / f"one{ending}").read_bytes() == (tmp_path / f"two{ending}").read_bytes()


def test_a_figure_has_the_width_asked_for(
    coverage: pd.DataFrame, framework: Framework, tmp_path: Path
) -> None:
    for ending in (".pdf", ".png", ".svg"):
        save_figure(
            lambda: draw_planned_done(coverage, framework, width_cm=9, height_cm=6), tmp_path / f"f{ending}"
        )
    box = PdfReader(tmp_path / "f.pdf").pages[0].mediabox
    assert float(box.width) / 72 * 2.54 == pytest.approx(9, abs=0.01)
    assert float(box.height) / 72 * 2.54 == pytest.approx(6, abs=0.01)
    with Image.open(tmp_path / "f.png") as image:
        assert image.info["dpi"][0] >= 300
        assert image.width / image.info["dpi"][0] * 2.54 == pytest.approx(9, abs=0.01)
    width = re.search(r'width="([\d.]+)pt"', (tmp_path / "f.svg").read_text("utf-8"))
    assert width is not None
    assert float(width[1]) / 72 * 2.54 == pytest.approx(9, abs=0.01)


def test_planned_and_done_can_be_told_apart_in_grey() -> None:
    dark, light = (
        sum(a * b for a, b in zip((0.299, 0.587, 0.114), matplotlib.colors.to_rgb(colour), strict=True))
        for colour in (DARK, LIGHT)
    )
    assert dark + 0.4 < light


def test_draw_coverage_shows_the_counts_and_hatches_what_was_not_judged(
    coverage: pd.DataFrame, framework: Framework
) -> None:
    figure = draw(draw_coverage, coverage[coverage["element"].isin(["T1", "T2", "S1"])], framework)
    (axes,) = figure.axes
    columns = [label.get_text() for label in axes.get_xticklabels()]
    at = {
        (round(t.get_position()[0] - 0.5), round(t.get_position()[1] - 0.5)): t.get_text() for t in axes.texts
    }
    rows = [label.get_text() for label in axes.get_yticklabels()]
    assert rows == ["a", "b", "c"]
    assert at[columns.index("T1"), 0] == "9"
    assert at[columns.index("T2"), 0] == "0"
    assert (columns.index("T1"), 2) not in at
    hatched = [(p.get_x(), p.get_y()) for p in axes.patches if p.get_hatch()]
    assert (columns.index("T1"), 2) in hatched
    assert (columns.index("T1"), 0) not in hatched
    assert any(text.endswith("Hatched: not judged.") for text in texts_of(figure))


def test_draw_coverage_of_many_documents_leaves_their_names_out(framework: Framework) -> None:
    rows = [(f"d{n:03}", "T1", 1) for n in range(61)]
    frame = pd.DataFrame(rows, columns=["document", "element", "n_sentences"]).astype(
        {"n_sentences": "Int64"}
    )
    figure = draw(draw_coverage, frame.assign(level="stated"), framework)
    assert "d000" not in texts_of(figure)
    assert "61 documents" in texts_of(figure)


def test_documents_of_another_field_are_left_out_and_told(
    coverage: pd.DataFrame, framework: Framework
) -> None:
    other = [("d", id, 0, 0, 0, "off-field") for id in ("T1", "T2", "S1")]
    frame = pd.concat([coverage, pd.DataFrame(other, columns=coverage.columns)], ignore_index=True)
    figure = draw(draw_coverage, frame, framework)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["a", "b", "c"]
    assert any(text.endswith("Left out: 1 document of another field.") for text in texts_of(figure))
    trends = draw(draw_trends, frame, framework, {"a": 2023, "b": 2024, "d": 2024})
    assert "Share of each year's documents that name it. Documents: 2023: 1, 2024: 1." in texts_of(trends)


def test_draw_planned_done_has_a_bar_for_each(coverage: pd.DataFrame, framework: Framework) -> None:
    figure = draw(draw_planned_done, coverage, framework)
    planned, done = figure.axes[0].containers
    assert [bar.get_width() for bar in planned][:2] == [-7, -3]
    assert [bar.get_width() for bar in done][:2] == [5, 1]
    assert planned[0].get_hatch()
    assert not done[0].get_hatch()


def test_draw_trends_shows_the_share_of_each_years_judged_documents(
    coverage: pd.DataFrame, framework: Framework
) -> None:
    figure = draw(draw_trends, coverage, framework, {"a": 2023, "b": 2024, "c": 2024})
    shares = {
        axes.get_title(loc="left").split()[0]: list(axes.lines[0].get_ydata())
        for axes in figure.axes
        if axes.lines
    }
    assert shares["T1"] == [100, 100]
    assert shares["T2"] == [0, 100]
    assert shares["S1"] == [100, 0]
    assert "Share of each year's documents that name it. Documents: 2023: 1, 2024: 1." in texts_of(figure)


def test_draw_trends_of_one_year_says_what_is_missing(coverage: pd.DataFrame, framework: Framework) -> None:
    with pytest.raises(
        pl.PolicyloomError,
        match=r"^trends need documents of two years or more, and the documents are of 1; a document's year is that of",
    ):
        draw(draw_trends, coverage, framework, {"a": 2023, "b": 2023})


def test_the_network_and_the_gap_map_show_the_links(out: Path, framework: Framework) -> None:
    network = pl.load_network(out, framework)
    counts = {
        (r["source"], r["target"], r["kind"]): r["n_documents"] for r in network.links.to_dict("records")
    }
    pairs = {(s, t) for s, t, kind in counts if kind in ("claims", "co_occurs") and t.startswith("S")}
    assert pairs
    shown = texts_of(draw(draw_gap_map, network))
    wanted = sorted(f"{counts.get((*p, 'claims'), 0)} / {counts.get((*p, 'co_occurs'), 0)}" for p in pairs)
    assert sorted(text for text in shown if re.fullmatch(r"\d+ / \d+", text)) == wanted
    (axes,) = draw(draw_network, network).axes
    drawn = [
        link for link in counts if link[2] in ("claims", "claims_negative", "co_occurs") and link[1][0] == "S"
    ]
    assert len(axes.patches) == len(drawn)


def test_draw_network_without_links_says_why(framework: Framework) -> None:
    with pytest.raises(
        pl.PolicyloomError, match=r"^there are no links to draw: no document was read and judged$"
    ):
        draw(draw_network, pl.find_links([], framework))


def relabel(framework: Framework, label: str) -> Framework:
    data = framework.model_dump()
    return Framework.model_validate(data | {"elements": [e | {"label": label} for e in data["elements"]]})


def test_a_label_with_dollar_signs_is_shown_as_it_is(
    coverage: pd.DataFrame, framework: Framework, tmp_path: Path
) -> None:
    path = tmp_path / "f.pdf"
    save_figure(lambda: draw_planned_done(coverage, relabel(framework, "From $5 to $10")), path)
    assert "From $5 to $10" in PdfReader(path).pages[0].extract_text()


def test_letters_that_no_font_has_are_named(
    coverage: pd.DataFrame, framework: Framework, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figure_files, "OTHER_FONTS", ())
    chinese = relabel(framework, "产教融合")
    with pytest.raises(
        pl.PolicyloomError, match=r"^no font has the letters 产合教融 of the figure; install one"
    ):
        save_figure(lambda: draw_planned_done(coverage, chinese), tmp_path / "f.pdf")
    assert not (tmp_path / "f.pdf").exists()


def test_letters_are_taken_from_another_font_where_the_first_lacks_them(
    coverage: pd.DataFrame, framework: Framework, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The font that comes with matplotlib stands for the other: it has the long s, which cmr10 lacks.
    monkeypatch.setattr(figure_files, "FONT", "cmr10")
    monkeypatch.setattr(figure_files, "OTHER_FONTS", ("No Such Font", "DejaVu Sans"))
    path = tmp_path / "f.pdf"
    save_figure(lambda: draw_planned_done(coverage, relabel(framework, "ſchule")), path)
    fonts = PdfReader(path).pages[0]["/Resources"]["/Font"].get_object()  # type: ignore[index]
    assert any("DejaVuSans" in str(font.get_object()["/BaseFont"]) for font in fonts.values())


@pytest.mark.parametrize(
    ("name", "file", "options", "words"),
    [
        ("pie", "f.pdf", {}, "figure 'pie': use one of coverage, network, planned-done, trends, gap-map"),
        ("coverage", "f.gif", {}, "f.gif: give a name that ends in .pdf, .svg or .png"),
        ("coverage", "f.pdf", {"width_cm": 1000}, "width of 1000 cm: give 4 to 60"),
    ],
)
def test_wrong_arguments_are_named(
    out: Path, tmp_path: Path, name: Any, file: str, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        write_figure(out, name, tmp_path / file, **options)


def test_without_the_extra_it_is_named(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(
        pl.PolicyloomError, match=r'^figures need the extra figures: pip install "policyloom\[figures\]"$'
    ):
        write_figure(out, "coverage", tmp_path / "f.pdf")


def test_the_command_replaces_a_figure_only_when_told_to(out: Path, tmp_path: Path) -> None:
    path = tmp_path / "f.svg"
    words = ["figure", str(out), "gap-map", "-o", str(path), "--width-cm", "12"]
    assert CliRunner().invoke(main, words).output == f"{path} is written\n"
    path.write_text("mine")
    refused = CliRunner().invoke(main, words)
    assert refused.exit_code == 2
    assert refused.output == (
        f"policyloom: {path}: is there already; give another name with -o, or replace it with --force\n"
    )
    assert path.read_text() == "mine"
    assert CliRunner().invoke(main, [*words, "--force"]).exit_code == 0
    assert path.read_text("utf-8").startswith("<?xml")


def test_the_command_knows_every_figure() -> None:
    assert command.NAMES == FIGURES

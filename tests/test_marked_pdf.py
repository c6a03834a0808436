"""Marked-up PDFs: each highlight lies on its mention's own letters, and its note says what was found and how surely."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from click.testing import CliRunner
from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

import policyloom as pl
from policyloom.cli import main
from policyloom.errors import DocumentError
from policyloom.export.marked_pdf import MarkedPdf, write_marked_pdf
from policyloom.extract.pdf.places import find_places
from policyloom.framework import Framework
from policyloom.records import Document, Mention, Sentence, Tagged, UnreadPart
from policyloom.run import mark_run, run

LINES = (
    "The ministry offers a tax relief to every firm that takes apprentices, and the",
    "colleges have built workshops together with the firms of their own district.",
    "A shortage of teachers who know the trade is felt in most of the provinces, and",
    "graduates find work sooner where firms and colleges train them side by side.",
)


@dataclass(frozen=True)
class Words:
    start: int
    end: int


def draw(path: Path, lines: tuple[str, ...] = LINES, **options: Any) -> Path:
    canvas = Canvas(str(path), pagesize=A4, invariant=1, **options)
    for n, line in enumerate(lines):
        canvas.drawString(72, 700 - 14 * n, line)
    canvas.save()
    return path


def edit(path: Path, change: Callable[[Any], None]) -> Path:
    """The PDF with its first page changed."""
    writer = PdfWriter(clone_from=path)
    change(writer.pages[0])
    writer.write(path)
    return path


def tag(document: Document, *mentions: tuple[str, str, str]) -> Tagged:
    """A document with mentions, each given as its words, kind and label."""
    found = []
    for words, kind, label in mentions:
        at = document.text.index(words)
        found.append(Mention(at, at + len(words), kind, label, 0, source=f"term: {words}", probability=0.75))  # type: ignore[arg-type]
    sentence = Sentence(document.blocks[0].start, document.blocks[0].end, 0)
    return Tagged(document, (sentence,), tuple(sorted(found, key=lambda m: m.start)))


def annotations(path: Path) -> list[Any]:
    return [each.get_object() for page in PdfReader(path).pages for each in page.get("/Annots", ())]


def highlights(path: Path) -> list[Any]:
    return [each for each in annotations(path) if each["/Subtype"] == "/Highlight"]


def words_under(path: Path, annotation: Any) -> str:
    """The words of the first page that a highlight covers, as PDFium reads them; unlike ours, in the page's own coordinates."""
    text = pdfium.PdfDocument(path)[0].get_textpage()
    corners = [float(x) for x in annotation["/QuadPoints"]]
    lines = []
    for at in range(0, len(corners), 8):
        xs, ys = corners[at : at + 8 : 2], corners[at + 1 : at + 8 : 2]
        # half a point off, as PDFium takes in letters that are touched
        lines.append(text.get_text_bounded(min(xs) + 0.5, min(ys) + 2, max(xs) - 0.5, max(ys) - 2))
    return " ".join(" ".join(lines).split())


def mark(path: Path, out: Path, framework: Framework, *mentions: tuple[str, str, str]) -> MarkedPdf:
    return write_marked_pdf(
        path, out, tag(pl.read_pdf(path), *mentions), framework, coder="rules and a classifier"
    )


def test_a_highlight_lies_on_the_words_and_its_note_tells_what_was_found(
    tmp_path: Path, framework: Framework
) -> None:
    path, out = draw(tmp_path / "a.pdf"), tmp_path / "marked.pdf"
    done = mark(path, out, framework, ("tax relief", "mechanism", "T1.3"))
    (found,) = highlights(out)
    assert words_under(out, found) == "tax relief"
    start = pl.read_pdf(path).text.index("tax relief")
    assert found["/Contents"].split("\n") == [
        f"T1.3 {framework['T1.3'].label}",
        "Mechanism; status: affirmed",
        "Probability: 0.75",
        "Coder: rules and a classifier; term: tax relief",
        f"Id: a:{start}-{start + 10}",
    ]
    assert found["/T"] == "policyloom"
    red, green, blue = map(float, found["/C"])
    assert blue > green > red
    assert "/Multiply" in str(found["/AP"]["/N"]["/Resources"].get_object())
    assert done == MarkedPdf("a", 1, 1, 0, 0, 0)


def test_a_mention_over_two_lines_has_a_rectangle_on_each(tmp_path: Path, framework: Framework) -> None:
    path, out = draw(tmp_path / "a.pdf"), tmp_path / "marked.pdf"
    mark(path, out, framework, ("and the colleges have", "mechanism", "T2"))
    (found,) = highlights(out)
    assert len(found["/QuadPoints"]) == 16
    assert words_under(out, found) == "and the colleges have"


def test_a_part_of_a_word_is_marked_alone(tmp_path: Path, framework: Framework) -> None:
    path, out = draw(tmp_path / "a.pdf"), tmp_path / "marked.pdf"
    mark(path, out, framework, ("apprentice", "actor", "A1"))
    assert words_under(out, highlights(out)[0]) == "apprentice"


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_words_on_a_turned_and_cropped_page_are_found(
    tmp_path: Path, framework: Framework, degrees: int
) -> None:
    def turn(page: Any) -> None:
        page.rotate(degrees)
        page.cropbox.lower_left = (30, 40)
        page.cropbox.upper_right = (560, 800)

    path, out = edit(draw(tmp_path / "a.pdf"), turn), tmp_path / "marked.pdf"
    done = mark(path, out, framework, ("shortage of teachers", "challenge", "C3"))
    assert done.n_exact == 1
    text = pdfium.PdfDocument(out)[0].get_textpage()
    xs, ys = highlights(out)[0]["/QuadPoints"][::2], highlights(out)[0]["/QuadPoints"][1::2]
    bounds = min(xs) + 0.5, min(ys) + 2, max(xs) - 0.5, max(ys) - 2
    assert text.get_text_bounded(*map(float, bounds)).strip() == "shortage of teachers"


def test_of_equal_words_in_a_line_the_right_ones_are_marked(tmp_path: Path) -> None:
    path = draw(tmp_path / "a.pdf", ("work that is work because work is work and no more than work",))
    document = pl.read_pdf(path)
    spans = [Words(at, at + 4) for at in range(len(document.text)) if document.text.startswith("work", at)]
    lefts = [place.rectangles[0][1][0] for place in find_places(document, path, spans)]
    assert len(lefts) == 5
    assert lefts == sorted(set(lefts))


def test_the_copy_is_the_file_with_the_marks_after_it_and_the_same_each_time(
    tmp_path: Path, framework: Framework
) -> None:
    path = draw(tmp_path / "a.pdf")
    for name in ("one.pdf", "two.pdf"):
        mark(path, tmp_path / name, framework, ("tax relief", "mechanism", "T1.3"))
    first = (tmp_path / "one.pdf").read_bytes()
    assert first.startswith(path.read_bytes())
    assert first == (tmp_path / "two.pdf").read_bytes()


def test_annotations_that_are_there_stay(tmp_path: Path, framework: Framework) -> None:
    path, out = draw(tmp_path / "a.pdf"), tmp_path / "again.pdf"
    mark(path, tmp_path / "marked.pdf", framework, ("tax relief", "mechanism", "T1.3"))
    mark(tmp_path / "marked.pdf", out, framework, ("workshops", "mechanism", "T4"))
    assert [words_under(out, each) for each in highlights(out)] == ["tax relief", "workshops"]


def test_mentions_that_overlap_are_painted_in_strips_of_their_own(
    tmp_path: Path, framework: Framework
) -> None:
    path, out = draw(tmp_path / "a.pdf"), tmp_path / "marked.pdf"
    mark(
        path, out, framework, ("shortage of teachers", "challenge", "C3"), ("teachers", "actor", "A1"),
        ("provinces", "actor", "A1"),
    )  # fmt: skip
    painted = {
        words_under(out, each): [float(x) for x in each["/AP"]["/N"].get_data().split(b"rg ")[1].split()[:4]]
        for each in highlights(out)
    }
    (_, low, _, high), (_, lowest, _, middle) = painted["shortage of teachers"], painted["teachers"]
    assert lowest + middle == pytest.approx(low, abs=0.01)
    assert high == pytest.approx(middle, abs=0.01)
    assert painted["provinces"][3] == pytest.approx(2 * high, abs=0.01)


def test_words_that_ocr_has_read_are_marked_where_it_saw_them(tmp_path: Path, framework: Framework) -> None:
    path, out = draw(tmp_path / "a.pdf"), tmp_path / "marked.pdf"
    document = replace(pl.read_pdf(path), ocr=((1, 90.0),))
    tagged = tag(document, ("tax relief", "mechanism", "T1.3"))
    done = write_marked_pdf(path, out, tagged, framework, coder="rules")
    assert (done.n_exact, done.n_by_words) == (0, 1)
    assert words_under(out, highlights(out)[0]) == "tax relief"
    assert highlights(out)[0]["/Contents"].endswith(
        "Place: as its words were read; the file has no such letters there."
    )


def test_a_form_field_is_marked_as_a_whole_and_the_note_says_so(tmp_path: Path, framework: Framework) -> None:
    path, out = tmp_path / "a.pdf", tmp_path / "marked.pdf"
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    for n, line in enumerate(LINES):
        canvas.drawString(72, 700 - 14 * n, line)
    canvas.acroForm.textfield(
        name="aim", x=72, y=500, width=300, height=20, value="more tax credits for firms"
    )
    canvas.save()
    done = mark(path, out, framework, ("tax credits", "mechanism", "T1.3"))
    assert (done.n_exact, done.n_by_block) == (0, 1)
    (found,) = highlights(out)
    assert found["/Contents"].endswith(
        "Place: not known exactly; the whole paragraph, cell or field is marked."
    )
    assert round(float(found["/Rect"][0])) == 72
    (note,) = (each for each in annotations(out) if each["/Subtype"] == "/Text")
    assert "1 marked as a whole paragraph, cell or field" in note["/Contents"]


def test_the_note_on_the_first_page_tells_counts_colours_and_what_was_not_judged(
    tmp_path: Path, framework: Framework
) -> None:
    path, out = draw(tmp_path / "a.pdf"), tmp_path / "marked.pdf"
    document = pl.read_pdf(path)
    tagged = tag(document, ("tax relief", "mechanism", "T1.3"), ("shortage of teachers", "challenge", "C3"))
    tagged = replace(tagged, unread=(UnreadPart("scan", (3,), 0, "1 page is a picture"),))
    write_marked_pdf(path, out, tagged, framework, coder="rules")
    (note,) = (each for each in annotations(out) if each["/Subtype"] == "/Text")
    assert note["/Contents"].split("\n") == [
        "Marked by policyloom: 2 mentions",
        f"Framework: {framework.title} ({framework.id} {framework.version})",
        "Coder: rules",
        f"Blue: 1 of {framework.plural('mechanism').lower()}",
        f"Orange: 1 of {framework.plural('challenge').lower()}",
        "Not judged: 1 page is a picture",
        "What is not marked was not found, which does not mean that it is not there.",
    ]


def test_entities_are_marked_when_asked_for(tmp_path: Path, framework: Framework) -> None:
    path = draw(tmp_path / "a.pdf")
    tagged = tag(pl.read_pdf(path), ("ministry", "entity", "ORG.government"))
    for entities, n in ((False, 0), (True, 1)):
        out = tmp_path / f"{n}.pdf"
        done = write_marked_pdf(path, out, tagged, framework, coder="rules", entities=entities)
        assert (done.n_mentions, len(highlights(out))) == (n, n)


def test_an_encrypted_pdf_is_refused(tmp_path: Path, framework: Framework) -> None:
    tagged = tag(pl.read_pdf(draw(tmp_path / "a.pdf")))
    locked = draw(tmp_path / "locked.pdf", encrypt="key")
    with pytest.raises(DocumentError, match=r"is encrypted, and a marked-up copy of it would not be$"):
        write_marked_pdf(locked, tmp_path / "out.pdf", tagged, framework, coder="rules")
    assert not (tmp_path / "out.pdf").exists()


def test_a_damaged_pdf_is_refused(
    tmp_path: Path, framework: Framework, caplog: pytest.LogCaptureFixture
) -> None:
    tagged = tag(pl.read_pdf(draw(tmp_path / "a.pdf")))
    cut = tmp_path / "cut.pdf"
    cut.write_bytes((tmp_path / "a.pdf").read_bytes()[:400])
    with pytest.raises(DocumentError, match=r"cut\.pdf: is damaged so that nothing can be added to it"):
        write_marked_pdf(cut, tmp_path / "out.pdf", tagged, framework, coder="rules")
    assert caplog.records == []


def test_without_the_extra_it_is_named(
    tmp_path: Path, framework: Framework, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = draw(tmp_path / "a.pdf")
    monkeypatch.setitem(sys.modules, "pypdf", None)
    with pytest.raises(
        pl.PolicyloomError, match=r'^marking up PDFs needs the extra pdf: pip install "policyloom\[pdf\]"$'
    ):
        mark(path, tmp_path / "out.pdf", framework)


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    folder = tmp_path / "policies"
    folder.mkdir()
    draw(folder / "a.pdf")
    draw(folder / "b.pdf", (*LINES, "A tax relief was paid to firms in the north."))
    (folder / "c.txt").write_text("The state offers a tax relief to firms that train apprentices.\n")
    return folder


def test_mark_run_marks_the_pdfs_of_a_run_and_names_the_others(policies: Path, tmp_path: Path) -> None:
    run(policies, tmp_path / "out", workers=0)
    draw(policies / "b.pdf", (*LINES, "A line that came later."))
    done = CliRunner().invoke(main, ["mark", str(tmp_path / "out"), "-o", str(tmp_path / "marked")])
    assert done.exit_code == 1
    n = len(highlights(tmp_path / "marked" / "a.pdf"))
    assert n > 3
    assert done.output == (
        f"1 PDF with {n} mentions in {tmp_path / 'marked'}\n"
        f"  {n} of {n} (100.0%) marked to the letter\n"
        "  b.pdf: was changed since the run; run again, then mark it up\n"
        "  c.txt: is no PDF, so there is nothing to mark up\n"
    )
    assert [path.name for path in sorted((tmp_path / "marked").glob("*.pdf"))] == ["a.pdf"]


def test_documents_that_are_no_pdfs_are_no_failure(policies: Path, tmp_path: Path) -> None:
    run(policies, tmp_path / "out", workers=0)
    assert mark_run(tmp_path / "out", tmp_path / "marked").status == 0


def test_documents_that_were_moved_are_found_in_the_folder_given(policies: Path, tmp_path: Path) -> None:
    run(policies, tmp_path / "out", workers=0)
    policies.rename(tmp_path / "elsewhere")
    with pytest.raises(
        pl.RunError, match=r"policies: no such folder; name that of the documents with --documents$"
    ):
        mark_run(tmp_path / "out", tmp_path / "marked")
    done = mark_run(tmp_path / "out", tmp_path / "marked", documents=tmp_path / "elsewhere")
    assert [each.document for each in done.marked] == ["a", "b"]


def test_a_run_that_does_not_say_where_its_documents_are_asks_for_the_folder(
    policies: Path, tmp_path: Path
) -> None:
    run(policies, tmp_path / "out", workers=0)
    manifest = tmp_path / "out" / "run.json"
    told = json.loads(manifest.read_text("utf-8"))
    del told["folder"]
    manifest.write_text(json.dumps(told), "utf-8")
    with pytest.raises(
        pl.RunError, match="does not say where its documents are; name their folder with --doc"
    ):
        mark_run(tmp_path / "out", tmp_path / "marked")


def test_a_file_of_a_person_is_not_replaced(policies: Path, tmp_path: Path) -> None:
    run(policies, tmp_path / "out", workers=0)
    (tmp_path / "marked").mkdir()
    (tmp_path / "marked" / "a.pdf").write_bytes(b"mine")
    with pytest.raises(pl.RunError, match="is not empty, and policyloom did not make it"):
        mark_run(tmp_path / "out", tmp_path / "marked")
    assert (tmp_path / "marked" / "a.pdf").read_bytes() == b"mine"

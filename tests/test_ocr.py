"""Scanned pages are read by OCR where it is there, and reported where it is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from policyloom import run
from policyloom.cli import main
from policyloom.errors import DocumentError
from policyloom.extract import read_pdf
from policyloom.extract.pdf import doubtful_text, ocr, tesseract
from policyloom.extract.pdf.draw import draw_blocks
from policyloom.extract.pdf.file import open_pdf
from policyloom.extract.pdf.page import Page, Word
from policyloom.extract.words import load_known_words
from policyloom.languages.layout import OcrModel, load_layout
from policyloom.records import Document, from_json, to_json

SAMPLE = "c-industrial-college-case.pdf"

FONTS = (
    "DroidSansFallback*.ttf",
    "NotoSansCJK*.ttc",
    "wqy-*.ttc",
    "PingFang.ttc",
    "STHeiti*.ttc",
    "simsun.ttc",
)
FOLDERS = ("/usr/share", "/System/Library/Fonts", "C:/Windows/Fonts")

EXPECTED = bool(os.environ.get("OCR_EXPECTED"))
"""Set by CI once Tesseract is there, so that its tests cannot be skipped unseen."""

needs_ocr = pytest.mark.skipif(
    bool(tesseract.explain_missing()) and not EXPECTED, reason="Tesseract is not installed"
)


def chinese_font() -> Path | None:
    return next((path for folder in FOLDERS for name in FONTS for path in Path(folder).rglob(name)), None)


@pytest.fixture
def without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tesseract, "installed_models", frozenset)


@pytest.fixture
def picture(corpus: Path) -> Image.Image:
    """The first page of a sample, as a scanner would give it."""
    with open_pdf(corpus / SAMPLE) as pdf:
        return pdf.render(1, 200 / 72).convert("L")


@pytest.fixture
def scan(picture: Image.Image, tmp_path: Path) -> Path:
    path = tmp_path / "scan.pdf"
    picture.save(path, resolution=200)
    return path


def layered(picture: Image.Image, path: Path, text: str, *, hidden: bool = True) -> Path:
    """The page as a picture with a layer of text, as scanners and their programs write it."""
    canvas = Canvas(str(path), pagesize=(595, 842))
    canvas.drawImage(ImageReader(picture), 0, 0, 595, 842)
    words = canvas.beginText(72, 770)
    words.setTextRenderMode(3 if hidden else 0)
    for line in text.split("\n"):
        words.textLine(line)
    canvas.drawText(words)
    canvas.save()
    return path


def mixed(picture: Image.Image, path: Path) -> Path:
    """A page of text, and one that is a picture."""
    canvas = Canvas(str(path), pagesize=(595, 842))
    canvas.drawString(72, 700, "The vocational college set up apprenticeships with employers.")
    canvas.showPage()
    canvas.drawImage(ImageReader(picture), 0, 0, 595, 842)
    canvas.save()
    return path


@needs_ocr
def test_a_scan_has_the_words_and_kinds_of_its_original(scan: Path, corpus: Path) -> None:
    document, original = read_pdf(scan), read_pdf(corpus / SAMPLE)
    with open_pdf(corpus / SAMPLE) as pdf:
        printed = {word.text for word in next(iter(pdf.pages())).words}
    read = set(document.text.split()) | {word for _, line in document.furniture for word in line.split()}
    assert len(printed & read) > 0.95 * len(printed)
    dashes = str.maketrans("–—", "--")  # of one width to Tesseract
    assert document.metadata.title.translate(dashes) == original.metadata.title.translate(dashes)
    headings = [original.quote(b) for b in original.blocks if b.kind == "heading" and b.pages == (1,)]
    assert [document.quote(b) for b in document.blocks if b.kind == "heading"] == headings
    assert len(headings) > 1


@needs_ocr
def test_words_of_a_scan_stand_where_they_are_printed(scan: Path, corpus: Path, tmp_path: Path) -> None:
    document, original = read_pdf(scan), read_pdf(corpus / SAMPLE)
    words = "industrial college"
    at, there = document.text.index(words), original.text.index(words)
    (box,), (printed,) = (
        document.boxes(at, at + len(words)),
        original.boxes(there, there + len(words)),
    )
    assert box.page == 1
    for side in ("x0", "top", "x1", "bottom"):
        assert getattr(box, side) == pytest.approx(getattr(printed, side), abs=3)
    assert len(draw_blocks(document, scan, tmp_path / "drawn")) == 1


@needs_ocr
def test_the_document_says_which_pages_were_read_and_how_surely(picture: Image.Image, tmp_path: Path) -> None:
    document = read_pdf(mixed(picture, tmp_path / "mixed.pdf"))
    ((page, confidence),) = document.ocr
    assert page == 2
    assert 85 < confidence <= 100
    assert document.warnings == (
        f"page 2 read by OCR, with a mean confidence of {confidence:.0f} of 100: look at the page before you quote",
    )
    assert from_json(Document, to_json(document)) == document


@needs_ocr
@pytest.mark.skipif(
    "chi_sim" not in tesseract.ocr_version() and not EXPECTED,
    reason="Tesseract's Chinese data is not installed",
)
@pytest.mark.skipif(chinese_font() is None and not EXPECTED, reason="no Chinese font to print a page with")
def test_a_chinese_scan_is_read_as_chinese(tmp_path: Path) -> None:
    lines = ("职业教育应当坚持产教融合和校企合作的办学方向", "企业应当积极参与人才培养并且提供实习岗位")
    font = chinese_font()
    assert font, "where OCR is expected there must be a Chinese font"
    image = Image.new("L", (1654, 2339), "white")
    for number, line in enumerate(lines * 3):
        ImageDraw.Draw(image).text((200, 300 + 70 * number), line, "black", ImageFont.truetype(str(font), 42))
    image.save(tmp_path / "zh.pdf", resolution=200)
    document = read_pdf(tmp_path / "zh.pdf")
    assert document.language == "zh"
    assert "产教融合和校企合作的办学方向企业应当积极" in document.text


@needs_ocr
def test_bad_old_ocr_gives_way_to_a_better_reading(picture: Image.Image, tmp_path: Path) -> None:
    bad = "\n".join(["Tlic iridustrial c0llege 0f tlie prov1nce anci its cornpanies arc"] * 12)
    document = read_pdf(layered(picture, tmp_path / "bad.pdf", bad))
    assert [page for page, _ in document.ocr] == [1]
    assert "c0llege" not in document.text
    assert "industrial college" in document.text


@needs_ocr
def test_a_stamp_on_a_scan_does_not_pass_for_its_text(picture: Image.Image, tmp_path: Path) -> None:
    stamped = layered(picture, tmp_path / "stamped.pdf", "Downloaded from the library", hidden=False)
    assert "industrial college" in read_pdf(stamped).text


def test_good_text_under_a_scan_is_kept(picture: Image.Image, tmp_path: Path) -> None:
    good = "\n".join(["The industrial college of the province and its companies are partners."] * 12)
    document = read_pdf(layered(picture, tmp_path / "good.pdf", good))
    assert document.ocr == document.warnings == ()
    assert document.text.startswith("The industrial college of the province and its companies are partners.")


@needs_ocr
def test_always_reads_good_pages_too(corpus: Path) -> None:
    assert read_pdf(corpus / SAMPLE).ocr == ()
    document = read_pdf(corpus / SAMPLE, ocr="always")
    assert [page for page, _ in document.ocr] == list(range(1, document.n_pages + 1))


@needs_ocr
def test_a_page_that_takes_too_long_is_reported(
    picture: Image.Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = mixed(picture, tmp_path / "mixed.pdf")
    monkeypatch.setattr(tesseract, "PAGE_SECONDS", 0.1)
    assert any("on page 2, and was given up" in warning for warning in read_pdf(path).warnings)


@needs_ocr
def test_a_blank_page_is_not_read_as_words(tmp_path: Path) -> None:
    Image.new("L", (1654, 2339), "white").save(tmp_path / "blank.pdf", resolution=200)
    with pytest.raises(DocumentError, match="OCR can read no words") as caught:
        read_pdf(tmp_path / "blank.pdf")
    assert caught.value.kind == "no-text"


def test_the_caller_is_told_before_each_page_that_takes_time(
    picture: Image.Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A worker's clock starts anew at each page; without that a long scan is taken for a document that hangs.
    told: list[str] = []

    def read(pdf: object, page: Page, *_: object) -> None:
        told.append(f"read {page.number}")

    monkeypatch.setattr(tesseract, "installed_models", lambda: frozenset({"eng"}))
    monkeypatch.setattr(ocr, "_read_page", read)
    path = mixed(picture, tmp_path / "mixed.pdf")
    read_pdf(path, before_ocr=lambda number: told.append(f"told {number}"))
    assert told == ["told 2", "read 2"]


def test_the_surest_of_several_models_reads_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    confidence = {"eng": 18.0, "chi_sim": 85.0, "fra": 90.0}
    tried: list[str] = []

    def read(model: OcrModel, *_: object) -> tesseract.Reading:
        tried.append(model.model)
        return tesseract.Reading((), confidence[model.model])

    monkeypatch.setattr(tesseract, "installed_models", lambda: frozenset(confidence))
    monkeypatch.setattr(tesseract, "_read_as", read)
    models = [OcrModel("eng"), OcrModel("chi_sim"), OcrModel("fra")]
    assert tesseract.read_image(Image.new("L", (1, 1)), 1.0, models, frozenset()).confidence == 85.0
    assert tried == ["eng", "chi_sim"]  # the second is sure, so the third is not asked


# Without OCR


@pytest.mark.usefixtures("without_ocr")
def test_without_ocr_each_page_is_reported_with_what_to_install(picture: Image.Image, tmp_path: Path) -> None:
    document = read_pdf(mixed(picture, tmp_path / "mixed.pdf"))
    (warning,) = document.warnings
    assert warning.startswith(
        "no text on page 2: blank, or a picture that needs OCR; to have it read, install "
    )
    assert "apt install tesseract-ocr" in warning
    assert "TESSDATA_PREFIX" in warning
    bad = "\n".join(["Tlic iridustrial c0llege 0f tlie prov1nce anci its cornpanies arc"] * 12)
    (warning,) = read_pdf(layered(picture, tmp_path / "bad.pdf", bad)).warnings
    assert warning.startswith(
        "doubtful text on page 1: unknown words, or few words over a picture; it needs OCR"
    )


@pytest.mark.usefixtures("without_ocr")
def test_without_ocr_a_scan_is_a_named_failure(scan: Path) -> None:
    with pytest.raises(DocumentError, match="needs OCR; to have it read, install") as caught:
        read_pdf(scan)
    assert caught.value.kind == "no-text"


def test_without_the_library_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tesseract, "installed_models", frozenset)
    monkeypatch.setitem(__import__("sys").modules, "tesserocr", None)
    assert "install the extra `ocr` (pip install tesserocr)" in tesseract.explain_missing()
    assert tesseract.ocr_version() == ""


def test_ocr_can_be_switched_off(scan: Path) -> None:
    with pytest.raises(DocumentError, match="needs OCR; OCR is switched off"):
        read_pdf(scan, ocr="never")


def test_an_unknown_use_of_ocr_is_refused(scan: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="ocr 'maybe': use one of auto, never, always"):
        read_pdf(scan, ocr="maybe")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="ocr 'maybe': use one of auto, never, always"):
        run(scan, tmp_path / "out", ocr="maybe")  # type: ignore[arg-type]


# Which text is doubtful


def page(text: str, *, is_scan: bool = False) -> Page:
    words = tuple(Word(word, 0, 1, 1, 10, "F", False, False) for word in text.split())
    return Page(1, 595, 842, words, n_chars=len(text), is_scan=is_scan)


def is_doubtful(page: Page) -> bool:
    return doubtful_text.is_doubtful(page, load_layout("en"), load_known_words("en"))


GOOD = "The college trains apprentices with employers, and the state pays half of the cost. " * 5
FRENCH = "Le lycée professionnel forme des apprentis avec les entreprises de la région depuis dix ans. " * 5
NAMES = "T.A. Khombedza T.A. Msakambewa T.A. Chiwere T.A. Mlonyeni T.A. Kabudula T.A. Chiseka " * 4
SHIFTED = "".join(chr(ord(ch) + 3) if ch.isalpha() else ch for ch in GOOD.lower())


@pytest.mark.parametrize(
    ("text", "is_scan", "doubtful"),
    [
        (GOOD, False, False),
        (GOOD, True, False),
        (FRENCH, False, False),
        (NAMES, False, False),
        ("", False, False),
        ("\ue001\ufffd" * 4 + " " + GOOD, False, False),
        ("\ue001\ufffd\ue002 abc " * 20, False, True),
        (SHIFTED, False, True),
        (GOOD.replace("the", "tbe").replace("and", "anci"), True, True),
        ("Scanned by the library", True, True),
    ],
)
def test_doubtful_text_is_told_from_good(text: str, is_scan: bool, doubtful: bool) -> None:
    assert is_doubtful(page(text, is_scan=is_scan)) is doubtful


@pytest.mark.shared
def test_no_good_page_is_doubtful_and_bad_old_ocr_is(shared: Path, corpus: Path) -> None:
    folders = (shared / "documents" / "pdf", shared / "pdf_bench" / "jats", shared / "papers", corpus)
    n_pages, doubtful = 0, []
    for path in sorted(path for folder in folders for path in folder.glob("*.pdf")):
        with open_pdf(path) as pdf:
            pages = [page for page in pdf.pages() if page.words]
        n_pages += len(pages)
        doubtful += [(path.name, page.number) for page in pages if is_doubtful(page)]
    assert doubtful == [("ke-ken162509.pdf", number) for number in range(1, 9)]
    assert n_pages == 820


# Runs and commands


@needs_ocr
def test_a_changed_choice_is_read_anew_and_an_unchanged_one_is_not(
    picture: Image.Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    mixed(picture, folder / "mixed.pdf")
    (folder / "notes.txt").write_text("The vocational college set up apprenticeships.")
    with monkeypatch.context() as bare:
        bare.setattr(tesseract, "installed_models", frozenset)
        before = run(folder, out, workers=0)
    assert "pages read by OCR" not in before.counts
    installed = run(folder, out, workers=0)
    assert installed.counts["pages read by OCR"] == 1
    assert installed.n_reused == 1  # the text file
    assert "page 2 read by OCR" in (out / "report.html").read_text("utf-8")
    assert run(folder, out, workers=0).n_reused == 2
    assert run(folder, out, workers=0, ocr="never").n_reused == 1


@pytest.mark.parametrize("command", ["extract", "tag", "check", "run"])
def test_every_command_that_reads_pdfs_can_leave_ocr_out(command: str, scan: Path, tmp_path: Path) -> None:
    place = [] if command in ("extract", "tag") else ["--out", str(tmp_path / "out")]
    done = CliRunner().invoke(main, [command, str(scan), "--ocr", "never", *place])
    assert done.exit_code == 1
    assert "OCR is switched off" in " ".join(done.output.split())


@needs_ocr
def test_extract_tells_which_pages_were_read_by_ocr(scan: Path) -> None:
    done = CliRunner().invoke(main, ["extract", str(scan)])
    assert done.exit_code == 0
    assert "industrial college" in done.stdout
    assert "policyloom: scan.pdf: page 1 read by OCR" in done.stderr

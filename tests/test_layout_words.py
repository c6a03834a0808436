"""The words of a language by which documents are read, and how a document's language is told."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from policyloom.errors import PolicyloomError
from policyloom.extract import read_document, read_pdf
from policyloom.extract.words import load_known_words
from policyloom.languages.detect import find_language
from policyloom.languages.folders import VARIABLE
from policyloom.languages.layout import LayoutWords, OcrModel, load_layout

AddLanguage = Callable[..., Path]

STOP_WORDS = 'stop_words = ["ko", "la", "mi"]\n'
TOY = "Ko firma la palo mi sado. Mi palo ko tora la sado."
ENGLISH = "The firm pays for the places of the town, and the town pays for the firm."


@pytest.fixture
def add_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AddLanguage:
    """A function that adds a folder for a language, with these files."""
    root = tmp_path / "languages"
    monkeypatch.setenv(VARIABLE, str(root))

    def add(code: str, *, layout: str = "", language: str = "") -> Path:
        folder = root / code
        folder.mkdir(parents=True)
        if layout:
            (folder / "layout.toml").write_text(layout, "utf-8")
        if language:
            (folder / "language.toml").write_text(language, "utf-8")
        return folder

    return add


def patterns(words: LayoutWords) -> list[str]:
    skipped = ("code", "list_joins", "letters", "vowels", "min_vowel_share", "ocr", "legal_ranks")
    return [name for name in LayoutWords.__slots__ if name not in skipped]


# Files


def test_a_language_without_a_layout_matches_no_words(add_language: AddLanguage) -> None:
    add_language("qq")
    words = load_layout("qq")
    found = {
        name for name in patterns(words) for text in ("Abstract", "Table 1:", "by Ada", "References", "of", "part 1")
        if getattr(words, name).match(text)
    }  # fmt: skip
    assert found == set()
    assert (words.ocr, words.legal_ranks, words.list_joins) == (OcrModel(), {}, ())


def test_signs_that_no_language_owns_are_known_without_a_layout(add_language: AddLanguage) -> None:
    add_language("qq")
    words = load_layout("qq")
    assert words.page_number.fullmatch("– 7 –")
    assert words.date.search("on 2024-03-05")
    assert words.small_print.search("© 2024")


def test_a_layout_may_use_the_words_of_others(add_language: AddLanguage) -> None:
    add_language("qq", layout="also = ['en']\n[patterns]\nabstracts = ['Sumo']\n")
    add_language("qr", layout="[patterns]\nabstracts = ['Sumo']\n")
    assert load_layout("qq").abstract.fullmatch("SUMO:")
    assert load_layout("qq").abstract.fullmatch("Abstract")
    assert load_layout("qr").abstract.fullmatch("SUMO:")
    assert not load_layout("qr").abstract.fullmatch("Abstract")


def test_english_and_chinese_papers_may_have_each_others_abstract() -> None:
    for code in ("en", "zh"):
        assert load_layout(code).abstract.fullmatch("摘要")
        assert load_layout(code).abstract.fullmatch("Abstract")


def test_legal_parts_have_the_rank_of_their_language(add_language: AddLanguage) -> None:
    add_language("qq", layout="[legal_ranks]\nParto = 1\nGlavo = 2\n")
    words = load_layout("qq")
    match = words.legal.match("GLAVO 12")
    assert match
    assert words.legal_ranks[match["word"].lower()] == 2


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ("months = ['x']", "unknown key months; use also, list_joins, letters"),
        ("[patterns]\nabstract = ['x']", "unknown key patterns.abstract; use captions, table_captions"),
        ("[ocr]\nname2 = 'x'", "unknown key ocr.name2; use model, name, package, one_block"),
        ("[patterns]\nabstracts = 'x'", "abstracts: expected a list of texts, not 'x'"),
        ("[patterns]\nabstracts = ['(x']", r"abstracts: '\(x' is no regular expression"),
        ("letters = 3", "letters: expected a str, not 3"),
        ("[legal_ranks]\nparto = 'x'", "legal_ranks.parto: expected a whole number"),
        ("also = ['xx']", "also: no language 'xx'; use one of en, qq, zh"),
        ("also = ", "layout.toml: "),
    ],
)
def test_a_mistake_in_a_layout_is_named(add_language: AddLanguage, layout: str, message: str) -> None:
    add_language("qq", layout=layout)
    with pytest.raises(PolicyloomError, match=message):
        load_layout("qq")


def test_a_language_without_a_folder_has_no_words() -> None:
    assert not load_layout("xx").references.fullmatch("References")
    assert load_layout("en").references.fullmatch("References")


# Which language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "en"),
        ("2024: 17 %", "en"),
        (ENGLISH, "en"),
        ("职业教育应当坚持产教融合", "zh"),
        ("中文字 abcdefg", "zh"),  # 3 of 10 letters
        ("中文 abcdefgh", "en"),  # 2 of 10
    ],
)
def test_find_language_by_script(text: str, language: str) -> None:
    assert find_language(text) == language


def test_find_language_by_stop_words(add_language: AddLanguage) -> None:
    add_language("qq", language=STOP_WORDS)
    assert find_language(TOY) == "qq"
    assert find_language(ENGLISH) == "en"
    assert find_language("Mi " + ENGLISH) == "en"  # 1 of 17 words


def test_a_language_without_stop_words_is_never_found(add_language: AddLanguage) -> None:
    add_language("qq", layout="[patterns]\nabstracts = ['Sumo']\n")
    assert find_language(TOY) == "en"


def test_a_document_is_read_with_the_words_of_its_own_language(
    add_language: AddLanguage, tmp_path: Path
) -> None:
    add_language("qq", language=STOP_WORDS, layout="[patterns]\ncaptions = ['bildo']\n")
    path = tmp_path / "toy.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    for y, text in ((700, TOY), (660, "Bildo 1: Ko firma"), (620, "Figure 1: Ko firma"), (580, TOY)):
        canvas.drawString(70, y, text)
    canvas.save()
    document = read_pdf(path)
    assert document.language == "qq"
    assert [document.quote(b) for b in document.blocks if b.kind == "caption"] == ["Bildo 1: Ko firma"]


def test_a_text_file_is_read_with_the_words_of_its_own_language(
    add_language: AddLanguage, tmp_path: Path
) -> None:
    add_language("qq", language=STOP_WORDS, layout="[patterns]\nabstract_labels = ['Sumo']\n")
    path = tmp_path / "toy.txt"
    path.write_text(f"Sado\n\nSumo: {TOY}\n\nAbstract: {TOY}\n", "utf-8")
    document = read_document(path)
    assert document.language == "qq"
    assert document.metadata.abstract == TOY


# Known words


def test_only_english_has_a_list_of_words() -> None:
    assert {"school", "policy"} <= load_known_words("en")
    assert load_known_words("qq") == frozenset()


def test_no_english_words_are_loaded_for_another_language(add_language: AddLanguage, tmp_path: Path) -> None:
    add_language("qq", language=STOP_WORDS)
    path = tmp_path / "toy.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    for i in range(5):
        canvas.drawString(70, 700 - 14 * i, TOY)
    canvas.save()
    code = f"import sys, policyloom; print(policyloom.read_pdf({str(path)!r}, ocr='never').language, 'symspellpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["qq", "False"]

"""The sample corpus: the PDFs, their sources and the gold labels agree with one another."""

import json
import re
from pathlib import Path

import pypdfium2
import pytest

from policyloom.learn.labels import read_labels
from tests.conftest import load_script

CORPUS = Path(__file__).parents[1] / "corpus"
STATUSES = {"affirmed", "planned", "lacking", "negated"}
KINDS = {"S": ("S1", "S2", "S3"), "C": ("C1", "C2", "C3", "C4"), "T": ("T1", "T2", "T3", "T4", "T5")}
ALLOWED = {
    (element, status)
    for kind, elements in KINDS.items()
    for element in elements
    for status in STATUSES - ({"lacking"} if kind == "C" else set())
}
# Alphanumerics that may stand between the two halves of a sentence that a page break divides: the running
# head and page number of the next page, and its footnotes, which are drawn before its text.
LONGEST_INTERRUPTION = 250


build = load_script("corpus/build.py")
SOURCES = sorted((CORPUS / "sources").glob("*.md"))
GOLD = [json.loads(line) for line in (CORPUS / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
each_source = pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)


def bare(text: str) -> str:
    """Return the alphanumerics alone: PDFium gives a hyphen at a line's end as U+FFFE."""
    return re.sub(r"[\W_]+", "", text)


def find_end(sentence: str, text: str, start: int) -> int:
    """Return where ``sentence`` ends in ``text``, -1 if it is not there.

    It may stand in two parts, for a page break can fall inside it. Exact parts at a bounded distance and in
    reading order are asked for, not a similarity score: a ratio of 97 would forgive a lost word.
    """
    for cut in range(len(sentence), 0, -1):
        at = text.find(sentence[:cut], start)
        if at >= 0:
            rest = text.find(sentence[cut:], at + cut, at + LONGEST_INTERRUPTION + len(sentence))
            return rest + len(sentence) - cut if rest >= 0 else -1
    return -1


def test_corpus_has_ten_sources():
    assert [path.stem[0] for path in SOURCES] == list("abcdefghij")


@each_source
def test_pdf_equals_what_its_source_makes(path):
    made = build.to_pdf(build.read_source(path))
    assert made == (CORPUS / f"{path.stem}.pdf").read_bytes()


def test_check_reports_a_pdf_that_differs(tmp_path, monkeypatch, capsys):
    (tmp_path / "sources").mkdir()
    source = tmp_path / "sources" / SOURCES[0].name
    source.write_text(SOURCES[0].read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(build, "CORPUS", tmp_path)
    assert build.main([]) == 0
    assert build.main(["--check"]) == 0
    (tmp_path / f"{source.stem}.pdf").write_bytes(b"%PDF-")
    assert build.main(["--check"]) == 1
    assert f"{source.stem}.pdf" in capsys.readouterr().err


@each_source
def test_bookmarks_are_the_headings_when_asked_for(path):
    source = build.read_source(path)
    headings = [block.lines[0] for block in source.blocks if block.kind == "heading"]
    with pypdfium2.PdfDocument(CORPUS / f"{path.stem}.pdf") as pdf:
        titles = [bookmark.get_title() for bookmark in pdf.get_toc()]
    assert titles == (headings if source.meta["bookmarks"] == "true" else [])


@each_source
def test_gold_has_every_sentence_of_the_source_in_order(path):
    texts = [row["text"] for row in GOLD if row["doc"] == path.stem]
    assert texts == build.find_sentences(build.read_source(path))


@each_source
def test_gold_sentences_stand_in_the_pdf(path):
    with pypdfium2.PdfDocument(CORPUS / f"{path.stem}.pdf") as pdf:
        text = "".join(bare(page.get_textpage().get_text_range()) for page in pdf)
    end = 0
    for row in GOLD:
        if row["doc"] == path.stem:
            end = find_end(bare(row["text"]), text, end)
            assert end > 0, row["id"]


def test_gold_ids_number_the_sentences_of_each_document():
    expected = []
    for path in SOURCES:
        n_sentences = sum(row["doc"] == path.stem for row in GOLD)
        expected += [f"{path.stem[0]}-{number:03d}" for number in range(1, n_sentences + 1)]
    assert [row["id"] for row in GOLD] == expected


@each_source
def test_gold_labels_are_valid(path):
    for row in (row for row in GOLD if row["doc"] == path.stem):
        assert list(row) == ["id", "doc", "text", "elements", "links", "answers"]
        labels = {element["id"]: element["status"] for element in row["elements"]}
        assert len(labels) == len(row["elements"]), row["id"]
        assert labels.items() <= ALLOWED, row["id"]
        for pairs, kind in ((row["links"], "S"), (row["answers"], "C")):
            for mechanism, other in pairs:
                assert mechanism in KINDS["T"], row["id"]
                assert other in KINDS[kind], row["id"]
                assert {labels[mechanism], labels[other]} <= {"affirmed", "planned"}, row["id"]


def test_gold_shows_every_element_in_every_allowed_status():
    shown = {(element["id"], element["status"]) for row in GOLD for element in row["elements"]}
    assert shown == ALLOWED


def test_gold_of_off_topic_documents_is_empty():
    labelled = {row["doc"] for row in GOLD if row["elements"]}
    off_topic = {p.stem for p in SOURCES if build.read_source(p).meta["genre"] == "offtopic"}
    assert labelled == {path.stem for path in SOURCES} - off_topic


def test_sentences_to_learn_from_are_coded_and_not_those_of_the_gold_labels(framework):
    sentences = read_labels(CORPUS / "sentences.jsonl", framework)
    gold = {s.text for s in read_labels(CORPUS / "gold.jsonl", framework)}
    assert len(sentences) > 2_000
    assert len({s.text for s in sentences}) > 0.99 * len(sentences)
    assert not gold & {s.text for s in sentences}
    assert len({s.doc for s in sentences}) > 300


@pytest.mark.shared
def test_sentences_to_learn_from_are_our_own(shared):
    def runs(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"[a-z0-9]+", text.lower())
        return {tuple(words[i : i + 10]) for i in range(len(words) - 9)}

    texts = [
        *(shared / "documents" / "en").glob("*.txt"),
        shared / "papers" / "meng-2025.txt",
        shared / "gold" / "gold_dev.jsonl",
    ]
    known = set().union(*(runs(path.read_text("utf-8")) for path in texts))
    rows = map(json.loads, (CORPUS / "sentences.jsonl").read_text("utf-8").splitlines())
    assert [row["id"] for row in rows if runs(row["text"]) & known] == []

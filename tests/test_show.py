"""Records in a notebook: a line that stays short however large the record, a table that escapes every word, texts as they are."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from spacy.language import Language

import policyloom as pl
from policyloom.coders.rules import RulesCoder
from policyloom.framework import Framework
from policyloom.records import Block, Document, Evidence, Facet, Finding, Mention, Metadata, Sentence, Tagged
from policyloom.records.show import counted, cut, html_table

MAX_REPR = 500

TEXT = "The state will give tax relief to firms that train apprentices. Colleges lack teachers."


@pytest.fixture(scope="module")
def tagged(nlp: Language, framework: Framework) -> Tagged:
    return pl.tag(TEXT, nlp, pl.load_coder(framework, "none"))


def large_tagged() -> Tagged:
    text = "word " * 40_000
    blocks = tuple(Block("paragraph", at, at + 4) for at in range(0, 200_000, 5))
    document = Document("i" * 200, "d" * 300, "0" * 64, 900, "en", Metadata(title="t" * 500), text, blocks)
    mentions = tuple(
        Mention(at, at + 4, "mechanism", "T1", 0, source="s" * 900) for at in range(0, 50_000, 5)
    )
    return Tagged(document, tuple(Sentence(b.start, b.end, n) for n, b in enumerate(blocks)), mentions)


def test_every_record_shows_itself_in_one_short_line(tagged: Tagged, framework: Framework) -> None:
    network = pl.find_links([tagged], framework)
    checked = pl.check(tagged, framework, network)
    large = large_tagged()
    facets = tuple(Facet(kind, 0, 1) for kind in ("target", "instrument", "amount", "deadline", "monitoring"))  # type: ignore[arg-type]
    shown: list[Any] = [
        tagged, tagged.document, *tagged.mentions, large, large.document, large.mentions[0], framework,
        *framework.elements, pl.load_coder(framework), pl.load_coder(framework).classifier,  # type: ignore[attr-defined]
        RulesCoder(framework), network, network.counts, *network.counts.documents.values(), checked, *checked.findings,
        *checked.coverage, Evidence("d" * 300, 1, 0, 9, "q" * 2000),
        Finding("d" * 300, "error", "rule", "T1", "m" * 2000),
        Mention(0, 1, "mechanism", "T1", 0, name="n" * 900, source="s" * 900, facets=facets),
    ]  # fmt: skip
    for record in shown:
        assert len(repr(record)) < MAX_REPR, type(record)
        assert len(str(record)) < MAX_REPR, type(record)
        assert "\n" not in repr(record)


def test_the_lines_tell_what_there_is(tagged: Tagged, framework: Framework) -> None:
    assert repr(tagged) == (
        f"<Tagged text: 2 sentences, {len(tagged.mentions)} mentions, {counted(len(tagged.claims), 'claim')}>"
    )
    assert repr(tagged.document) == f"<Document text: {len(TEXT)} characters in 1 block, language en>"
    mention = Mention(
        4, 14, "mechanism", "T1.3", 0, "planned", 0.93, "term: tax relief", facets=(Facet("target", 0, 1),)
    )
    assert repr(mention) == "<Mention mechanism T1.3 planned [4, 14), 0.93, term: tax relief, target>"
    assert repr(Mention(0, 9, "entity", "ORG.college", 0, name="The College")) == (
        "<Mention entity ORG.college The College [0, 9)>"
    )
    assert repr(framework["T1"]) == f"<Element T1: mechanism, {framework['T1'].label}>"
    assert repr(RulesCoder(framework)) == f"<RulesCoder for {framework.id}>"


def test_the_line_of_a_network_finds_no_links_itself(tagged: Tagged, framework: Framework) -> None:
    network = pl.find_links([tagged], framework)
    assert repr(network) == "<Network: 1 document by sentence>"
    assert "links" not in vars(network)
    n = len(network.links)
    assert repr(network) == f"<Network: 1 document, {counted(n, 'link')} by sentence>"


def test_a_line_of_a_large_document_costs_nothing() -> None:
    large = large_tagged()
    started = time.perf_counter()
    for _ in range(100):
        repr(large)
    assert time.perf_counter() - started < 1


def test_tables_have_a_few_rows_and_say_how_many_more_there_are() -> None:
    shown = html_table("all", ("a",), ([n] for n in range(30)), 30)
    assert shown.count("<tr>") == 21
    assert shown.endswith("<p>10 more</p>")
    assert "more" not in html_table("all", ("a",), [[1]], 1)


def test_tables_escape_the_words_of_documents(framework: Framework) -> None:
    text = "<script>alert(1)</script> & tax relief"
    document = Document(
        "<i>", "s", "0", 0, "en", Metadata(title="<b>"), text, (Block("paragraph", 0, len(text)),)
    )
    mention = Mention(0, 8, "mechanism", "T1", 0)
    tagged = Tagged(document, (Sentence(0, len(text), 0),), (mention,))
    finding = Finding("<i>", "error", "<rule>", "T1", "<script>")
    checked = pl.check(tagged, framework)
    checked = type(checked)(checked.document, checked.coverage, (finding,), checked.claims)
    for record in (document, tagged, checked):
        shown = record._repr_html_()
        for words in ("<script>", "<i>", "<b>", "<rule>"):
            assert words not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; tax relief" in tagged._repr_html_()


def test_the_table_of_a_tagged_document_leaves_entities_out(tagged: Tagged) -> None:
    named = sum(mention.kind != "entity" for mention in tagged.mentions)
    assert tagged._repr_html_().count("<tr>") == 1 + min(named, 20)


def test_cut_gives_one_line() -> None:
    assert cut("a\nb\tc") == "a b c"
    assert cut("abcdef", 4) == "abc…"


def test_tag_takes_a_text(tagged: Tagged, framework: Framework) -> None:
    assert tagged.document.text == TEXT
    assert {"T1", "C3"} <= {framework.top(m.label) for m in tagged.mentions if m.kind != "entity"}


def test_tag_without_more_takes_the_built_in_framework_and_its_coder(
    nlp: Language, framework: Framework
) -> None:
    assert pl.tag(TEXT) == pl.tag(TEXT, nlp, pl.load_coder(framework)) == pl.tag(TEXT, nlp)


def test_tag_all_numbers_texts(nlp: Language, framework: Framework, tagged: Tagged) -> None:
    found = pl.tag_all([TEXT, tagged.document, TEXT], nlp, pl.load_coder(framework, "none"))
    assert [each.document.id for each in found] == ["text-1", "text", "text-3"]


@pytest.mark.parametrize("name", ["policy.pdf", "notes/policy.docx"])
def test_the_name_of_a_file_is_no_text(name: str, nlp: Language) -> None:
    with pytest.raises(ValueError, match=r"is the name of a file; give what read_document reads from it$"):
        pl.tag(name, nlp)


def test_something_else_is_no_text(nlp: Language) -> None:
    with pytest.raises(TypeError, match=r"^a \w+Path: give a Document, such as read_pdf gives, or a text$"):
        pl.tag(Path("policy.pdf"), nlp)  # type: ignore[arg-type]


def test_an_empty_text_is_named(nlp: Language) -> None:
    with pytest.raises(pl.DocumentError, match=r"^text: the file has no text$"):
        pl.tag(" \n", nlp)

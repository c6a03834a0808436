"""Framework files: read whole, and wrong in words that say where and what to do."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from spacy.language import Language

from policyloom.coders.rules import RulesCoder
from policyloom.errors import FrameworkError
from policyloom.framework import Framework, read_framework
from policyloom.records import Block, Document, Metadata
from policyloom.tag import tag
from policyloom.tag.pipeline import load_pipeline

HEAD = '[framework]\nid = "mine"\ntitle = "Mine"\nversion = "1"\n'
ELEMENT = '[[element]]\nid = "{id}"\nkind = "{kind}"\nlabel = "A label"\ndefinition = "What it is."\n'


def element(id: str, kind: str = "mechanism", **more: str) -> str:
    return ELEMENT.format(id=id, kind=kind) + "".join(f"{key} = {value}\n" for key, value in more.items())


def read(tmp_path: Path, text: str) -> Framework:
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    return read_framework(path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_framework_saved_by_notepad_is_read(tmp_path: Path, encoding: str) -> None:
    text = (HEAD + element("T1")).replace("A label", "Crédits – 学校").replace("\n", "\r\n")
    (tmp_path / "mine.toml").write_bytes(text.encode(encoding))
    assert read_framework(tmp_path / "mine.toml")["T1"].label == "Crédits – 学校"


def test_elements_have_tops_children_and_kinds(tmp_path: Path) -> None:
    framework = read(
        tmp_path, HEAD + element("T1") + element("T1.1", parent='"T1"') + element("S1", "outcome")
    )
    assert framework.top("T1.1") == "T1"
    assert framework.children("T1") == ("T1.1",)
    assert framework.ids("mechanism") == ("T1", "T1.1")
    assert framework.ids("mechanism", top=True) == ("T1",)


def test_links_are_found_by_either_end(tmp_path: Path) -> None:
    link = '[[link]]\nkind = "leads_to"\nsource = "T1"\ntarget = "S1"\n'
    framework = read(tmp_path, HEAD + element("T1") + element("S1", "outcome") + link)
    assert framework.linked("leads_to", target="S1") == framework.linked("leads_to", source="T1") != ()
    assert framework.linked("answers") == ()


def test_what_a_check_goes_by_is_read(tmp_path: Path) -> None:
    checks = (
        '[checks]\nvague_without = ["deadline"]\ncomplete_with = [["actor", "amount"]]\noff = ["off-field"]\n'
    )
    found = read(tmp_path, HEAD + element("T1") + checks).checks
    assert found.vague_without == ("deadline",)
    assert found.complete_with == (("actor", "amount"),)
    assert found.off == ("off-field",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", r"\[framework\]"),
        ("[framework", "not valid TOML"),
        (HEAD, "elements: is missing"),
        (HEAD + element("T1").replace("[[element]]", "[element]"), r"write \[\[element\]\]"),
        (HEAD + element("T1", terms='"tax"'), "element T1, terms: should be a list, in square brackets"),
        (HEAD + element("T1", section="“2.1”"), "curly quotes"),
        (HEAD + element("T1", colour='"red"'), "element T1, colour: is not a known key; known are id, kind"),
        (HEAD + element("T1", "mechanims"), "element T1, kind: should be 'outcome', 'challenge'"),
        (HEAD + element("T1") + element("T1"), "element T1, id: stands twice"),
        (HEAD + element("T1", parent='"T9"'), "element T1, parent: no element 'T9'"),
        (HEAD + element("S1", "outcome") + element("T1", parent='"S1"'), "S1 is of kind outcome"),
        (HEAD + element("T1", parent='"T2"') + element("T2", parent='"T1"'), "circle"),
        (
            HEAD + element("T1") + '[[link]]\nkind = "answers"\nsource = "T1"\ntarget = "T1"\n',
            "answers wants a challenge",
        ),
        (
            HEAD + element("T1") + '[[link]]\nkind = "answers"\nsource = "T1"\n',
            "link number 1, target: is missing",
        ),
        (
            HEAD + 'language = "tlh"\n' + element("T1"),
            "language: policyloom does not speak 'tlh'; it speaks en",
        ),
        (HEAD + 'names = {mechanims = "Levers"}\n' + element("T1"), "names, mechanims"),
        (
            HEAD + element("T1") + '[entities]\nhead = ["farm"]\n',
            "entities, head: is not a known key; known are heads, weak",
        ),
        (HEAD + element("T1") + '[entities.heads]\nFARM = ["herd"]\n', "entities, heads, FARM"),
        (
            HEAD + element("T1") + "[checks]\nof = []\n",
            "checks, of: is not a known key; known are vague_without",
        ),
        (
            HEAD + element("T1") + '[checks]\nvague_without = ["who"]\n',
            "checks, vague_without, .*should be 'actor'",
        ),
        (HEAD + element("T1") + "[checks]\ncomplete_with = []\n", "checks, complete_with: "),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(FrameworkError, match=words) as caught:
        read(tmp_path, text)
    assert "mine.toml" in str(caught.value)


def test_a_missing_framework_names_what_there_is() -> None:
    with pytest.raises(FrameworkError, match="production_education"):
        read_framework("producton_education")
    with pytest.raises(FrameworkError, match="cannot be opened"):
        read_framework("nowhere.toml")


def test_kinds_have_the_framework_s_own_plural_or_a_plain_one(tmp_path: Path) -> None:
    framework = read(tmp_path, HEAD + 'names = {mechanism = "Levers"}\n' + element("T1"))
    assert framework.plural("mechanism") == "Levers"
    assert framework.plural("outcome") == "Outcomes"


# The built-in framework


def test_built_in_has_what_the_paper_names(framework: Framework) -> None:
    assert framework.ids("outcome", top=True) == ("S1", "S2", "S3")
    assert framework.ids("challenge", top=True) == ("C1", "C2", "C3", "C4")
    assert framework.ids("mechanism", top=True) == ("T1", "T2", "T3", "T4", "T5")
    assert len(framework.ids("case", top=True)) == 5
    children = [id for id in framework.ids("mechanism") if framework[id].parent]
    assert len(children) >= 25
    assert all(framework.children(t) for t in ("T1", "T2", "T3", "T4", "T5"))


def test_built_in_answers_every_challenge_and_places_every_case(framework: Framework) -> None:
    for challenge in framework.ids("challenge", top=True):
        assert framework.linked("answers", target=challenge)
    for case in framework.ids("case", top=True):
        (link,) = framework.linked("exemplifies", source=case)
        assert framework.top(link.target) in ("T1", "T2", "T3", "T4", "T5")
        assert framework[case].institutions


def test_built_in_calls_its_mechanisms_strategies(framework: Framework) -> None:
    assert framework.plural("mechanism") == "Strategies"


def test_built_in_brings_the_names_of_its_field(nlp: Language) -> None:
    doc = nlp("Registered Apprenticeships at the Orsa Skills Training Center grew.")
    assert [(e.text, e.label_) for e in doc.ents] == [("Orsa Skills Training Center", "ORG.training")]


def test_built_in_elements_are_complete(framework: Framework) -> None:
    for e in framework:
        assert e.terms or e.institutions, e.id
        if e.kind in ("outcome", "challenge", "mechanism"):
            assert len(e.examples) >= 2, e.id
            assert e.counterexamples, e.id
            assert e.section, e.id


def _found(nlp: Language, framework: Framework, text: str) -> set[str]:
    """The elements that a sentence names, with those that they are part of."""
    tagged = tag(
        Document("d", "d", "", 0, "en", Metadata(), text, (Block("paragraph", 0, len(text)),)),
        nlp,
        RulesCoder(framework),
    )
    found: set[str] = set()
    for mention in tagged.mentions:
        id: str | None = mention.label if mention.kind != "entity" else None
        while id is not None:
            found.add(id)
            id = framework[id].parent
    return found


def test_built_in_finds_its_own_examples_and_no_counterexample(framework: Framework, nlp: Language) -> None:
    wrong = []
    for e in framework:
        wrong += [f"{e.id} misses: {text}" for text in e.examples if e.id not in _found(nlp, framework, text)]
        wrong += [
            f"{e.id} finds: {text}" for text in e.counterexamples if e.id in _found(nlp, framework, text)
        ]
    assert not wrong


# Frameworks that would take for ever


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + "x = " + "[" * 50_000, "not valid TOML: brackets stand too deep in one another"),
        (HEAD + "x = " + "{a = " * 50_000, "not valid TOML: brackets stand too deep in one another"),
        (HEAD + "".join(element(f"T{i}", parent=f'"T{i + 1}"') for i in range(20)) + element("T20"), "T0, parent: stands more than 10 levels deep"),
        (HEAD + "".join(element(f"T{i}") for i in range(5_001)), "elements: .* at most 5000 items"),
        (HEAD + '[scope]\nper_1000_words = inf\n' + element("T1"), "per_1000_words: should be a finite number"),
        (HEAD + "#" * 5_000_000, "has more than 5,000,000 bytes, the most that a framework may have"),
    ],
    ids=["arrays", "tables", "parents", "elements", "infinity", "bytes"],
)  # fmt: skip
def test_a_framework_without_end_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(FrameworkError, match=rf"mine\.toml: .*{said}"):
        read(tmp_path, text)


def joined(word: str, n: int, by: str = " ") -> str:
    return by.join([word] * n)


def quoted(term: str) -> str:
    return f'["{term}"]'


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("terms", quoted(joined("training", 9, " & ")), "joins 9 sides with '&', and the most is 4; write fewer words"),
        ("terms", quoted(joined("training", 51)), "has 51 words, and the most is 50"),
        ("terms", quoted(joined("cooperation", 20)), "can be written in 1,048,576 ways, .*; use shorter terms"),
        ("terms", quoted(joined(joined("cooperation", 5), 4, " & ")), "can be written in 1,048,576 ways"),
        ("patterns", "[[" + joined('{OP = "*"}', 12, ", ") + "]]", "it repeats 12 tokens, and the most is 2; write further patterns"),
        ("patterns", '[[{LOWER = "a", OP = "{2,9999}"}]]', "repeats a token more than 20 times"),
        ("patterns", "[[" + joined('{LOWER = "a"}', 51, ", ") + "]]", "it has 51 tokens, and the most is 50"),
        ("patterns", '[[{TEXT = {REGEX = "(a+)+$"}}]]', "repeats a group, which can take for ever"),
        ("patterns", '[[{TEXT = {REGEX = "("}}]]', "is no regular expression"),
        ("patterns", '[[{TEXT = {REGEX = "' + "a" * 501 + '"}}]]', "a REGEX has 501 characters"),
        ("patterns", "[[{_ = {a = 1}}]]", "the key '_' asks for an extension"),
        ("patterns", '[[{LOWER = "a", OP = "x"}]]', "spaCy refuses one"),
        ("patterns", "[[]]", "spaCy refuses one"),
    ],
)  # fmt: skip
def test_a_term_or_pattern_that_takes_for_ever_or_cannot_be_is_refused(
    tmp_path: Path, key: str, value: str, said: str
) -> None:
    with pytest.raises(FrameworkError, match=rf"element T1.*{said}"):
        load_pipeline(read(tmp_path, HEAD + element("T1", **{key: value})))


@pytest.mark.parametrize(
    "term", [joined("training", 17, " ... "), "training " + joined("training?", 40) + " b"]
)
def test_a_term_with_many_gaps_is_found_in_time(tmp_path: Path, term: str) -> None:
    nlp = load_pipeline(read(tmp_path, HEAD + element("T1", terms=quoted(term))))
    began = time.process_time()
    # All words of the term but its last are there many times, and there are as many ways to place them.
    assert (
        len(nlp(joined("training", 16) + " x" * 6 + joined(" training", 15) + " c b").spans["policyloom"])
        <= 1
    )
    assert time.process_time() - began < 5

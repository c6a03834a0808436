"""Which of a framework's cases a document resembles."""

from __future__ import annotations

from policyloom.check import check, compare_cases, cover
from policyloom.framework import Element, Framework
from policyloom.network import find_links
from policyloom.records import Block, Document, Mention, Metadata, Sentence, Status, Tagged


def element(id: str, kind: str, parent: str | None = None) -> Element:
    return Element(id=id, kind=kind, label=f"label {id}", definition="d", parent=parent)  # type: ignore[arg-type]


FRAMEWORK = Framework(
    id="f", title="F", version="1",
    elements=(
        element("S1", "outcome"), element("T1", "mechanism"), element("T1.1", "mechanism", "T1"), element("T1.2", "mechanism", "T1"),
        element("T2", "mechanism"), element("T3", "mechanism"), element("K1", "case"), element("K2", "case"),
    ),
)  # fmt: skip

Named = tuple[str, Status]


def write(id: str, *paragraphs: list[list[Named]]) -> Tagged:
    """A document whose paragraphs are lists of sentences, each a list of what it names; sentence n reads "id n."."""
    text, sentences, mentions, blocks = "", [], [], []
    for number, paragraph in enumerate(paragraphs):
        begin = len(text)
        for named in paragraph:
            start = len(text)
            text += f"{id} {len(sentences)}."
            for label, status in named:
                kind = FRAMEWORK[label].kind
                mentions.append(Mention(start, start + 1, kind, label, len(sentences), status=status))
            sentences.append(Sentence(start, len(text), number))
            text += " "
        blocks.append(Block("paragraph", begin, len(text) - 1))
    document = Document(id, f"{id}.txt", "", 0, "en", Metadata(), text, tuple(blocks))
    return Tagged(document, tuple(sentences), tuple(mentions))


TOLD = write(
    "paper",
    [[("T3", "affirmed")], [("K1", "affirmed"), ("T1", "affirmed")], [("T1.1", "affirmed")], [("T2", "affirmed"), ("T3", "lacking")],
     [("K2", "affirmed"), ("T2", "affirmed")], [("T3", "planned")]],
    [[("T1.2", "affirmed")]],
)  # fmt: skip
"""K1 has T1.1 and T2: T3 stands before it and is lacking in it, T1 is the whole of T1.1, and what follows is on K2 or elsewhere."""


def resemble(draft: Tagged, *corpus: Tagged, same_text: tuple[str, ...] = ()) -> list[tuple[object, ...]]:
    network = find_links(corpus, FRAMEWORK)
    found = compare_cases(draft, FRAMEWORK, cover(draft, FRAMEWORK), network, same_text=same_text)
    return [
        (
            c.case,
            [(s.element, s.own.quote, s.other.quote) for s in c.shared],
            list(c.lacking),
            list(c.documents),
        )
        for c in found
    ]


def test_a_case_has_what_the_sentences_on_it_state() -> None:
    draft = write("draft", [[("T1.1", "planned")], [("T2", "affirmed")], [("T3", "lacking")]])
    assert resemble(draft, TOLD) == [
        ("K1", [("T1.1", "draft 0.", "paper 2."), ("T2", "draft 1.", "paper 3.")], [], ["paper"])
    ]


def test_the_case_of_which_more_is_stated_comes_first() -> None:
    draft = write("draft", [[("T1.1", "planned")], [("T3", "affirmed")], [("T2", "planned")]])
    assert [(case, lacking) for case, _, lacking, _ in resemble(draft, TOLD)] == [("K1", []), ("K2", [])]
    more = write("more", [[("K1", "affirmed"), ("T1.2", "affirmed")]])
    assert [(case, lacking) for case, _, lacking, _ in resemble(draft, TOLD, more)] == [
        ("K2", []), ("K1", ["T1.2"]),
    ]  # fmt: skip


def test_one_mechanism_in_common_is_no_resemblance() -> None:
    assert resemble(write("draft", [[("T2", "planned")]]), TOLD) == []


def test_copies_and_the_document_itself_tell_nothing() -> None:
    assert resemble(write("paper", [[("T1.1", "planned")], [("T2", "affirmed")]]), TOLD) == []
    draft = write("draft", [[("T1.1", "planned")], [("T2", "affirmed")]])
    assert resemble(draft, TOLD, same_text=("paper",)) == []


def test_a_check_tells_the_cases_and_without_a_corpus_none() -> None:
    draft = write("draft", [[("T1.1", "planned")], [("T2", "affirmed")]])
    (found,) = check(draft, FRAMEWORK, find_links([TOLD], FRAMEWORK)).cases
    assert (found.case, found.share) == ("K1", 1.0)
    assert (found.shared[0].planned, found.shared[1].affirmed) == (1, 1)
    assert check(draft, FRAMEWORK).cases == ()

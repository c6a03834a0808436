"""Denied effects: the words that deny, the pair that is denied, and how many of a benchmark's sentences are read rightly."""

from __future__ import annotations

import pytest

from policyloom.framework import Framework
from policyloom.languages import load_language
from policyloom.languages.grammar import WordListGrammar
from policyloom.tag import tag
from policyloom.tag.pipeline import load_pipeline
from tests.conftest import load_script
from tests.test_coders import FRAMEWORK, RULES, document


def denied(words: str) -> list[str]:
    forms = words.split()
    marks = load_language("en").grammar.effect_denials(forms)
    assert marks is not None
    return [" ".join(forms[mark.start : mark.end]) for mark in marks]


@pytest.mark.parametrize(
    ("words", "marks"),
    [
        ("the levy did not raise output .", ["did not raise"]),
        ("grants did not , in the event , raise output .", ["did not , in the event , raise"]),
        ("grants do not appear to have raised output .", ["do not appear to have raised"]),
        ("output was not raised by grants .", ["was not raised"]),
        ("the levy had no measurable effect on output .", ["no measurable effect"]),
        ("the levy did not have any effect on output .", ["did not have any effect"]),
        ("grants had hardly any effect on output .", ["hardly any effect"]),
        ("nor did the levy raise output .", ["raise"]),
        ("the levy failed to raise output .", ["failed to raise"]),
        ("the grants achieved little in output .", ["achieved little"]),
        ("they earned no more than others .", ["no more"]),
        ("output rose no faster than before .", ["no faster"]),
        ("drop-out was as high as before .", ["as high as before"]),
        ("the effect of grants was close to zero .", ["close to zero"]),
        ("the levy was to raise output ; it did not .", ["did not"]),
        ("there is no evidence that grants raise output .", ["no evidence that"]),
        ("evidence that grants raise output is lacking .", ["evidence that"]),
        ("it is doubtful whether grants raise output .", ["doubtful whether"]),
        ("grants did not reduce unemployment .", ["did not reduce"]),
        # what denies no effect
        ("grants raised not only output but wages .", []),
        ("grants did not reduce quality .", []),
        ("grants should not raise output .", []),
        ("if grants do not raise output , they end .", []),
        ("until 2010 grants did not raise output .", []),
        ("grants did not fail to raise output .", []),
        ("it is not true that grants did not raise output .", []),
        ("they paid no more than 10 shillings .", []),
        ("we found no evidence of fraud in the fund .", []),
        ("in cases where grants do not raise output , they end .", []),
    ],
)
def test_the_words_that_deny_an_effect(words: str, marks: list[str]) -> None:
    assert denied(words) == marks


def test_a_language_without_such_words_leaves_it_to_statuses() -> None:
    assert WordListGrammar().effect_denials(["no", "effect"]) is None


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Boards met and grants were paid, but employment did not rise.", [("T1", "S3")]),
        ("Employment did not differ between firms with grants and other firms.", [("T1", "S3")]),
        ("Neither workshops nor grants raised employment.", [("T1", "S3"), ("T4", "S3")]),
        ("Firms that got no grant did not raise employment.", []),
    ],
)
def test_the_pair_whose_effect_is_denied(text: str, pairs: list[tuple[str, str]]) -> None:
    tagged = tag(document(text), load_pipeline(FRAMEWORK), RULES)
    found = {
        (tagged.mentions[c.mechanism].label, tagged.mentions[c.target].label)
        for c in tagged.claims
        if c.polarity == "negative"
    }
    assert sorted(found) == pairs


def test_denied_effects_are_read_as_well_as_is_stated(framework: Framework) -> None:
    """Precision and recall, of all 124 sentences; docs/check.md states both halves."""
    benchmark = load_script("benchmarks/denials.py")
    sentences = benchmark.read_sentences()
    assert len(sentences) == 124
    assert sum(not pairs for _, pairs in sentences) == 62
    found = benchmark.find_denied([text for text, _ in sentences], framework, "classifier")
    right, wrong, missed = benchmark.score([pairs for _, pairs in sentences], found)
    assert right / (right + wrong) >= 0.88
    assert right / (right + missed) >= 0.78

"""The passages nearest to an element that was not found, in an order that nothing but the text decides."""

from __future__ import annotations

from dataclasses import replace

from policyloom.check.nearest import _describe, content_words, find_nearest
from policyloom.extract import read_text
from policyloom.framework import Framework
from policyloom.languages import load_language
from policyloom.records import NearMiss, Sentence, Tagged

N, N_WORDS = 6, 6


def test_what_the_coder_nearly_took_for_the_element_comes_first(framework: Framework) -> None:
    lines = [
        "Colleges and firms write the courses together with teachers.",
        "The hall was painted on a rainy day in May.",
    ]
    document = read_text("\n".join(lines))
    starts = [document.text.index(line) for line in lines]
    sentences = tuple(Sentence(at, at + len(line), 0) for at, line in zip(starts, lines, strict=True))
    tagged = Tagged(document, sentences, ())
    (by_words, *_) = find_nearest(tagged, framework, ["T2"])["T2"]
    assert by_words.quote == lines[0]
    near = replace(tagged, near=(NearMiss("T2", 1, 0.9), NearMiss("T3", 0, 0.9)))
    assert [quote.quote for quote in find_nearest(near, framework, ["T2"])["T2"]] == lines[::-1]


def test_sentences_that_come_equally_near_stand_in_the_order_of_the_text(framework: Framework) -> None:
    # Each of six sentences has six words of the element, of which one stands in no other, one in one other, and so on:
    # added up in any order but one, the same weights give another last digit.
    wanted = sorted(content_words(_describe(framework, "T2"), load_language("en").stop_words))
    rows = [wanted[N_WORDS * i : N_WORDS * (i + 1)] for i in range(N)]
    padding = [
        f"{word} {'filler ' * k}{'other ' * 9}"
        for row in rows
        for k, word in enumerate(row)
        for _ in range(k)
    ]
    lines = [" ".join(row) for row in rows] + [
        f"{line}{' '.join(f'{line[:3]}x{chr(97 + i)}' for i in range(9))}" for line in padding
    ]
    document = read_text("\n".join(lines))
    sentences, at = [], 0
    for line in lines:
        at = document.text.index(line, at)
        sentences.append(Sentence(at, at + len(line), 0))
        at += len(line)
    found = find_nearest(Tagged(document, tuple(sentences), ()), framework, ["T2"])["T2"]
    assert [evidence.quote for evidence in found] == lines[:3]

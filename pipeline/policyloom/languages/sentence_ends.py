"""Sentence boundaries by marks alone, as a spaCy component, for languages without rules of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from spacy.attrs import SENT_START
from spacy.language import Language
from spacy.tokens import Doc

__all__ = ["NAME"]

NAME = "policyloom_sentence_ends"

_CLOSE = frozenset("\"'”’)]»」』")
"""Marks that belong to the sentence before them where they stand right after its end."""


@Language.factory(NAME, assigns=["token.is_sent_start"], default_config={"ends": [".", "!", "?", "…"]})
def make_splitter(nlp: Language, name: str, ends: Sequence[str]) -> Callable[[Doc], Doc]:  # noqa: ARG001 -- spaCy passes both
    marks = tuple(ends)

    def split_sentences(doc: Doc) -> Doc:
        """`doc` with a sentence's start after each token that ends with one of the marks, and after an empty line."""
        starts, ended = {0}, False
        for token in doc:
            glued = token.i > 0 and not doc[token.i - 1].whitespace_
            if ended and not token.is_space and not (token.text in _CLOSE and glued):
                starts.add(token.i)
                ended = False
            ended = ended or token.text.endswith(marks) or token.text.count("\n") > 1
        values = [1 if i in starts else -1 for i in range(len(doc))]
        return doc.from_array([SENT_START], np.array(values, dtype="int64").astype("uint64"))  # type: ignore[arg-type]

    return split_sentences

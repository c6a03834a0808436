"""Documents, or texts as they are, to their mentions, with a pipeline and a coder where none are given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from policyloom.extract import read_text
from policyloom.records import Coder, Document, Tagged

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["tag", "tag_all"]


def tag(document: Document | str, nlp: Language | None = None, coder: Coder | None = None) -> Tagged:
    """A document, or a text, with its sentences, mentions and claims.

    Args:
        document: from `read_pdf` or one of its kin; or the text itself.
        nlp: from `load_pipeline`, whose framework says what is found; that of the built-in framework unless given.
        coder: decides what each sentence names; `load_coder` for the pipeline's framework unless given.

    Raises:
        DocumentError: the text is empty.
        TypeError: `document` is neither a document nor a text.
        ValueError: `document` is the name of a file, `nlp` does not come from `load_pipeline`, or the coder does not give
            one coding a sentence.

    Example:
        `tag("The state gives tax relief to firms.").mentions`
    """
    from policyloom.tag import tag as tag_document

    if isinstance(document, str):
        document = read_text(document)
    if not isinstance(document, Document):
        raise TypeError(f"a {type(document).__name__}: give a Document, such as read_pdf gives, or a text")
    nlp, coder = _choose(nlp, coder)
    return tag_document(document, nlp, coder)


def tag_all(
    documents: Iterable[Document | str], nlp: Language | None = None, coder: Coder | None = None
) -> Iterator[Tagged]:
    """Many documents or texts, one at a time, so that no more than one is held.

    Texts go by the names `text-1`, `text-2` and so on, by their place among all.

    Args:
        documents, nlp, coder: as for `tag`.
    """
    nlp, coder = _choose(nlp, coder)
    for n, document in enumerate(documents, 1):
        yield tag(read_text(document, id=f"text-{n}") if isinstance(document, str) else document, nlp, coder)


def _choose(nlp: Language | None, coder: Coder | None) -> tuple[Language, Coder]:
    from policyloom.coders import load_coder
    from policyloom.tag.pipeline import framework_of

    if nlp is None:
        nlp, usual = _load_built_in()
        return nlp, coder or usual
    return nlp, coder or load_coder(framework_of(nlp))


@cache
def _load_built_in() -> tuple[Language, Coder]:
    """The pipeline and the coder of the built-in framework, which take seconds to load."""
    from policyloom.coders import load_coder
    from policyloom.framework import read_framework
    from policyloom.tag.pipeline import load_pipeline

    framework = read_framework()
    return load_pipeline(framework), load_coder(framework)

"""The errors that policyloom raises for input it cannot use.

A wrong argument is a `ValueError`; everything here is about a file, and says which one and where.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from policyloom.files import show_name

__all__ = ["DocumentError", "FrameworkError", "LabelsError", "PolicyloomError", "RunError", "UnansweredError"]


class PolicyloomError(Exception):
    """The base of every error below; its text is fit to show to a user."""


class DocumentError(PolicyloomError):
    """A document cannot be read.

    Attributes:
        path: the file.
        kind: one word for tables, such as `encrypted`, `damaged` or `empty`.
        reason: what is the matter and what to do, in plain words.
    """

    def __init__(self, path: object, kind: str, reason: str) -> None:
        self.path = show_name(str(path))  # a path that is not Unicode could not be printed
        super().__init__(f"{self.path}: {reason}")
        self.kind, self.reason = kind, reason

    def __reduce__(self) -> tuple[type[DocumentError], tuple[str, str, str]]:
        # An exception with several arguments does not survive the way back from a worker without this.
        return type(self), (self.path, self.kind, self.reason)


class FrameworkError(PolicyloomError):
    """A framework file is wrong; the text names the file, the element, the key and what was expected."""


class LabelsError(PolicyloomError):
    """A file of labels is wrong or too thin for its purpose; the text names the file, the line and what was expected."""


class UnansweredError(PolicyloomError):
    """Requests to a language model have no answer, and there is no server to ask.

    Attributes:
        requests: those without an answer, as `policyloom.coders.language_model.Request`.
        n_all: how many requests there are, those with an answer among them.
        given: how far a file of answers went, in words.
        n_documents: which the requests are about.
    """

    def __init__(
        self, requests: tuple[Any, ...], n_all: int = 0, given: str = "", n_documents: int = 1
    ) -> None:
        super().__init__(requests, n_all, given, n_documents)
        self.requests, self.n_all, self.given = requests, max(n_all, len(requests)), given
        self.n_documents = n_documents

    @classmethod
    def together(cls, errors: Sequence[UnansweredError]) -> UnansweredError:
        """Several errors as one, with the requests of all."""
        requests = {request.id: request for error in errors for request in error.requests}
        n_documents = max(len(errors), *(error.n_documents for error in errors))
        return cls(
            tuple(requests.values()), sum(error.n_all for error in errors), errors[-1].given, n_documents
        )

    def __str__(self) -> str:
        n = len(self.requests)
        of = f" of {self.n_all:,}" if self.n_all > n else ""
        what = f"{n:,}{of} request{'s' if self.n_all != 1 else ''} to the language model"
        return (
            f"{what} {'has' if n == 1 else 'have'} no answer; name a server with --llm-url, "
            "or write them to a file with --llm-requests and give the answers with --llm-answers"
            + (f" ({self.given})" if self.given else "")
        )


class RunError(PolicyloomError):
    """A run cannot start, or a run folder cannot be used."""

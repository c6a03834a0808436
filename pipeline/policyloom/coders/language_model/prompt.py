"""Write the requests to a language model: the codebook of a framework, and numbered sentences of a document.

All that a model is told of what to look for comes from the framework. What it is told of coding as such stands in
`instructions.txt`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from policyloom.coders.rules.status import WITHOUT_STATUS
from policyloom.framework import Element, Framework
from policyloom.languages.detect import language_name
from policyloom.records import Passage, SentenceDraft

__all__ = ["MAX_CHARACTERS", "MAX_SENTENCES", "Message", "Request", "Task", "make_tasks", "system_prompt"]

MAX_SENTENCES = 25
"""Sentences in a request; models lose count of longer lists."""
MAX_CHARACTERS = 8_000
"""Characters of the sentences in a request, beyond which no further sentence is put into it."""
MAX_CONTEXT = 500
"""Characters of the headings over a passage, and of the sentence before it, that are shown."""

Message = dict[str, str]
"""A message of the chat-completions protocol: `role` and `content`."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent to a model.

    Attributes:
        model: its name.
        messages: in order.
        vote: which of several answers to the same messages is wanted, from 0.
        n_sentences: how many sentences are to be coded.
        n_passages: of how many passages these are.
    """

    model: str
    messages: tuple[Message, ...]
    vote: int = 0
    n_sentences: int = 0
    n_passages: int = 0

    @property
    def id(self) -> str:
        """A hash of model, messages and vote, under which the answer is kept."""
        content = json.dumps([self.model, self.messages, self.vote], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(content.encode("utf-8", "backslashreplace")).hexdigest()[:32]

    @property
    def prompt_sha256(self) -> str:
        """A hash of the system message: of the instructions and the codebook."""
        return hashlib.sha256(self.messages[0]["content"].encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Task:
    """Sentences that are coded together.

    Attributes:
        places: each sentence's place among all that the coder was given; number 1 in the prompt is the first.
        sentences: the same sentences.
        text: the user message.
        n_passages: of how many passages the sentences are.
    """

    places: tuple[int, ...]
    sentences: tuple[SentenceDraft, ...]
    text: str
    n_passages: int = 1


@lru_cache(maxsize=8)
def _prompt_of(framework_json: str) -> str:
    framework = Framework.model_validate_json(framework_json)
    instructions = (resources.files(__package__) / "instructions.txt").read_text("utf-8").strip()
    lines = [instructions, "", f"CODEBOOK: {framework.title}"]
    if framework.language != "en":
        lines.append(f"The sentences are in {language_name(framework.language)}.")
    for element in framework:
        if element.kind not in WITHOUT_STATUS and element.parent is None:
            lines += ["", *_describe(element, framework)]
    if framework.decisions:
        lines += ["", "CODING DECISIONS", *(f"- {decision}" for decision in framework.decisions)]
    return "\n".join(lines)


def system_prompt(framework: Framework) -> str:
    """The system message: how to code, and the framework's codebook."""
    return _prompt_of(framework.model_dump_json())


def _describe(element: Element, framework: Framework) -> Iterator[str]:
    yield f"{element.id} ({element.kind}): {element.label}. {element.definition}"
    for text in element.not_when:
        yield f"  not when: {text}"
    for text in element.examples:
        yield f"  for example: {text}"
    for text in element.counterexamples:
        yield f"  but not: {text}"
    for part in framework.children(element.id):
        yield f"  {part}: {framework[part].label}. {framework[part].definition}"


def make_tasks(passages: Sequence[tuple[int, Passage]]) -> list[Task]:
    """Passages packed into tasks, in order.

    Args:
        passages: each with the place of its first sentence among all that the coder was given.
    """
    tasks: list[Task] = []
    places: list[int] = []
    sentences: list[SentenceDraft] = []
    lines: list[str] = []
    n_passages = 0

    def close() -> None:
        nonlocal n_passages
        if places:
            tasks.append(Task(tuple(places), tuple(sentences), "\n".join(lines).strip(), n_passages))
        n_passages = 0
        places.clear()
        sentences.clear()
        lines.clear()

    for first, passage in passages:
        size = sum(len(sentence.text) for sentence in sentences)
        added = sum(len(sentence.text) for sentence in passage.sentences)
        if len(sentences) + len(passage.sentences) > MAX_SENTENCES or size + added > MAX_CHARACTERS:
            close()
        for n, sentence in enumerate(passage.sentences):
            size = sum(len(before.text) for before in sentences)
            if len(sentences) == MAX_SENTENCES or size > MAX_CHARACTERS:  # a passage longer than a request
                close()
            if n == 0 or not sentences:
                n_passages += 1
                lines += _head(sentence, passage, n)
            places.append(first + n)
            sentences.append(sentence)
            lines.append(f"[{len(sentences)}] {_one_line(sentence.text)}")
    close()
    return tasks


def _head(sentence: SentenceDraft, passage: Passage, n: int) -> Iterator[str]:
    """What stands over and before a sentence, for understanding it."""
    yield ""
    section = _shorten(" > ".join(_one_line(heading) for heading in sentence.section))
    kind = {"list_item": "list item", "table": "cell of a table", "footnote": "footnote"}.get(
        sentence.block_kind, ""
    )
    about = "; ".join(part for part in (f"under: {section}" if section else "", kind) if part)
    if about:
        yield f"({about})"
    before = passage.sentences[n - 1] if n else sentence.lead_in
    if before is not None:
        yield f"(before it: {_shorten(_one_line(before.text))})"


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_CONTEXT else "… " + text[-MAX_CONTEXT:]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def make_request(model: str, framework: Framework, task: Task, vote: int = 0) -> Request:
    """The request to code a task."""
    messages: tuple[Message, ...] = (
        {"role": "system", "content": system_prompt(framework)},
        {"role": "user", "content": task.text},
    )
    return Request(model, messages, vote, len(task.sentences), task.n_passages)


def make_second_request(first: Request, answer: str, problems: Sequence[str]) -> Request:
    """The request to give an answer again whose entries failed the check."""
    listed = "\n".join(f"- {problem}" for problem in problems)
    return Request(
        first.model,
        (
            *first.messages,
            {"role": "assistant", "content": answer[:MAX_CHARACTERS]},
            {
                "role": "user",
                "content": f"These entries of your answer cannot be used:\n{listed}\nGive the whole answer again, mended.",
            },
        ),
        first.vote,
        first.n_sentences,
        first.n_passages,
    )


def answer_schema(framework: Framework) -> dict[str, Any]:
    """The JSON schema of an answer, in the strict form that servers take: every key required, none besides."""
    coded = [element for element in framework if element.kind not in WITHOUT_STATUS]
    ids = [element.id for element in coded]
    mechanisms = [element.id for element in coded if element.kind == "mechanism"]
    targets = [element.id for element in coded if element.kind != "mechanism"]

    def record(**properties: Any) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }

    text = {"type": "string"}
    flag = {"type": "boolean"}
    mention = record(
        element={"type": "string", "enum": ids},
        status={"type": "string", "enum": ["affirmed", "planned", "lacking", "negated"]},
        quote=text,
    )
    link = record(
        mechanism={"type": "string", "enum": mechanisms} if mechanisms else text,
        target={"type": "string", "enum": targets} if targets else text,
        words=text,
        hedged=flag,
        denied=flag,
    )
    sentence = record(
        n={"type": "integer"},
        mentions={"type": "array", "items": mention},
        links={"type": "array", "items": link},
    )
    return record(sentences={"type": "array", "items": sentence})

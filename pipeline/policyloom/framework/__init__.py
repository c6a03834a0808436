"""Frameworks: what a researcher looks for, as data.

A framework is a TOML file: a head, elements (outcomes, challenges, mechanisms, cases, actors) and links
between them. `read_framework` checks it whole and says where a mistake is.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from policyloom.errors import FrameworkError
from policyloom.files import decode_unicode
from policyloom.frameworks import BUILT_IN
from policyloom.languages import installed_languages
from policyloom.records.show import counted, cut, html_table

__all__ = [
    "Element",
    "ElementKind",
    "EntityWords",
    "Framework",
    "Link",
    "LinkKind",
    "Scope",
    "parse_framework",
    "read_framework",
]

ElementKind = Literal["outcome", "challenge", "mechanism", "case", "actor"]
LinkKind = Literal["answers", "exemplifies", "leads_to"]

_ENDS: dict[LinkKind, tuple[ElementKind, ElementKind]] = {
    "answers": ("mechanism", "challenge"),
    "exemplifies": ("case", "mechanism"),
    "leads_to": ("mechanism", "outcome"),
}

_PLURALS: dict[ElementKind, str] = {
    "outcome": "Outcomes",
    "challenge": "Challenges",
    "mechanism": "Mechanisms",
    "case": "Cases",
    "actor": "Actors",
}

MAX_BYTES = 5_000_000
"""Of a framework's file; the built-in one has 150,000."""

MAX_ELEMENTS = 5_000
"""Of a framework; the built-in one has 69."""

MAX_LEVELS = 10
"""Elements that may be parts of one another."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Element(_Strict):
    """One thing to look for.

    Attributes:
        id: short and unique, such as `T1.2`.
        kind: outcome, challenge, mechanism, case or actor.
        label: what people call it.
        definition: when a sentence names it.
        parent: the element it is a part of; a mechanism without a parent is a strategy.
        section: where in the framework's source it stands.
        terms: what to find in the text, in the notation of docs/frameworks.md.
        patterns: spaCy token patterns, for what terms cannot say.
        relations: spaCy dependency patterns, for who does what to whom; they need a pipeline that parses.
        exclude: terms that cancel a match they overlap.
        institutions: for a case, whose case it is.
        examples: sentences that name it.
        counterexamples: sentences that do not, though they look like it.
        not_when: when a sentence does not name it, besides what the definition says; told to a language model.
    """

    id: Id
    kind: ElementKind
    label: Text
    definition: Text
    parent: Id | None = None
    section: str = ""
    terms: tuple[Text, ...] = ()
    patterns: tuple[tuple[dict[str, Any], ...], ...] = ()
    relations: tuple[tuple[dict[str, Any], ...], ...] = ()
    exclude: tuple[Text, ...] = ()
    institutions: tuple[Text, ...] = ()
    examples: tuple[Text, ...] = ()
    counterexamples: tuple[Text, ...] = ()
    not_when: tuple[Text, ...] = ()

    def __repr__(self) -> str:
        return f"<Element {self.id}: {self.kind}, {cut(self.label)}>"

    __str__ = __repr__


class Link(_Strict):
    """What the framework's source says of two elements, such as that T1 answers C1."""

    kind: LinkKind
    source: Id
    target: Id
    section: str = ""


class Scope(_Strict):
    """Which texts the framework is about.

    Attributes:
        terms: words that show a text to be of the field.
        exclude: words that show a sentence to be of another field.
        per_1000_words: how often `terms` must stand in a document for it to count as of the field.
    """

    terms: tuple[Text, ...] = ()
    exclude: tuple[Text, ...] = ()
    per_1000_words: float = Field(default=2.0, ge=0, allow_inf_nan=False)


EntityLabel = Annotated[
    str, StringConstraints(pattern=r"^(PERSON|ORG|GPE|LOC|LAW|POLICY|PROGRAMME)(\.[a-z]+)?$")
]


class EntityWords(_Strict):
    """Words of the framework's field by which names are found, besides those that the language brings.

    Attributes:
        heads: by entity type, the last word of such a name, in small letters: "training centre" for ORG.training.
        weak: heads that name nothing without two words more.
        known: by entity type, names that are the same everywhere, as "Name" or "Short = Full name".
        kinds: words with a capital that name a kind of thing, in small letters.
        fields: what bodies are for, in small letters: "skills" in "Labour and Skills Commission".
        owners: words that carry 's inside a name: "Teachers" in "Teachers' College".
        units: words before a unit of time: "credit" in "30 credit hours".
        programmes: nouns that make words in quotation marks a name: "curriculum".
    """

    heads: dict[EntityLabel, tuple[Text, ...]] = Field(default_factory=dict)
    weak: tuple[Text, ...] = ()
    known: dict[EntityLabel, tuple[Text, ...]] = Field(default_factory=dict)
    kinds: tuple[Text, ...] = ()
    fields: tuple[Text, ...] = ()
    owners: tuple[Text, ...] = ()
    units: tuple[Text, ...] = ()
    programmes: tuple[Text, ...] = ()


Particular = Literal["actor", "instrument", "amount", "deadline", "monitoring"]
"""What makes a promise more than words: who, with what, how much, by when, how it is watched."""


class CheckSettings(_Strict):
    """What a check of a document goes by.

    Attributes:
        vague_without: a promise is vague that has none of these particulars; naming who acts does not save it.
        complete_with: a promise is complete that has one of each of these groups.
        off: rules that are switched off, by name.
    """

    vague_without: tuple[Particular, ...] = Field(
        default=("instrument", "amount", "deadline", "monitoring"), min_length=1
    )
    complete_with: tuple[tuple[Particular, ...], ...] = Field(
        default=(("actor",), ("instrument", "amount"), ("deadline",), ("monitoring",)), min_length=1
    )
    off: tuple[Text, ...] = ()


class Framework(_Strict):
    """A checked framework. `framework["T1"]` is an element; iterate to get all, in the file's order.

    `names` holds the framework's own word for the elements of a kind, in the plural. `words` holds the word lists that
    terms name as `{teacher}`, each as `teacher|instructor|trainer`. `facets` adds words of the field to the language's
    own lists of the same name, such as people, by which facets are found. `decisions` are rules for coding in doubt, which a
    language model is told; `checks` is what a check of a document goes by.
    """

    id: Id
    title: Text
    version: Text
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")] = "en"
    source: str = ""
    names: dict[ElementKind, Text] = Field(default_factory=dict)
    scope: Scope = Scope()
    entities: EntityWords = EntityWords()
    words: dict[str, str] = Field(default_factory=dict)
    facets: dict[str, str] = Field(default_factory=dict)
    decisions: tuple[Text, ...] = ()
    checks: CheckSettings = CheckSettings()
    elements: tuple[Element, ...] = Field(min_length=1, max_length=MAX_ELEMENTS)
    links: tuple[Link, ...] = ()

    @cached_property
    def _by_id(self) -> dict[str, Element]:
        return {element.id: element for element in self.elements}

    @cached_property
    def _tops(self) -> dict[str, str]:
        tops: dict[str, str] = {}
        for element in self.elements:
            at = element
            while at.parent:
                at = self[at.parent]
            tops[element.id] = at.id
        return tops

    def __repr__(self) -> str:
        kinds = Counter(element.kind for element in self.elements)
        counts = ", ".join(counted(n, kind) for kind, n in kinds.items())
        return f"<Framework {self.id} {self.version}: {cut(self.title)}; {counts}>"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        tops = [element for element in self.elements if element.parent is None]
        rows = ((e.id, e.kind, e.label, len(self.children(e.id)) or "") for e in tops)
        return html_table(repr(self), ("id", "kind", "label", "parts"), rows, len(tops))

    def __getitem__(self, id: str) -> Element:
        try:
            return self._by_id[id]
        except KeyError:
            raise KeyError(f"no element {id!r} in {self.id}; it has {', '.join(self._by_id)}") from None

    def __contains__(self, id: object) -> bool:
        return id in self._by_id

    def __iter__(self) -> Iterator[Element]:  # type: ignore[override]
        return iter(self.elements)

    def __len__(self) -> int:
        return len(self.elements)

    def top(self, id: str) -> str:
        """The id of the outermost element that `id` is part of: T1 for T1.2, and T1 for T1."""
        return self._tops[self[id].id]

    def children(self, id: str) -> tuple[str, ...]:
        """The ids of the elements directly beneath `id`, in the file's order."""
        return tuple(element.id for element in self.elements if element.parent == id)

    def ids(self, kind: ElementKind, *, top: bool = False) -> tuple[str, ...]:
        """The ids of one kind, in the file's order; with `top`, only those without a parent."""
        return tuple(e.id for e in self.elements if e.kind == kind and not (top and e.parent))

    def plural(self, kind: ElementKind) -> str:
        """What the framework calls its elements of a kind, such as "Strategies" for mechanisms, or else "Mechanisms"."""
        return self.names.get(kind, _PLURALS[kind])

    def linked(
        self, kind: LinkKind, *, source: str | None = None, target: str | None = None
    ) -> tuple[Link, ...]:
        """The links of one kind from `source` and to `target`, either of which may be left open."""
        return tuple(
            link
            for link in self.links
            if link.kind == kind and source in (None, link.source) and target in (None, link.target)
        )


def read_framework(source: str | Path = BUILT_IN) -> Framework:
    """The framework in a TOML file, or the built-in one of that name.

    Args:
        source: a path, or the name of a built-in framework.

    Raises:
        FrameworkError: the file is missing or wrong; the text names the file, the element and the key.

    Example:
        >>> read_framework()["T1"].kind
        'mechanism'
    """
    path = Path(source)
    if path.suffix != ".toml":
        built_in = resources.files("policyloom") / "frameworks"
        names = sorted(f.name.removesuffix(".toml") for f in built_in.iterdir() if f.name.endswith(".toml"))
        if str(source) not in names:
            raise FrameworkError(
                f"no framework {str(source)!r}: give a path that ends in .toml, or one of {', '.join(names)}"
            )
        return parse_framework((built_in / f"{source}.toml").read_text("utf-8"), f"built-in {source}")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise FrameworkError(
                f"{path}: has more than {MAX_BYTES:,} bytes, the most that a framework may have"
            )
        text = decode_unicode(data).replace("\r\n", "\n")
    except OSError as error:
        raise FrameworkError(f"{path}: cannot be opened ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise FrameworkError(f"{path}: is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    return parse_framework(text, str(path))


def parse_framework(text: str, name: str) -> Framework:
    """The framework in a TOML text.

    Args:
        text: the content of a framework's file.
        name: by which errors call it.

    Raises:
        FrameworkError: the text is wrong.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        hint = "; it has curly quotes, which must be straight ones" if re.search("= *[“”‘’]", text) else ""
        raise FrameworkError(f"{name}: not valid TOML: {error}{hint}") from error
    except RecursionError as error:
        raise FrameworkError(f"{name}: not valid TOML: brackets stand too deep in one another") from error
    for table in ("element", "link"):
        if isinstance(data.get(table), dict):
            raise FrameworkError(
                f"{name}: [{table}] stands in single brackets; write [[{table}]], as there may be several"
            )
    raw = {("elements" if k == "element" else "links" if k == "link" else k): v for k, v in data.items()}
    head = raw.pop("framework", None)
    if not isinstance(head, dict):
        raise FrameworkError(f"{name}: a table [framework] with id, title and version is expected at the top")
    try:
        framework = Framework.model_validate(raw | head)
    except ValidationError as error:
        raise FrameworkError(f"{name}: " + "; ".join(_explain(e, raw) for e in error.errors()[:5])) from error
    _check_language(framework, name)
    _check_references(framework, name)
    return framework


_TABLES: dict[str, type[BaseModel]] = {
    "element": Element,
    "link": Link,
    "entities": EntityWords,
    "scope": Scope,
    "checks": CheckSettings,
}


def _explain(error: Any, raw: dict[str, Any]) -> str:
    """One pydantic error as place, problem and what is allowed."""
    where = list(error["loc"])
    if len(where) > 1 and where[0] in ("elements", "links") and isinstance(where[1], int):
        entry = raw[where[0]][where[1]]
        own = entry.get("id") if isinstance(entry, dict) else None
        place = f"{where[0].rstrip('s')} {own or 'number ' + str(where[1] + 1)}"
        where = [place, *where[2:]]
    message = re.sub(r"^Input should be", "should be", error["msg"])
    message = message.replace("a valid tuple", "a list, in square brackets").replace(
        "a valid string", "text, in quotes"
    )
    if error["type"] == "extra_forbidden":
        model = _TABLES.get(str(where[0]).partition(" ")[0], Framework) if len(where) > 1 else Framework
        message = f"is not a known key; known are {', '.join(model.model_fields)}"
    elif error["type"] == "missing":
        message = "is missing"
    return ", ".join(str(part) for part in where) + f": {message}"


def _check_language(framework: Framework, name: str) -> None:
    there = installed_languages()
    if framework.language not in there:
        raise FrameworkError(
            f"{name}: language: policyloom does not speak {framework.language!r}; it speaks {', '.join(there)}"
        )


def _check_references(framework: Framework, name: str) -> None:
    """Ids are unique, parents exist and are of the same kind, links join the right kinds, no circles."""
    seen: set[str] = set()
    for element in framework.elements:
        if element.id in seen:
            raise FrameworkError(f"{name}: element {element.id}, id: stands twice; ids must be unique")
        seen.add(element.id)
        path = [element.id]
        while (parent := framework[path[-1]].parent) is not None:
            if parent not in framework:
                raise FrameworkError(f"{name}: element {path[-1]}, parent: no element {parent!r}")
            if framework[parent].kind != element.kind:
                raise FrameworkError(
                    f"{name}: element {path[-1]}, parent: {parent} is of kind {framework[parent].kind}, "
                    f"not {element.kind}; parent and child are of one kind"
                )
            if parent in path:
                raise FrameworkError(f"{name}: element {element.id}, parent: goes round in a circle")
            path.append(parent)
            if len(path) > MAX_LEVELS:
                raise FrameworkError(
                    f"{name}: element {element.id}, parent: stands more than {MAX_LEVELS} levels deep"
                )
    for number, link in enumerate(framework.links, 1):
        for end, id, kind in zip(
            ("source", "target"), (link.source, link.target), _ENDS[link.kind], strict=True
        ):
            if id not in framework:
                raise FrameworkError(f"{name}: link number {number}, {end}: no element {id!r}")
            if framework[id].kind != kind:
                raise FrameworkError(
                    f"{name}: link number {number}, {end}: {link.kind} wants a {kind}, but {id} is a {framework[id].kind}"
                )

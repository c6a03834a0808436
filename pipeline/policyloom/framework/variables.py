"""Variable lists: what a PMC index scores a policy on, as data.

A list is a TOML file: a head, main variables, and the sub-variables beneath them, each with terms or with the ids of a
framework's elements by which a text shows it. `read_variables` checks it whole and says where a mistake is.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from policyloom.errors import FrameworkError
from policyloom.files import decode_unicode
from policyloom.framework import Element, Framework, Scope
from policyloom.frameworks import BUILT_IN_VARIABLES
from policyloom.records import STATED, Status

__all__ = ["Band", "Variable", "VariableList", "make_framework", "read_variables"]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Band(_Strict):
    """A rating, and the index, of ten main variables, from which it is given."""

    label: Text
    at_least: float = Field(ge=0, le=10)


BANDS = (
    Band(label="perfect", at_least=9),
    Band(label="excellent", at_least=7),
    Band(label="acceptable", at_least=5),
    Band(label="poor", at_least=0),
)
"""The ratings that most studies use.

Source: Ruiz Estrada (2011), as used for policies of this field by Chen, Lan and Chen (2023). Others move the limits; a list
may bring its own.
"""


class Variable(_Strict):
    """A main variable, or a sub-variable of one.

    Attributes:
        id: short and unique, such as `X7.2`.
        label: what people call it.
        definition: when a policy has it.
        parent: the main variable that it belongs to; None for a main variable.
        terms: what to find in the text, in the notation of docs/frameworks.md.
        exclude: terms that cancel a match they overlap.
        elements: ids of elements of the list's framework; a mention of one, or of a part of it, shows the variable.
        statuses: in which a mention shows it.
        examples, counterexamples: sentences that show it, and sentences that only look so.
    """

    id: Id
    label: Text
    definition: Text
    parent: Id | None = None
    terms: tuple[Text, ...] = ()
    exclude: tuple[Text, ...] = ()
    elements: tuple[Id, ...] = ()
    statuses: Annotated[tuple[Status, ...], Field(min_length=1)] = STATED
    examples: tuple[Text, ...] = ()
    counterexamples: tuple[Text, ...] = ()


class VariableList(_Strict):
    """A checked list of variables.

    Attributes:
        framework: the built-in framework, or the id of another, whose elements the variables name; "" where they name none.
        scope: which texts the list is about; without it, those of the framework.
        words: word lists that terms name.
        bands: the ratings, highest first.
    """

    id: Id
    title: Text
    version: Text
    source: str = ""
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")] = "en"
    framework: str = ""
    scope: Scope | None = None
    words: dict[str, str] = Field(default_factory=dict)
    bands: Annotated[tuple[Band, ...], Field(min_length=1)] = BANDS
    variables: tuple[Variable, ...] = Field(min_length=1)

    @cached_property
    def mains(self) -> tuple[Variable, ...]:
        """The main variables, in the file's order."""
        return tuple(variable for variable in self.variables if variable.parent is None)

    def parts(self, main: Variable) -> tuple[Variable, ...]:
        """The sub-variables of a main variable; it is its own where the list has none beneath it."""
        return tuple(v for v in self.variables if v.parent == main.id) or (main,)

    @cached_property
    def scored(self) -> tuple[Variable, ...]:
        """The variables that are 0 or 1 for a policy, by main variable."""
        return tuple(part for main in self.mains for part in self.parts(main))

    @property
    def name(self) -> str:
        """The id and version, by which a matrix tells what it was made with."""
        return f"{self.id} {self.version}"

    def __getitem__(self, id: str) -> Variable:
        for variable in self.variables:
            if variable.id == id:
                return variable
        raise KeyError(f"no variable {id!r} in {self.id}")


def read_variables(source: str | Path = BUILT_IN_VARIABLES) -> VariableList:
    """The variable list in a TOML file, or the built-in one of that name.

    Args:
        source: a path, or the name of a built-in list.

    Raises:
        FrameworkError: the file is missing or wrong; the text names the file, the variable and the key.

    Example:
        >>> len(read_variables().mains)
        10
    """
    path = Path(source)
    if path.suffix != ".toml":
        built_in = resources.files("policyloom") / "frameworks" / "variables"
        names = sorted(f.name.removesuffix(".toml") for f in built_in.iterdir() if f.name.endswith(".toml"))
        if str(source) not in names:
            raise FrameworkError(
                f"no variable list {str(source)!r}: give a path that ends in .toml, or one of {', '.join(names)}"
            )
        return _parse((built_in / f"{source}.toml").read_text("utf-8"), f"built-in {source}")
    try:
        text = decode_unicode(path.read_bytes()).replace("\r\n", "\n")
    except OSError as error:
        raise FrameworkError(f"{path}: cannot be opened ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise FrameworkError(f"{path}: is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    return _parse(text, str(path))


def make_framework(variables: VariableList, framework: Framework | None = None) -> Framework:
    """A framework whose elements are the variables, so that their terms are found as those of any framework.

    All stand under one element, that of the list itself: a mention of one variable never hides that of another.

    Args:
        variables: the list.
        framework: that the list names, if it names one.

    Raises:
        FrameworkError: the list names another framework, or an element that it does not have.
    """
    _check_elements(variables, framework)
    root = Element(id=variables.id, kind="mechanism", label=variables.title, definition=variables.title)
    elements = [
        Element(
            id=v.id, kind="mechanism", label=v.label, definition=v.definition, parent=v.parent or root.id, terms=v.terms,
            exclude=v.exclude, examples=v.examples, counterexamples=v.counterexamples,
        )
        for v in variables.variables
    ]  # fmt: skip
    scope = variables.scope or (framework.scope if framework else Scope())
    words = (framework.words if framework and variables.scope is None else {}) | variables.words
    return Framework(
        id=variables.id, title=variables.title, version=variables.version, language=variables.language,
        source=variables.source, scope=scope, words=words, elements=(root, *elements),
    )  # fmt: skip


def _check_elements(variables: VariableList, framework: Framework | None) -> None:
    if not variables.framework:
        return
    found = framework.id if framework is not None else "none"
    if framework is None or found != variables.framework:
        raise FrameworkError(
            f"variable list {variables.id}: names elements of framework {variables.framework}, and this is {found}; run with "
            "that framework, or give another list"
        )
    for variable in variables.variables:
        for id in variable.elements:
            if id not in framework:
                raise FrameworkError(
                    f"variable list {variables.id}: variable {variable.id}, elements: no element {id!r} in framework "
                    f"{framework.id}"
                )


def _parse(text: str, name: str) -> VariableList:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FrameworkError(f"{name}: not valid TOML: {error}") from error
    head = data.pop("list", None)
    if not isinstance(head, dict):
        raise FrameworkError(f"{name}: a table [list] with id, title and version is expected at the top")
    for table in ("variable", "band"):
        if isinstance(data.get(table), dict):
            raise FrameworkError(
                f"{name}: [{table}] stands in single brackets; write [[{table}]], as there may be several"
            )
    raw = {{"variable": "variables", "band": "bands"}.get(key, key): value for key, value in data.items()}
    try:
        variables = VariableList.model_validate(raw | head)
    except ValidationError as error:
        raise FrameworkError(f"{name}: " + "; ".join(_explain(e, raw) for e in error.errors()[:5])) from error
    _check(variables, name)
    return variables


def _explain(error: Any, raw: dict[str, Any]) -> str:
    """One pydantic error as place, problem and what is allowed."""
    where = [str(part) for part in error["loc"]]
    if len(where) > 1 and where[0] == "variables" and where[1].isdecimal():
        entry = raw["variables"][int(where[1])]
        own = entry.get("id") if isinstance(entry, dict) else None
        where = [f"variable {own or 'number ' + str(int(where[1]) + 1)}", *where[2:]]
    message = re.sub(r"^Input should be", "should be", error["msg"])
    if error["type"] == "extra_forbidden":
        model: type[BaseModel] = Variable if where[0].startswith("variable ") else VariableList
        message = f"is not a known key; known are {', '.join(model.model_fields)}"
    elif error["type"] == "missing":
        message = "is missing"
    return ", ".join(where) + f": {message}"


def _check(variables: VariableList, name: str) -> None:
    """Ids are unique, there are two levels, and whatever is scored can be found."""
    ids = [variables.id, *(variable.id for variable in variables.variables)]
    if twice := [id for id, n in Counter(ids).items() if n > 1]:
        raise FrameworkError(f"{name}: variable {twice[0]}, id: stands twice; ids must be unique")
    mains = {variable.id for variable in variables.mains}
    for variable in variables.variables:
        if variable.parent is not None and variable.parent not in mains:
            raise FrameworkError(
                f"{name}: variable {variable.id}, parent: no main variable {variable.parent!r}; there are two levels"
            )
        if variable.elements and not variables.framework:
            raise FrameworkError(
                f"{name}: variable {variable.id}, elements: [list] must name their framework, as in "
                'framework = "production_education"'
            )
        is_scored = variable in variables.scored
        if is_scored and not (variable.terms or variable.elements):
            raise FrameworkError(
                f"{name}: variable {variable.id}: has neither terms nor elements to be found by"
            )
        if not is_scored and (variable.terms or variable.elements):
            raise FrameworkError(
                f"{name}: variable {variable.id}: has sub-variables, so terms and elements belong to those"
            )
    limits = [band.at_least for band in variables.bands]
    if limits != sorted(limits, reverse=True) or limits[-1] != 0:
        raise FrameworkError(
            f"{name}: band: the highest comes first, and the last begins at 0; here they are {limits}"
        )

"""Who decides what a sentence names, in a form that reaches a worker process.

A worker is a process of its own, or another machine. It gets a classifier as its file's bytes, and a coder of somebody's
own as the name of a module, which it imports.
"""

from __future__ import annotations

import hashlib
import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib import metadata, resources
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from policyloom.errors import RunError
from policyloom.frameworks import BUILT_IN

if TYPE_CHECKING:
    from policyloom.coders.classifier import SentenceClassifier
    from policyloom.coders.language_model import LanguageModel
    from policyloom.framework import Framework
    from policyloom.records import Coder, Measured

__all__ = ["RULES", "ChosenCoder", "CoderChoice", "CoderForm", "make_coder", "resolve_coder"]

CoderChoice: TypeAlias = "str | Path | SentenceClassifier | LanguageModel | None"
"""How a caller may name a coder; see `resolve_coder`."""

CoderKind = Literal["rules", "learned_rules", "classifier", "own", "language_model"]

METHODS = ("code",)
"""What a coder of one's own must have; see `policyloom.records.Coder`."""

ENCODER = "encoder"
"""The name in the form of a classifier that has an encoder beside it."""

ENCODERS = "policyloom.encoders"
"""The group of entry points under which packages offer encoders; with one of them the coder has to be loaded to tell its form."""

NO_CLASSIFIER = ("rules", "none")
"""The words for rules alone; `--coder rules` on the command line."""

_IMPORTED: dict[str, str] = {}
"""A hash of the file of each coder's module, as it was imported in this process."""

_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*:[^\W\d]\w*(?:\.[^\W\d]\w*)*")
"""`module:attribute`, either with dots."""


@dataclass(frozen=True, slots=True)
class CoderForm:
    """A coder as a worker gets it.

    Attributes:
        kind: rules alone, rules with learned statuses and claims, a classifier of ours, a coder of somebody's own, or a language model.
        data: the bytes of a classifier's file.
        name: `module:attribute` of a coder of somebody's own; the name of a language model; "encoder" for a classifier with the
            framework's encoder, which workers must have installed.
        version: of a coder of somebody's own, of an encoder, of what was learned about statuses and claims, or what a language model is told
            to do; results are made anew when that changes.
        store: the file with a language model's answers, in which workers look them up; they never ask.
        first: the coder whose mentions a language model confirms, if any.
    """

    kind: CoderKind
    data: bytes = b""
    name: str = ""
    version: str = ""
    store: str = ""
    first: CoderForm | None = None

    @property
    def sha256(self) -> str:
        """A hash that differs where the coder may say something else."""
        first = f"{self.first.sha256}\n" if self.first else ""
        head = f"{self.kind}\n{self.name}\n{self.version}\n{first}".encode()
        return hashlib.sha256(head + self.data).hexdigest()


RULES = CoderForm("rules")
"""No coder besides the framework's rules."""


@dataclass(frozen=True)
class ChosenCoder:
    """A coder for this process, loaded when it is first asked for, and the form in which workers get it."""

    load: Callable[[], Coder]
    form: CoderForm

    @cached_property
    def coder(self) -> Coder:
        """The coder itself."""
        return self.load()

    @property
    def description(self) -> str:
        """What it is, in words for a report."""
        return str(getattr(self.coder, "description", self.form.name))

    @property
    def measured(self) -> Measured:
        """How well it finds each element; empty where it does not say."""
        from policyloom.records import Measured

        found = getattr(self.coder, "measured", None)
        return found if isinstance(found, Measured) else Measured()


def resolve_coder(
    coder: CoderChoice, framework: Framework, *, min_probability: float = 0.0, store: str | Path | None = None
) -> ChosenCoder:
    """The coder that is meant, ready for this process and for workers.

    Args:
        coder: a classifier, or a file of `write_classifier`; "rules" or "none" for rules alone; "module:attribute" for
            a coder of one's own; a language model; by default the classifier that comes with a built-in framework, or
            rules with learned statuses and claims where there is none.
        framework: whose elements are coded.
        min_probability: the probability, 0 to 1, that the classifier must give a mention.
        store: the file in which a language model's answers are kept; its own unless given, or else none.

    Raises:
        PolicyloomError: the file is no classifier for this framework, the module has no such coder, or
            `min_probability` is given for a coder that gives no probabilities, or a language model's answers cannot be
            read.
        ValueError: `coder` is anything else.
    """
    if isinstance(coder, str) and _is_name(coder):
        return _import_coder(coder, min_probability)
    if (form := _shipped_form(coder, framework, min_probability)) is not None:
        return ChosenCoder(lambda: _load_shipped(framework), form)

    from policyloom.coders import load_coder
    from policyloom.coders.classifier import (  # scipy, which a coder of one's own does without
        ClassifierCoder,
        LearnedRulesCoder,
        SentenceClassifier,
        dump_classifier,
    )
    from policyloom.coders.language_model import LanguageModel
    from policyloom.coders.rules import RulesCoder

    found: Coder
    if isinstance(coder, LanguageModel):
        return _choose_language_model(coder, framework, min_probability, store)
    if isinstance(coder, ClassifierCoder | RulesCoder):
        found = coder
    elif coder is None or isinstance(coder, str | Path | SentenceClassifier):
        path = "none" if isinstance(coder, str) and coder in NO_CLASSIFIER else coder
        found = load_coder(framework, path, min_probability=min_probability)
    else:
        raise ValueError(
            f"coder {coder!r}: a coder of your own must be importable by the worker processes; put it into a module "
            'and give its name as "module:attribute", or give the file of a classifier, or "rules"'
        )
    if isinstance(found, ClassifierCoder):
        encoder = found.classifier.encoder
        name, version = (ENCODER, encoder.version) if encoder else ("", found.shared_version)
        data = dump_classifier(found.classifier)
        return ChosenCoder(lambda: found, CoderForm("classifier", data, name=name, version=version))
    if isinstance(found, LearnedRulesCoder):
        return ChosenCoder(lambda: found, CoderForm("learned_rules", version=found.version))
    return ChosenCoder(lambda: found, RULES)


def _shipped_form(coder: CoderChoice, framework: Framework, min_probability: float) -> CoderForm | None:
    """The form of the classifier that comes with the built-in framework, where that is the one to choose; None where it takes loading to tell."""
    if coder is not None or min_probability or framework.id != BUILT_IN:
        return None
    from policyloom.framework import read_framework

    if framework != read_framework(BUILT_IN) or metadata.entry_points(group=ENCODERS, name=framework.id):
        return None
    file = resources.files("policyloom") / "frameworks" / f"{BUILT_IN}.classifier"
    return CoderForm("classifier", file.read_bytes()) if file.is_file() else None


def _load_shipped(framework: Framework) -> Coder:
    from policyloom.coders import load_coder  # scipy, and half a second for the classifier itself

    return load_coder(framework)


def _choose_language_model(
    model: LanguageModel, framework: Framework, min_probability: float, store: str | Path | None
) -> ChosenCoder:
    from policyloom.coders.language_model import AnswerStore, coder_with_store

    if min_probability:
        raise RunError(
            f"language model {model.name}: gives no probabilities; leave out the minimum of {min_probability:g}, or "
            "ask for several votes"
        )
    first = None
    if model.confirms is not None:
        first = resolve_coder(model.confirms, framework)
    version = f"{model.votes} {model.reads}"
    kept = AnswerStore(store or model.store or ":memory:")
    form = CoderForm(
        "language_model",
        name=model.name,
        version=version,
        store=kept.path,
        first=first.form if first else None,
    )
    asked = coder_with_store(framework, model, kept, first=first.coder if first else None)
    return ChosenCoder(lambda: asked, form)


def make_coder(form: CoderForm, framework: str) -> Coder:
    """The coder from its form, in the worker; the framework comes as JSON."""
    if form.kind == "language_model":
        return _make_language_model(form, framework)
    return _make_coder(form, framework)


def _make_language_model(form: CoderForm, framework: str) -> Coder:
    """A language model that looks answers up and asks nobody; made anew for each document, as its file may be another."""
    from policyloom.coders.language_model import AnswerStore, LanguageModel, LanguageModelCoder

    votes, reads = form.version.split()
    model = LanguageModel(form.name, votes=int(votes), reads=reads)  # type: ignore[arg-type]
    store = AnswerStore(form.store, read_only=True)
    chosen, classifier = _read_framework(framework)
    first = make_coder(form.first, framework) if form.first else None
    return LanguageModelCoder(chosen, model, store.get, classifier=classifier, first=first)


@lru_cache(maxsize=2)
def _read_framework(framework: str) -> tuple[Framework, SentenceClassifier | None]:
    from policyloom.coders.classifier import read_classifier
    from policyloom.framework import Framework

    chosen = Framework.model_validate_json(framework)
    return chosen, read_classifier(chosen, None)


@lru_cache(maxsize=2)
def _make_coder(form: CoderForm, framework: str) -> Coder:
    if form.kind == "own":
        own: Coder = _find_attribute(form.name)[1]
        return own
    from policyloom.coders import load_coder
    from policyloom.coders.classifier import find_encoder, load_classifier
    from policyloom.framework import Framework

    chosen = Framework.model_validate_json(framework)
    if form.kind != "classifier":
        return load_coder(chosen, "none" if form.kind == "rules" else None)
    classifier = load_classifier(form.data)
    if form.name == ENCODER:
        encoder = find_encoder(chosen)
        if encoder is None or encoder.version != form.version:
            raise RunError(
                f"the encoder for {chosen.id} is not installed here in the same version as where the run began"
            )
        classifier = replace(classifier, encoder=encoder)
    return load_coder(chosen, classifier)


def _is_name(coder: object) -> bool:
    return isinstance(coder, str) and bool(_NAME.fullmatch(coder)) and not Path(coder).exists()


def _import_coder(name: str, min_probability: float) -> ChosenCoder:
    if min_probability:
        raise RunError(
            f"coder {name}: a minimum probability of {min_probability:g} holds for a classifier of policyloom only; "
            "leave out in your coder what is not probable enough"
        )
    module, coder = _find_attribute(name)
    return ChosenCoder(lambda: coder, CoderForm("own", name=name, version=_version_of(module, coder)))


def _find_attribute(name: str) -> tuple[ModuleType, Any]:
    path, _, attribute = name.partition(":")
    try:
        module = found = _import_as_it_is(path)
        for part in attribute.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise RunError(f"coder {name}: cannot be imported ({error})") from error
    if isinstance(found, type):
        raise RunError(
            f"coder {name}: is a class; name an instance of it, such as one made by `coder = {attribute}()`"
        )
    lacking = [method for method in METHODS if not callable(getattr(found, method, None))]
    if lacking:
        raise RunError(
            f"coder {name}: has no {' and no '.join(f'{method}()' for method in lacking)}; "
            f"a coder has {' and '.join(f'{method}()' for method in METHODS)}, as in policyloom.records.Coder"
        )
    return module, found


def _import_as_it_is(path: str) -> ModuleType:
    """A module as its file is now: in a notebook, or on a worker that lives on, it may have been edited since."""
    module = importlib.import_module(path)
    digest = _hash_file(module)
    if _IMPORTED.setdefault(path, digest) != digest:
        module = importlib.reload(module)
        _IMPORTED[path] = digest
    return module


def _version_of(module: ModuleType, coder: object) -> str:
    """The coder's own `version`, where it states one, and a hash of its module's file."""
    return f"{getattr(coder, 'version', '')} {_hash_file(module)}"


def _hash_file(module: ModuleType) -> str:
    file = getattr(module, "__file__", None)
    return hashlib.sha256(Path(file).read_bytes()).hexdigest() if file else ""

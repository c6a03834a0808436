"""Load a spaCy pipeline with policyloom's components in it."""

from __future__ import annotations

import importlib.util
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import spacy
from spacy.errors import MatchPatternError
from spacy.language import Language
from spacy.matcher import DependencyMatcher, Matcher
from spacy.tokens import Doc, Span

from policyloom.errors import FrameworkError, PolicyloomError
from policyloom.framework import Framework, read_framework
from policyloom.framework.patterns import explain_fault
from policyloom.frameworks import BUILT_IN
from policyloom.languages import installed_languages, load_language
from policyloom.languages.protocol import LanguagePack
from policyloom.languages.terms import TermError, TermMatcher

__all__ = [
    "MENTIONS",
    "OUT",
    "SCOPE",
    "MentionFinder",
    "find_model",
    "forms_of",
    "framework_of",
    "load_pipeline",
]

MENTIONS = "policyloom"
"""The key of `doc.spans` under which a framework's mentions stand: label is the element, id the rule."""

NAME = "policyloom_mentions"

SCOPE, OUT = "scope", "out-of-scope"
"""Labels, in `doc.spans["policyloom_scope"]`, of words of the framework's field and of others."""

_MARK = re.compile(r"(?<=[^\W\d_]{4})[.,;:]?\[?\d{1,3}(?:[,–-]\d{1,3})*$")


class _Found(NamedTuple):
    """Where an element was found: tokens `[start, end)` of the doc, and those of them that its rule names."""

    start: int
    end: int
    label: str
    rule: str
    words: frozenset[int]
    is_phrase: bool = True


class MentionFinder:
    """The component that finds a framework's elements; results stand in `doc.spans`.

    Attributes:
        framework: what it looks for.
    """

    def __init__(self, nlp: Language, framework: Framework) -> None:
        self.framework = framework
        terms = {f"element {e.id}": (*e.terms, *e.institutions) for e in framework}
        terms |= {f"exclude {e.id}": e.exclude for e in framework if e.exclude}
        terms |= {SCOPE: framework.scope.terms, OUT: framework.scope.exclude}
        try:
            pack = load_language(framework.language)
            _check_script(terms, framework.words, pack)
            self._terms = TermMatcher(
                terms,
                words=framework.words,
                inflect=pack.inflections,
                tokenize=lambda word: [token.text for token in nlp.tokenizer(word)],
                prefixes=getattr(pack, "prefixes", ()),
            )
        except TermError as error:
            raise FrameworkError(f"framework {framework.id}: {error}") from error
        self._patterns = Matcher(nlp.vocab)
        self._relations = DependencyMatcher(nlp.vocab)
        for element in framework:
            for key, matcher in (("patterns", self._patterns), ("relations", self._relations)):
                patterns = [list(pattern) for pattern in getattr(element, key)]
                place = f"framework {framework.id}: element {element.id}, {key}"
                if fault := next(filter(None, map(explain_fault, patterns)), ""):
                    raise FrameworkError(f"{place}: {fault}")
                try:
                    if patterns:
                        matcher.add(element.id, patterns)
                # What spaCy raises is not documented; an unknown extension is an AttributeError.
                except (
                    MatchPatternError,
                    ValueError,
                    TypeError,
                    KeyError,
                    AttributeError,
                    RecursionError,
                ) as error:
                    raise FrameworkError(f"{place}: spaCy refuses one: {error}") from error
        self._parent = {e.id: e.parent for e in framework}
        self._top = {e.id: framework.top(e.id) for e in framework}
        self._kind = {e.id: e.kind for e in framework}

    def __call__(self, doc: Doc) -> Doc:
        """`doc` with `doc.spans["policyloom"]` and `doc.spans["policyloom_scope"]` set."""
        found: list[Span] = []
        field: list[Span] = []
        by_pattern = list(self._match_patterns(doc))
        has_lemmas = doc.has_annotation("LEMMA")
        for sentence in doc.sents:
            forms = forms_of(sentence)
            lemmas = (
                [t.lemma_.lower() or form for t, form in zip(sentence, forms, strict=True)]
                if has_lemmas
                else None
            )
            spans: list[_Found] = []
            excluded: list[tuple[int, int, str]] = []
            for match in self._terms.find(forms, lemmas):
                start, end = sentence.start + match.start, sentence.start + match.end
                kind, _, label = match.label.partition(" ")
                if kind == "element":
                    words = frozenset(sentence.start + i for i in match.words)
                    spans.append(_Found(start, end, label, f"term: {match.term}", words, match.is_phrase))
                elif kind == "exclude":
                    excluded.append((start, end, label))
                else:
                    field.append(Span(doc, start, end, label=match.label))
            spans += [span for span in by_pattern if sentence.start <= span[0] and span[1] <= sentence.end]
            named = self._names_in(sentence) if spans else []
            for start, end, label, rule, words, _ in self._without_covered(spans):
                if self._kind[label] not in ("case", "actor") and any(
                    words & rest and not words & head for rest, head in named
                ):
                    continue
                if not any(s < end and start < e and label == other for s, e, other in excluded):
                    found.append(Span(doc, start, end, label=label, span_id=rule))
        doc.spans[MENTIONS] = found
        doc.spans[f"{MENTIONS}_scope"] = field
        return doc

    def _match_patterns(self, doc: Doc) -> Iterator[_Found]:
        """What token patterns find, and what dependency patterns do, from a relation's first word to its last."""
        if len(self._patterns):
            for span in self._patterns(doc, as_spans=True):
                words = frozenset(range(span.start, span.end))
                yield _Found(span.start, span.end, span.label_, "pattern", words)
        if len(self._relations):
            for label, tokens in self._relations(doc):
                yield _Found(
                    min(tokens),
                    max(tokens) + 1,
                    doc.vocab.strings[label],
                    "relation",
                    frozenset(tokens),
                    is_phrase=False,
                )

    def _without_covered(self, spans: Sequence[_Found]) -> list[_Found]:
        """The spans without those that say less than another.

        These are a parent's that overlap one of its children, and those that lie within a longer phrase of an element of
        another branch: in "wage subsidy" nothing is said of wages. A term that was found with other words in its gaps is
        no such phrase: "workshops that raise skills" may name workshops as well; and a challenge such as
        "too few workshops" also names the workshops that are lacking.
        """
        kept = []
        for span in sorted(set(spans), key=lambda s: s[:4]):
            start, end, label, _, words, _ = span
            if not any(
                (self._parent.get(o.label) == label and o.start < end and start < o.end)
                or (words < o.words and o.is_phrase and self._hides(o.label, label))
                for o in spans
            ):
                kept.append(span)
        return kept

    def _hides(self, outer: str, inner: str) -> bool:
        """Whether a phrase of one element leaves nothing of another within it; a challenge names what is lacking."""
        kinds = self._kind[outer], self._kind[inner]
        if "actor" in kinds or "case" in kinds:  # who acts is named within what is done
            return False
        lacking = kinds[0] == "challenge" and kinds[1] != "challenge"
        return self._top[outer] != self._top[inner] and not lacking

    def _names_in(self, sentence: Span) -> list[tuple[frozenset[int], frozenset[int]]]:
        """The tokens of institutions' names, and apart from them their head word.

        The head alone says what an institution is: "Orsa Training Centre" is a training centre, while "Budget" in
        "Office of Management and Budget" speaks of no budget.
        """
        found = []
        for name in sentence.ents:
            head_word = name.ent_id_.removeprefix("rule: ").lower()
            if name.label_.startswith("ORG") and name.ent_id_.startswith("rule: "):
                head = frozenset(token.i for token in name if token.lower_ == head_word)
                if head:
                    found.append((frozenset(range(name.start, name.end)) - head, head))
        return found


def _check_script(terms: Mapping[str, Iterable[str]], words: Mapping[str, str], pack: LanguagePack) -> None:
    """Refuses words in a script that the language is not written in, as its text would never hold them.

    Raises:
        TermError: the text names the term and the key to change.
    """
    known = {script for word in pack.stop_words for script in _scripts(word)}
    named = [*terms.items(), *((f"word list {{{name}}}", (line,)) for name, line in words.items())]
    for label, line in ((label, line) for label, lines in named for line in lines):
        for word in re.split(r"[\s|]+", line):
            scripts = _scripts(word)
            if scripts and known and not scripts & known:
                raise TermError(
                    f"{label}, term {line!r}: {word!r} is not written in the letters of {pack.name}, the framework's "
                    f"language; write it in {pack.name}, or set `language` to that of the terms"
                )


def _scripts(word: str) -> set[str]:
    """The scripts of a word's letters: LATIN, CJK, CYRILLIC."""
    if word.isascii():
        return {"LATIN"} if re.search("[A-Za-z]", word) else set()
    return {unicodedata.name(c, "?").split()[0] for c in word if c.isalpha()}


def forms_of(span: Span) -> list[str]:
    """A span's tokens in lower case, apostrophes straight, without reference marks ("workplace12" is "workplace")."""
    return [
        _MARK.sub("", token.lower_) if token.text[-1:].isdigit() else token.lower_.replace("’", "'")
        for token in span
    ]


def load_pipeline(framework: Framework | str | Path = BUILT_IN, *, model: str | None = None) -> Language:
    """An ordinary spaCy pipeline that also finds sentences, entities and a framework's mentions.

    Args:
        framework: the framework, or where to read it.
        model: the name or path of a spaCy pipeline; without it, rules do all the work. A language may name one of its
            own, as English does ("en_policyloom", from the package policyloom-en).

    Raises:
        FrameworkError: the framework is wrong.
        PolicyloomError: there is no such model or language; the text says which are installed.

    Example:
        >>> nlp = load_pipeline()
        >>> doc = nlp("The college set up an apprenticeship with two employers.")
        >>> [span.label_[:2] for span in doc.spans["policyloom"] if span.label_.startswith("T")]
        ['T2']
    """
    if not isinstance(framework, Framework):
        framework = read_framework(framework)
    pack = load_language(framework.language)
    nlp = pack.blank_pipeline() if model is None else spacy.load(find_model(model))
    if any(element.relations for element in framework) and not nlp.has_pipe("parser"):
        hint = f"; use the model {pack.model!r}" if pack.model else "; use a model with one"
        raise FrameworkError(
            f"framework {framework.id}: its dependency patterns (relations) need a parser{hint}"
        )
    nlp.max_length = 10_000_000
    pack.add_components(nlp, framework.entities.model_dump(mode="json", exclude_defaults=True))
    nlp.add_pipe(NAME, config={"framework": framework.model_dump_json()}, last=True)
    return nlp


def find_model(model: str) -> str | Path:
    """The name or folder under which `spacy.load` finds a model.

    Raises:
        PolicyloomError: the model is not there; the text says how to install it, or which models are installed.
    """
    if spacy.util.is_package(model) or (Path(model) / "config.cfg").exists():
        return model
    own = {load_language(code).model for code in installed_languages()} - {""}
    if model in own:
        for folder in _own_folders(model):
            if (folder / "config.cfg").exists():
                return folder
        raise PolicyloomError(
            f"the spaCy pipeline {model!r} is not installed; `make wheels` in a checkout builds it, and "
            "`pip install --find-links dist 'policyloom[model]'` installs it from there"
        )
    there = ", ".join(sorted(spacy.util.get_installed_models())) or "none"
    raise PolicyloomError(f"no spaCy pipeline {model!r}; installed are: {there}")


def _own_folders(model: str) -> list[Path]:
    """Where a language's own model may lie: the installed package, then `models/` of a checkout."""
    found = importlib.util.find_spec(model)
    installed = [Path(folder) for folder in found.submodule_search_locations or ()] if found else []
    return [*installed, Path(__file__).parents[3] / "models" / model]


@Language.factory(NAME, default_config={"framework": ""})
def make_finder(nlp: Language, name: str, framework: str) -> MentionFinder:  # noqa: ARG001 -- spaCy passes the name
    """The component for a framework given as JSON, so that a pipeline with it can be saved and loaded."""
    return MentionFinder(nlp, Framework.model_validate_json(framework) if framework else read_framework())


def framework_of(nlp: Language) -> Framework:
    """The framework that a pipeline looks for.

    Raises:
        ValueError: it does not come from `load_pipeline`.
    """
    component = nlp.get_pipe(NAME) if nlp.has_pipe(NAME) else None
    if not isinstance(component, MentionFinder):
        raise ValueError(f"the pipeline has no component {NAME!r}; make one with load_pipeline(framework)")
    return component.framework

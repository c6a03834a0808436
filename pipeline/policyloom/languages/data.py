"""A language from its data files alone: `language.toml`, `cues.toml`, `layout.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policyloom.errors import PolicyloomError
from policyloom.files import decode_unicode
from policyloom.languages import layout
from policyloom.languages.grammar import GRAMMAR_LISTS, WordListGrammar
from policyloom.languages.protocol import Grammar

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from policyloom.languages.layout import LayoutWords

__all__ = ["DataPack"]

_TEXT, _WORDS, _TABLE, _LISTS = (
    "text, in quotes",
    "a list of words, in square brackets",
    "a table",
    "a table of lists",
)

_KEYS = {
    "code": _TEXT,
    "name": _TEXT,
    "stop_words": _WORDS,
    "spacy": _TEXT,
    "model": _TEXT,
    "ends": _WORDS,
    "forms": _TABLE,
    "grammar": _TABLE,
}
_TABLES = {
    "forms": {"suffixes": _WORDS, "listed": _LISTS},
    "grammar": dict.fromkeys(GRAMMAR_LISTS, _WORDS),
}
_NEEDED = ("code", "name", "stop_words")


class DataPack:
    """A `LanguagePack` that needs no code.

    Its sentences end at the marks in `ends`, its words take the suffixes and listed forms of `[forms]`, its grammar is
    the word lists of `[grammar]`, and it finds no entities.

    Args:
        folder: the language's folder, whose name is its code.

    Raises:
        PolicyloomError: a file is missing or wrong; the text names the file, the key and what is known.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / "language.toml"
        data = _read_toml(path)
        _check(data, _KEYS, str(path))
        for table, known in _TABLES.items():
            _check(data.get(table, {}), known, f"{path}, [{table}]")
        for key in _NEEDED:
            if key not in data:
                raise PolicyloomError(f"{path}: {key!r} is missing; needed are {', '.join(_NEEDED)}")
        if data["code"] != folder.name:
            raise PolicyloomError(
                f"{path}: code {data['code']!r} is not the folder's name {folder.name!r}; they must be the same"
            )
        self.code: str = data["code"]
        self.name: str = data["name"]
        self.model: str = data.get("model", "")
        self.stop_words = frozenset(data["stop_words"])
        self.cues: Mapping[str, Any] = _read_toml(folder / "cues.toml")
        self.lists: Mapping[str, Sequence[str]] = data.get("grammar", {})
        self._spacy: str = data.get("spacy", "xx")  # spaCy's tokenizer for any language
        self._ends: Sequence[str] = data.get("ends", (".", "!", "?", "…"))
        forms = data.get("forms", {})
        self._suffixes: Sequence[str] = forms.get("suffixes", ())
        self._listed: Mapping[str, Sequence[str]] = forms.get("listed", {})

    @cached_property
    def grammar(self) -> Grammar:
        """The word lists of `[grammar]`, and the verbs of `cues.toml`."""
        return WordListGrammar.of(self.lists, self.cues)

    @cached_property
    def layout(self) -> LayoutWords:
        """The words by which a document's parts are recognised."""
        return layout.load_layout(self.code)

    def inflections(self, word: str) -> frozenset[str]:
        """A word, with each suffix, and its listed forms."""
        return frozenset((word, *(word + suffix for suffix in self._suffixes), *self._listed.get(word, ())))

    def known_words(self) -> frozenset[str]:
        """No words: there is no list."""
        return frozenset()

    def blank_pipeline(self) -> Language:
        """A spaCy pipeline with the tokenizer that `spacy` names."""
        import spacy

        return spacy.blank(self._spacy)

    def add_components(self, nlp: Language, entities: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002 -- data names no entities
        """Adds sentence boundaries to a spaCy pipeline."""
        from policyloom.languages.sentence_ends import NAME

        nlp.add_pipe(NAME, first=True, config={"ends": list(self._ends)})

    def name_entities(self, docs: Sequence[Doc]) -> None:
        """Leaves the docs as they are."""


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(decode_unicode(path.read_bytes()).replace("\r\n", "\n"))
    except OSError as error:
        raise PolicyloomError(f"{path}: cannot be opened ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise PolicyloomError(f"{path}: is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise PolicyloomError(f"{path}: not valid TOML: {error}") from error


def _check(data: Mapping[str, Any], known: Mapping[str, str], place: str) -> None:
    """Refuses keys that are not known, and values of another type."""
    for key, value in data.items():
        if key not in known:
            raise PolicyloomError(f"{place}: {key!r} is not a known key; known are {', '.join(known)}")
        fits = {
            _TEXT: isinstance(value, str),
            _WORDS: _is_list(value),
            _TABLE: isinstance(value, dict),
            _LISTS: isinstance(value, dict) and all(map(_is_list, value.values())),
        }
        if not fits[known[key]]:
            raise PolicyloomError(f"{place}: {key!r} should be {known[key]}")


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)

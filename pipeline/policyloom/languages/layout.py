"""The words by which the parts of a printed document are recognised, for one language.

They stand in `layout.toml` of the language's folder. A language without the file, or without one of its keys, has
patterns that match nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from policyloom.errors import PolicyloomError
from policyloom.languages.folders import language_folders

__all__ = ["LayoutWords", "OcrModel", "load_layout", "make_layout"]

NOTHING = "(?!)"
"""A regular expression that matches nowhere."""


@dataclass(frozen=True, slots=True)
class OcrModel:
    """Tesseract's model of a language.

    Attributes:
        model: the model's name, such as `eng`; empty where the language names none.
        name: the language as people say it, such as "English".
        package: the system package that brings the model.
        one_block: whether a page is read as one block of text instead of looking for columns.
    """

    model: str = ""
    name: str = ""
    package: str = ""
    one_block: bool = False


def _never() -> re.Pattern[str]:
    return re.compile(NOTHING)


@dataclass(frozen=True, slots=True)
class LayoutWords:
    """The words of a language by which `extract` recognises the parts of a document.

    Patterns ignore case. Unless said otherwise they are looked for at the beginning of a block.

    Attributes:
        code: the language.
        list_joins: words after which an enumeration goes on.
        letters: the language's small letters, and `vowels` among them; empty where damaged letters cannot be told.
        vowels: see `letters`.
        min_vowel_share: share of vowels among the letters of a text below which its letters are wrong.
        ocr: the language's OCR model.
        legal_ranks: the rank of each word for a part of an act, 1 the highest.
        caption: "Table 3:"; its group `mark` is the sign after the number.
        table_caption: a caption of a table.
        legal: "Section 12"; its group `word` is one of `legal_ranks`.
        references: the whole heading of a list of references.
        contents: the whole heading of a list of contents, tables or figures.
        endnotes: the whole heading of a list of notes.
        abstract: the heading of an abstract.
        abstract_label: "Abstract:" before an abstract, to be taken off.
        abstract_part: the label of a part of a structured abstract, "Aims: ".
        keywords: "Key words" before a list of them.
        keyword_label: the same, to be taken off.
        label: a label that always begins a new paragraph, "Keywords:".
        opening: the whole heading of an introduction.
        article_type: "Research article", as the whole of a block.
        journal: the name of a journal, anywhere in a block.
        page_number: a page number, as the whole of a line.
        small_print: notices of licence and copyright, anywhere near the beginning of small print.
        statement: a statement that only an article makes about itself, of interests or thanks.
        statement_heading: the whole heading of any such statement, of money too.
        statement_label: such a heading as the first words of its paragraph.
        about_the_work: words that show such a statement to be about the article, anywhere in it.
        contributions: the whole heading, or text, of a statement on who did what.
        reviews: the whole heading of reviews printed after an article.
        article_notice: when an article came in, and where to write to.
        affiliation: a note to the names of authors that names an institution.
        greeting: how a letter opens or closes, "Dear Sir".
        page_link: the whole of a line of links, such as "PubMed".
        article_mark: words on the first page that only an article has, anywhere in a block.
        date: a date, anywhere.
        no_author: words that no line of authors has, anywhere in it.
        no_title: words in a file's own title that show it to be none.
        name_join: the word before the last of several names, anywhere between them.
        author_split: what parts the names of authors.
        author_opening: words before the names of authors, to be taken off.
    """

    code: str = ""
    list_joins: tuple[str, ...] = ()
    letters: str = ""
    vowels: str = ""
    min_vowel_share: float = 0.0
    ocr: OcrModel = OcrModel()
    legal_ranks: Mapping[str, int] = field(default_factory=dict)
    caption: re.Pattern[str] = field(default_factory=_never)
    table_caption: re.Pattern[str] = field(default_factory=_never)
    legal: re.Pattern[str] = field(default_factory=_never)
    references: re.Pattern[str] = field(default_factory=_never)
    contents: re.Pattern[str] = field(default_factory=_never)
    endnotes: re.Pattern[str] = field(default_factory=_never)
    abstract: re.Pattern[str] = field(default_factory=_never)
    abstract_label: re.Pattern[str] = field(default_factory=_never)
    abstract_part: re.Pattern[str] = field(default_factory=_never)
    keywords: re.Pattern[str] = field(default_factory=_never)
    keyword_label: re.Pattern[str] = field(default_factory=_never)
    label: re.Pattern[str] = field(default_factory=_never)
    opening: re.Pattern[str] = field(default_factory=_never)
    article_type: re.Pattern[str] = field(default_factory=_never)
    journal: re.Pattern[str] = field(default_factory=_never)
    page_number: re.Pattern[str] = field(default_factory=_never)
    small_print: re.Pattern[str] = field(default_factory=_never)
    statement: re.Pattern[str] = field(default_factory=_never)
    statement_heading: re.Pattern[str] = field(default_factory=_never)
    statement_label: re.Pattern[str] = field(default_factory=_never)
    about_the_work: re.Pattern[str] = field(default_factory=_never)
    contributions: re.Pattern[str] = field(default_factory=_never)
    reviews: re.Pattern[str] = field(default_factory=_never)
    article_notice: re.Pattern[str] = field(default_factory=_never)
    affiliation: re.Pattern[str] = field(default_factory=_never)
    greeting: re.Pattern[str] = field(default_factory=_never)
    page_link: re.Pattern[str] = field(default_factory=_never)
    article_mark: re.Pattern[str] = field(default_factory=_never)
    date: re.Pattern[str] = field(default_factory=_never)
    no_author: re.Pattern[str] = field(default_factory=_never)
    no_title: re.Pattern[str] = field(default_factory=_never)
    name_join: re.Pattern[str] = field(default_factory=_never)
    author_split: re.Pattern[str] = field(default_factory=_never)
    author_opening: re.Pattern[str] = field(default_factory=_never)


PATTERN_KEYS = (
    "captions", "table_captions", "references", "contents", "endnotes", "abstracts", "abstract_labels",
    "abstract_parts", "keywords",
    "keyword_labels", "labels", "openings", "article_types", "journals", "page_words", "page_totals", "small_print",
    "statements", "statement_openings", "other_statements", "about_the_work", "contributions", "reviews",
    "article_notices", "greetings", "institutions", "page_links", "article_marks", "dates", "no_author", "no_title", "name_joins",
    "author_openings",
)  # fmt: skip
"""The keys of `[patterns]`."""

TOP_KEYS = {
    "also": list, "list_joins": list, "letters": str, "vowels": str, "min_vowel_share": float, "script": str,
    "min_script_share": float, "ocr": dict, "legal_ranks": dict, "patterns": dict,
}  # fmt: skip
"""The keys of the file, with the type of each. `script` and its share are for `detect`."""

FRAMES = {
    "caption": r"(?:<captions>)\s*[-–]?\s*(?:[A-Z]?\d+(?:[.-]\d+)*|[IVX]+\b)[a-z]?\s*(?P<mark>[.:|–—-]|\()?",
    "table_caption": r"\s*(?:<table_captions>)",
    "legal": r"(?P<word><legal_ranks>)\s+(?:\d+|[IVXLC]+|[A-Z])\b",
    "references": r"(?:\d+\.?\s*)?(?:<references>)\W*",
    "contents": r"(?:<contents>)\W*",
    "endnotes": r"(?:\d+\.?\s*)?(?:<endnotes>)\W*",
    "abstract": r"(?:<abstracts>)\W*",
    "abstract_label": r"(?:<abstract_labels>)\s*[:.：—–-]*\s*",
    "abstract_part": r"(?:<abstract_parts>)\s*:\s+\S",
    "keywords": r"(?:<keywords>)\b",
    "keyword_label": r"(?:<keyword_labels>)\s*[:.：—–-]*\s*",
    "label": r"<labels>",
    "opening": r"(?:\d+\.?\s*)?(?:<openings>)\W*",
    "article_type": r"<article_types>",
    "journal": r"\bissn\b|<journals>",
    "page_number": r"(?:<page_words>|-|–|\|)?\s*(?:[a-z]?\d{1,5}|[ivxl]{1,6})\s*"
    r"(?:(?:<page_totals>|/)\s*\d{1,5})?\s*(?:-|–|\|)?",
    "small_print": r"©|<small_print>",
    "statement": r"(?:<statements>)\b|<statement_openings>",
    "statement_heading": r"(?:<statements>|<other_statements>)\W*",
    # Some are set as the first words of their paragraph, without a sign between: "Acknowledgments This work was".
    "statement_label": r"(?:<statements>)(?:\s*[:.—–]|\s+(?-i:[A-Z]))|<statement_openings>|(?:<other_statements>)\s*:",
    "about_the_work": r"\b(?:<about_the_work>)\b",
    "contributions": r"<contributions>",
    "reviews": r"(?:<reviews>)\W*",
    "article_notice": r"\W*(?:<article_notices>|©)",
    # Opens with the mark that stands at a name.
    "affiliation": r"(?:\(?(?:\d{1,2}|(?-i:[a-h]))\)?[.,]?\s?|[*†‡§¶#]\s?)(?-i:[A-Z]).{0,120}?\b(?:<institutions>)",
    "greeting": r"(?:<greetings>)(?=[\s,!.，]|$)",
    "page_link": r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)10\.\S+|(?:\[?(?:<page_links>)\]?[\s|,;•]*)+",
    "article_mark": r"\bdoi\b|<article_marks>",
    "date": r"<dates>|\b(?:19|20)\d\d-[01]\d-[0-3]\d\b",
    "no_author": r"\b(?:issn|doi|http|www|<no_author>)\w*|@|©|\d{4}",
    "no_title": r"\.(?:docx?|pdf|indd|qxd|dvi)\b|<no_title>",
    "name_join": r"(?-i:\s(?:<name_joins>)\s)",
    "author_split": r",|;|(?-i:\b(?:<name_joins>)\b)|&|、|，",
    "author_opening": r"(?:<author_openings>)\s+",
}
"""The pattern of each attribute: what all languages share around the words that a language brings, in <angles>."""


def load_layout(code: str) -> LayoutWords:
    """The layout words of a language, with those of the languages that its file names in `also`.

    A language without a folder has none: its documents are read by the looks of their pages alone.

    Raises:
        PolicyloomError: a `layout.toml` is wrong; the text says where.
    """
    folders = language_folders()
    if code not in folders:
        return make_layout(code, [("no layout.toml", {})])
    others = read_layout_file(folders[code]).get("also", [])
    for other in others:
        if other not in folders:
            place = folders[code] / "layout.toml"
            raise PolicyloomError(f"{place}: also: no language {other!r}; use one of {', '.join(folders)}")
    return _load(code, tuple(folders[each] for each in (code, *others)))


@lru_cache(maxsize=16)
def _load(code: str, folders: tuple[Path, ...]) -> LayoutWords:
    return make_layout(code, [(str(folder / "layout.toml"), read_layout_file(folder)) for folder in folders])


@lru_cache(maxsize=64)
def read_layout_file(folder: Path) -> dict[str, Any]:
    """The content of a language folder's `layout.toml`, checked; empty where there is none.

    Raises:
        PolicyloomError: the file is no TOML, or has a key that is not known or of another type.
    """
    path = folder / "layout.toml"
    if not path.is_file():
        return {}
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyloomError(f"{path}: {error}") from error
    _check_keys(path, "", data, TOP_KEYS)
    for key, value in data.items():
        if not isinstance(value, (float, int) if TOP_KEYS[key] is float else TOP_KEYS[key]):
            raise PolicyloomError(f"{path}: {key}: expected a {TOP_KEYS[key].__name__}, not {value!r}")
    _check_keys(path, "patterns.", data.get("patterns", {}), PATTERN_KEYS)
    _check_keys(path, "ocr.", data.get("ocr", {}), [each.name for each in fields(OcrModel)])
    lists = {"also": data.get("also", []), "list_joins": data.get("list_joins", [])}
    for key, value in (lists | data.get("patterns", {})).items():
        if not (isinstance(value, list) and all(isinstance(item, str) and item for item in value)):
            raise PolicyloomError(f"{path}: {key}: expected a list of texts, not {value!r}")
    for word, rank in data.get("legal_ranks", {}).items():
        if not isinstance(rank, int):
            raise PolicyloomError(f"{path}: legal_ranks.{word}: expected a whole number, not {rank!r}")
    return data


def _check_keys(path: Path, table: str, found: Iterable[str], known: Iterable[str]) -> None:
    for key in found:
        if key not in known:
            raise PolicyloomError(f"{path}: unknown key {table}{key}; use {', '.join(known)}")


def make_layout(code: str, files: Sequence[tuple[str, Mapping[str, Any]]]) -> LayoutWords:
    """The layout words of a language from the content of its file and of those it names, each with its path.

    Raises:
        PolicyloomError: a pattern is no regular expression.
    """
    own = files[0][1]
    ranks: dict[str, int] = {}
    alternatives: dict[str, list[str]] = {key: [] for key in PATTERN_KEYS}
    for path, data in files:
        ranks |= {
            word.lower(): rank for word, rank in data.get("legal_ranks", {}).items() if word not in ranks
        }
        for key, patterns in data.get("patterns", {}).items():
            for pattern in patterns:
                _compile(path, key, pattern)
            alternatives[key] += patterns
    words = {key: "|".join(found) or NOTHING for key, found in alternatives.items()}
    words["legal_ranks"] = "|".join(map(re.escape, ranks)) or NOTHING
    compiled = {
        name: _compile(
            files[0][0], name, re.sub(r"(?<!\?P)<([a-z_]+)>", lambda match: words[match[1]], frame)
        )
        for name, frame in FRAMES.items()
    }
    joins = tuple(dict.fromkeys(word for _, data in files for word in data.get("list_joins", [])))
    return LayoutWords(
        code=code,
        list_joins=joins,
        letters=own.get("letters", ""),
        vowels=own.get("vowels", ""),
        min_vowel_share=own.get("min_vowel_share", 0.0),
        ocr=OcrModel(**own.get("ocr", {})),
        legal_ranks=ranks,
        **compiled,
    )


def _compile(path: str, key: str, pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise PolicyloomError(f"{path}: {key}: {pattern!r} is no regular expression: {error}") from error

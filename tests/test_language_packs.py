"""Languages as folders: what is refused, a user's own code, and what grammar tells."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from policyloom.errors import PolicyloomError
from policyloom.languages import installed_languages, load_language
from policyloom.languages.folders import VARIABLE

HEAD = 'code = "qt"\nname = "Toyish"\nstop_words = ["ka"]\n'
CUES = '[instruction]\nverbs = ["faru"]\n[infinitive]\nexcept_after = ["help"]\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a language of the user's own, still without `language.toml`."""
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    path = tmp_path / "qt"
    path.mkdir()
    (path / "cues.toml").write_text(CUES, "utf-8")
    return path


def write(folder: Path, text: str) -> None:
    (folder / "language.toml").write_text(text, "utf-8")


def test_a_missing_language_names_those_there_are() -> None:
    with pytest.raises(PolicyloomError, match="no language 'tlh'; there are: en"):
        load_language("tlh")


def test_a_language_can_be_tagged_once_it_has_both_files(folder: Path) -> None:
    assert "qt" not in installed_languages()
    write(folder, HEAD)
    assert installed_languages() == ("en", "qt")


def test_a_language_is_read_once(folder: Path) -> None:
    write(folder, HEAD)
    assert load_language("qt") is load_language("qt")
    assert load_language("en") is load_language("en")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("code = qt", "not valid TOML"),
        ('code = "qt"\nname = "Toyish"\n', "'stop_words' is missing; needed are code, name, stop_words"),
        (HEAD.replace('"qt"', '"tq"'), "code 'tq' is not the folder's name 'qt'"),
        (HEAD + 'colour = "red"\n', "'colour' is not a known key; known are code, name, stop_words"),
        (HEAD + 'ends = "."\n', "'ends' should be a list of words, in square brackets"),
        (
            HEAD + "[forms]\nprefixes = []\n",
            r"\[forms\]: 'prefixes' is not a known key; known are suffixes, listed",
        ),
        (HEAD + "[forms.listed]\nskilu = 3\n", r"\[forms\]: 'listed' should be a table of lists"),
        (
            HEAD + "[grammar]\nfuture = []\n",
            r"\[grammar\]: 'future' is not a known key; known are ordinals, past",
        ),
        (HEAD + "grammar = 3\n", "'grammar' should be a table"),
    ],
)
def test_a_mistake_in_a_language_is_named_with_its_place(folder: Path, text: str, words: str) -> None:
    write(folder, text)
    with pytest.raises(PolicyloomError, match=words) as caught:
        load_language("qt")
    assert os.path.join("qt", "language.toml") in str(caught.value)


def test_a_file_that_is_not_utf_8_is_named(folder: Path) -> None:
    (folder / "language.toml").write_bytes(HEAD.encode() + b'spacy = "\xff"\n')
    with pytest.raises(PolicyloomError, match=r"language\.toml: is not UTF-8 text"):
        load_language("qt")


def test_words_take_suffixes_and_listed_forms(folder: Path) -> None:
    write(folder, HEAD + '[forms]\nsuffixes = ["i", "ak"]\nlisted = {skilu = ["skolu"]}\n')
    assert load_language("qt").inflections("skilu") == {"skilu", "skilui", "skiluak", "skolu"}
    assert load_language("qt").inflections("grantu") == {"grantu", "grantui", "grantuak"}


def test_sentences_end_at_marks_and_empty_lines_and_take_closing_quotes_along(folder: Path) -> None:
    write(folder, HEAD + 'ends = ["!"]\n')
    nlp = load_language("qt").blank_pipeline()
    load_language("qt").add_components(nlp)
    doc = nlp("“Ka lo. Mi!” Ka lo ! Mi\n\nKa")
    assert [sentence.text.strip() for sentence in doc.sents] == ["“Ka lo. Mi!”", "Ka lo !", "Mi", "Ka"]


def test_a_language_without_rules_leaves_entities_alone(folder: Path) -> None:
    write(folder, HEAD)
    pack = load_language("qt")
    nlp = pack.blank_pipeline()
    pack.add_components(nlp, {"heads": {"ORG.farm": ["herd"]}})
    docs = [nlp("The Orsa Dairy Herd grew.")]
    pack.name_entities(docs)
    assert docs[0].ents == ()


PACK = """
from policyloom.languages.data import DataPack

class Pack(DataPack):
    def inflections(self, word):
        return frozenset((word, "o" + word))

def make_pack(folder):
    return Pack(folder)
"""


def test_a_user_s_language_may_bring_code(folder: Path) -> None:
    write(folder, HEAD)
    (folder / "pack.py").write_text(PACK, "utf-8")
    assert load_language("qt").inflections("grantu") == {"grantu", "ograntu"}


def test_code_without_its_function_is_named(folder: Path) -> None:
    write(folder, HEAD)
    (folder / "pack.py").write_text("", "utf-8")
    with pytest.raises(PolicyloomError, match=r"pack\.py: a function make_pack\(folder\) is expected"):
        load_language("qt")


def test_a_user_s_folder_goes_before_the_one_that_comes_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "cues.toml").write_text(CUES, "utf-8")
    write(tmp_path / "en", HEAD.replace('"qt"', '"en"'))
    assert load_language("en").name == "Toyish"
    monkeypatch.delenv(VARIABLE)
    assert load_language("en").name == "English"


# Grammar, of word lists alone and of English


def test_word_lists_tell_instructions_purposes_and_fragments(folder: Path) -> None:
    write(folder, HEAD + '[grammar]\npast = ["pa"]\nfinite = ["es"]\npurpose = ["po"]\nno_object = ["de"]\n')
    grammar = load_language("qt").grammar
    assert grammar.instruction("faru grantu".split(), 0, is_list_item=False) == (0, 1)
    assert grammar.instruction("faru de grantu".split(), 0, is_list_item=False) is None
    assert list(grammar.purposes("mono po faru help po faru".split(), 0)) == [(1, 3)]
    assert grammar.is_past("ka pa lo".split())
    assert not grammar.is_past("ka lo".split())
    assert grammar.is_fragment("mono po faru grantu".split(), 0)
    assert not grammar.is_fragment("mono es bona".split(), 0)
    assert not grammar.is_fragment("ili faru grantu".split(), 0)


ENGLISH = load_language("en").grammar


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("• expand training", "expand"),
        ("( a ) expand training", "expand"),
        ("1 . expand training", "expand"),
        ("thirdly , expand training", "expand"),
        ("recommendation 4 : expand training", "expand"),
        ("firms expand training", "firms"),
    ],
)
def test_a_sentence_begins_after_its_list_mark(text: str, word: str) -> None:
    forms = text.split()
    assert forms[ENGLISH.first_word(forms)] == word


@pytest.mark.parametrize(
    ("text", "is_list_item", "found"),
    [
        ("expand apprenticeships", False, True),
        ("support for firms", False, False),
        ("raising quality", False, True),
        ("raising quality is hard", False, False),
        ("raising quality is hard", True, False),
        ("firms expand", False, False),
        ("", False, False),
    ],
)
def test_a_bare_verb_opens_an_instruction_and_an_ing_form_an_aim(
    text: str, is_list_item: bool, found: bool
) -> None:
    assert ENGLISH.instruction(text.split(), 0, is_list_item=is_list_item) == ((0, 1) if found else None)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("funds to raise quality", [(1, 3)]),
        ("funds to rapidly raise quality", [(1, 3)]),
        ("funds help to raise quality", []),
        ("access to colleges", []),
        ("to colleges", [(0, 2)]),
    ],
)
def test_an_infinitive_is_a_purpose_unless_the_word_before_makes_it_a_fact(
    text: str, spans: list[tuple[int, int]]
) -> None:
    assert list(ENGLISH.purposes(text.split(), 0)) == spans


def test_a_fragment_has_no_verb_but_in_a_purpose() -> None:
    assert ENGLISH.is_fragment("funds to raise quality".split(), 0)
    assert not ENGLISH.is_fragment("funds raise quality".split(), 0)
    assert not ENGLISH.is_fragment("quality is high".split(), 0)


def test_the_past_is_told_by_auxiliaries() -> None:
    assert ENGLISH.is_past("it has been raised".split())
    assert not ENGLISH.is_past("it is raised".split())

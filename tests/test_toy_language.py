"""A made-up language in a folder of the user's own goes all the way, and no English is read on the way.

In it a sentence ends with "।", "i" makes a plural, "skolu" is a form of "skilu", "vol" says that a thing is planned,
"nul" that it is lacking, "zet" that it is denied, and "vasi" that one thing leads to another.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from policyloom.languages.folders import VARIABLE

LANGUAGE = """
code = "qt"
name = "Toyish"
stop_words = ["ka", "lo", "mi"]
ends = ["।"]

[forms]
suffixes = ["i"]
listed = {skilu = ["skolu"]}

[grammar]
past = ["pa"]
finite = ["es"]
purpose = ["po"]
"""

CUES = """
[clause]
ends = ["sed"]

[pseudo]
terms = ["nul grava"]

[[status]]
status = "planned"
direction = "forward"
terms = ["vol"]

[[status]]
status = "lacking"
direction = "forward"
terms = ["nul"]

[[status]]
status = "negated"
direction = "forward"
terms = ["zet"]

[infinitive]
except_after = ["help"]

[instruction]
verbs = ["faru"]

[heading]
planned = ["plano"]
lacking = ["problemo"]

[hedge]
terms = ["forsan"]

[[claim]]
kind = "leads_to"
direction = "forward"
terms = ["vasi"]

[[facet]]
kind = "monitoring"
terms = ["gardu"]
"""

FRAMEWORK = """
[framework]
id = "toy"
title = "Toy"
version = "1"
language = "qt"
names = {mechanism = "Levers"}

[[element]]
id = "M"
kind = "mechanism"
label = "Grants"
definition = "Money is given."
terms = ["grantu"]

[[element]]
id = "O"
kind = "outcome"
label = "Skills"
definition = "People can do more."
terms = ["skilu"]

[[element]]
id = "D"
kind = "challenge"
label = "Debts"
definition = "Money is owed."
terms = ["debtu"]
"""

TEXT = """\
Ka grantui lo pasu vasi skolu mi loka ।  Ka domo es lo granda mi bela ।  Ka regno lo vol grantu mi doni ।
Ka urbo lo nul grantu mi trovi ।  Ka vilago lo zet grantu mi doni ।  Ka debtu lo resti mi tie ।
"""

SCRIPT = r"""
import json, sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)

def english():
    paths = [path.replace("\\", "/") for path in opened]
    opened.clear()
    return sorted({path.rpartition("/languages/en/")[2] for path in paths if "/languages/en/" in path})

import policyloom as pl
framework = pl.read_framework(sys.argv[1])
nlp = pl.load_pipeline(framework)
opened_before = english()
document = pl.read_document(sys.argv[2])
opened_by_reading = english()
tagged = pl.tag(document, nlp, pl.load_coder(framework))
network = pl.find_links([tagged], framework, bootstrap=0)
checked = pl.check(tagged, framework, network)
text = tagged.document.text
print(json.dumps({
    "language": document.language,
    "sentences": [text[s.start : s.end] for s in tagged.sentences],
    "mentions": [[m.label, m.status, text[m.start : m.end]] for m in tagged.mentions],
    "claims": [
        [tagged.mentions[c.mechanism].label, text[slice(*c.cue)], tagged.mentions[c.target].label] for c in tagged.claims
    ],
    "links": network.links[["source", "target", "kind"]].values.tolist(),
    "covered": {c.element: c.n_sentences for c in checked.coverage},
    "opened_by_reading": opened_by_reading,
    "opened": opened_before + english(),
    "imported": [name for name in sys.modules if name.startswith("policyloom.languages.en")],
}))
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the whole pipeline makes of the text, in a process of its own."""
    root = tmp_path_factory.mktemp("toy")
    folder = root / "languages" / "qt"
    folder.mkdir(parents=True)
    files = {
        folder / "language.toml": LANGUAGE,
        folder / "cues.toml": CUES,
        root / "toy.toml": FRAMEWORK,
        root / "text.txt": TEXT,
    }
    for path, content in files.items():
        path.write_text(content, "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(root / "toy.toml"), str(root / "text.txt")],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {VARIABLE: str(root / "languages"), "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_it_is_recognised_by_its_stop_words(result: dict[str, Any]) -> None:
    assert result["language"] == "qt"


def test_its_sentences_end_at_its_own_mark(result: dict[str, Any]) -> None:
    assert len(result["sentences"]) == 6
    assert result["sentences"][1] == "Ka domo es lo granda mi bela ।"


def test_its_cues_give_all_four_statuses_and_its_word_forms_are_found(result: dict[str, Any]) -> None:
    assert result["mentions"] == [
        ["M", "affirmed", "grantui"],
        ["O", "affirmed", "skolu"],
        ["M", "planned", "grantu"],
        ["M", "lacking", "grantu"],
        ["M", "negated", "grantu"],
        ["D", "affirmed", "debtu"],
    ]


def test_its_cue_states_a_claim(result: dict[str, Any]) -> None:
    assert result["claims"] == [["M", "vasi", "O"]]


def test_its_elements_are_linked(result: dict[str, Any]) -> None:
    assert result["links"] == [["M", "O", "co_occurs"], ["M", "O", "claims"]]


def test_its_document_is_held_against_the_framework(result: dict[str, Any]) -> None:
    covered = result["covered"]
    assert covered["O"] == 1
    assert covered["D"] == 1
    assert covered["M"] >= 2  # done and planned; what is lacking or denied may be counted apart


def test_no_english_is_read(result: dict[str, Any]) -> None:
    assert result["imported"] == []
    assert result["opened"] == []
    # To tell in which language a text is, its words are compared with the stop words of each.
    assert set(result["opened_by_reading"]) <= {"language.toml", "layout.toml"}

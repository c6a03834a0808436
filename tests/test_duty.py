"""Who is to act, where a heading has run into the text of its provision."""

from __future__ import annotations

import pytest

from policyloom.languages.en.duty import find_duty_bearers, find_head


@pytest.mark.parametrize(
    ("sentence", "bearers"),
    [
        ("article 12 before selling a system , the provider shall keep logs", ["the provider"]),
        ("section 4 the ministry shall publish a plan", ["the ministry"]),
        ("article 12 shall apply", []),
        ("section 5 of the act shall apply", []),
        ("the article shall appear", ["the article"]),
        ("article shall", ["article"]),
    ],
)
def test_a_heading_is_no_actor(sentence: str, bearers: list[str]) -> None:
    forms = tuple(sentence.split())
    assert [" ".join(forms[a:b]) for a, b in find_duty_bearers(forms)] == bearers


@pytest.mark.parametrize(
    ("sentence", "bearers"),
    [
        ("the functions of the board shall be —", ["the board"]),
        ("the functions of the board are :", ["the board"]),
        ("the main duties and responsibilities of the council shall include", ["the council"]),
        ("the tasks of the council are as follows", ["the council"]),
        ("the board 's functions are to promote", ["the board"]),
        ("the role of the institute is to train", ["the institute"]),
        ("it shall be the duty of every college to keep accounts", ["every college"]),
        ("the levies are : 2 per cent", []),
        ("the fund is to be set up by the ministry", ["the ministry"]),
        ("the board is to pay", ["the board"]),
        ("the functions of the fund are to be laid down by the ministry", ["the ministry"]),
        ("the fees are as follows", []),
        ("all employers will receive grants", []),
        ("the sector needs workshops", []),
        ("the sector needs to open workshops", ["the sector"]),
        ("unemployment continues and the board 's promises were kept", []),
        ("the authority has the following functions : to report", ["the authority"]),
        ("the board shall perform the functions of a court", ["the board"]),
    ],
)
def test_whose_tasks_are_told_is_to_act(sentence: str, bearers: list[str]) -> None:
    forms = tuple(sentence.split())
    assert [" ".join(forms[a:b]) for a, b in find_duty_bearers(forms)] == bearers


@pytest.mark.parametrize(
    ("sentence", "bearers"),
    [
        (
            "so that firms and colleges meet , the chamber and the guild will sign",
            ["the chamber and the guild"],
        ),
        ("in order that firms take part , the board shall pay", ["the board"]),
        ("goal 2 . by 31 december 2028 the education officer shall sign", ["the education officer"]),
    ],
)
def test_what_stands_before_the_subject_is_no_actor(sentence: str, bearers: list[str]) -> None:
    forms = tuple(sentence.split())
    assert [" ".join(forms[a:b]) for a, b in find_duty_bearers(forms)] == bearers


@pytest.mark.parametrize(
    ("phrase", "head"),
    [
        ("the director of the fund", "director"),
        ("the state plan", "plan"),
        ("the institutes selected", "institutes"),
        ("training institutions established under section 7", "institutions"),
        ("the competent authorities jointly with the ministry", "authorities"),
        ("those", None),
    ],
)
def test_a_noun_phrase_is_about_its_head(phrase: str, head: str | None) -> None:
    forms = tuple(phrase.split())
    found = find_head(forms, (0, len(forms)))
    assert (forms[found] if found is not None else None) == head

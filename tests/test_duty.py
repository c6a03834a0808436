"""Who is to act, where a heading has run into the text of its provision."""

from __future__ import annotations

import pytest

from policyloom.languages.en.duty import find_duty_bearers


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
    forms = sentence.split()
    assert [" ".join(forms[a:b]) for a, b in find_duty_bearers(forms)] == bearers

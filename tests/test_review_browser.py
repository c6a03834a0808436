"""The review page in a real browser: keys, filters, what is kept, the file out, and the run after it comes back.

Skipped without playwright and a Chromium, as in an environment from uv.lock alone.
"""

from __future__ import annotations

import csv
import importlib
import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from policyloom import estimate, read_labels, read_tagged, run
from policyloom.framework import Framework
from policyloom.learn.agreement import agreement
from policyloom.run import apply_review, write_review, write_sample_sheet

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs a Chromium")
if not os.environ.get("BROWSER_EXPECTED"):  # where it is expected, a skip would hide a fault
    pytest.importorskip("playwright.sync_api")
    pytest.importorskip("axe_playwright_python.sync_playwright")
sync_api = importlib.import_module("playwright.sync_api")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> Path:
    folder = tmp_path_factory.mktemp("reviewed")
    (folder / "in").mkdir()
    for name in ("h-development-plan-chapter.pdf", "b-national-action-plan.pdf"):
        shutil.copy(corpus / name, folder / "in")
    run(folder / "in", folder / "out", workers=0)
    return folder / "out"


class Reviewer:
    """A person at the page; every error of the console and every request is noted."""

    def __init__(self, browser: Any, path: Path, **context: Any) -> None:
        self.context = browser.new_context(accept_downloads=True, **context)
        self.faults: list[str] = []
        self.path = path
        self.page = self.open()

    def open(self) -> Any:
        page = self.context.new_page()
        page.on("console", lambda message: self.faults.append(message.text))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda request: self._note(request.url))
        page.goto(self.path.as_uri())
        return page

    def _note(self, url: str) -> None:
        if not url.startswith(("file:", "data:", "blob:")):
            self.faults.append(url)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def text(self, selector: str) -> str:
        return str(self.page.inner_text(selector))

    def told(self, words: str) -> None:
        """Wait for these words; a string to evaluate would break the page's own security policy."""
        self.page.locator("#told", has_text=words).wait_for()

    def save(self, out: Path) -> Path:
        with self.page.expect_download() as download:
            self.press("f")
        download.value.save_as(out)
        return out


@pytest.fixture
def review(browser: Any, finished: Path, tmp_path: Path) -> Iterator[Reviewer]:
    """A person who has opened the page of a copy of the run and written a name."""
    shutil.copytree(finished, tmp_path / "run")
    write_review(tmp_path / "run", tmp_path / "page.html")
    person = Reviewer(browser, tmp_path / "page.html")
    person.page.fill("#name", "Ann Lee")
    person.page.evaluate("document.activeElement.blur()")
    yield person
    assert person.faults == []
    person.context.close()


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_thirty_corrections_by_keys_come_back_into_the_run(
    review: Reviewer, tmp_path: Path, framework: Framework
) -> None:
    links_before = rows(tmp_path / "run" / "links.csv")
    # What is found for the mechanism that is named most is rejected, so that its links weaken.
    tops = Counter(
        framework.top(m.label)
        for t in read_tagged(tmp_path / "run")
        for m in t.mentions
        if m.kind == "mechanism"
    )
    ((top, n_found),) = tops.most_common(1)
    assert n_found >= 30
    review.page.select_option("#f-element", top)
    review.page.evaluate("document.activeElement.blur()")
    for _ in range(30):
        review.press("d", "x")
    assert "30 of" in review.text("#progress")
    file = review.save(tmp_path / "ann.jsonl")
    said = [decision for line in lines(file) for decision in line["decisions"]]
    assert [one["action"] for one in said] == ["reject"] * 30
    done = apply_review(tmp_path / "run", file)
    assert (done.n_given, done.n_held, done.unfit) == (30, 30, ())
    assert done.counts["mentions"] == done.counts_before["mentions"] - 30
    links = rows(tmp_path / "run" / "links.csv")
    n = {(row["source"], row["target"], row["kind"]): int(row["n"]) for row in links}
    before = {(row["source"], row["target"], row["kind"]): int(row["n"]) for row in links_before}
    changed = {key for key in before if n.get(key, 0) != before[key]}
    assert changed
    assert {key for key in changed if top not in key} == set()


def test_every_kind_of_decision_stands_in_the_tables_with_its_person(
    review: Reviewer, tmp_path: Path
) -> None:
    review.press("d", "a")
    accepted = review.text("#panel .element .tag")
    review.press("n", "4")  # negated
    review.press("n", "e")
    review.page.keyboard.type("T3")
    review.press("Enter")
    review.press("j")
    while len(review.text(".here").split()) < 6:
        review.press("j")
    review.press("w", "ArrowRight", "Shift+ArrowRight", "Enter")
    review.page.keyboard.type("S1")
    review.press("Enter", "2")
    file = review.save(tmp_path / "ann.jsonl")
    actions = [decision["action"] for line in lines(file) for decision in line["decisions"]]
    assert sorted(actions) == ["accept", "add", "change", "change"], actions
    apply_review(tmp_path / "run", file)
    decided = [
        row for row in rows(tmp_path / "run" / "mentions.csv") if row["rule"].startswith("person: Ann Lee")
    ]
    assert len(decided) == 4
    assert {row["probability"] for row in decided} == {"1.0"}
    assert accepted in {row["element"] for row in decided}
    (added,) = [row for row in decided if row["rule"] == "person: Ann Lee"]
    assert (added["element"], added["status"], len(re.findall(r"\w+", added["quote"]))) == (
        "S1",
        "planned",
        2,
    )
    assert len(rows(tmp_path / "run" / "decisions.csv")) == 4


def test_two_mentions_are_linked_and_the_link_is_in_the_run(review: Reviewer, tmp_path: Path) -> None:
    tagged = next(iter(read_tagged(tmp_path / "run")))
    claimed = {(tagged.mentions[c.mechanism].label, tagged.mentions[c.target].label) for c in tagged.claims}
    # The first mechanism that stands with an outcome in a sentence and is not tied to it.
    shown = [m for m in tagged.mentions if m.kind in ("mechanism", "outcome", "challenge", "case")]
    shown.sort(key=lambda m: (m.start, m.end, m.label))
    place, target = next(
        (place, other.label)
        for place, m in enumerate(shown)
        for other in shown
        if (m.kind, other.kind, m.sentence) == ("mechanism", "outcome", other.sentence)
        and (m.label, other.label) not in claimed
    )
    review.press(*["n"] * (place + 1), "l")
    assert review.page.locator("#picker").is_visible()
    review.page.keyboard.type(target)
    review.press("Enter")
    apply_review(tmp_path / "run", review.save(tmp_path / "ann.jsonl"))
    (claim,) = [row for row in rows(tmp_path / "run" / "claims.csv") if row["rule"] == "person: Ann Lee"]
    assert (claim["mechanism"], claim["target"], claim["kind"]) == (
        shown[place].label,
        target,
        "leads_to",
    )


def test_work_is_kept_over_a_reload_and_undone_step_by_step(review: Reviewer) -> None:
    review.press("d", "a", "d", "x", "j", "s")
    before = review.text("#progress")
    review.page.reload()
    assert review.text("#progress") == before
    review.press("d", "x")
    assert review.text("#progress") != before
    review.press("u")
    assert review.text("#progress") == before
    assert "Undone" in review.text("#told")


def test_doubtful_mentions_come_first_and_filters_narrow_them(review: Reviewer) -> None:
    seen = []
    for _ in range(4):
        review.press("d")
        words = review.text("#panel")
        seen.append(float(words.split("probability ")[1].split()[0]) if "probability " in words else 1.0)
        review.press("a")
    assert seen[0] < 1
    review.page.select_option("#f-status", "lacking")
    review.page.evaluate("document.activeElement.blur()")
    review.press("d")
    assert (
        review.page.locator('#panel [role="group"] [aria-pressed="true"]').inner_text().startswith("lacking")
    )
    review.page.select_option("#f-coder", "term")
    review.page.evaluate("document.activeElement.blur()")
    review.press("d")
    assert "found by term:" in review.text("#panel")
    review.page.fill("#f-probability", "0")
    assert review.text("#matching").startswith("0 ")


def test_words_selected_with_the_mouse_are_added_where_they_stand(review: Reviewer, tmp_path: Path) -> None:
    review.page.evaluate(
        """() => {
          const part = [...document.querySelectorAll(".sentence > [data-o]:not(.m)")].find((one) => one.textContent.length > 30);
          const start = part.textContent.indexOf(" ", 5) + 1;
          getSelection().setBaseAndExtent(part.firstChild, start - 1, part.firstChild, start + 12);
          window.selected = getSelection().toString().trim();
        }"""
    )
    review.press("+")
    review.page.keyboard.type("C1")
    review.press("Enter")
    file = review.save(tmp_path / "ann.jsonl")
    (line,) = lines(file)
    (decision,) = line["decisions"]
    assert decision["mention"]["quote"] == review.page.evaluate("window.selected")
    tagged = {t.document.id: t for t in read_tagged(tmp_path / "run")}[line["doc"]]
    at = decision["mention"]
    assert tagged.document.text[at["start"] : at["end"]] == at["quote"]


def test_the_button_that_is_pressed_is_that_of_the_decision(review: Reviewer) -> None:
    def pressed() -> list[str]:
        return [
            b.inner_text().split()[0]
            for b in review.page.locator('#panel .tools button[aria-pressed="true"]').all()
        ]

    review.press("d")
    assert not {"Accept", "Reject"} & set(pressed())
    review.press("x")
    assert "Reject" in pressed()
    assert "Accept" not in pressed()


def test_a_file_is_opened_elsewhere_and_goes_on(review: Reviewer, browser: Any, tmp_path: Path) -> None:
    review.press("d", "a", "d", "x", "j", "s")
    file = review.save(tmp_path / "ann.jsonl")
    other = Reviewer(browser, review.path)
    assert other.text("#progress").startswith("0 of")
    other.page.set_input_files("#file", file)
    other.told("Opened")
    assert other.text("#progress") == review.text("#progress")
    assert other.page.input_value("#name") == "Ann Lee"
    assert lines(other.save(tmp_path / "again.jsonl")) == lines(file)
    other.page.fill("#name", "Ben")
    other.page.set_input_files("#file", [])
    other.page.set_input_files("#file", file)
    other.told("the file of Ann Lee")
    assert other.faults == []


def test_decisions_that_the_run_keeps_are_shown_and_can_be_taken_back(
    review: Reviewer, browser: Any, tmp_path: Path
) -> None:
    review.press("d", "x", "d", "a")
    apply_review(tmp_path / "run", review.save(tmp_path / "ann.jsonl"))
    write_review(tmp_path / "run", tmp_path / "second.html")
    other = Reviewer(browser, tmp_path / "second.html", storage_state=None)
    assert other.text("#progress").startswith("2 of")
    other.page.fill("#name", "Ben")
    other.page.select_option("#f-state", "rejected")
    other.page.evaluate("document.activeElement.blur()")
    other.press("n")
    assert "by Ann Lee" in other.text("#panel")
    other.press("a")
    done = apply_review(tmp_path / "run", other.save(tmp_path / "ben.jsonl"))
    assert (done.n_given, done.n_held) == (1, 2)
    assert len(done.overruled) == 1
    assert "Ben: accept" in done.overruled[0]
    assert other.faults == []


def test_a_blind_sheet_shows_nothing_until_it_is_finished_and_gives_labels(
    finished: Path, browser: Any, tmp_path: Path, framework: Framework
) -> None:
    sheet = write_sample_sheet(finished, tmp_path / "sheet.csv", 6)
    files = []
    for name in ("Ann", "Ben"):
        write_review(finished, tmp_path / f"{name}.html", sheet=tmp_path / "sheet.csv", blind=True)
        person = Reviewer(browser, tmp_path / f"{name}.html")
        person.page.fill("#name", name)
        person.page.evaluate("document.activeElement.blur()")
        assert person.page.locator(".tag").count() == 0
        person.press("F")
        assert "6 sentences of the sheet are not done" in person.text("#told")
        person.press("d", "w", "Enter")
        person.page.keyboard.type("T1" if name == "Ann" else "T2")
        person.press("Enter", "s")
        for _ in range(5):
            person.press("s")
        files.append(person.save(tmp_path / f"{name}.jsonl"))
        person.press("F")
        assert "Finished" in person.text("#told")
        assert person.page.locator(".tag.machine").count() > 0
        person.press("j", "n", "x", "u", "u", "s")
        assert person.save(tmp_path / "later.jsonl").read_bytes() == files[-1].read_bytes()
        assert person.faults == []
    first, second = (read_labels(file, framework) for file in files)
    assert [s.inclusion for s in first] == pytest.approx([s.inclusion for s in sheet.sentences])
    assert [s.id for s in first] == [s.id for s in sheet.sentences]
    assert agreement(first, second, framework).sentences == 6
    assert estimate(finished, files[0]).n_labelled == 6


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1400, 900), (390, 800)])
def test_the_page_is_accessible_and_fits_the_screen(
    finished: Path, browser: Any, tmp_path: Path, scheme: str, size: tuple[int, int]
) -> None:
    axe = importlib.import_module("axe_playwright_python.sync_playwright").Axe()
    write_review(finished, tmp_path / "page.html")
    # The page's own policy would not let the checker in.
    person = Reviewer(
        browser, tmp_path / "page.html", color_scheme=scheme, bypass_csp=True,
        viewport={"width": size[0], "height": size[1]},
    )  # fmt: skip
    for keys in ([], ["d", "a", "n", "x", "n"], ["e"], ["Escape", "?"]):
        person.press(*keys)
        found = axe.run(person.page).response["violations"]
        assert [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in found] == []
    assert person.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert person.faults == []
    person.context.close()


def test_text_from_a_document_cannot_run_or_break_the_page(browser: Any, tmp_path: Path) -> None:
    attack = "<script>alert(1)</script></script><img src=x onerror=alert(2)> \U0001f393 The state funds training centres."
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(f"{attack}\n\n\U0001f393 Colleges and firms {attack}", "utf-8")
    run(tmp_path / "in", tmp_path / "out", workers=0)
    write_review(tmp_path / "out", tmp_path / "page.html")
    person = Reviewer(browser, tmp_path / "page.html")
    assert "<script>alert(1)</script>" in person.text("main")
    assert person.page.locator("main img, main script").count() == 0
    person.page.fill("#name", "<b>Ann</b>")
    person.page.evaluate("document.activeElement.blur()")
    person.press("n", "x", "j", "w", "ArrowRight", "Enter")
    person.page.keyboard.type("S1")
    person.press("Enter")
    done = apply_review(tmp_path / "out", person.save(tmp_path / "x.jsonl"))
    assert done.unfit == ()  # places are counted as Python does, beyond the first planes too
    assert person.faults == []

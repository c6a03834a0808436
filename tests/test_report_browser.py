"""The report and its side pages in a real browser, for a few documents and for 500: no error, no request, nothing hidden.

Skipped without playwright and a Chromium, as in an environment from uv.lock alone.
"""

from __future__ import annotations

import csv
import importlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.made_run import ATTACK, make_documents, write_made_run

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs a Chromium")
if not os.environ.get("BROWSER_EXPECTED"):  # where it is expected, a skip would hide a fault
    pytest.importorskip("playwright.sync_api")
    pytest.importorskip("axe_playwright_python.sync_playwright")
sync_api = importlib.import_module("playwright.sync_api")
axe = importlib.import_module("axe_playwright_python.sync_playwright")

MAX_BYTES = 5_000_000
PAGES = (
    "report.html", "gap_map.html", "report/documents/d0000.html", "report/elements/03-T1.html", "report/actors/03-T1.html",
    "report/links/03-00-co_occurs.html",
)  # fmt: skip

SCROLLING = """Array.from(document.querySelectorAll("body *")).filter((one) => {
  const style = getComputedStyle(one);
  return [style.overflowX, style.overflowY].some((way) => way === "auto" || way === "scroll");
}).map((one) => one.tagName + "." + one.className)"""
"""The boxes that could scroll inside a page."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("few") / "run"
    write_made_run(folder, make_documents(10))
    return folder


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("many") / "run"
    write_made_run(folder, make_documents(500))
    return folder


class Reader:
    """A person with a browser; every error of the console, request and dialog is noted."""

    def __init__(self, browser: Any, **context: Any) -> None:
        self.context = browser.new_context(accept_downloads=True, **context)
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("console", lambda message: self.faults.append(message.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("dialog", lambda dialog: self.faults.append(dialog.message))
        self.page.on("request", lambda request: self._note(request.url))

    def _note(self, url: str) -> None:
        if not url.startswith(("file:", "data:", "blob:")):
            self.faults.append(url)

    def open(self, path: Path, place: str = "") -> None:
        self.page.goto(path.as_uri() + place)


@pytest.fixture
def reader(browser: Any) -> Iterator[Reader]:
    person = Reader(browser)
    yield person
    assert person.faults == []
    person.context.close()


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_no_page_of_500_documents_is_too_large(many: Path) -> None:
    sizes = {
        str(path.relative_to(many)): path.stat().st_size
        for path in [many / "report.html", many / "gap_map.html", *(many / "report").rglob("*.html")]
    }
    assert len(sizes) > 500
    assert max(sizes.values()) < MAX_BYTES
    assert max(n for name, n in sizes.items() if name.startswith("report/")) < 300_000


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_500_documents_opens_without_error_and_fits_its_window(
    browser: Any, many: Path, name: str, width: int
) -> None:
    person = Reader(browser, viewport={"width": width, "height": 900})
    person.open(many / name)
    assert person.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert person.page.evaluate(SCROLLING) == []
    assert person.page.title() != "owned"
    assert person.faults == []
    person.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(browser: Any, few: Path, name: str, scheme: str) -> None:
    person = Reader(browser, color_scheme=scheme)
    person.open(few / name)
    for details in person.page.query_selector_all("details:not([open]) > summary"):
        details.evaluate("one => { one.parentElement.open = true }")
    found = axe.Axe().run(person.page).response["violations"]
    grave = [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")]
    assert grave == []
    person.context.close()


def test_axe_finds_nothing_serious_in_the_report_of_500_documents(browser: Any, many: Path) -> None:
    person = Reader(browser)
    person.open(many / "report.html")
    # The rows of long tables are like those of the small report, and take axe minutes.
    long = {"exclude": [[".matrix tbody"], [".found tbody"], [".without"], [".list"]]}
    found = axe.Axe().run(person.page, context=long).response["violations"]
    grave = [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")]
    assert grave == []
    person.context.close()


def test_a_cell_of_a_small_report_opens_its_quotes_under_its_row(reader: Reader, few: Path) -> None:
    reader.open(few / "report.html")
    cell = reader.page.locator('tr[data-doc="1"] a.q[data-id="T1"]')
    cell.click()
    opened = reader.page.locator("tr.opened")
    assert opened.count() == 1
    assert opened.locator("q").count() == 5
    assert cell.get_attribute("aria-expanded") == "true"
    reader.page.keyboard.press("ArrowRight")
    assert reader.page.locator("tr.opened").inner_text() != ""
    assert reader.page.evaluate("document.activeElement.dataset.id") == "T2"
    reader.page.keyboard.press("Escape")
    assert opened.count() == 0


def test_a_quote_opens_its_document_at_the_sentence(reader: Reader, few: Path) -> None:
    reader.open(few / "report.html")
    reader.page.locator('tr[data-doc="1"] a.q[data-id="T1"]').click()
    quote = reader.page.locator("tr.opened .quotes li").nth(1)
    words = quote.locator("q").inner_text().strip("“”")
    quote.locator("cite a").click()
    target = reader.page.locator("span:target")
    assert target.inner_text() == words
    assert target.is_visible()
    assert reader.page.evaluate("document.querySelector(':target').getBoundingClientRect().top < innerHeight")
    assert reader.page.url.startswith((few / "report" / "documents").as_uri())


def test_a_cell_of_500_documents_opens_the_document_at_the_element(reader: Reader, many: Path) -> None:
    reader.open(many / "report.html")
    reader.page.locator('tr[data-doc="7"] a.q[data-id="T1"]').click()
    assert reader.page.locator("tr:target").inner_text().startswith("T1 label of T1")
    reader.page.locator("tr:target td a").first.click()
    assert "relief" in reader.page.locator("span:target").inner_text().lower()


def test_the_sentences_behind_the_strongest_link_are_one_click_away(reader: Reader, many: Path) -> None:
    reader.open(many / "report.html")
    row = reader.page.locator("table.links tbody").first
    n = int(row.locator("td.num a").inner_text().replace(",", ""))
    row.locator("td.num a").click()
    seen = 0
    while True:
        seen += reader.page.locator(".quotes li").count()
        following = reader.page.locator("nav.pages b + a")
        if not following.count():
            break
        following.click()
    links = [one for one in table(many / "links.csv") if one["kind"] == "co_occurs"]
    assert seen == n == max(int(one["n"]) for one in links)


def test_the_filter_keeps_documents_by_title_and_file(reader: Reader, many: Path) -> None:
    reader.open(many / "report.html")
    reader.page.fill("#filter", "d0123.pdf")
    assert reader.page.locator(".matrix tbody tr:visible").count() == 1
    assert reader.page.inner_text(".filter output") == "1 of 500"


def test_a_table_sorts_by_a_heading(reader: Reader, few: Path) -> None:
    reader.open(few / "report.html")
    reader.page.locator(".matrix thead button", has_text="T2").click()
    cells = reader.page.locator(".matrix tbody tr").evaluate_all(
        "(rows) => rows.map((row) => parseInt(row.cells[5].textContent) || -1)"
    )
    assert cells == sorted(cells, reverse=True)
    assert len(set(cells)) > 1


def test_the_gap_map_counts_what_the_filters_leave(reader: Reader, many: Path) -> None:
    reader.open(many / "gap_map.html")
    documents = {d["document"]: int(d["year"]) for d in table(many / "documents.csv")}
    named: dict[str, bool] = {}
    for row in table(many / "links_evidence.csv"):
        if (row["source"], row["target"], row["kind"]) == ("T1", "O1", "co_occurs") and documents[
            row["document"]
        ] >= 2015:
            named[row["document"]] = named.get(row["document"], False) or "affirmed" in row["status_source"]
    reader.page.select_option("#g-from", "2015")
    cell = reader.page.locator('td[data-pair="T1>O1"]')
    told = cell.locator("a").get_attribute("aria-label")
    affirmed = sum(named.values())
    assert told == f"T1>O1: {affirmed} affirmed, {len(named) - affirmed} only planned"
    assert (
        reader.page.inner_text("#g-shown") == f"{sum(y >= 2015 for y in documents.values())} of 500 documents"
    )
    assert reader.page.locator("tr[data-number]:visible").count() == sum(
        y >= 2015 for y in documents.values()
    )
    reader.page.locator("button[type=reset]").click()
    reader.page.wait_for_function("document.getElementById('g-shown').textContent === '500 documents'")
    assert reader.page.locator("tr[data-number]:visible").count() == 500


def test_a_disc_opens_its_sentences_which_lead_to_the_document(reader: Reader, few: Path) -> None:
    reader.open(few / "gap_map.html")
    reader.page.select_option("select[data-column=country]", "Lanhe")
    reader.page.locator('td[data-pair="T1>O1"] a').click()
    opened = reader.page.locator("tr.opened")
    documents = {d["document"] for d in table(few / "documents.csv") if d["country"] == "Lanhe"}
    told = [
        row["quote"]
        for row in table(few / "links_evidence.csv")
        if (row["source"], row["target"]) == ("T1", "O1") and row["document"] in documents
    ]
    assert opened.locator("li").count() == len(told) > 0
    opened.locator("cite a").first.click()
    assert reader.page.locator("span:target").inner_text() in told


def test_the_gap_map_is_saved_as_it_is_filtered(reader: Reader, few: Path, tmp_path: Path) -> None:
    reader.open(few / "gap_map.html")
    with reader.page.expect_download() as download:
        reader.page.locator("button[data-table=pairs]").click()
    download.value.save_as(tmp_path / "pairs.csv")
    told = {(r["mechanism"], r["outcome"]): r["documents_affirmed"] for r in table(tmp_path / "pairs.csv")}
    assert told == {
        (r["mechanism"], r["outcome"]): r["n_documents_affirmed"] for r in table(few / "gap_map.csv")
    }
    with reader.page.expect_download() as download:
        reader.page.locator("button[data-table=documents]").click()
    download.value.save_as(tmp_path / "documents.csv")
    rows = table(tmp_path / "documents.csv")
    assert rows[0]["document"] == f"{ATTACK} 0"
    assert rows[0]["file"] == "north/d0000.pdf"
    assert re.fullmatch(r"(\d+ (affirmed|planned|lacking|negated)(, )?)+", rows[1]["T1"])

"""The main paths of the dashboard, as a person with a browser walks them."""

from __future__ import annotations

import csv
import re
from importlib.resources import files

import pytest

from tests.serve.dashboard.made_up import ACCESSION

PAGES = ("/", "/stock/AAPL", "/screener", "/system", "/stock/NOPE")
ALL_RULES = "() => axe.run(document, {resultTypes: ['violations']})"


def settled(page):
    """Wait until what comes in later is there."""
    page.wait_for_function("document.title.endsWith(' · Edgewise')")
    if "/screener" in page.url:
        page.wait_for_selector(".ag-row")
    if "/stock/AAPL" in page.url:
        page.wait_for_selector("#record .js-plotly-plot .main-svg")
        page.wait_for_selector("#explanation [data-filled]")


def test_from_a_name_to_the_filing_behind_the_fall_by_keyboard_alone(visit):
    page = visit().open("/")
    page.keyboard.press("/")
    page.keyboard.type("apple")
    page.wait_for_selector("#hits a")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Apple Inc.')")
    page.wait_for_selector("[role=img][aria-label='Score 62 of 100, Hold']")
    sentence = page.inner_text("#change .sentence")
    assert sentence.startswith("The score fell by 9.0 points. Mostly: Analysts")
    page.wait_for_selector("#why-analysts")
    assert "The newest filing behind the score" in page.inner_text("#behind")
    page.focus("#change .sentence a >> nth=0")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('details').id") == "why-analysts"
    for _ in range(2):  # the metric, the fact
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    link = page.evaluate_handle("document.activeElement")
    assert page.evaluate("link => link.href", link).endswith(f"{ACCESSION}-index.htm")
    assert page.evaluate("link => link.checkVisibility()", link)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "phone"])
def test_every_page_is_sound(visit, dark, narrow):
    here = visit(dark=dark, narrow=narrow)
    script = files("axe_playwright_python").joinpath("axe.min.js").read_text()
    for path in PAGES:
        page = here.open(path)
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], path
        page.evaluate(script)
        found = page.evaluate(ALL_RULES)["violations"]
        complaints = [(one["id"], one["impact"], [node["html"][:160] for node in one["nodes"]][:3]) for one in found]
        assert complaints == [], path
    assert here.errors == []
    assert here.outside == []


def test_every_page_says_as_of_when_and_that_it_is_simulated(visit):
    here = visit()
    for path in PAGES[:-1]:
        page = here.open(path)
        assert re.search(r"20\d\d-\d\d-\d\d \d\d:\d\d UTC", page.inner_text(".as-of")), path
        assert page.is_visible("text=Simulated market")


def test_colours_follow_the_system_until_one_chooses(visit):
    page = visit(dark=True).open("/")
    told = "document.documentElement.dataset.theme"
    assert page.evaluate(told) == "dark"
    page.emulate_media(color_scheme="light")
    page.wait_for_function(f"{told} === 'light'")
    page.get_by_role("button", name="Dark colours").click()
    page.reload()
    page.wait_for_selector("main [data-filled]")
    assert page.evaluate(told) == "dark"


def test_a_view_of_the_screener_is_in_its_address(visit):
    here = visit()
    page = here.open("/screener")
    page.wait_for_selector(".ag-row")
    score = page.get_by_role("spinbutton", name="Score Filter Input")
    score.fill("1")
    page.wait_for_function("document.querySelector('#shown').textContent.startsWith('0 of 300')")
    score.fill("62")
    page.get_by_label("Ticker Filter Input").fill("AA")
    page.wait_for_function("document.querySelector('#shown').textContent.startsWith('1 of 300')")
    page.wait_for_url("**/screener?view=*")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link to this view").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    again = visit().page
    again.goto(page.url)
    again.wait_for_function("document.querySelector('#shown')?.textContent.startsWith('1 of 300')")
    assert again.inner_text(".ag-row .ticker") == "AAPL"
    assert here.errors == []


def test_an_export_holds_what_is_shown(visit, tmp_path):
    page = visit().open("/screener?min=60&max=64&sort=value.desc")
    page.wait_for_function("/^[1-9]\\d* of 300/.test(document.querySelector('#shown').textContent)")
    shown = int(page.inner_text("#shown").split()[0])
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download CSV").click()
    waiting.value.save_as(tmp_path / "screener.csv")
    with (tmp_path / "screener.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == shown > 1
    assert {int(row["Score"]) for row in rows} <= set(range(60, 65))
    values = [float(row["Value"]) for row in rows]
    assert values == sorted(values, reverse=True)


def test_a_column_of_the_distribution_opens_its_names_and_back_returns(visit):
    page = visit().open("/")
    column = page.locator(".histogram a").nth(12)  # 60 to 64
    count = int(re.search(r"(\d+) names", column.get_attribute("title"))[1])
    column.click()
    page.wait_for_function(f"document.querySelector('#shown')?.textContent.startsWith('{count} of 300')")
    page.go_back()
    page.wait_for_selector("#distribution")
    assert page.title() == "Market day · Edgewise"


def test_focus_comes_to_the_heading_of_the_next_page(visit):
    page = visit().open("/")
    page.get_by_role("link", name="System").click()
    page.wait_for_selector("h1:has-text('System health')")
    page.wait_for_function("document.activeElement.tagName === 'H1'")
    assert page.locator("a[aria-current=page]").inner_text() == "System"

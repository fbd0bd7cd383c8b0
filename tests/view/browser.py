"""Opens a report page in a headless Chromium and does what a person would.

    /usr/bin/python3 tests/view/browser.py PAGE.html PICTURES_DIR CHECK…

Each CHECK is a function of this file. Every check ends with a look at the console: an error there
fails it. Pictures go to PICTURES_DIR for whoever wants to look.
"""
import os
import pathlib
import sys
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

WIDTHS = (1280, 390)
OPEN_LIMIT_MS = 2000


def browser():
    options = webdriver.ChromeOptions()
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                 "--disable-background-networking", "--force-color-profile=srgb"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


class Page:
    def __init__(self, driver, path, pictures):
        self.driver, self.pictures = driver, pictures
        self.url = pathlib.Path(path).resolve().as_uri()

    def open(self, width=1280, height=1000):
        self.driver.set_window_size(width, height)
        self.driver.get(self.url)
        assert self.ready() is not None, "the page did not draw itself"

    def ready(self):
        return self.driver.execute_script("return document.documentElement.dataset.ready")

    def all(self, css):
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def one(self, css):
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def picture(self, name):
        self.driver.save_screenshot(os.path.join(self.pictures, name + ".png"))

    def crumbs(self):
        return [b.text for b in self.all("#crumbs button")]

    def box(self, label):
        for b in self.all("#map button"):
            if b.get_attribute("aria-label").startswith(label + ","):
                return b
        raise AssertionError(f"no box {label!r} on the map")

    def press_head(self, box):
        """Clicks on a folder's own strip, above the boxes in it."""
        x, y = -box.size["width"] // 2 + 12, -box.size["height"] // 2 + 8
        ActionChains(self.driver).move_to_element_with_offset(box, x, y).click().perform()

    def console(self):
        bad = [e for e in self.driver.get_log("browser") if e["level"] in ("SEVERE", "WARNING")]
        assert not bad, bad


def pictures(page):
    """It fits at both widths: nothing scrolls sideways, the map has boxes that lie within it."""
    for width in WIDTHS:
        page.open(width)
        wide = page.driver.execute_script("return document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{wide} px too wide at {width}"
        assert len(page.all("#map button")) > 3
        # What makes the map narrower later, as a scroll bar does, draws it anew. A box of one pixel
        # has 8 of padding, which is cut off.
        page.driver.execute_script("document.body.style.paddingRight = '60px'")
        time.sleep(0.5)
        right = page.driver.execute_script("""const map = document.getElementById("map");
            return Math.max(...[...map.querySelectorAll("button")].map(
                b => b.offsetLeft + b.offsetWidth)) - map.clientWidth""")
        assert right <= 8, f"boxes are {right} px outside of the map at {width}"
        page.driver.execute_script("document.body.style.paddingRight = ''")
        time.sleep(0.5)
        page.picture(f"report-{width}")
    page.open()
    page.one("#theme").click()
    page.picture("report-other-theme")


def clicks(page):
    """A click opens a folder, its crumb goes back; a click on a file tells of it."""
    page.open()
    page.press_head(page.box("alpha"))
    assert page.crumbs() == ["everything", "alpha"], page.crumbs()
    page.box("python/alpha/core.py").click()
    detail = page.one("#detail").text
    assert "python/alpha/core.py" in detail and "traced" in detail, detail
    page.all("#crumbs button")[0].click()
    assert page.crumbs() == ["everything"]


def filters(page):
    """'removed' leaves only what was removed on the map, 'kept' only what was kept."""
    page.open()
    page.one("[data-filter=removed]").click()
    labels = [b.get_attribute("aria-label") for b in page.all("#map button")]
    assert any("unused.py" in t and "removed" in t for t in labels), labels
    assert not any("core.py" in t and "traced" in t for t in labels), labels
    page.one("[data-filter=kept]").click()
    labels = [b.get_attribute("aria-label") for b in page.all("#map button")]
    assert not any("removed" in t for t in labels), labels


def searches(page):
    """The search finds files by path and by reason, dims the rest, and leads to the file."""
    page.open()
    page.one("body").send_keys("/")
    page.driver.switch_to.active_element.send_keys("unused")
    rows = page.all("#results-table tbody tr")
    assert rows and all("unused" in r.text for r in rows), [r.text for r in rows]
    assert page.all("#map button.dim")
    rows[0].find_element(By.CSS_SELECTOR, "button").click()
    assert "unused" in page.one("#detail").text
    page.one("#search").send_keys(Keys.ESCAPE)
    assert not page.one("#results").is_displayed()


def keys(page):
    """Without a mouse: arrows move, Enter opens, Backspace goes up."""
    page.open()
    page.driver.execute_script("document.querySelector('#map button[tabindex=\"0\"]').focus()")
    first = page.driver.switch_to.active_element
    first.send_keys(Keys.ENTER)
    assert len(page.crumbs()) > 1, page.crumbs()
    before = page.driver.switch_to.active_element
    label = before.get_attribute("aria-label")
    moved = False
    for key in (Keys.ARROW_DOWN, Keys.ARROW_RIGHT):
        page.driver.switch_to.active_element.send_keys(key)
        moved |= page.driver.switch_to.active_element.get_attribute("aria-label") != label
    assert moved, "the arrow keys do not move"
    page.driver.switch_to.active_element.send_keys(Keys.BACKSPACE)
    assert page.crumbs() == ["everything"], page.crumbs()


def sorts(page):
    """A column's head sorts by it."""
    page.open()
    page.one("#tables th button").click()
    names = [r.text.lower() for r in page.all("#tables table:first-of-type tbody tr td:first-child")]
    assert names, "no table"
    assert page.one("#tables th").get_attribute("aria-sort") in ("ascending", "descending")


def choices(page):
    """The cost of each level and the levers have their tables."""
    page.open()
    rows = [r.text for r in page.all("#tables tbody tr")]
    assert any(r.startswith("trace (chosen) ") for r in rows) and any(r.startswith("package ") for r in rows), rows
    assert any(r.endswith("keep /alpha/data/large.bin") for r in rows), rows


def hostile(page):
    """Names from a layer are text, whatever they say."""
    page.open()
    assert page.driver.execute_script("return window.hacked") is None
    assert not page.all("#tables b, #tables script, #map b")
    names = page.driver.execute_script(
        "return JSON.parse(document.getElementById('data').textContent).files.map(f => f.path)")
    assert "python/</script><script>window.hacked=1<" in names, names
    page.one("#search").send_keys("hacked")
    assert len(page.all("#results-table tbody tr")) == 2


def quick(page):
    """Many files open within two seconds (the page's own clock, from navigation to drawn)."""
    page.open()
    took = int(page.ready())
    print(f"# drawn after {took} ms")
    assert took < OPEN_LIMIT_MS, took


def offline(page):
    """Nothing is asked of any network."""
    page.open()
    log = " ".join(e["message"] for e in page.driver.get_log("performance"))
    for scheme in ("http://", "https://"):
        assert '"url":"' + scheme not in log.replace('\\"', '"'), "a request left the page"


def main():
    path, directory, checks = sys.argv[1], sys.argv[2], sys.argv[3:]
    driver = browser()
    try:
        page = Page(driver, path, directory)
        for name in checks:
            globals()[name](page)
            page.console()
            print(f"# {name}: as it should be")
    finally:
        driver.quit()


main()

"""Every screen in both languages as a screen reader, a thumb and a reader of large text meet it.

One pass in Swedish with the profile of an Android phone (names, one heading, language, targets), one in English with
text at 200 % on 320 px (names, one heading, language, nothing beside the window), one by keyboard alone; in the long
form both languages, light and dark, 100 and 200 % on the phone, both languages on 320 px, and the sheets that rise from
the screens. The windows are as high as a whole screen: what a list has not yet drawn has no name to be checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product
from typing import Any, NamedTuple

import pytest

from tests.support.browser import FAINT
from tests.support.effort import LONG
from tests.support.fit import cut
from tests.support.studio import PASSPHRASE, Studio, studio
from tests.support.tour import ABSENT, FOUNDED, FOUNDED_SHEETS, FRESH, LOCKED, SETTINGS, found, places, sheets

# A node that its scrolling list cuts off is scrolled into sight by every screen reader before it is used: its names
# count, its size does not. What lies in a row that scrolls sideways may stand outside the window.
NODES = """() => {
  const wanted = ['button', 'checkbox', 'radio', 'switch', 'tab', 'link', 'slider', 'combobox'];
  const host = document.querySelector('flt-semantics-host');
  const scrolls = (node, way) => {
    for (let up = node.parentElement; up && up !== host; up = up.parentElement) {
      const style = getComputedStyle(up)['overflow' + way];
      if (style === 'scroll' || style === 'auto') return up.getBoundingClientRect();
    }
    return null;
  };
  const found = {controls: [], outside: []};
  for (const node of host.querySelectorAll('flt-semantics, [role], input, textarea')) {
    const field = node.matches('input, textarea'), role = field ? 'field' : node.getAttribute('role') || '';
    const box = node.getBoundingClientRect();
    if (box.width < 1 || box.height < 1) continue;
    const name = (node.getAttribute('aria-label') || (field ? '' : node.textContent) || '').trim();
    const words = name || node.id;
    if ((box.left < -1 || box.right > innerWidth + 1) && !scrolls(node, 'X')) found.outside.push(words.slice(0, 60));
    if (!field && !wanted.includes(role)) continue;
    const parent = node.closest('[flt-semantics-identifier]'), list = scrolls(node, 'Y');
    const cut = list && (box.bottom > list.bottom - 1 || box.top < list.top + 1);
    found.controls.push({role, name, cut: Boolean(cut), on: !node.disabled && !node.getAttribute('aria-disabled'),
      id: parent ? parent.getAttribute('flt-semantics-identifier') : '',
      width: Math.round(box.width * 10) / 10, height: Math.round(box.height * 10) / 10});
  }
  return found;
}"""
HEADINGS = """(level) => [...document.querySelectorAll('flt-semantics-host ' + level)]
  .map(h => h.textContent.trim())"""
LANG = "() => document.documentElement.lang"
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
NOTE_FOCUS = """() => {
  window.fikaFocused = [];
  if (window.fikaListens) return;
  window.fikaListens = true;
  document.addEventListener('focusin', ({target}) => {
    const parent = target.closest('[flt-semantics-identifier]');
    window.fikaFocused.push((parent && parent.getAttribute('flt-semantics-identifier'))
      || target.getAttribute('aria-label') || target.textContent.trim());
  });
}"""
FOCUSED = "() => window.fikaFocused"


def complaints(app: Studio, language: str, targets: bool, heading: str = "h1") -> list[str]:
    """What is wrong with the screen in sight; a sheet over it has a `heading` of the second level."""
    page = app.page.page
    nodes: dict[str, list[Any]] = page.evaluate(NODES)
    wrong = [] if nodes["controls"] else ["nothing to operate"]
    for control in nodes["controls"]:
        if not control["name"]:
            wrong.append(f"nameless {control['role']} {control['id']}")
        small = min(control["width"], control["height"]) < 48
        if targets and small and control["role"] != "field" and not control["cut"]:
            wrong.append(f"{control['role']} {control['name'][:30]!r} is {control['width']}x{control['height']}")
    wrong += [f"outside the window: {words}" for words in nodes["outside"]]
    headings = page.evaluate(HEADINGS, heading)
    if not headings or not headings[0] or (heading == "h1" and len(headings) > 1):
        wrong.append(f"headings {headings}")
    if page.evaluate(LANG).split("-")[0] != language:
        wrong.append(f"html lang is {page.evaluate(LANG)}")
    if page.evaluate(OVERFLOW) > 0:
        wrong.append("scrolls sideways")
    return wrong


class Pass(NamedTuple):
    """How somebody goes through the app: with a thumb on an Android phone, or in a window of 320 px."""

    language: str
    theme: str
    size: int
    thumb: bool

    @property
    def window(self) -> dict[str, Any]:
        return {"height": 2400, **({"android": True} if self.thumb else {"width": 320}), **FAINT}

    def __str__(self) -> str:
        return f"{self.language}-{self.theme}-{self.size}-{'phone' if self.thumb else '320'}"


EVERY_PASS = (
    *(Pass(*one, thumb=True) for one in product(("sv", "en"), ("light", "dark"), (100, 200))),
    *(Pass(language, "light", 200, thumb=False) for language in ("sv", "en")),
)
PASSES = EVERY_PASS if LONG else (Pass("sv", "light", 100, thumb=True), Pass("en", "light", 200, thumb=False))
Sheets = dict[str, tuple[str, str, str]]


class Reader:
    """Somebody who goes through the app in one of the passes and writes down what is wrong on which screen."""

    def __init__(self, app: Studio, way: Pass) -> None:
        self.app, self.way, self.wrong = app, way, dict[str, list[str]]()
        app.look(text_size=way.size, theme=way.theme, language=way.language)

    def reads(self, name: str, heading: str = "h1") -> None:
        if wrong := complaints(self.app, self.way.language, self.way.thumb, heading) + cut(self.app):
            self.wrong[name] = wrong

    def tours(self, screens: dict[str, str], prefix: str = "") -> None:
        for name, path in screens.items():
            self.app.show(path)
            self.reads(prefix + name)

    def raises(self, up: Sheets) -> None:
        for name, (path, opener, inside) in up.items():
            if not self.app.show(path).by_id(opener).count():
                continue  # at this size another button leads there
            self.app.page.tap(opener)
            self.app.page.by_id(inside).first.wait_for(state="attached")
            self.app.page.still()
            self.reads(name, heading="h2")
            self.app.page.page.keyboard.press("Escape")
            self.app.page.by_id(inside).first.wait_for(state="detached")


@pytest.fixture(params=PASSES, ids=str)
def way(request: pytest.FixtureRequest) -> Pass:
    found: Pass = request.param
    return found


def test_every_screen_of_the_example_has_names_one_heading_and_room(way: Pass) -> None:
    with studio(phase="example", **way.window) as app:
        reader = Reader(app, way)
        tour: dict[str, str] = app.do(places)
        reader.tours(tour)
        if LONG:
            reader.raises(app.do(partial(sheets, paths=tour)))
    assert reader.wrong == {}


def test_every_screen_from_the_first_run_to_the_lock_has_names_one_heading_and_room(way: Pass) -> None:
    with studio(phase="absent", **way.window) as app:
        reader, page = Reader(app, way), app.page
        reader.tours(ABSENT)
        app.show("/")
        page.tap("role-mentor")
        page.type("name", "Karin")
        page.type("new-passphrase", "")
        page.page.keyboard.press("Control+A")
        page.page.keyboard.type(PASSPHRASE, delay=5)
        page.tap("continue")
        app.arrives_at("key-saved")
        reader.reads("recovery key")
        page.tap("key-saved")
        app.arrives_at("key-finish")
        reader.reads("recovery key asked back")
        page.tap("key-later")
        app.arrives_at("start-person")
        reader.tours(FRESH, "empty ")
        reader.tours(SETTINGS)
        app.do(found)
        reader.tours(FOUNDED)
        if LONG:
            reader.raises(FOUNDED_SHEETS)
        app.show("/")
        page.tap("lock")
        app.arrives_at("unlock")
        reader.tours(LOCKED)
    assert reader.wrong == {}


# The tree is laid out in points of the picture and scaled to the page's own.
FAULTS = """() => {
  const host = document.querySelector('flt-semantics-host'), px = n => `${n * devicePixelRatio}px`;
  const at = `position:absolute;left:0;top:0;width:${px(20)};height:${px(20)}`;
  host.insertAdjacentHTML('beforeend', `<div role="button" style="${at}"></div><textarea style="${at}"></textarea>
    <flt-semantics style="${at};left:${px(innerWidth)};width:${px(90)}">far out</flt-semantics><h1>x</h1>`);
}"""


def test_the_check_finds_what_is_nameless_small_outside_or_in_another_language() -> None:
    """A page with each fault put into it: the check must see them all, and none of them before."""
    with studio(phase="absent", **FAINT) as app:
        app.show("/")
        assert complaints(app, "sv", targets=False) == []
        app.page.page.evaluate(FAULTS)
        wrong = "\n".join(complaints(app, "de", targets=True))
    for expected in ("nameless button", "nameless field", "20x20", "outside the window: far out", "headings", "lang"):
        assert expected in wrong


WALKED = ("/", "/people", "/goals", "/library", "/settings", "/people/new", "/plan")


@pytest.fixture(scope="module")
def desktop() -> Iterator[Studio]:
    """One window for all walks. It stands last in this file: no other browser can be started beside it."""
    with studio(phase="example", width=500, height=2400, **FAINT) as app:
        yield app


@pytest.mark.parametrize("path", WALKED)
def test_tab_reaches_every_control_and_goes_on(path: str, desktop: Studio) -> None:
    """Forwards, and backwards for what lies before the place where the walk began: after a field Flutter's own order
    comes round to that field's group, not to the top."""
    desktop.show(path)
    page = desktop.page.page
    wanted = {c["id"] or c["name"] for c in page.evaluate(NODES)["controls"] if c["on"]}
    page.evaluate(NOTE_FOCUS)
    seen: list[str] = []
    for key in ["Tab"] * (2 * len(wanted) + 20) + ["Shift+Tab"] * (2 * len(wanted) + 20):
        page.keyboard.press(key)
        page.wait_for_timeout(15)
        seen = page.evaluate(FOCUSED)
        if wanted <= set(seen):
            break
    assert wanted <= set(seen), wanted - set(seen)
    page.evaluate(NOTE_FOCUS)
    # Where the walk ended is a matter of moments: from inside a field's group only backwards leads out of it.
    for key in ["Tab"] * min(12, len(wanted)) + ["Shift+Tab"] * min(12, len(wanted)):
        page.keyboard.press(key)
        page.wait_for_timeout(15)
    again = set(page.evaluate(FOCUSED))
    assert len(again) > min(4, len(wanted) // 2), f"a trap: {again}"

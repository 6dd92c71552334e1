"""Every screen in both languages as a screen reader, a thumb and a reader of large text meet it.

One pass in Swedish with the profile of an Android phone (names, one heading, language, targets), one in English with
text at 200 % on 320 px (names, one heading, language, nothing cut off), one by keyboard alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.studio import Studio, studio
from tests.support.tour import ABSENT, LOCKED, places

OPERABLE = """() => {
  const wanted = ['button', 'checkbox', 'radio', 'switch', 'tab', 'link', 'slider', 'combobox'];
  const found = [];
  for (const node of document.querySelectorAll('flt-semantics-host [role], flt-semantics-host input, flt-semantics-host textarea')) {
    const field = node.matches('input, textarea');
    if (!field && !wanted.includes(node.getAttribute('role'))) continue;
    const box = node.getBoundingClientRect();
    if (box.width < 1 || box.height < 1) continue;
    const name = (node.getAttribute('aria-label') || (field ? '' : node.textContent) || '').trim();
    const parent = node.closest('[flt-semantics-identifier]');
    found.push({role: field ? 'field' : node.getAttribute('role'), name,
      id: parent ? parent.getAttribute('flt-semantics-identifier') : '',
      x: box.x, y: box.y, width: Math.round(box.width * 10) / 10, height: Math.round(box.height * 10) / 10});
  }
  return found;
}"""
HEADINGS = "() => [...document.querySelectorAll('flt-semantics-host h1')].map(h => h.textContent.trim())"
LANG = "() => document.documentElement.lang"
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
FOCUSED = """() => {
  let node = document.activeElement;
  const parent = node && node.closest('[flt-semantics-identifier]');
  return (parent ? parent.getAttribute('flt-semantics-identifier') : '')
    || (node && (node.getAttribute('aria-label') || node.textContent.trim())) || '';
}"""


def complaints(app: Studio, language: str, targets: bool) -> list[str]:
    """What is wrong with the screen in sight."""
    page = app.page.page
    wrong: list[str] = []
    controls: list[dict[str, Any]] = page.evaluate(OPERABLE)
    if not controls:
        wrong.append("nothing to operate")
    for control in controls:
        if not control["name"]:
            wrong.append(f"nameless {control['role']} {control['id']}")
        if targets and control["role"] != "field" and min(control["width"], control["height"]) < 48:
            wrong.append(f"{control['role']} {control['name'][:30]!r} is {control['width']}x{control['height']}")
    headings = page.evaluate(HEADINGS)
    if len(headings) != 1 or not headings[0]:
        wrong.append(f"headings {headings}")
    if page.evaluate(LANG).split("-")[0] != language:
        wrong.append(f"html lang is {page.evaluate(LANG)}")
    if page.evaluate(OVERFLOW) > 0:
        wrong.append("scrolls sideways")
    return wrong


def walk(app: Studio, tour: dict[str, str], language: str, targets: bool) -> dict[str, list[str]]:
    found = {}
    for name, path in tour.items():
        app.show(path)
        wrong = complaints(app, language, targets)
        if wrong:
            found[name] = wrong
    return found


PASSES: dict[str, dict[str, Any]] = {
    "sv": {"android": True},
    "en": {"width": 320, "height": 700, "text_size": 200},
}


@pytest.fixture(params=list(PASSES))
def reading(request: pytest.FixtureRequest) -> Iterator[tuple[str, dict[str, Any]]]:
    yield request.param, dict(PASSES[request.param])


@pytest.mark.parametrize("phase", ["absent", "locked", "example"])
def test_every_screen_has_names_one_heading_and_room_for_a_thumb(
    phase: str, reading: tuple[str, dict[str, Any]]
) -> None:
    language, options = reading
    size = options.pop("text_size", 100)
    with studio(phase=phase, language=language, **options) as app:
        app.look(text_size=size, language=language)
        tour = {"absent": ABSENT, "locked": LOCKED}.get(phase) or app.do(places)
        assert walk(app, tour, language, targets="android" in options) == {}


def test_the_check_finds_what_is_nameless() -> None:
    """A page with one nameless button, one small target and two headings: the check must see them all."""
    with studio(phase="absent") as app:
        app.page.page.evaluate(
            """() => document.querySelector('flt-semantics-host').insertAdjacentHTML('beforeend',
            '<div role="button" style="position:absolute;width:20px;height:20px"></div><h1>x</h1>')"""
        )
        wrong = "\n".join(complaints(app, "de", targets=True))
    for expected in ("nameless button", "20x20", "headings", "html lang"):
        assert expected in wrong


@pytest.mark.parametrize("path", ["/", "/people", "/goals", "/library", "/settings", "/people/new", "/plan"])
def test_tab_reaches_every_control_and_comes_round(path: str) -> None:
    with studio(phase="example") as app:
        app.show(path)
        page = app.page.page
        wanted = {c["id"] for c in page.evaluate(OPERABLE) if c["id"] and c["y"] < 844}
        seen: list[str] = []
        for _ in range(4 * len(wanted) + 20):
            page.keyboard.press("Tab")
            page.wait_for_timeout(15)
            seen.append(str(page.evaluate(FOCUSED)))
            if wanted <= set(seen):
                break
        assert wanted <= set(seen), wanted - set(seen)

"""What the walk through every screen does not meet: sheets that are open, and the app as a mentee and as a coordinator."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.test_accessibility import Pass, Reader, complaints
from tests.support.browser import FAINT
from tests.support.fit import cut
from tests.support.studio import Studio, studio
from tests.support.tour import places, sheets

SMALL: dict[str, Any] = {"width": 320, "height": 2400, **FAINT}
LARGE = Pass("en", "light", 200, thumb=False)
PLANTED = """() => {
  const plant = (width, height, words) => document.querySelector('flt-semantics-host').insertAdjacentHTML('beforeend',
    `<flt-semantics class="planted" style="position:absolute;left:0;top:0;width:${width * devicePixelRatio}px;` +
    `height:${height * devicePixelRatio}px">${words}</flt-semantics>`);
  plant(200, 30, 'two lines of words in one');
  plant(60, 300, 'Sammanställningen');
}"""
HANDLE = "cut: Dismiss has 48x48"  # what Flutter calls the bar to drag a sheet by: said, not written
TAKEN_AWAY = "() => document.querySelectorAll('.planted').forEach(node => node.remove())"
SLIDING = 400  # milliseconds until a sheet lies still
OF_A_ROLE = {
    "mentee": ("today", "people", "person", "evaluate", "checklist", "library"),
    "coordinator": ("today", "people"),
}


def in_the_way(app: Studio, language: str) -> list[str]:
    """What is wrong with an open sheet. The screen under it is not read, so its heading is not looked for."""
    found = complaints(app, language, targets=False) + cut(app)
    return [one for one in found if not one.startswith(("headings", HANDLE))]


def test_every_open_sheet_has_names_and_room_in_large_text() -> None:
    wrong: dict[str, list[str]] = {}
    with studio(phase="example", **SMALL) as app:
        app.look(language="en", text_size=200)
        paths = app.do(places)
        app.show(paths["goals"])
        assert cut(app) == []
        app.page.page.evaluate(PLANTED)
        planted = "\n".join(cut(app))
        app.page.page.evaluate(TAKEN_AWAY)
        for name, (path, opener, inside) in app.do(lambda desk: sheets(desk, paths)).items():
            page = app.show(path)
            if not page.by_id(opener).count():  # where the words are large, one way leads to those that have no room
                page.tap("note-more")
                page.by_id(opener).first.wait_for(state="attached", timeout=30_000)
                page.page.wait_for_timeout(SLIDING)
                if found := in_the_way(app, "en"):
                    wrong[f"{name} behind more"] = found
            page.tap(opener)
            page.by_id(inside).first.wait_for(state="attached", timeout=30_000)
            page.page.wait_for_timeout(SLIDING)
            if found := in_the_way(app, "en"):
                wrong[name] = found
            page.page.keyboard.press("Escape")
            page.by_id(inside).first.wait_for(state="detached", timeout=30_000)
    assert wrong == {}
    assert "two lines" in planted and "Sammanställningen" in planted, "what is cut must be seen"


@pytest.mark.parametrize("role", OF_A_ROLE)
def test_the_screens_of_every_role_have_names_one_heading_and_room(role: str) -> None:
    with studio(phase="example", role=role, **SMALL) as app:
        reader = Reader(app, LARGE)
        paths = app.do(places)
        reader.tours({name: paths[name] for name in OF_A_ROLE[role]})
    assert reader.wrong == {}

"""What the walk through every screen does not meet: sheets that are open, and the app as a mentee and as a coordinator."""

from __future__ import annotations

from typing import Any

import pytest

from app.model.queries import PeopleList
from tests.e2e.test_accessibility import Reader, complaints
from tests.support.browser import FAINT
from tests.support.fit import cut
from tests.support.studio import Studio, studio
from tests.support.tour import places

SMALL: dict[str, Any] = {"width": 320, "height": 2400, **FAINT}
# The screen, what is tapped there, and what the sheet holds.
SHEETS = (
    ("note", "note-task", "task-save"),
    ("note", "note-question", "question"),
    ("note", "note-list", "sheet-done"),
    ("note", "note-tasks", "review-done"),
    ("meeting", "meeting-aim", "aim-save"),
    ("board", "add-task", "save-task"),
    ("evaluate", "evaluation-seen", "share-done"),
    ("minutes-quick", "minutes-template", "template-minutes.first"),
    ("nothing-ready", "aside-agreement", "aside-save"),
)
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
        new = app.do(lambda desk: next(row for row in desk.store.ask(PeopleList(desk.now())) if not row.held))
        paths["nothing-ready"] = f"/checklist/{new.mentorship}/before_relationship"
        app.show(paths["goals"])
        assert cut(app) == []
        app.page.page.evaluate(PLANTED)
        planted = "\n".join(cut(app))
        app.page.page.evaluate(TAKEN_AWAY)
        for screen, opener, inside in SHEETS:
            page = app.show(paths[screen])
            page.tap(opener)
            page.by_id(inside).first.wait_for(state="attached", timeout=30_000)
            page.page.wait_for_timeout(SLIDING)
            if found := in_the_way(app, "en"):
                wrong[f"{screen} {opener}"] = found
            page.page.keyboard.press("Escape")
            page.by_id(inside).first.wait_for(state="detached", timeout=30_000)
    assert wrong == {}
    assert "two lines" in planted and "Sammanställningen" in planted, "what is cut must be seen"


@pytest.mark.parametrize("role", OF_A_ROLE)
def test_the_screens_of_every_role_have_names_one_heading_and_room(role: str) -> None:
    with studio(phase="example", role=role, **SMALL) as app:
        reader = Reader(app, "en")
        paths = app.do(places)
        reader.tours({name: paths[name] for name in OF_A_ROLE[role]})
    assert reader.wrong == {}

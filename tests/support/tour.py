"""Every screen there is, with something to show on it: for the pictures and for the accessibility suite."""

from __future__ import annotations

from functools import partial
from typing import Any
from unittest.mock import patch

from app.model.commands import ImportQuickNote, KeepForm, KeepMinutes
from app.model.entities import Minutes, minutes_id
from app.model.programme_lines import ProgrammeLine
from app.model.queries import GoalsList, MeetingsOf, NotesOf, One, PeopleList, TaskBoard
from app.services.records.store import Store
from app.ui.desk import Desk
from app.ui.routes import PLACES
from sync.programme.keys import ProgrammeKeys
from tests.support.conflicting import also_wrote
from tests.support.programme import KEYS

TEMPLATES = ("quick", "first", "regular", "midterm", "closing")
WRITTEN_LOCKED = """Lena på lagret, ring före tolv.

Fråga Yusuf om han vill följa med på studiebesöket."""
LONG_LINE = "Visa registerutdraget för samordnaren innan det första mötet, också om du har visat ett förut"
LOCKED = {
    "lock": "/",
    "quick": "/quick",
    "recover": "/recover",
    "locked-safety": "/safety",
    "locked-concern": "/concern",
}
ABSENT = {"first": "/", "restore": "/restore", "join": "/join", "return": "/return"}
FRESH = {
    "today": "/",
    "people": "/people",
    "goals": "/goals",
    "library": "/library",
    "notes": "/notes",
    "inbox": "/inbox",
    "plan": "/plan",
    "search": "/search",
    "programme": "/programme",
    "programme-in": "/programme/in",
    "programme-numbers": "/programme/numbers",
}
SETTINGS = {
    path.strip("/").replace("/", "-"): path for path in (p.path for p in PLACES) if path.startswith("/settings")
}
"""What belongs to one's own vault; in the example some of it has no way in."""
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
FOUNDED = {
    "programme-founded": "/programme",
    "programme-share": "/programme/share",
    "programme-list": "/programme/list",
    "programme-box": "/programme/box",
}
"""What a coordinator sees once there is a programme, with lines of its own: after `found`."""
FOUNDED_SHEETS = {"programme-list-line": ("/programme/list", f"line-{'a' * 16}", "line-save")}
UNREACHED = {
    "/quick": "shown locked",
    "/recover": "shown locked",
    "/restore": "shown before there is a vault",
    "/join": "shown before there is a vault",
    "/return": "shown before there is a vault",
    "/programme": "the coordinator's, in a vault of one's own",
    "/programme/share": "the coordinator's",
    "/programme/in": "the coordinator's",
    "/programme/box": "the coordinator's",
    "/programme/list": "the coordinator's",
    "/programme/numbers": "the coordinator's",
    "/programme/results/:survey": "the coordinator's",
    "/programme/answer/:member": "the coordinator's",
    "/programme/concern/:id": "the coordinator's",
    **dict.fromkeys(SETTINGS.values(), "shown in a vault of one's own"),
}


def found(desk: Desk) -> None:
    """Lay a programme with three lines into the open vault."""
    coordination = desk.session.coordination
    with patch.object(ProgrammeKeys, "new", lambda: KEYS):  # making an RSA key takes longer than all the screens
        coordination.found("Vårens program")
    for line in (
        ProgrammeLine(id="a" * 16, sv=LONG_LINE, en="Show the register extract to the coordinator", critical=True),
        ProgrammeLine(id="b" * 16, sv="Boka introduktionskvällen", en="Book the introduction evening"),
        ProgrammeLine(id="c" * 16, sv="Hämta nyckeln till lokalen"),
    ):
        coordination.keep_line(line)


def two_versions(desk: Desk, meeting: str) -> tuple[str, str]:
    """The minutes of a meeting with a text that the other person changed at the same time: their id and the cell."""
    store: Store = desk.store
    id = minutes_id(meeting)
    found = store.ask(One(Minutes, id))
    assert found is not None
    item = next(item for item, answer in found.answers.items() if isinstance(answer, str))
    words = str(found.answers[item])
    store.execute(KeepMinutes(meeting=meeting, document=found.document, answers={item: f"{words} Vi ses på måndag."}))
    mine = f"{words} Vi ses på måndag kl. 15 på biblioteket."
    store.execute(KeepMinutes(meeting=meeting, document=found.document, answers={item: mine}))
    theirs = f"{words} Vi ses på måndag, men på kaféet."
    also_wrote(store, "minutes", id, f"answers.{item}", theirs, desk.now())
    return id, f"answers.{item}"


def signed(desk: Desk, pair: str) -> str:
    """A mentoring agreement that one of the two has signed and then changed; the copy that was signed."""
    store: Store = desk.store
    document = desk.library.document("agreement.confidentiality")
    answers: dict[str, Any] = {item.id: True for item in document.items if item.type == "clause"}
    keep = partial(KeepForm, document=document.id, mentorship=pair, shared=True)
    store.execute(keep(answers={**answers, "retention": "3m"}))
    agreements = desk.session.agreements(desk.library)
    if not agreements.versions(pair, document.id):
        agreements.sign(agreements.sheet(pair, document.id))
    store.execute(keep(answers={"retention": "12m"}))
    return str(agreements.versions(pair, document.id)[0].copies[0].copy.id)


def places(desk: Desk) -> dict[str, str]:
    """A name and a path for every screen of the open app, on the records that are there."""
    store: Store = desk.store
    now = desk.now()
    people = store.ask(PeopleList(now))
    pair = next(row for row in people if row.held).mentorship
    meetings = store.ask(MeetingsOf(pair, now))
    coming = meetings.upcoming[0].id
    held = next(row.id for row in meetings.past if row.began)
    goal = store.ask(GoalsList(pair))[0].id
    task = store.ask(TaskBoard(pair)).todo[0].id
    if not store.ask(NotesOf(origin="locked")).rows:
        store.execute(ImportQuickNote(id="f" * 32, body=WRITTEN_LOCKED, written=now))
    note = store.ask(NotesOf()).rows[0].id
    written, cell = two_versions(desk, held)
    chosen = {
        "/": {"today": "/"},
        "/people": {"people": "/people"},
        "/goals": {"goals": "/goals"},
        "/library": {"library": "/library"},
        "/meeting/:id": {"meeting": f"/meeting/{coming}", "meeting-held": f"/meeting/{held}"},
        "/meeting/:id/begin": {"begin": f"/meeting/{coming}/begin"},
        "/meeting/:id/note": {"note": f"/meeting/{coming}/note"},
        "/meeting/:id/checklist": {"checklist": f"/meeting/{coming}/checklist"},
        "/meeting/:id/end": {"end": f"/meeting/{coming}/end"},
        "/meeting/:id/people": {"group": f"/meeting/{coming}/people"},
        "/meeting/:id/minutes": {
            "minutes": f"/meeting/{held}/minutes",
            **{f"minutes-{one}": f"/meeting/{coming}/minutes?template=minutes.{one}" for one in TEMPLATES},
        },
        "/meeting/:id/earlier": {"earlier": f"/meeting/{coming}/earlier"},
        "/minutes/example": {"minutes-example": "/minutes/example"},
        "/meeting/:id/evaluate": {
            "evaluate": f"/meeting/{coming}/evaluate",
            "evaluated": f"/meeting/{held}/evaluate",
        },
        "/notes": {"notes": "/notes"},
        "/note/:id": {"free-note": f"/note/{note}"},
        "/plan": {"plan": f"/plan?person={pair}"},
        "/calendar": {"calendar": "/calendar"},
        "/slots/:id": {"slots": f"/slots/{pair}", "slots-pick": f"/slots/{pair}?move={coming}"},
        "/checklist/:person/:list": {"before-relationship": f"/checklist/{pair}/before_relationship"},
        "/people/new": {"new-person": "/people/new"},
        "/person/:id": {"person": f"/person/{pair}"},
        "/person/:id/edit": {"person-edit": f"/person/{pair}/edit"},
        "/person/:id/notes": {"person-notes": f"/person/{pair}/notes"},
        "/person/:id/pair": {"pair": f"/person/{pair}/pair"},
        "/person/:id/part": {"part": f"/person/{pair}/part"},
        "/person/:id/pair/words": {"pair-words": f"/person/{pair}/pair/words"},
        "/person/:id/pair/invite": {"pair-invite": f"/person/{pair}/pair/invite"},
        "/pair": {"pair-other": "/pair"},
        "/goal/new": {"new-goal": f"/goal/new?person={pair}"},
        "/goal/:id": {"goal": f"/goal/{goal}"},
        "/goal/:id/edit": {"goal-edit": f"/goal/{goal}/edit"},
        "/board/:person": {"board": f"/board/{pair}"},
        "/tasks/file": {"tasks-file": "/tasks/file"},
        "/task/new": {"new-task": f"/task/new?person={pair}"},
        "/task/:id": {"task": f"/task/{task}"},
        "/document/:id": {
            "document-agreement": "/document/agreement.mentoring",
            "document-guide": "/document/guide.mentee",
            "document-training": "/document/training.mentor",
        },
        "/agreement/:person/:document": {
            "agreement": f"/agreement/{pair}/agreement.mentoring",
            "agreement-conduct": f"/agreement/{pair}/policy.code_of_conduct",
        },
        "/agreement/:person/:document/fill": {"agreement-fill": f"/agreement/{pair}/agreement.mentoring/fill?part=how"},
        "/agreement/:person/:document/hand": {"agreement-hand": f"/agreement/{pair}/policy.code_of_conduct/hand"},
        "/agreement/:person/copy/:id": {"agreement-copy": f"/agreement/{pair}/copy/{signed(desk, pair)}"},
        "/closing/:person": {"closing": f"/closing/{pair}"},
        "/closing/:person/early": {"closing-early": f"/closing/{pair}/early"},
        "/closing/:person/certificate": {"certificate": f"/closing/{pair}/certificate"},
        "/agreement/check": {"agreement-check": "/agreement/check"},
        "/document/:id/texts": {"own-texts": "/document/topics.library/texts"},
        "/topics": {"topics": "/topics"},
        "/questions/:document": {"questions": "/questions/questions.grow"},
        "/boundaries/:person": {"boundaries": f"/boundaries/{pair}"},
        "/skills/:person": {"skills": f"/skills/{pair}"},
        "/skills/:person/rate": {"skills-rate": f"/skills/{pair}/rate?phase=start"},
        "/support": {"support": "/support"},
        "/search": {"search": "/search"},
        "/versions/:kind/:id": {"versions": f"/versions/minutes/{written}?cell={cell}"},
        "/history/:kind/:id": {"history": f"/history/minutes/{written}?cell={cell}"},
        "/safety": {"safety": "/safety"},
        "/contact": {"contact": "/contact"},
        "/concern": {"concern": "/concern"},
        "/meeting/:id/around": {"around": f"/meeting/{held}/around"},
        "/survey/:person/:which": {"survey-midterm": f"/survey/{pair}/midterm", "survey-end": f"/survey/{pair}/end"},
        "/inbox": {"inbox": "/inbox"},
    }
    missing = {place.path for place in PLACES if place.exists} - set(chosen) - set(UNREACHED)
    assert not missing, f"the tour leaves out {missing}"
    return {name: path for paths in chosen.values() for name, path in paths.items()}


def sheets(desk: Desk, paths: dict[str, str]) -> dict[str, tuple[str, str, str]]:
    """A name for every sheet that is told of above: the path of its screen, what is tapped there and what it holds."""
    new = next(row for row in desk.store.ask(PeopleList(desk.now())) if not row.held)
    known = paths | {"nothing-ready": f"/checklist/{new.mentorship}/before_relationship"}
    return {f"{screen}-{opener}": (known[screen], opener, inside) for screen, opener, inside in SHEETS}

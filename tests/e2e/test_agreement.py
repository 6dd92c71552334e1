"""An agreement signed by both on one phone, in a real browser: what is missing, two taps each, a change, and the file.

Then everything goes out as an export and comes into an empty app, where the signatures still hold.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.model.commands import AddPerson, KeepForm, WriteNote
from app.model.entities import Note
from app.model.queries import Counts, FormOf
from app.model.schema import KINDS
from app.services.agreements import AGREEMENT
from app.services.content.library import Library
from app.services.session import Session
from app.ui.desk import Desk
from tests.support.agreement import ANSWERS
from tests.support.browser import FAINT
from tests.support.studio import ASSETS, PASSPHRASE, Studio, session_in, studio

OWN = "Han vill helst ringa själv."


def fill(app: Studio, pair: str, **answers: Any) -> None:
    """Fill in lines as the two would, one by one."""

    def keep(desk: Desk) -> None:
        desk.store.execute(KeepForm(document=AGREEMENT, version=2, mentorship=pair, shared=True, answers=answers))

    app.do(keep)


def saved(app: Studio, identifier: str) -> bytes:
    """The file that a tap hands over."""
    with app.page.page.expect_download() as waiting:
        app.page.tap(identifier)
    return Path(waiting.value.path()).read_bytes()


def counts(session: Session) -> dict[str, int]:
    """How many there are of each kind."""
    return {kind: count for kind, count in session.store.ask(Counts(tuple(KINDS))).items() if count}


def test_both_sign_on_one_phone_and_an_export_carries_it_into_an_empty_app(tmp_path: Path) -> None:
    with studio(phase="open", height=4000, **FAINT) as app:
        pair = app.do(lambda desk: desk.store.execute(AddPerson(name="Yusuf", my_role="mentor")).record)
        document = app.do(lambda desk: desk.library.document(AGREEMENT))
        page = app.show(f"/agreement/{pair}/{AGREEMENT}")
        page.by_id("missing-place").first.wait_for(state="attached")
        assert page.by_id("agreement-sign").count() == 0
        clauses = {item.id: True for item in document.items if item.type == "clause"}
        fill(app, pair, **{line: answer for line, answer in ANSWERS.items() if line != "place"}, **clauses)
        page.tap("missing-place")
        app.arrives_at("item-place")
        page.type("item-place", "Biblioteket")
        page.tap("back")
        app.arrives_at("agreement-sign")
        taps = ("agreement-sign", "sign-yes", "agreement-hand", "sign-yes")
        for tap in taps:
            page.by_id(tap).first.wait_for(state="attached")
            page.tap(tap)
            if tap == "sign-yes":
                page.by_id("sign-yes").first.wait_for(state="detached")
        page.see("Båda har skrivit under version 1.").first.wait_for()
        assert len(taps) == 4
        kept = app.do(lambda desk: desk.store.ask(FormOf(AGREEMENT, pair, True)))
        assert kept.answers["place"] == "Biblioteket"

        data = saved(app, "agreement-file")
        check = app.do(lambda desk: desk.session.agreements(desk.library).check)
        assert check(data).fits
        altered = json.loads(data)
        altered["copies"][0]["text"] = altered["copies"][0]["text"].replace("Biblioteket", "Biblioteken")
        assert not check(json.dumps(altered).encode()).fits

        fill(app, pair, place="Kaféet")
        app.arrives_at("changed-place")
        assert page.by_id("agreement-sign").count() == 1 and page.by_id("version-1").count() == 1

        app.do(lambda desk: desk.store.execute(WriteNote(body=OWN, mentorship=pair)))
        app.show("/settings/data")
        export = tmp_path / "export.zip"
        export.write_bytes(saved(app, "export-go"))
        taken = counts(app.session)
        assert taken["fair_copy"] == 1 and taken["signature"] == 2 and taken["note"] == 1
        assert [address for address in page.foreign if "rive" not in address] == []

    with studio(phase="open", language="en", folder=tmp_path, **FAINT) as empty:
        page = empty.show("/settings/import")
        with page.page.expect_file_chooser() as chooser:
            page.tap("import-pick")
        chooser.value.set_files(export)
        empty.arrives_at("import-today")
        page.tap("import-today")
        empty.arrives_at("search")
        assert [address for address in page.foreign if "rive" not in address] == []

    again = session_in(tmp_path)  # as after a restart: from the disk
    again.unlock(PASSPHRASE)
    try:
        assert counts(again) == taken
        (version,) = again.agreements(Library(ASSETS)).versions(pair, AGREEMENT)
        assert version.signed and {name.standing for name in version.names} == {"own", "handed"}
        (note,) = again.store.everything(Note)
        assert note.body == OWN
        form = again.store.ask(FormOf(AGREEMENT, pair, True))
        assert form is not None and form.answers["place"] == "Kaféet"
    finally:
        again.close()

"""Agreements on the screen: point by point, what is missing by name, two taps each to sign, versions to read."""

from __future__ import annotations

import json
from html import escape
from typing import Any

import flet as ft
import pytest

from app.model.commands import KeepForm, Revise
from app.model.entities import Mentorship
from app.model.queries import FormOf, One
from app.services.agreements import AGREEMENT, CONDUCT, CONFIDENTIALITY, Agreements
from app.ui.parts.screen import reached_by
from app.ui.screens.agreement import state_of
from tests.support.agreement import NAMED
from tests.support.languages import BOTH, either
from tests.support.signing import Coordinated
from tests.ui.conftest import OpenStage, Stage
from tests.ui.screens.table import Table, lay
from tests.ui.screens.test_tasks_file import Files


def fill(table: Table, app: Stage, document: str = AGREEMENT, **other: Any) -> None:
    found = app.desk.library.document(document)
    clauses = {item.id: True for item in found.items if item.type == "clause"}
    answers = {**(NAMED if document == AGREEMENT else {"retention": "3m"}), **clauses, **other}
    table.store.execute(KeepForm(document=document, mentorship=table.pair, shared=not found.accept, answers=answers))


def bare() -> Table:
    """A relationship of which nothing but the names has been said."""
    table = lay()
    table.store.execute(Revise(kind="mentorship", id=table.pair, values={"place": ""}))
    return table


def service(app: Stage) -> Agreements:
    found: Agreements = app.desk.session.agreements(app.desk.library)
    return found


async def filled(stage: OpenStage, table: Table, document: str = AGREEMENT, **options: Any) -> Stage:
    app = await table.open(stage, **options)
    fill(table, app, document)
    app.desk.go(f"/agreement/{table.pair}/{document}")
    await app.settle()
    return app


async def sign_both(app: Stage) -> None:
    await app.tap("agreement-sign")
    await app.tap("sign-yes")
    await app.tap("agreement-hand")
    await app.tap("sign-yes")


@either
async def test_an_empty_agreement_names_each_missing_line_and_a_tap_leads_there(
    stage: OpenStage, language: str
) -> None:
    table, files = bare(), Files()
    app = await table.open(stage, go=f"/agreement/{table.pair}/{AGREEMENT}", language=language, replies=files.replies)
    assert not app.has("missing-mentor_name") and not app.has("missing-mentee_name")
    words = "\n".join(app.texts())
    for name in ("focus", "start", "end", "frequency", "count", "length", "place", "channel", "notice"):
        assert (
            app.has(f"missing-{name}") and app.desk.read(app.desk.library.document(AGREEMENT).item(name).text) in words
        )
    assert not app.has("agreement-sign") and not app.has("agreement-hand")
    assert "{" not in words and app.nameless() == []
    document, lacking = app.desk.library.document(AGREEMENT), service(app).sheet(table.pair, AGREEMENT).missing
    await app.tap("agreement-print-draft")
    await app.until(lambda: bool(files.saved))
    page = bytes(files.saved[0]["src_bytes"]).decode()
    assert escape(app.desk.say("print.draft.is", count=len(lacking))) in page, "nobody takes it for what holds"
    assert all(escape(app.desk.read(document.item(name).text)) in page for name in lacking)
    assert page.count('class="blank"') > 10 and page.count("☐") > 30 and "☑" not in page, "there is room for a pen"
    await app.tap("missing-place")
    assert app.has("item-place") and app.desk.say("agreement.needed") in app.texts()
    await app.until(lambda: any(name == "scroll_to" for name, _ in app.line.calls))
    assert [told["scroll_key"] for name, told in app.line.calls if name == "scroll_to"] == ["place"], "and is in sight"
    assert len([one for one in app.all(kind=ft.Column) if one.key == reached_by("place")]) == 1


@either
@pytest.mark.parametrize("document", [AGREEMENT, CONFIDENTIALITY, CONDUCT])
async def test_every_line_of_every_agreement_can_be_filled_in(stage: OpenStage, document: str, language: str) -> None:
    table = lay()
    app = await table.open(stage, go=f"/agreement/{table.pair}/{document}/fill", language=language)
    seen: list[str] = []
    for _ in range(9):
        assert app.nameless() == [] and "{" not in "".join(app.texts())
        seen += app.texts()
        if not app.has("item-place") and app.desk.say("agreement.ready") in app.texts():
            break
        await app.tap("next")
    found = app.desk.library.document(document)
    left_out = {"mentee"} if document == CONDUCT else set()
    for item in found.items:
        if item.type not in ("sign", "info") and item.group not in left_out:
            assert app.desk.read(item.text) in "\n".join(seen), item.id


@BOTH
async def test_an_end_before_the_beginning_is_said_where_it_is_written(stage: OpenStage, language: str) -> None:
    table = lay()
    app = await table.open(stage, language=language)
    fill(table, app, end="2026-10-01")
    app.desk.go(f"/agreement/{table.pair}/{AGREEMENT}")
    await app.settle()
    assert app.has("missing-end") and not app.has("agreement-sign")
    await app.tap("missing-end")
    assert app.desk.say("agreement.end-first") in app.texts()
    fill(table, app, end="2026-10-14")
    await app.settle()
    assert app.desk.say("agreement.end-first") not in app.texts()


async def test_half_of_it_is_kept_and_the_usual_is_one_tap(stage: OpenStage) -> None:
    table = bare()
    app = await table.open(stage, go=f"/agreement/{table.pair}/{AGREEMENT}/fill?part=how")
    await app.type("item-place", "Kaféet")
    await app.tap("usual")
    await app.back()
    form = table.store.again().ask(FormOf(AGREEMENT, table.pair, True))
    assert form is not None and form.answers["place"] == "Kaféet"
    assert (form.answers["frequency"], form.answers["count"], form.answers["length"]) == ("biweekly", 10, "60")


async def test_two_taps_each_and_both_have_signed(stage: OpenStage) -> None:
    table = lay()
    app = await filled(stage, table)
    taps = 0
    for one in ("agreement-sign", "sign-yes", "agreement-hand", "sign-yes"):
        await app.tap(one)
        taps += 1
    assert taps == 4
    sheet = service(app).sheet(table.pair, AGREEMENT)
    assert sheet.signed and not app.has("agreement-sign") and not app.has("agreement-hand")
    words = "\n".join(app.texts())
    assert "Båda har skrivit under version 1." in words
    assert "bekräftat på telefonen hos Karin" in words and "på egen telefon" in words
    assert words.count("Fingeravtryck") == 2
    found = table.store.ask(One(Mentorship, table.pair))
    assert found is not None and (found.weeks, found.planned, found.length) == (1, 12, 90)


async def test_what_is_known_is_there_and_stays_as_it_was_signed(stage: OpenStage) -> None:
    table = lay()
    app = await filled(stage, table)
    table.store.execute(KeepForm(document=AGREEMENT, mentorship=table.pair, shared=True, answers={"place": None}))
    await app.settle()
    assert "Biblioteket, grupprum 2" in app.texts()
    await sign_both(app)
    table.store.execute(Revise(kind="mentorship", id=table.pair, values={"place": "Någon annanstans"}))
    await app.settle()
    assert service(app).sheet(table.pair, AGREEMENT).signed


async def test_a_changed_word_is_a_version_to_sign_with_the_change_shown_and_the_old_one_to_read(
    stage: OpenStage,
) -> None:
    table = lay()
    app = await filled(stage, table)
    await sign_both(app)
    fill(table, app, place="Kaféet")
    await app.settle()
    words = "\n".join(app.texts())
    assert "Ändrat sedan version 1" in words and "Förut: Biblioteket" in words
    assert app.has("changed-place") and app.has("agreement-sign") and app.has("agreement-hand")
    sheet = service(app).sheet(table.pair, AGREEMENT)
    in_a_list = state_of(app.desk, app.desk.library.document(AGREEMENT), sheet, (), "mentor", "Yusuf", True)
    assert in_a_list == "Ändrat sedan version 1, som båda skrev under"
    await app.tap("version-1")
    words = "\n".join(app.texts())
    assert "Biblioteket" in words and "Kaféet" not in words and words.count("Fingeravtryck") == 2


async def test_a_change_is_talked_over_and_only_that_is_told(stage: OpenStage) -> None:
    table = lay()
    app = await filled(stage, table)
    app.desk.session.programme = Coordinated()
    await sign_both(app)
    assert app.desk.say("agreement.talked-over.later") in app.texts()  # the first version is talked over too
    await app.check("talked-over")
    assert app.desk.session.programme.told == []  # and nothing has changed that could be told
    fill(table, app, place="Kaféet")
    await app.settle()
    clause = app.desk.library.document(AGREEMENT).item("changes")
    assert app.desk.read(clause.text) in app.texts()
    await app.check("talked-over")
    assert app.desk.session.programme.told == [(table.pair, "changed")]
    assert app.checked("talked-over")
    await app.check("talked-over", False)
    assert app.desk.session.programme.told == [] and not app.checked("talked-over")


async def test_without_a_programme_nothing_is_told_and_it_says_why(stage: OpenStage) -> None:
    table = lay()
    app = await filled(stage, table)
    await sign_both(app)
    fill(table, app, place="Kaféet")
    await app.settle()
    assert app.desk.say("programme.none.notify") in app.texts()
    await app.check("talked-over")
    assert app.checked("talked-over")


async def test_the_code_of_conduct_shows_version_and_day_on_the_relationship(stage: OpenStage) -> None:
    table = lay()
    app = await filled(stage, table, CONDUCT)
    await app.tap("agreement-sign")
    await app.tap("sign-yes")
    assert "Du godkände version 1: ons 14 okt. 2026" in app.texts()
    await app.back()
    app.desk.go(f"/person/{table.pair}")
    await app.settle()
    await app.tap("section-agreement")
    assert "Du godkände version 1: ons 14 okt. 2026" in "\n".join(app.texts())


@either
async def test_the_code_of_conduct_is_accepted_by_the_other_on_this_phone(stage: OpenStage, language: str) -> None:
    table = lay()
    app = await table.open(stage, go=f"/agreement/{table.pair}/{CONDUCT}", language=language)
    await app.tap("conduct-hand")
    assert app.nameless() == [] and "{" not in "".join(app.texts())
    await app.tap("hand-sign")
    points = [item.id for item in app.desk.library.document(CONDUCT).items if item.group in ("both", "mentee")]
    lines = [item.id for item in app.desk.library.document(CONDUCT).items if app.has(f"hand-{item.id}")]
    assert set(points) <= set(lines) and "refer" not in lines  # what only a mentor keeps to is not asked of a mentee
    assert app.desk.say("conduct.missing", count=len(lines)) in app.texts()
    for id in lines[:-1]:
        await app.check(f"hand-{id}")
    assert app.texts().count(app.desk.say("agreement.needed")) == 1, "it says which"
    await app.tap("hand-sign")
    await app.until(
        lambda: [told["scroll_key"] for name, told in app.line.calls if name == "scroll_to"][-1:] == lines[-1:]
    )
    await app.check(f"hand-{lines[-1]}")
    assert app.desk.say("agreement.needed") not in app.texts()
    await app.tap("hand-sign")
    await app.tap("sign-yes")
    assert app.has(app.desk.say("sign.conduct.done", name="Yusuf"))
    (version,) = service(app).accepted(table.pair, CONDUCT, "mentee")
    assert version.signed and [name.standing for name in version.names] == ["handed"]
    assert not service(app).accepted(table.pair, CONDUCT, "mentor")
    await app.back()
    assert not app.has("conduct-hand") and app.has("conduct-theirs")


async def test_the_way_of_the_relationship_believes_no_signature_that_does_not_hold(stage: OpenStage) -> None:
    table = lay()
    app = await filled(stage, table)
    await sign_both(app)
    app.desk.go(f"/person/{table.pair}")
    await app.settle()
    await app.tap("steps")
    done = app.desk.say("person.step-done")
    before = app.texts().count(done)
    rows = table.store.documents.table("signature")
    (row,) = [row for row in rows if row["cells"]["role"] == "mentee"]
    proof = str(row["cells"]["proof"])
    rows.update(
        {"cells": {**row["cells"], "proof": proof[:-2] + ("00" if proof[-2:] != "00" else "01")}}, doc_ids=[row.doc_id]
    )
    table.store = table.store.again()  # as another start reads it
    app = await table.open(stage, go=f"/person/{table.pair}")
    await app.tap("steps")
    assert app.texts().count(done) == before - 1


@either
async def test_a_signed_file_is_checked_and_what_was_altered_or_taken_out_is_said(
    stage: OpenStage, language: str
) -> None:
    table, files = lay(), Files()
    app = await filled(stage, table, language=language, replies=files.replies)
    await sign_both(app)
    data = service(app).file(service(app).sheet(table.pair, AGREEMENT).versions[0])
    half = json.loads(data)
    del half["copies"][0]["signatures"][1]
    app.desk.go("/agreement/check")
    await app.settle()
    for picked, key, unsigned in (
        (data, "agreement.check.fits", False),
        (data.decode().replace("Biblioteket", "Biblioteken").encode(), "agreement.signed.broken", False),
        (json.dumps(half).encode(), "agreement.check.fits", True),
        (data[:-9], "error.signed-file-foreign", False),
    ):
        files.picked = picked
        await app.tap("check-pick")
        await app.until(lambda key=key: app.desk.say(key) in app.texts())  # type: ignore[misc]  # a loop's own key
        assert app.has("unsigned-mentee") == unsigned and app.nameless() == []
        assert (app.desk.say("agreement.signed.broken") in app.texts()) == (key == "agreement.signed.broken")


async def test_an_agreement_of_nobody_and_a_copy_that_is_not_there_are_said_in_words(stage: OpenStage) -> None:
    table = lay()
    for path in (
        f"/agreement/{'0' * 32}/{AGREEMENT}",
        f"/agreement/{table.pair}/survey.end",
        f"/agreement/{table.pair}/copy/x",
    ):
        app = await table.open(stage, go=path)
        assert app.desk.say("person.missing") in app.texts() or app.desk.say("agreement.none") in app.texts()


@BOTH
async def test_the_lock_on_the_note_shows_the_three_exceptions(stage: OpenStage, language: str) -> None:
    table = lay().at(15, 10)
    app = await table.open(stage, go=f"/meeting/{table.meeting}/note", language=language)
    await app.tap("note-secrecy")
    document = app.desk.library.document(CONFIDENTIALITY)
    for name in ("limit_danger", "limit_child", "limit_law"):
        assert app.desk.read(document.item(name).text) in app.texts()
    await app.tap("secrecy-open")
    assert app.desk.read(document.title) in app.texts() and app.has("missing-limit_law")


async def test_today_says_what_waits_for_my_name_and_leads_there(stage: OpenStage) -> None:
    table = lay(meeting=False)
    app = await table.open(stage)
    fill(table, app)
    service(app).sign(service(app).sheet(table.pair, AGREEMENT), handed=True)
    await app.settle()
    assert "Mentorskapsavtal väntar på din underskrift" in app.texts()
    await app.tap(f"todo-sign-{AGREEMENT}")
    await app.tap("agreement-sign")
    await app.tap("sign-yes")
    app.desk.home()
    await app.settle()
    assert not app.has(f"todo-sign-{AGREEMENT}")


async def test_the_strip_says_what_is_missing_and_leads_there(stage: OpenStage) -> None:
    table = lay()
    app = await table.open(stage, go=f"/person/{table.pair}")
    await app.tap("steps")
    assert "Överens när avtalet är ifyllt och underskrivet av båda." in "\n".join(app.texts())
    await app.tap("step-agreed")
    assert app.has("missing-focus")
    fill(table, app)
    await app.settle()
    await app.tap("agreement-sign")
    await app.tap("sign-yes")
    await app.back()
    await app.settle()
    assert "Avtalet väntar på underskrift av Yusuf." in "\n".join(app.texts())
    await app.tap("step-ended")
    assert app.has("closing-end")

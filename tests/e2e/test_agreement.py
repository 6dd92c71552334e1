"""An agreement signed by both on one phone, in a real browser: what is missing, two taps each, a change, and the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.model.commands import AddPerson, KeepForm
from app.model.queries import FormOf
from app.services.agreements import AGREEMENT
from app.ui.desk import Desk
from tests.support.studio import Studio, studio

ANSWERS: dict[str, Any] = {
    "focus": frozenset({"work"}),
    "purpose": "Söka jobb på egen hand.",
    "start": "2026-10-14",
    "end": "2027-03-01",
    "frequency": "biweekly",
    "count": 10,
    "length": "60",
    "channel": frozenset({"sms"}),
    "notice": "24h",
    "cancel_how": "Sms.",
    "minutes_rule": "turns",
}


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


def test_both_sign_on_one_phone_and_a_changed_word_is_another_version() -> None:
    with studio(phase="open", height=4000) as app:
        pair = app.do(lambda desk: desk.store.execute(AddPerson(name="Yusuf", my_role="mentor")).record)
        document = app.do(lambda desk: desk.library.document(AGREEMENT))
        page = app.show(f"/agreement/{pair}/{AGREEMENT}")
        page.by_id("missing-place").first.wait_for(state="attached")
        assert page.by_id("agreement-sign").count() == 0
        clauses = {item.id: True for item in document.items if item.type == "clause"}
        fill(app, pair, **ANSWERS, **clauses)
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

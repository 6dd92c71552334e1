"""The coordinator's first page: counts, who wants to be contacted, concerns, and what may be shown of evaluations."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_busy, use_clock, use_desk, use_watch
from app.ui.hooks.told import Watch, use_told
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import (
    Beside,
    Busy,
    Card,
    Field,
    PrimaryButton,
    Row,
    Rows,
    Screen,
    SecondaryButton,
    SectionTitle,
    Soft,
    Words,
)
from app.ui.safe import component
from app.ui.screens.programme_box import box_row
from app.ui.screens.programme_share import member_row
from app.ui.screens.rows import resumed_line
from app.ui.theme import Style

if TYPE_CHECKING:
    from app.services.programme.coordination import Word


@component
def ProgrammeScreen() -> ft.Control:
    """The programme, or how to begin one."""
    desk = use_desk()
    use_watch(desk.speech)
    coordination = desk.session.coordination
    use_told(coordination.watch)
    return Overview() if coordination.programme else Begin()


@component
def Begin() -> ft.Control:
    """A name, and the keys are made."""
    desk = use_desk()
    form = use_unfinished("programme.begin", "")
    wrong, say_wrong = ft.use_state("")
    busy, run = use_busy()

    def make(_: object = None) -> None:
        if not form.values.strip():
            say_wrong(desk.say("error.programme-name"))
            return

        def found() -> None:
            desk.session.coordination.found(form.values)

        run(found, lambda _: form.done(), lambda fault: say_wrong(desk.sentence(fault)))

    body: list[ft.Control] = [
        Words(desk.say("programme.begin.about")),
        *resumed_line(desk, form),
        Field(
            desk.say("programme.begin.name"),
            form.values,
            form.put,
            id="programme-name",
            limit=60,
            error=wrong,
            on_submit=make,
        ),
        Soft(desk.say("programme.begin.safety")),
        Soft(desk.say("programme.begin.keys")),
    ]
    if busy:
        body.append(Busy(desk.say("programme.begin.making")))
    return Screen(
        desk.say("programme.title"),
        body,
        primary=PrimaryButton(desk.say("programme.begin.make"), make, busy=busy, id="programme-make"),
    )


@component
def Overview() -> ft.Control:
    """What there is to do, then the figures."""
    desk, now = use_desk(), use_clock()
    use_told(_watch_box(desk))
    coordination = desk.session.coordination
    found = coordination.programme
    body: list[ft.Control] = [_figures(desk)]
    asks = coordination.words_of("contact", unseen=True)
    if asks:
        body += [SectionTitle(desk.say("programme.contact"), str(len(asks)))]
        body.append(Rows([_ask(desk, word, now) for word in asks]))
    concerns = coordination.words_of("concern")
    if concerns:
        body += [SectionTitle(desk.say("programme.concerns"), str(len(concerns)))]
        body.append(Rows([_concern(desk, word, now) for word in concerns]))
    notices = coordination.words_of("changed", "ended", unseen=True)
    if notices:
        body += [SectionTitle(desk.say("programme.notices"), str(len(notices)))]
        body.append(Rows([_notice(desk, word, now) for word in notices]))
    body += [SectionTitle(desk.say("programme.results"))]
    surveys = coordination.surveys()
    body.append(
        Rows([_survey(desk, survey) for survey in surveys])
        if surveys
        else Card(Soft(desk.say("programme.results.none"), Style.BODY))
    )
    members = coordination.members
    body += [SectionTitle(desk.say("programme.members"), str(len(members)))]
    if not members:
        body.append(Card(Soft(desk.say("programme.members.none"), Style.BODY)))
    body.append(
        Rows(
            [
                *(member_row(desk, member) for member in members),
                Row(
                    desk.say("programme.list"),
                    lambda _: desk.go("/programme/list"),
                    subtitle=desk.say("programme.list.count", count=len(coordination.lines)),
                    icon=ft.Icons.CHECKLIST,
                    id="programme-list",
                ),
                Row(
                    desk.say("programme.numbers"),
                    lambda _: desk.go("/programme/numbers"),
                    icon=ft.Icons.CALL_OUTLINED,
                    id="programme-numbers",
                ),
                box_row(desk),
            ]
        )
    )
    removed = coordination.removed
    if removed:
        body += [SectionTitle(desk.say("programme.taken-out"), str(len(removed)))]
        body.append(
            Rows(
                [
                    Row(
                        one.name or desk.say("programme.someone"),
                        lambda _, id=one.id: desk.go(f"/programme/answer/{id}"),
                        subtitle=desk.say("programme.answer.owed") if one.owed else "",
                        icon=ft.Icons.PERSON_OFF_OUTLINED,
                        id=f"removed-{one.id}",
                    )
                    for one in removed
                ]
            )
        )
    return Screen(
        desk.say("programme.title"),
        body,
        subtitle=found.name if found else "",
        primary=_ways(desk, empty=not members),
    )


def _watch_box(desk: Desk) -> Watch:
    """What tells how it goes with the box; where there is none, nothing of it is loaded."""
    return desk.session.letters.watch if desk.session.posts else lambda _: _nothing


def _nothing() -> None:
    """There was nothing to watch."""


def _ways(desk: Desk, *, empty: bool) -> ft.Control:
    """Inviting and taking in: the wide one is what comes next."""

    def invite(_: object) -> None:
        desk.go("/programme/share")

    def take_in(_: object) -> None:
        desk.go("/programme/in")

    share, into = ("programme.invite", invite, ft.Icons.QR_CODE), ("programme.in", take_in, ft.Icons.MOVE_TO_INBOX)
    (second, go_second, small), (first, go_first, wide) = (into, share) if empty else (share, into)
    ids = {"programme.invite": "programme-share", "programme.in": "programme-in"}
    return Beside(
        [
            SecondaryButton(desk.say(second), go_second, small, id=ids[second]),
            PrimaryButton(desk.say(first), go_first, wide, id=ids[first], expand=True),
        ]
    )


def _figures(desk: Desk) -> ft.Control:
    counts = desk.session.coordination.counts()
    lines = [
        (desk.say("programme.pairs"), desk.speech.value.number(counts.pairs)),
        (desk.say("programme.meetings"), desk.say("programme.of", done=counts.held, total=counts.planned)),
        (desk.say("programme.unbooked"), desk.speech.value.number(counts.unbooked)),
        (desk.say("programme.ended"), desk.speech.value.number(counts.ended)),
    ]
    if not counts.pairs and not counts.ended:
        return Card(Soft(desk.say("programme.counts.none"), Style.BODY))
    return Card(
        [
            ft.MergeSemantics(
                ft.Row(
                    [Words(name, expand=True), Words(figure, Style.STRONG)],
                    spacing=12,
                    vertical_alignment=ft.CrossAxisAlignment.START,
                )
            )
            for name, figure in lines
        ],
        spacing=10,
    )


def _when(desk: Desk, at: str, now: datetime) -> str:
    try:
        moment = datetime.fromisoformat(at)
        if len(at) > len("2026-01-01"):
            moment = moment.astimezone(now.tzinfo)
    except (ValueError, OverflowError):  # written by somebody's device: it may be no time at all
        return ""
    if len(at) <= len("2026-01-01"):
        return desk.speech.value.near_day(moment.date(), now)
    return desk.speech.value.near(moment, now)


def _ask(desk: Desk, word: Word, now: datetime) -> ft.Control:
    name = word.name or desk.say("programme.someone")

    def saw() -> None:
        desk.session.coordination.saw(word.id)
        desk.notice(desk.say("programme.contact.told", name=name))

    return Row(
        name,
        subtitle=_when(desk, word.at, now),
        icon=ft.Icons.PHONE_CALLBACK,
        color=theme.ACCENT,
        trailing=SecondaryButton(
            desk.say("programme.contact.seen"),
            lambda _: saw(),
            id=f"saw-{word.id}",
            said=f"{name}: {desk.say('programme.contact.seen')}",
        ),
    )


def _concern(desk: Desk, word: Word, now: datetime) -> ft.Control:
    opened = desk.say("programme.concern.opened", when=_when(desk, word.seen, now)) if word.seen else ""
    return Row(
        desk.say("programme.concern.from", name=word.name or desk.say("programme.someone")),
        lambda _: desk.go(f"/programme/concern/{word.id}"),
        subtitle=f"{_when(desk, word.at, now)} · {opened or desk.say('programme.concern.new')}",
        icon=ft.Icons.MARK_EMAIL_READ_OUTLINED if word.seen else ft.Icons.MARK_EMAIL_UNREAD_OUTLINED,
        color=theme.PRIMARY if word.seen else theme.ACCENT,
        id=f"concern-{word.id}",
    )


def _notice(desk: Desk, word: Word, now: datetime) -> ft.Control:
    name = word.name or desk.say("programme.someone")
    return Row(
        desk.say(f"programme.notice.{word.what}", name=name),
        subtitle=_when(desk, word.at, now),
        icon=ft.Icons.INFO_OUTLINE,
        trailing=SecondaryButton(
            desk.say("programme.contact.seen"),
            lambda _: desk.session.coordination.saw(word.id),
            id=f"saw-{word.id}",
            said=f"{name}: {desk.say('programme.contact.seen')}",
        ),
    )


def _survey(desk: Desk, survey: str) -> ft.Control:
    found = desk.session.coordination.results(survey)
    few = not found.count
    said = desk.say(f"programme.results.{'few' if few else 'people'}", count=found.waiting if few else found.count)
    return Row(
        desk.read(desk.library.document(survey).title),
        lambda _: desk.go(f"/programme/results/{survey}"),
        subtitle=said,
        icon=ft.Icons.INSIGHTS,
        id=f"results-{survey}",
    )

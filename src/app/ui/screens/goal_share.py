"""A goal that is mine alone, shown to the other person after all. Asked once: what has been seen cannot be unseen."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.model.commands import ShareGoal
from app.model.entities import Goal
from app.model.queries import PeopleList, PersonRow
from app.ui.hooks import use_clock, use_desk, use_query
from app.ui.parts import PrimaryButton, QuietButton, Row, Rows, SecondaryButton, Soft, use_sheet
from app.ui.safe import component
from app.ui.theme import Style


@component
def ShareWay(goal: Goal, moved: Callable[[str], object], key: str = "") -> ft.Control:
    """The way to share a private goal. Where nobody is there to share it with, there is none.

    `moved` is told under which name the goal goes on: shared, it is another record.
    """
    desk, now = use_desk(), use_clock()
    people: tuple[PersonRow, ...] = use_query(PeopleList(now=now))
    asking, ask = ft.use_state(False)
    able = [row for row in people if row.status != "ended" and goal.mentorship in (None, row.mentorship)]
    able.sort(key=lambda row: desk.speech.value.sort_key(row.name))

    def share(row: PersonRow) -> Callable[[object], None]:
        def press(_: object) -> None:
            ask(False)
            done = desk.store.execute(ShareGoal(goal=goal.id, mentorship=row.mentorship))
            moved(done.record)

            def back() -> None:
                if done.undo is not None:
                    desk.store.execute(done.undo)
                    moved(goal.id)

            desk.notice(desk.say("goal.now-shared", name=row.name), undo=back, seconds=6)

        return press

    def question() -> ft.Control:
        keep = SecondaryButton(desk.say("goal.ask-private"), lambda _: ask(False), ft.Icons.LOCK, id="share-no")
        lines: list[ft.Control] = [Soft(desk.say("goal.share-more"), Style.BODY)]
        if len(able) == 1:
            lines.append(PrimaryButton(desk.say("goal.ask-shared"), share(able[0]), ft.Icons.GROUP, id="share-yes"))
        else:
            with_ = [
                Row(row.name, share(row), icon=ft.Icons.GROUP, id=f"share-with-{row.mentorship}", key=row.mentorship)
                for row in able
            ]
            lines.append(Rows(with_))
        return ft.Column([*lines, keep], spacing=12, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)

    one = able[0].name if len(able) == 1 else ""
    use_sheet(
        question if asking and able else None,
        lambda: ask(False),
        title=desk.say("goal.ask-share", name=one) if one else desk.say("goal.ask-share-whom"),
        short=len(able) <= 4,
    )
    if not able:
        return ft.Row([], visible=False)
    words = desk.say("goal.share", name=one) if one else desk.say("goal.share-some")
    return ft.Row([QuietButton(words, lambda _: ask(True), ft.Icons.GROUP_ADD, id="share-goal")], wrap=True)

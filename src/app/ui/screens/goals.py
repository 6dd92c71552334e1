"""Goals: how far each has come, a step in two taps, and a new one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import flet as ft

from app.model.queries import GoalRow, GoalsList
from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_desk, use_query, use_wide
from app.ui.parts import (
    EmptyState,
    PrimaryButton,
    ProgressBar,
    QuietButton,
    Screen,
    SecondaryButton,
    SectionTitle,
    Soft,
    VisibilityChip,
    Words,
)
from app.ui.parts.long import EndlessList
from app.ui.safe import component
from app.ui.screens.goal_steps import STEP, step_of, take_step
from app.ui.screens.rows import goal_due, goal_progress, goal_whose, search_button
from app.ui.theme import Style

CLOSED = 50  # of those finished and let go of, the latest


@component
def GoalsScreen(goal: str = "") -> ft.Control:
    """All goals, those due first coming first; what is finished or let go of below, grey."""
    from app.ui.screens.goal import GoalPane

    desk, wide = use_desk(), use_wide()
    rows: Sequence[GoalRow] = use_query(GoalsList(closed=True))
    closed, show_closed = ft.use_state(False)
    chosen, choose = ft.use_state(goal)
    active = [row for row in rows if row.status in ("active", "changed")]
    finished = [row for row in rows if row.status not in ("active", "changed")]
    picked = next((row for row in rows if row.id == chosen), active[0] if active else None)

    def open_(row: GoalRow) -> None:
        if wide:
            choose(row.id)
        else:
            desk.go(f"/goal/{row.id}")

    def card(row: GoalRow) -> ft.Control:
        return GoalCard(row, open_, chosen=wide and picked is not None and row.id == picked.id, key=row.id)

    add = PrimaryButton(desk.say("goal.add"), lambda _: desk.go("/goal/new"), ft.Icons.ADD, id="add-goal")
    empty = EmptyState(
        desk.say("goal.empty"), help=desk.say("goal.empty-more"), icon=ft.Icons.FLAG_OUTLINED, id="goals-empty"
    )
    if not rows:
        return Screen(desk.say("goal.title"), [empty], actions=[search_button(desk)], primary=add)
    under: list[ft.Control] = [] if active else [empty]
    if finished:
        words = desk.say("goal.hide-finished") if closed else desk.say("goal.show-finished", number=len(finished))
        under.append(ft.Row([QuietButton(words, lambda _: show_closed(not closed), id="show-finished")], wrap=True))
    if closed:
        under.append(SectionTitle(desk.say("goal.finished")))
        under += [ft.Container(card(row), padding=ft.Padding.only(top=8)) for row in finished[:CLOSED]]
    body = EndlessList(active, card, height=150, spacing=12, footer=under)
    aside = [GoalPane(picked.id, choose, beside=True, key=picked.id)] if wide and picked else []
    return Screen(desk.say("goal.title"), body, actions=[search_button(desk)], primary=add, aside=aside)


@component
def GoalCard(row: GoalRow, on_open: Callable[[GoalRow], object], *, chosen: bool = False, key: str = "") -> ft.Control:
    """A goal: its sentence, how far, and one more step without opening it."""
    desk = use_desk()
    settled = row.status in ("reached", "let_go")
    quiet = theme.INK_SOFT if row.status == "let_go" else theme.INK
    said = goal_progress(desk, row)
    whose = goal_whose(desk, row)
    words: list[ft.Control] = [
        Words(row.title, Style.STRONG, quiet),
        *([Soft(whose)] if whose else []),
        ft.Row(
            [
                Soft(said, Style.BODY),
                Soft(goal_due(desk, row)),
            ],
            wrap=True,
            spacing=12,
            run_spacing=2,
        ),
    ]
    face: list[ft.Control] = [
        ft.Row(
            [
                ft.Column(words, spacing=6, tight=True, expand=True),
                ft.Icon(ft.Icons.CHEVRON_RIGHT, color=theme.INK_SOFT, size=24),
            ],
            spacing=10,
        )
    ]
    if row.fraction is not None and not settled:
        face.append(ft.Container(ProgressBar(row.fraction, 1, ""), margin=ft.Margin.only(right=4)))  # the words say it
    opener = ft.MergeSemantics(
        content=ft.Semantics(
            identifier=f"goal-{row.id}",
            button=True,
            content=ft.Container(
                ft.Column(face, spacing=8, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
                on_click=lambda _: on_open(row),
                ink=True,
                padding=ft.Padding.only(left=16, right=12, top=14, bottom=8 if not settled else 14),
            ),
        )
    )
    parts: list[ft.Control] = [opener]
    if not settled:
        parts.append(
            ft.Container(
                ft.Row(
                    [VisibilityChip(row.visibility, name=row.name), *_more(desk, row)],
                    alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
                    wrap=True,
                    run_spacing=8,
                ),
                padding=ft.Padding.only(left=16, right=16, bottom=14, top=4),
            )
        )
    return ft.Container(
        ft.Column(parts, spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        bgcolor=theme.SURFACE,
        border=ft.Border.all(2 if chosen else 1, theme.PRIMARY if chosen else theme.EDGE),
        border_radius=theme.CORNER,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
    )


def _more(desk: Desk, row: GoalRow) -> list[ft.Control]:
    if step_of(row, 1) is None:
        return []
    number = desk.speech.value.number(STEP[row.measure])
    words = desk.say("goal.mark-done") if row.measure == "done" else desk.say("goal.more", step=number)
    name = desk.say("goal.mark-done-name" if row.measure == "done" else "goal.more-name", step=number, title=row.title)
    button = SecondaryButton(
        words,
        lambda _: take_step(desk, row, 1),
        ft.Icons.CHECK if row.measure == "done" else ft.Icons.ADD,
        strong=True,
        id=f"more-{row.id}",
        said=name,
    )
    return [button]

"""The evaluation after a meeting: a number for each question, then Send. Nothing has to be typed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import flet as ft

from app.model.commands import GiveFeedback, TickItem
from app.model.queries import AboutMe, EvaluationsOf, MeetingPage, SettingOf
from app.ui import theme
from app.ui.hooks import use_clock, use_desk, use_held, use_query
from app.ui.hooks.held import use_box
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import (
    Choice,
    ChoiceButtons,
    EmptyState,
    Heading,
    Live,
    PrimaryButton,
    QuietButton,
    Scale1to5,
    Screen,
    SecondaryButton,
    Soft,
    VisibilityChip,
    Words,
    use_sheet,
)
from app.ui.parts.items import ItemField
from app.ui.safe import component
from app.ui.screens.answered import answered
from app.ui.screens.ending import worry_key
from app.ui.screens.lists import OF_PHASE
from app.ui.screens.of_meeting import no_meeting
from app.ui.screens.rows import resumed_line
from app.ui.theme import Style

if TYPE_CHECKING:
    from app.model.entities import Audience, Role
    from app.model.queries import MeetingView
    from app.services.content.library import Document, Item
    from app.ui.desk import Desk

SHARE = "share"
OTHER = "other"
"""Without a programme: the other person, and no summary."""


@dataclass(frozen=True)
class Begun:
    """Answers that are not sent yet, as one text."""

    answers: str


@component
def EvaluationScreen(id: str) -> ft.Control:
    """The survey of my role about one meeting."""
    desk, now = use_desk(), use_clock()
    view: MeetingView | None = use_query(MeetingPage(id, now))
    given = use_query(EvaluationsOf(meeting=id))
    me = use_query(AboutMe())
    worry = use_query(SettingOf(worry_key(id)))
    anew, again = ft.use_state(False)
    if view is None:
        return no_meeting(desk, close=True)
    role = me.role if me and me.role == "participant" else view.row.my_role
    mine = [one for one in given if one.role == role]
    survey = desk.library.survey_after(role)
    subtitle = desk.say("evaluation.with", name=view.row.name, day=desk.speech.value.near_day(view.row.starts, now))
    if mine and not anew:
        last = mine[-1]
        when = desk.speech.value.near(last.at.astimezone(now.tzinfo), now) if last.at else ""
        return Screen(
            desk.say("evaluation.title"),
            [
                EmptyState(
                    desk.say("evaluation.already"),
                    help=desk.say("evaluation.already.when", when=when),
                    icon=ft.Icons.FAVORITE_BORDER,
                    id="evaluated",
                ),
                SecondaryButton(desk.say("evaluation.again"), lambda _: again(True), id="evaluate-again"),
                Soft(desk.say("evaluation.again.help")),
                *answered(desk, survey, given, role, view.row.name),
            ],
            subtitle=subtitle,
            close=True,
        )
    return Survey(
        survey, view.row.name, subtitle, role, meeting=id, mentorship=view.row.mentorship, worry=str(worry or "")
    )


@component
def Survey(
    survey: Document,
    name: str,
    subtitle: str,
    role: str,
    *,
    meeting: str | None,
    mentorship: str | None,
    worry: str = "",
    title: str = "",
) -> ft.Control:
    """The questions and who sees the answers; `Send` keeps them as one record that never changes."""
    desk = use_desk()
    joined = desk.session.programme.listening
    begun: Mapping[str, Any] = use_held(
        lambda: {
            **defaults(survey, role),
            **({"worry": worry} if worry else {}),
            **({} if joined else {SHARE: "none"}),  # without a programme there is no summary
        }
    )
    start = Begun(packed(begun))
    form = use_unfinished(f"{survey.id}.{meeting or mentorship}", start)
    asked = {item.id for item in survey.items_for(role)}  # an update may have changed the questions meanwhile
    answers = {**begun, **{item: told for item, told in unpacked(form.values.answers).items() if item in asked}}
    latest = use_box(lambda: answers)
    latest.value = answers  # also after beginning anew
    open_, unfold = ft.use_state("")
    left, count_left = ft.use_state(0)

    def answer(item: Item) -> Callable[[Any], None]:
        def set_answer(value: Any) -> None:
            latest.value = {**latest.value, item.id: value}  # two taps at once must both count
            form.put(Begun(packed(latest.value)))
            count_left(0)

        return set_answer

    def turn(name: str) -> Callable[[object], None]:
        return lambda _: unfold("" if open_ == name else name)

    items = survey.items_for(role)
    choice = next((item for item in items if item.id == SHARE), None)
    info = next((item for item in items if item.type == "info"), None)
    share = str(answers.get(SHARE) or "none")
    shares = [Choice(option.value, desk.read(option.label)) for option in choice.options] if choice else []
    if not joined:
        other = [Choice(OTHER, desk.say("evaluation.share.other"))] if mentorship else []
        shares = [*other, *(one for one in shares if one.value == "none")]

    def share_sheet() -> ft.Control:
        assert choice is not None
        return ft.Column(
            [
                ChoiceButtons(
                    shares,
                    share,
                    answer(choice),
                    label=desk.read(choice.text),
                    id="share",
                    columns=1,
                ),
                *([Soft(desk.read(info.text))] if info and joined else []),
                *([] if joined else [Soft(desk.say("evaluation.alone"))]),
                Soft(desk.say(f"evaluation.seen.{share}.help", name=name)),
                PrimaryButton(desk.say("checklist.done"), lambda _: unfold(""), ft.Icons.CHECK, id="share-done"),
            ],
            spacing=12,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )

    use_sheet(
        share_sheet if choice and open_ == "share" else None,
        lambda: unfold(""),
        title=desk.read(choice.text) if choice else "",
        short=True,
    )

    def send(_: object = None) -> None:
        desk.flush()  # the last keys belong to it
        missing = [item for item in items if item.required and latest.value.get(item.id) in (None, "")]
        if missing:
            count_left(len(missing))
            return
        share = str(latest.value.get(SHARE) or "none")
        told = {key: value for key, value in latest.value.items() if key != SHARE and value not in (None, "")}
        programme = desk.session.programme
        command = GiveFeedback(
            survey=survey.id,
            version=survey.version,
            role=cast("Role", role),
            meeting=meeting,
            mentorship=mentorship,
            audience=cast("Audience", "both" if share == OTHER else share),
            answers=told,
            private=frozenset(item.id for item in items if item.says_visibility),
        )
        with programme.together(), desk.store.writing():  # the power may go: then none of it was sent
            if share in ("both", "aggregate"):
                programme.answer(survey.id, survey.version, role, for_summary(survey, told))
            if told.get("contact_me") is True and joined:
                programme.ask_contact()
            desk.store.perform(command)
            if meeting:  # nobody has to tick what was just done
                desk.store.perform(TickItem(document=OF_PHASE["after"], item="evaluate", meeting=meeting))
        form.done()
        desk.home()
        desk.notice(desk.say("evaluation.thanks"))

    def go(to: str) -> Callable[[object], None]:
        return lambda _: desk.go(to)

    shown: list[ft.Control] = []
    folded: list[ft.Control] = []
    for item in items:
        if item.type == "info" or item.id == SHARE or (item.visibility == "coordinator" and not joined):
            continue
        if item.type == "scale" and item.scale:
            shown.append(Question(item, answers.get(item.id), answer(item), key=item.id))
        elif item.required:
            shown.append(_choice(desk, item, answers.get(item.id), answer(item)))
            if item.actions and item.action_for(answers.get(item.id)):
                shown.append(
                    SecondaryButton(
                        desk.say("evaluation.safety"), go("/safety"), ft.Icons.SHIELD, id="evaluation-safety"
                    )
                )
        else:
            folded.append(
                ItemField(
                    item,
                    answers.get(item.id),
                    answer(item),
                    seen=item.says_visibility,
                    key=f"{item.id} {form.times}",  # begun anew, it has none of the words it had
                )
            )
    body: list[ft.Control] = [
        ft.Column(shown, spacing=20, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    ]
    if folded:
        body.append(
            Fold(
                desk.say("evaluation.more"),
                desk.say("evaluation.more.optional"),
                ft.Icons.ADD_COMMENT,
                open_ == "more",
                turn("more"),
                folded,
                id="evaluation-more",
            )
        )
    if meeting and role != "mentee":
        body.append(
            QuietButton(
                desk.say("around.title"), go(f"/meeting/{meeting}/around"), ft.Icons.SYNC_ALT, id="evaluation-around"
            )
        )
    body[:0] = resumed_line(desk, form)
    above: list[ft.Control] = []
    if left:
        above.append(Live(desk.say("evaluation.missing", count=left), ft.Icons.ERROR_OUTLINE, theme.ACCENT))
    if choice:
        above.append(
            Fold(
                desk.say("evaluation.seen", who=desk.say(f"evaluation.seen.{share}", name=name)),
                desk.say(f"evaluation.seen.{share}.help", name=name) if desk.prefs.text_size <= 130 else "",
                ft.Icons.LOCK if share == "none" else ft.Icons.GROUPS,
                open_ == "share",
                turn("share"),
                [],
                id="evaluation-seen",
                color=theme.PRIVATE if share == "none" else theme.SHARED,
                under=True,
            )
        )
    return Screen(
        title or desk.say("evaluation.title"),
        body,
        subtitle=subtitle,
        close=True,
        above=above,
        primary=PrimaryButton(
            desk.say("evaluation.keep" if share == "none" else "evaluation.send"), send, id="evaluation-send"
        ),
        spacing=16,
    )


def defaults(survey: Document, role: str) -> Mapping[str, Any]:
    """What is answered before anybody has answered: a worry is "no" until somebody says otherwise."""
    return {
        item.id: frozenset(item.default) if isinstance(item.default, tuple) else item.default
        for item in survey.items_for(role)
        if item.default is not None
    }


def packed(answers: Mapping[str, Any]) -> str:
    """Answers as a text; several choices are a list in it."""
    return json.dumps({key: sorted(value) if isinstance(value, frozenset) else value for key, value in answers.items()})


def unpacked(text: str) -> Mapping[str, Any]:
    return {key: frozenset(value) if isinstance(value, list) else value for key, value in json.loads(text).items()}


def for_summary(survey: Document, answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """What may leave for the summary: no answer to a line that says that somebody else sees it."""
    kept = {item.id for item in survey.items if not item.says_visibility or item.visibility == "aggregate"}
    return {item: answer for item, answer in answers.items() if item in kept}


@component
def Question(item: Item, value: Any, on_change: Callable[[int], object], *, key: str | None = None) -> ft.Control:
    """One question and its five numbers."""
    desk = use_desk()
    assert item.scale is not None
    text = desk.read(item.text)
    return ft.Column(
        [
            Heading(text, style=Style.STRONG),
            Scale1to5(
                value if isinstance(value, int) else None,
                on_change,
                label=text,
                low=desk.read(item.scale.min_label),
                high=desk.read(item.scale.max_label),
                id=f"answer-{item.id}",
                steps=item.scale.max,
            ),
        ],
        spacing=10,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _choice(desk: Desk, item: Item, value: Any, on_change: Callable[[str], object]) -> ft.Control:
    text = desk.read(item.text)
    head: list[ft.Control] = [Heading(text, style=Style.STRONG)]
    if item.visibility == "private" and item.says_visibility:
        head.append(VisibilityChip("only_me"))
    return ft.Column(
        [
            ft.Row(head, wrap=True, spacing=10, run_spacing=6, vertical_alignment=ft.CrossAxisAlignment.CENTER),
            ChoiceButtons(
                [Choice(option.value, desk.read(option.label)) for option in item.options],
                value if isinstance(value, str) else None,
                on_change,
                label=text,
                id=f"answer-{item.id}",
                columns=1,
            ),
        ],
        spacing=10,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


@component
def Fold(
    title: str,
    more: str,
    icon: ft.IconData,
    open: bool,
    turn: Callable[[object], object],
    content: list[ft.Control],
    *,
    id: str,
    color: str = theme.INK_SOFT,
    under: bool = False,
) -> ft.Control:
    """A line that unfolds. `under`: what it says more stands on a line of its own."""
    words: list[ft.Control] = (
        [ft.Column([Words(title), *([Soft(more)] if more else [])], spacing=2, tight=True, expand=True)]
        if under
        else [Words(title), Soft(more, Style.BODY, expand=True)]
    )
    head = ft.MergeSemantics(
        ft.Semantics(
            identifier=id,
            button=True,
            expanded=open,
            content=ft.Container(
                ft.Row(
                    [
                        ft.Icon(icon, color=color, size=24),
                        *words,
                        ft.Icon(ft.Icons.EXPAND_LESS if open else ft.Icons.EXPAND_MORE, color=theme.INK_SOFT, size=24),
                    ],
                    spacing=8,
                ),
                padding=ft.Padding.symmetric(vertical=15, horizontal=4),
                on_click=turn,
                ink=True,
            ),
        )
    )
    return ft.Column(
        [ft.Container(height=1, bgcolor=theme.EDGE), head, *(content if open else [])],
        spacing=8,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )

"""The evaluation after a meeting: a number for each question, then Send. Nothing has to be typed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import flet as ft

from app.model.commands import GiveFeedback, TickItem
from app.model.queries import AboutMe, EvaluationsOf, MeetingPage, SettingOf
from app.ui import theme
from app.ui.hooks import use_clock, use_desk, use_held, use_query
from app.ui.hooks.held import Box, use_box
from app.ui.hooks.unfinished import Unfinished, use_unfinished
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
    SectionTitle,
    Soft,
    VisibilityChip,
    Words,
    use_sheet,
)
from app.ui.parts.items import ItemField
from app.ui.parts.screen import reached_by
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
    also: Sequence[ft.Control] = (),
) -> ft.Control:
    """The questions and who sees the answers; `Send` keeps them as one record that never changes."""
    desk = use_desk()
    joined = desk.session.programme.listening
    items = asked_of(survey, role, joined=joined)
    answers = use_answers(f"{survey.id}.{meeting or mentorship}", items, worry, joined=joined)
    open_, unfold = ft.use_state("")
    tried, try_ = ft.use_state(0)
    gap, find = ft.use_state("")

    def turn(name: str) -> Callable[[object], None]:
        return lambda _: unfold("" if open_ == name else name)

    seen = _seen(desk, items, str(answers.told.get(SHARE) or "none"), joined=joined, other=bool(mentorship))
    choice = seen.question
    use_sheet(
        (lambda: _sharing(desk, seen, choice, name, answers.setter(choice), lambda _: unfold("")))
        if choice and open_ == "share"
        else None,
        lambda: unfold(""),
        title=desk.read(choice.text) if choice else "",
        short=True,
    )

    def send(_: object = None) -> None:
        desk.flush()  # the last keys belong to it
        gaps = answers.missing(items)
        if gaps:
            find(gaps[0].id)
            try_(tried + 1)
            return
        _give(desk, survey, role, answers.latest, meeting=meeting, mentorship=mentorship, joined=joined)
        answers.form.done()
        desk.home()
        desk.notice(desk.say("evaluation.thanks"))

    left = answers.missing(items) if tried else []
    shown, folded = _questions(desk, survey, items, answers, left)
    body: list[ft.Control] = [
        *resumed_line(desk, answers.form),
        ft.Column(shown, spacing=20, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
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
                desk.say("around.title"),
                lambda _: desk.go(f"/meeting/{meeting}/around"),
                ft.Icons.SYNC_ALT,
                id="evaluation-around",
            )
        )
    body += also
    above: list[ft.Control] = []
    if left:
        above.append(Live(desk.say("evaluation.missing", count=len(left)), ft.Icons.ERROR_OUTLINE, theme.ACCENT))
    if choice:
        above.append(_seen_line(desk, seen.chosen, name, open_ == "share", turn("share")))
    return Screen(
        title or desk.say("evaluation.title"),
        body,
        subtitle=subtitle,
        close=True,
        above=above,
        primary=PrimaryButton(
            desk.say("evaluation.keep" if seen.chosen == "none" else "evaluation.send"), send, id="evaluation-send"
        ),
        spacing=16,
        reach=(gap, tried),
    )


class Answers:
    """What is answered by now: kept with every tap, and sent by `Send`."""

    def __init__(self, form: Unfinished[Begun], told: Mapping[str, Any], box: Box[Mapping[str, Any]]) -> None:
        self.form = form
        self.told = told
        """As it is drawn."""
        self._box = box

    @property
    def latest(self) -> Mapping[str, Any]:
        """As it is this moment: two taps at once must both count."""
        return self._box.value

    def setter(self, item: Item) -> Callable[[Any], None]:
        """Takes the answer to one question."""

        def set_answer(value: Any) -> None:
            self._box.value = {**self.latest, item.id: value}
            self.form.put(Begun(packed(self.latest)))

        return set_answer

    def missing(self, items: Sequence[Item]) -> list[Item]:
        """The questions that need an answer and have none."""
        return [item for item in items if item.required and self.latest.get(item.id) in (None, "")]


def use_answers(name: str, items: Sequence[Item], worry: str, *, joined: bool) -> Answers:
    """The answers to these questions: what was left over from before, else what is answered before anybody has."""
    begun: Mapping[str, Any] = use_held(
        lambda: {
            **defaults(items),
            **({"worry": worry} if worry else {}),
            **({} if joined else {SHARE: "none"}),  # without a programme there is no summary
        }
    )
    form = use_unfinished(name, Begun(packed(begun)))
    asked = {item.id for item in items}  # an update may have changed the questions meanwhile
    kept = {item: answer for item, answer in unpacked(form.values.answers).items() if item in asked}
    told: Mapping[str, Any] = {**begun, **kept}
    box: Box[Mapping[str, Any]] = use_box(lambda: told)
    box.value = told  # also after beginning anew
    return Answers(form, told, box)


def _questions(
    desk: Desk, survey: Document, items: Sequence[Item], answers: Answers, left: Sequence[Item]
) -> tuple[list[ft.Control], list[ft.Control]]:
    """The questions in sight under the titles of their groups, and those that are folded away: nobody has to answer."""
    shown: list[ft.Control] = []
    folded: list[ft.Control] = []
    under: str | None = None
    for item in items:
        if item.type == "info" or item.id == SHARE:
            continue
        told, answer = answers.told.get(item.id), answers.setter(item)
        if (item.required or item.type == "scale") and item.group != under:
            under = item.group
            shown += [SectionTitle(desk.read(group.title)) for group in survey.groups if group.id == under]
        if item.type == "scale" and item.scale:
            shown.append(Question(item, told, answer, left=item in left, key=item.id))
        elif item.required:
            shown.append(_choice(desk, item, told, answer, left=item in left))
            if item.actions and item.action_for(told):
                shown.append(
                    SecondaryButton(
                        desk.say("evaluation.safety"),
                        lambda _: desk.go("/safety"),
                        ft.Icons.SHIELD,
                        id="evaluation-safety",
                    )
                )
        else:
            folded.append(
                ItemField(
                    item,
                    told,
                    answer,
                    seen=item.says_visibility,
                    key=f"{item.id} {answers.form.times}",  # begun anew, it has none of the words it had
                )
            )
    return shown, folded


@dataclass(frozen=True)
class Seen:
    """Who sees the answers: the question about it, where there is one, what is chosen and what could be."""

    question: Item | None
    chosen: str
    options: tuple[Choice, ...]
    help: tuple[str, ...]
    """What is said below the choices."""


def _seen(desk: Desk, items: Sequence[Item], chosen: str, *, joined: bool, other: bool) -> Seen:
    """Without a programme nobody sums up: then it is the other person, where there is one, or nobody."""
    choice = next((item for item in items if item.id == SHARE), None)
    info = next((item for item in items if item.type == "info"), None)
    options = [Choice(option.value, desk.read(option.label)) for option in choice.options] if choice else []
    if joined:
        return Seen(choice, chosen, tuple(options), (desk.read(info.text),) if info else ())
    both = [Choice(OTHER, desk.say("evaluation.share.other"))] if other else []
    nobody = [one for one in options if one.value == "none"]
    return Seen(choice, chosen, (*both, *nobody), (desk.say("evaluation.alone"),))


def _sharing(
    desk: Desk, seen: Seen, question: Item, name: str, choose: Callable[[str], object], done: Callable[..., object]
) -> ft.Control:
    """The sheet where one chooses who sees the answers."""
    return ft.Column(
        [
            ChoiceButtons(
                seen.options,
                seen.chosen,
                choose,
                label=desk.read(question.text),
                id="share",
                columns=1,
            ),
            *(Soft(line) for line in seen.help),
            Soft(desk.say(f"evaluation.seen.{seen.chosen}.help", name=name)),
            PrimaryButton(desk.say("checklist.done"), done, ft.Icons.CHECK, id="share-done"),
        ],
        spacing=12,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _seen_line(desk: Desk, chosen: str, name: str, open: bool, turn: Callable[[object], object]) -> ft.Control:
    """Above Send: who sees the answers."""
    return Fold(
        desk.say("evaluation.seen", who=desk.say(f"evaluation.seen.{chosen}", name=name)),
        desk.say(f"evaluation.seen.{chosen}.help", name=name) if desk.prefs.text_size <= 130 else "",
        ft.Icons.LOCK if chosen == "none" else ft.Icons.GROUPS,
        open,
        turn,
        [],
        id="evaluation-seen",
        color=theme.PRIVATE if chosen == "none" else theme.SHARED,
        under=True,
    )


def _give(
    desk: Desk,
    survey: Document,
    role: str,
    answers: Mapping[str, Any],
    *,
    meeting: str | None,
    mentorship: str | None,
    joined: bool,
) -> None:
    """Keep the answers, and send to the programme what its summary may have: all of it, or nothing."""
    share = str(answers.get(SHARE) or "none")
    told = {key: value for key, value in answers.items() if key != SHARE and value not in (None, "")}
    programme = desk.session.programme
    command = GiveFeedback(
        survey=survey.id,
        version=survey.version,
        role=cast("Role", role),
        meeting=meeting,
        mentorship=mentorship,
        audience=cast("Audience", "both" if share == OTHER else share),
        answers=told,
        private=frozenset(item.id for item in asked_of(survey, role, joined=joined) if item.says_visibility),
    )
    with programme.together(), desk.store.writing():  # the power may go: then none of it was sent
        if share in ("both", "aggregate"):
            programme.answer(survey.id, survey.version, role, for_summary(survey, told))
        if told.get("contact_me") is True and joined:
            programme.ask_contact()
        desk.store.perform(command)
        if meeting:  # nobody has to tick what was just done
            desk.store.perform(TickItem(document=OF_PHASE["after"], item="evaluate", meeting=meeting))


def asked_of(survey: Document, role: str, *, joined: bool) -> list[Item]:
    """The questions for a role; outside a programme those that are about one are left out."""
    return [item for item in survey.items_for(role) if joined or not _of_a_programme(item)]


def _of_a_programme(item: Item) -> bool:
    """Whether it asks about a programme, or tells its coordinator something."""
    return item.programme or item.visibility == "coordinator"


def defaults(items: Sequence[Item]) -> Mapping[str, Any]:
    """What is answered before anybody has answered: a worry is "no" until somebody says otherwise."""
    return {
        item.id: frozenset(item.default) if isinstance(item.default, tuple) else item.default
        for item in items
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
def Question(
    item: Item, value: Any, on_change: Callable[[int], object], *, left: bool = False, key: str | None = None
) -> ft.Control:
    """One question and its five numbers; `left` says that it has no answer yet."""
    desk = use_desk()
    assert item.scale is not None
    text = desk.read(item.text)
    return ft.Column(
        [
            Heading(text, style=Style.STRONG),
            *_left(desk, item, left),
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
        key=reached_by(item.id),
    )


def _left(desk: Desk, item: Item, left: bool) -> list[ft.Control]:
    """Said beside a question that has no answer, once somebody wanted to send."""
    if not left:
        return []
    return [
        ft.Semantics(
            identifier=f"left-{item.id}", content=Words(desk.say("evaluation.left"), Style.SMALL, theme.ACCENT)
        )
    ]


def _choice(
    desk: Desk, item: Item, value: Any, on_change: Callable[[str], object], *, left: bool = False
) -> ft.Control:
    text = desk.read(item.text)
    head: list[ft.Control] = [Heading(text, style=Style.STRONG)]
    if item.visibility == "private" and item.says_visibility:
        head.append(VisibilityChip("only_me"))
    return ft.Column(
        [
            ft.Row(head, wrap=True, spacing=10, run_spacing=6, vertical_alignment=ft.CrossAxisAlignment.CENTER),
            *_left(desk, item, left),
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
        key=reached_by(item.id),
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

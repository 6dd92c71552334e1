"""Writing a goal, one letter at a time. A sentence and a date are enough; the other letters wait without blame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import flet as ft

from app.model.commands import Revise, SetGoal
from app.model.entities import PairRole
from app.model.queries import GoalPage, GoalView, PeopleList, PersonRow
from app.services.content.library import Group, Item
from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_clock, use_desk, use_query
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import (
    Choice,
    ChoiceButtons,
    DateField,
    EmptyState,
    Field,
    Heading,
    Live,
    PrimaryButton,
    Screen,
    SecondaryButton,
    SectionTitle,
    Soft,
    VisibilityChip,
    VisibilityChoice,
    Words,
    use_sheet,
)
from app.ui.parts.surfaces import Visibility
from app.ui.parts.text import Symbol
from app.ui.parts.toggles import Picks, Toggles
from app.ui.safe import component
from app.ui.screens.rows import resumed_line
from app.ui.screens.skill_pick import SkillPicker
from app.ui.theme import Style

MOST_SKILLS = 3
WRITTEN = ("possible", "obstacle", "why")
TARGETS = {"done": 1.0, "percent": 100.0, "scale": 5.0}


@dataclass(frozen=True)
class Wanted:
    """A goal while it is being written."""

    title: str = ""
    due: date | None = None
    measure: str = "count"
    start: str = ""
    target: str = ""
    unit: str = ""
    skills: frozenset[str] = frozenset()
    possible: str = ""
    obstacle: str = ""
    why: str = ""
    next_step: str = ""
    support: frozenset[str] = frozenset()
    mentorship: str = ""
    owner: str = "mentee"
    seen: str = ""
    """`only_me` or `shared`; empty until somebody has said it."""

    @property
    def enough(self) -> bool:
        """Whether it can be saved."""
        return bool(self.title.strip()) and self.due is not None

    def filled(self, letter: str) -> bool:
        """Whether a letter has something."""
        return {
            "s": bool(self.title.strip()),
            "m": self.measure != "count" or bool(self.target.strip()),
            "a": bool(self.possible.strip() or self.obstacle.strip()),
            "r": bool(self.why.strip()),
            "t": self.due is not None,
            "do": bool(self.next_step.strip()),
        }[letter]


@component
def GoalEditScreen(id: str = "", person: str = "") -> ft.Control:
    """A new goal, or one that is being changed."""
    desk = use_desk()
    now = use_clock()
    people: tuple[PersonRow, ...] = use_query(PeopleList(now=now))
    view: GoalView | None = use_query(GoalPage(id))
    active = tuple(row for row in people if row.status != "ended")
    if id and view is None:
        return Screen(desk.say("goal.edit-title"), [EmptyState(desk.say("goal.missing"))], back=True)
    return _Editor(view, active, person, key=id or "new")


def begun(view: GoalView | None, people: tuple[PersonRow, ...], person: str) -> Wanted:
    """What the editor starts from."""
    if view is None:
        only = people[0].mentorship if len(people) == 1 else ""
        return Wanted(mentorship=person or only)
    goal = view.goal
    shown = _written(goal.start) if goal.start else ""
    return Wanted(
        title=goal.title,
        due=goal.due,
        measure=goal.measure,
        start=shown,
        target="" if goal.target is None else _written(goal.target),
        unit=goal.unit,
        skills=goal.skills,
        possible=str(goal.answers.get("possible") or ""),
        obstacle=str(goal.answers.get("obstacle") or ""),
        why=str(goal.answers.get("why") or ""),
        next_step=goal.next_step,
        support=goal.support,
        mentorship=goal.mentorship or "",
        owner=goal.owner,
        seen=goal.visibility,
    )


def _written(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def number_of(text: str) -> float | None:
    """A number as people write it; nothing when it is none."""
    try:
        value = float(text.strip().replace(",", ".").replace("\u00a0", "").replace(" ", ""))
    except ValueError:
        return None
    return value if abs(value) < 1e9 else None


def fields_of(wanted: Wanted) -> dict[str, Any]:
    """The fields of the goal that this amounts to."""
    target = number_of(wanted.target)
    if target is None:
        target = TARGETS.get(wanted.measure)
    return {
        "title": wanted.title.strip(),
        "skills": wanted.skills,
        "measure": wanted.measure,
        "start": number_of(wanted.start) or (1.0 if wanted.measure == "scale" else 0.0),
        "target": target,
        "unit": wanted.unit.strip() if wanted.measure == "count" else "",
        "due": wanted.due,
        "next_step": wanted.next_step.strip(),
        "support": wanted.support,
        "answers": {name: getattr(wanted, name).strip() for name in WRITTEN},
    }


@component
def _Editor(view: GoalView | None, people: tuple[PersonRow, ...], person: str, key: str = "") -> ft.Control:
    desk = use_desk()
    document = desk.library.document("goal.smart")
    groups = document.groups
    form = use_unfinished(
        f"goal.{view.goal.id}" if view else f"goal.new.{person}".rstrip("."), begun(view, people, person)
    )
    wanted = form.values
    at, go_to = ft.use_state(0)
    asking, ask = ft.use_state(False)
    told, tell = ft.use_state("")
    group = groups[at]
    chosen = next((row for row in people if row.mentorship == wanted.mentorship), None)
    mine = chosen.my_role if chosen else ("mentee" if desk.role == "mentee" else "mentor")

    owner: PairRole = "mentor" if (wanted.owner if chosen else mine) == "mentor" else "mentee"
    of_my_own = owner == mine  # what two write together about the other one is seen by both
    settled = wanted.seen or ("" if chosen and of_my_own else "shared" if chosen else "only_me")

    def put(**values: Any) -> None:
        form.put(replace(wanted, **values))
        tell("")

    def save(seen: str = "") -> None:
        if not wanted.title.strip():
            tell("goal.title-missing")
            go_to(0)
            return
        if wanted.due is None:
            tell("goal.date-missing")
            go_to(next(n for n, g in enumerate(groups) if g.id == "t"))
            return
        seen = seen or settled
        if not seen:
            ask(True)
            return
        ask(False)
        goal = _keep(desk, view, wanted, owner, seen, together=chosen is not None)
        form.done()
        desk.notice(desk.say("goal.saved"))
        if view is None:
            desk.swap(f"/goal/{goal}")
        else:
            desk.back()

    use_sheet((lambda: _Question(desk, chosen, save)) if asking else None, lambda: ask(False))

    last = at == len(groups) - 1
    ready = wanted.enough or last

    def back(_: object) -> None:
        go_to(max(at - 1, 0))

    def on(_: object) -> None:
        go_to(min(at + 1, len(groups) - 1))

    def keep(_: object) -> None:
        save()

    steps: list[ft.Control] = []
    if at:
        steps.append(SecondaryButton(desk.say("goal.previous"), back, ft.Icons.ARROW_BACK, id="previous", expand=True))
    if not ready:
        steps.append(SecondaryButton(desk.say("goal.save"), keep, ft.Icons.CHECK, id="save-goal", expand=True))
    elif not last:
        steps.append(
            SecondaryButton(desk.say("goal.next"), on, ft.Icons.ARROW_FORWARD, id="next", strong=True, expand=True)
        )
    primary = (
        PrimaryButton(desk.say("goal.save"), keep, ft.Icons.CHECK, id="save-goal", soft=not wanted.enough)
        if ready
        else PrimaryButton(desk.say("goal.next"), on, ft.Icons.ARROW_FORWARD, id="next")
    )
    body: list[ft.Control] = [
        _Letters(desk, groups, wanted, at, go_to),
        ft.Column(
            [Heading(desk.read(group.title)), Soft(desk.say("goal.letter-of", number=at + 1, total=len(groups)))],
            spacing=0,
            tight=True,
        ),
        ft.Row([VisibilityChip(_seen(settled), name=chosen.name if chosen else "")], wrap=True),
        *_letter(desk, group, wanted, put, people, view is None, settled, view.goal.id if view else person),
    ]
    body[1:1] = resumed_line(desk, form)
    above: list[ft.Control] = []
    if told:
        above.append(Live(desk.say(told), ft.Icons.INFO_OUTLINE, theme.ACCENT))
    elif wanted.enough:
        above.append(Live(_softly(desk, groups, wanted)))
    above.append(ft.Row(steps, spacing=8))
    if desk.prefs.text_size >= 150:  # they would leave no room for the question
        body, above = [*body, *above], []
    return Screen(
        desk.say("goal.edit-title" if view else "goal.new-title"),
        body,
        back=True,
        above=above,
        primary=primary,
        page=at,
    )


def _keep(desk: Desk, view: GoalView | None, wanted: Wanted, owner: PairRole, seen: str, *, together: bool) -> str:
    """What was written, as a goal: the one it was, or a new one. Its id."""
    values = fields_of(wanted)
    if view is not None:
        whose = {"owner": owner} if together else {}
        desk.store.execute(Revise(kind="goal", id=view.goal.id, values={**values, **whose}))
        return view.goal.id
    goal = SetGoal(mentorship=wanted.mentorship or None, private=seen == "only_me", owner=owner, **values)
    return str(desk.store.execute(goal).record)


def _seen(settled: str) -> Visibility:
    """Who sees what is being written: until somebody has said it, nobody else."""
    return "shared" if settled == "shared" else "only_me"


def _softly(desk: Desk, groups: tuple[Group, ...], wanted: Wanted) -> str:
    """Enough to save; which letters could still become clearer."""
    empty = [desk.read(group.title) for group in groups if not wanted.filled(group.id)]
    if not empty:
        return desk.say("goal.enough-all")
    return desk.say("goal.enough", letters=desk.speech.value.listing(empty))


def _Letters(desk: Desk, groups: tuple[Group, ...], wanted: Wanted, at: int, go_to: Any) -> ft.Control:
    """The letters as buttons: which one is being written, which ones have something."""
    buttons: list[ft.Control] = []
    for place, group in enumerate(groups):
        name = desk.read(group.title)
        filled, here = wanted.filled(group.id), place == at
        said = desk.say("goal.letter-filled" if filled else "goal.letter-empty", letter=name)
        color = theme.ON_PRIMARY if here else theme.ON_PRIMARY_CONTAINER if filled else theme.INK_SOFT
        face: ft.Control = (
            Words(name[0], Style.STRONG, color, align=ft.TextAlign.CENTER)
            if group.id != "do"
            else ft.Stack(  # as high as a letter
                [Words(" ", Style.STRONG), Symbol(ft.Icons.DIRECTIONS_WALK, color, 22)], alignment=ft.Alignment.CENTER
            )
        )
        buttons.append(
            ft.Container(
                expand=True,
                content=ft.MergeSemantics(
                    content=ft.Semantics(
                        identifier=f"letter-{group.id}",
                        selected=here,
                        label=said,
                        content=ft.Container(
                            ft.Semantics(exclude_semantics=True, content=face),
                            on_click=lambda _, place=place: go_to(place),
                            ink=True,
                            alignment=ft.Alignment.CENTER,
                            padding=ft.Padding.symmetric(vertical=12),
                            bgcolor=theme.PRIMARY if here else theme.PRIMARY_CONTAINER if filled else theme.SURFACE,
                            border=ft.Border.all(1, theme.PRIMARY if here or filled else theme.LINE),
                            border_radius=theme.CORNER,
                        ),
                    )
                ),
            )
        )
    return ft.Semantics(label=desk.say("goal.letters"), container=True, content=ft.Row(buttons, spacing=6))


# ---------------------------------------------------------------- one letter


def _letter(
    desk: Desk,
    group: Group,
    wanted: Wanted,
    put: Any,
    people: tuple[PersonRow, ...],
    new: bool,
    settled: str,
    about: str,
) -> list[ft.Control]:
    document = desk.library.document("goal.smart")
    items: Mapping[str, Item] = {item.id: item for item in document.items}
    if group.id == "s":
        return [
            *_question(desk, items["title"]),
            _text(desk, items["title"], wanted.title, lambda v: put(title=v), lines=2, limit=300),
            *(_whose(desk, wanted, put, people) if new and len(people) > 1 else []),
            *_owner(desk, wanted, put, people),
            SkillPicker(
                desk.read(items["skills"].text),
                desk.library.choices(items["skills"]),
                wanted.skills,
                lambda v: put(skills=v),
                most=items["skills"].max or MOST_SKILLS,
                about=f"goal.{about}",
                key="skills",
            ),
        ]
    if group.id == "m":
        return _measure(desk, items, wanted, put)
    if group.id == "a":
        return [
            *_question(desk, items["possible"]),
            _text(desk, items["possible"], wanted.possible, lambda v: put(possible=v), lines=3),
            _text(desk, items["obstacle"], wanted.obstacle, lambda v: put(obstacle=v), lines=3),
        ]
    if group.id == "r":
        return [*_question(desk, items["why"]), _text(desk, items["why"], wanted.why, lambda v: put(why=v), lines=4)]
    if group.id == "t":
        return [
            *_question(desk, items["deadline"]),
            DateField(desk.read(items["deadline"].text), wanted.due, lambda v: put(due=v), id="goal-due"),
        ]
    support = [Choice(o.value, desk.read(o.label)) for o in items["support"].options]
    parts: list[ft.Control] = [
        *_question(desk, items["first_step"]),
        _text(desk, items["first_step"], wanted.next_step, lambda v: put(next_step=v), lines=2, limit=300),
        SectionTitle(desk.read(items["support"].text)),
        Toggles(
            support, wanted.support, lambda v: put(support=v), label=desk.read(items["support"].text), id="goal-support"
        ),
    ]
    if new and wanted.mentorship:
        name = next((row.name for row in people if row.mentorship == wanted.mentorship), "")
        parts += [
            SectionTitle(desk.read(items["visibility"].text)),
            VisibilityChoice(settled, lambda v: put(seen=v), name=name, id="goal-seen"),  # type: ignore[arg-type]  # nothing chosen yet
        ]
    return parts


def _question(desk: Desk, item: Item) -> list[ft.Control]:
    """What to ask oneself at this letter."""
    line: list[ft.Control] = [
        ft.Icon(ft.Icons.CHAT_BUBBLE_OUTLINE, size=20, color=theme.PRIMARY),
    ]
    return [ft.Row([*line, Words(desk.read(phrase), Style.NOTE, expand=True)], spacing=12) for phrase in item.ask]


def _text(desk: Desk, item: Item, value: str, on_change: Any, *, lines: int = 1, limit: int = 2000) -> ft.Control:
    helper = desk.say("goal.example", text=desk.read(item.example)) if item.example else ""
    field = Field(
        desk.read(item.text),
        value,
        on_change,
        id=f"goal-{item.id}",
        helper=helper,
        lines=lines,
        limit=limit,
        key=f"goal-{item.id}",
    )
    field.key = item.id
    return field


def _whose(desk: Desk, wanted: Wanted, put: Any, people: tuple[PersonRow, ...]) -> list[ft.Control]:
    ordered = sorted(people, key=lambda row: desk.speech.value.sort_key(row.name))
    choices = [
        *(Choice(row.mentorship, desk.say("goal.shared-with", name=row.name)) for row in ordered),
        Choice("", desk.say("goal.only-mine")),
    ]
    return [
        SectionTitle(desk.say("goal.whose")),
        Picks(choices, wanted.mentorship, lambda v: put(mentorship=v), label=desk.say("goal.whose"), id="goal-whose"),
    ]


def _owner(desk: Desk, wanted: Wanted, put: Any, people: tuple[PersonRow, ...]) -> list[ft.Control]:
    """Whose goal it is: the mentee's as a rule; a mentor may have one of their own in the same relationship."""
    row = next((one for one in people if one.mentorship == wanted.mentorship), None)
    if row is None:
        return []
    own, other = desk.say("goal.own"), desk.say("goal.of-other", name=row.name)
    choices = [Choice("mentee", own if row.my_role == "mentee" else other)]
    choices.append(Choice("mentor", own if row.my_role == "mentor" else other))
    return [
        SectionTitle(desk.say("goal.owner")),
        Picks(choices, wanted.owner, lambda v: put(owner=v), label=desk.say("goal.owner"), id="goal-owner"),
    ]


def _setter(put: Callable[..., None], name: str) -> Callable[[str], None]:
    return lambda text: put(**{name: text})


def _measure(desk: Desk, items: Mapping[str, Item], wanted: Wanted, put: Any) -> list[ft.Control]:
    measures = [Choice(o.value, desk.read(o.label)) for o in items["measure"].options]
    parts: list[ft.Control] = [
        *_question(desk, items["measure"]),
        ChoiceButtons(
            measures,
            wanted.measure,
            lambda v: put(measure=v),
            label=desk.read(items["measure"].text),
            id="goal-measure",
        ),
    ]
    if wanted.measure == "done":
        return parts
    fields = [("start", "from", wanted.start), ("target", "to", wanted.target)]
    for name, item, value in fields:
        wrong = value.strip() and number_of(value) is None
        parts.append(
            Field(
                desk.read(items[item].text),
                value,
                _setter(put, name),
                id=f"goal-{item}",
                keyboard=ft.KeyboardType.NUMBER,
                limit=9,
                error=desk.say("goal.number-wrong") if wrong else "",
                key=f"goal-{item}",
            )
        )
    if wanted.measure == "count":
        parts.append(Field(desk.say("goal.unit"), wanted.unit, lambda v: put(unit=v), id="goal-unit", limit=40))
    return parts


def _Question(desk: Desk, person: PersonRow | None, save: Any) -> ft.Control:
    """The one question about who sees a new goal. Private stands first."""
    name = person.name if person else ""
    return ft.Column(
        [
            Heading(desk.say("goal.ask-share", name=name)),
            Soft(desk.say("goal.ask-share-more"), Style.BODY),
            SecondaryButton(desk.say("goal.ask-private"), lambda _: save("only_me"), ft.Icons.LOCK, id="share-no"),
            SecondaryButton(
                desk.say("goal.ask-shared", name=name), lambda _: save("shared"), ft.Icons.GROUP, id="share-yes"
            ),
        ],
        spacing=12,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )

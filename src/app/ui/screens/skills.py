"""Skills before, after and looking back: a chart, the same as a table, and the rating itself.

Nothing of the start is shown until the end has been rated: numbers before one's eyes would steer the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import flet as ft

from app.model.commands import RateSkills, ShareSkills
from app.model.queries import SkillLevel, SkillsOf, SkillsRow, SkillsView
from app.services.content.library import Document, Item, Option
from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_desk, use_query
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import (
    Card,
    Chip,
    EmptyState,
    Field,
    Heading,
    Live,
    PrimaryButton,
    Row,
    Rows,
    Scale1to5,
    Screen,
    SecondaryButton,
    SectionTitle,
    Soft,
    VisibilityChip,
    VisibilityChoice,
    Words,
)
from app.ui.parts.pictures import BarGroups
from app.ui.safe import component
from app.ui.screens.rows import local, resumed_line, skill_name
from app.ui.screens.skill_pick import SkillPicker
from app.ui.theme import Style

DOCUMENT = "survey.skills"
Step = Literal["pick", "start", "end", "then"]
TOP = 5
"""The scale where a document has none."""


@component
def SkillsScreen(person: str) -> ft.Control:
    """My profile with this person, and theirs where they show it."""
    desk = use_desk()
    view: SkillsView | None = use_query(SkillsOf(person))
    survey = desk.library.document(DOCUMENT)
    title = desk.say("skills.title")
    if view is None:
        return Screen(title, [EmptyState(desk.say("person.missing"))], back=True)
    mine = view.mine
    parts: list[ft.Control] = []
    if mine is None:
        if survey.intro:
            parts.append(Words(desk.read(survey.intro), Style.NOTE))
        parts.append(EmptyState(desk.say("skills.none"), icon=ft.Icons.STAR_OUTLINE, id="skills-none"))
    else:
        parts += _profile(desk, view, mine, survey)
    if view.theirs is not None:
        parts += [SectionTitle(desk.say("skills.theirs", name=view.name))]
        parts.append(ft.Row([VisibilityChip("shared", name=view.name)], wrap=True))
        parts += _shown(desk, view.theirs, survey)
    return Screen(title, parts, subtitle=view.name, back=True, primary=_next(desk, person, mine))


def _next(desk: Desk, person: str, mine: SkillsRow | None) -> ft.Control:
    def rate(phase: str) -> Callable[[object], None]:
        return lambda _: desk.go(f"/skills/{person}/rate", phase=phase)

    if mine is None:
        return PrimaryButton(desk.say("skills.rate-start"), rate("start"), ft.Icons.STAR_OUTLINE, id="rate-start")
    if mine.ended is None:
        return PrimaryButton(desk.say("skills.rate-end"), rate("end"), ft.Icons.STAR_HALF, id="rate-end")
    return SecondaryButton(desk.say("skills.rate-again"), rate("end"), ft.Icons.REPLAY, id="rate-end")


def _profile(desk: Desk, view: SkillsView, mine: SkillsRow, survey: Document) -> list[ft.Control]:
    person = view.mentorship
    parts: list[ft.Control] = []
    if mine.ended is None:
        names = [skill_name(desk, level.skill) for level in mine.levels]
        chips: list[ft.Control] = [Chip(name) for name in sorted(names, key=desk.speech.value.sort_key)]
        when = desk.speech.value.day_year(local(mine.started, desk.now()).date()) if mine.started else ""
        parts += [
            SectionTitle(desk.say("skills.mine")),
            Card(
                [
                    Words(desk.say("skills.started", day=when), Style.STRONG),
                    ft.Row(chips, wrap=True, spacing=8, run_spacing=8),
                    Soft(desk.say("skills.hidden")),
                ],
                spacing=12,
                id="skills-started",
            ),
        ]
    else:
        parts += [SectionTitle(desk.say("skills.mine")), *_shown(desk, mine, survey)]
    tied = _tied(desk, view, mine)
    if tied:
        parts += [SectionTitle(desk.say("skills.goals")), Rows(tied)]

    def share(visibility: str) -> None:
        done = desk.store.execute(ShareSkills(mentorship=person, shared=visibility == "shared"))
        if done.changes:
            said = "skills.now-shared" if visibility == "shared" else "skills.now-private"
            desk.notice(
                desk.say(said, name=view.name), undo=(lambda: desk.store.execute(done.undo)) if done.undo else None
            )

    parts += [
        SectionTitle(desk.say("frame.who-sees")),
        VisibilityChoice(mine.visibility, share, name=view.name, id="skills-seen"),
    ]
    if mine.visibility == "shared":
        parts.append(Soft(desk.say("skills.shared-line", name=view.name)))
    if mine.ended is None:
        parts.append(
            ft.Row(
                [
                    SecondaryButton(
                        desk.say("skills.change-start"),
                        lambda _: desk.go(f"/skills/{person}/rate", phase="start"),
                        ft.Icons.EDIT,
                        id="rate-start",
                    )
                ],
                wrap=True,
            )
        )
    return parts


def _tied(desk: Desk, view: SkillsView, mine: SkillsRow) -> list[ft.Control]:
    """The goals that build these skills."""
    found: dict[str, tuple[str, list[str]]] = {}
    for level in mine.levels:
        for goal, title in view.goals.get(level.skill, ()):
            found.setdefault(goal, (title, []))[1].append(skill_name(desk, level.skill))

    def open_(goal: str) -> Callable[[object], None]:
        return lambda _: desk.go(f"/goal/{goal}")

    return [
        Row(title, open_(goal), subtitle=" · ".join(skills), icon=ft.Icons.FLAG_OUTLINED, id=f"tied-{goal}", key=goal)
        for goal, (title, skills) in found.items()
    ]


# ---------------------------------------------------------------- looked at


def _shown(desk: Desk, row: SkillsRow, survey: Document) -> list[ft.Control]:
    """The chart, and under it the same as a table."""
    levels = sorted(row.levels, key=lambda level: desk.speech.value.sort_key(skill_name(desk, level.skill)))
    names = {phase: desk.say(f"skills.{phase}") for phase in ("start", "hindsight", "end")}
    top = max((item.scale.max for item in survey.items if item.scale), default=TOP)
    groups = [
        (
            skill_name(desk, level.skill),
            [(names[phase], getattr(level, phase)) for phase in names if getattr(level, phase) is not None],
        )
        for level in levels
    ]
    said = ". ".join(f"{name}: {', '.join(f'{phase} {value}' for phase, value in bars)}" for name, bars in groups)
    parts: list[ft.Control] = [Card([BarGroups(groups, top=top, said=desk.say("skills.chart", content=said))])]
    parts += [SectionTitle(desk.say("skills.table")), _table(desk, levels, names)]
    told = [level for level in levels if level.evidence]
    if told:
        shown = [Row(skill_name(desk, level.skill), subtitle=level.evidence, key=level.skill) for level in told]
        parts += [SectionTitle(desk.say("skills.evidence")), Rows(shown)]
    return parts


def _table(desk: Desk, levels: Sequence[SkillLevel], names: Mapping[str, str]) -> ft.Control:
    """One line a skill; to whoever listens each number comes with what it is."""
    nothing = desk.say("skills.not-rated")

    def line(first: ft.Control, cells: Sequence[ft.Control], said: str) -> ft.Control:
        row = ft.Row(
            [ft.Container(first, expand=4), *(ft.Container(cell, expand=2) for cell in cells)],
            spacing=8,
            vertical_alignment=ft.CrossAxisAlignment.CENTER,
        )
        box = ft.Container(row, padding=ft.Padding.symmetric(vertical=12, horizontal=16))
        return ft.Semantics(label=said, exclude_semantics=True, container=True, content=box)

    heads: list[ft.Control] = [
        Words(name, Style.LABEL, theme.INK_SOFT, align=ft.TextAlign.END) for name in names.values()
    ]
    rows = [line(Words(desk.say("skills.skill"), Style.LABEL, theme.INK_SOFT), heads, desk.say("skills.table"))]
    for level in levels:
        name = skill_name(desk, level.skill)
        values = {phase: getattr(level, phase) for phase in names}
        cells: list[ft.Control] = [
            Words("–" if value is None else str(value), Style.STRONG, align=ft.TextAlign.END)
            for value in values.values()
        ]
        told = ", ".join(f"{names[phase]} {nothing if value is None else value}" for phase, value in values.items())
        rows.append(line(Words(name), cells, f"{name}: {told}"))
    return Rows(rows)


# ---------------------------------------------------------------- rated


@dataclass(frozen=True)
class Rated:
    """A rating while it is being given: the skills, `level:skill` for each that has one, and what shows it."""

    picked: frozenset[str] = frozenset()
    now: frozenset[str] = frozenset()
    then: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()


def levels_of(given: frozenset[str]) -> dict[str, int]:
    """The numbers by skill."""
    return {skill: int(level) for level, _, skill in (one.partition(":") for one in given)}


def texts_of(given: frozenset[str]) -> dict[str, str]:
    """What was written by skill: a skill has no line end in it."""
    return {skill: text for skill, _, text in (one.partition("\n") for one in given)}


@component
def RateSkillsScreen(person: str, phase: str = "start") -> ft.Control:
    """Choose three to six, then a number for each; at the end first where one is, then where one thinks one was."""
    desk = use_desk()
    view: SkillsView | None = use_query(SkillsOf(person))
    if view is None:
        return Screen(desk.say("skills.title"), [EmptyState(desk.say("person.missing"))], close=True)
    return _Rate(person, "end" if phase == "end" else "start", view, key=phase)


@component
def _Rate(person: str, phase: Literal["start", "end"], view: SkillsView, key: str = "") -> ft.Control:
    desk = use_desk()
    survey = desk.library.document(DOCUMENT)
    items = {item.phase: item for item in survey.items if item.type == "skill_rating"}
    least, most = (survey.pick.min, survey.pick.max) if survey.pick else (1, 6)
    mine = view.mine
    start = begun(phase, mine, view)
    form = use_unfinished(f"skills.{person}.{phase}", start)
    wrote = form.values
    steps: tuple[Step, ...] = ("pick", "start") if phase == "start" else ("end", "then")
    if phase == "end" and mine is None:
        steps = ("pick", *steps)
    at, go_to = ft.use_state(0)
    told, tell = ft.use_state("")
    step = steps[min(at, len(steps) - 1)]
    order = sorted(wrote.picked, key=lambda skill: desk.speech.value.sort_key(skill_name(desk, skill)))
    cell = "then" if step == "then" else "now"
    given = levels_of(getattr(wrote, cell))
    open_ = [skill for skill in order if skill not in given]

    def put(**values: frozenset[str]) -> None:
        form.put(replace(wrote, **values))
        tell("")

    def rate(skill: str) -> Callable[[int], None]:
        def set_level(level: int) -> None:
            others = frozenset(one for one in getattr(wrote, cell) if one.partition(":")[2] != skill)
            put(**{cell: others | {f"{level}:{skill}"}})

        return set_level

    def shows(skill: str) -> Callable[[str], None]:
        def set_text(text: str) -> None:
            others = frozenset(one for one in wrote.shown if one.partition("\n")[0] != skill)
            put(shown=others | {f"{skill}\n{text}"} if text.strip() else others)

        return set_text

    def following(_: object) -> None:
        if step == "pick" and not least <= len(wrote.picked) <= most:
            tell(desk.say("skills.pick-some", least=least, most=most))
        elif step != "pick" and open_:
            tell(desk.say("skills.left", count=len(open_)))
        elif at < len(steps) - 1:
            tell("")
            go_to(at + 1)
        else:
            save()

    def save() -> None:
        now = {skill: level for skill, level in levels_of(wrote.now).items() if skill in wrote.picked}
        texts = {skill: text for skill, text in texts_of(wrote.shown).items() if skill in wrote.picked}
        with desk.store.writing():
            desk.store.execute(RateSkills(mentorship=person, phase=phase, levels=now, evidence=texts))
            if phase == "end":
                then = {skill: level for skill, level in levels_of(wrote.then).items() if skill in wrote.picked}
                desk.store.execute(RateSkills(mentorship=person, phase="then", levels=then))
        form.done()
        desk.back()
        desk.notice(desk.say("skills.saved-end" if phase == "end" else "skills.saved-start"))

    parts: list[ft.Control] = resumed_line(desk, form)
    parts.append(ft.Row([VisibilityChip(mine.visibility if mine else "only_me", name=view.name)], wrap=True))
    if step == "pick":
        parts += _picking(desk, survey, wrote.picked, lambda picked: put(picked=picked), most, person)
    else:
        item = items[step]
        parts.append(Heading(desk.read(item.text)))
        if item.help:
            parts.append(Soft(desk.read(item.help), Style.BODY))
        proof = next((one for one in survey.items if one.phase == step and one.type == "text"), None)
        texts = texts_of(wrote.shown)
        for skill in order:
            parts.append(_rating(desk, item, skill, given.get(skill), rate(skill)))
            if proof is not None:
                parts.append(_Proof(proof, skill, texts.get(skill, ""), shows(skill), key=f"proof-{skill}"))
    last = at >= len(steps) - 1
    above: list[ft.Control] = [Live(told, ft.Icons.INFO_OUTLINE, theme.ACCENT)] if told else []
    if at:
        above.append(
            SecondaryButton(desk.say("skills.previous"), lambda _: go_to(at - 1), ft.Icons.ARROW_BACK, id="previous")
        )
    return Screen(
        desk.say("skills.title"),
        parts,
        subtitle=desk.say("skills.step", number=at + 1, total=len(steps)),
        close=True,
        above=above,
        primary=PrimaryButton(
            desk.say("skills.save" if last else "skills.next"),
            following,
            ft.Icons.CHECK if last else ft.Icons.ARROW_FORWARD,
            id="save-skills" if last else "next",
        ),
        spacing=16,
        page=at,
    )


def _picking(
    desk: Desk,
    survey: Document,
    picked: frozenset[str],
    pick: Callable[[frozenset[str]], object],
    most: int,
    person: str,
) -> list[ft.Control]:
    """The skills to choose from, and what this is about."""
    intro: list[ft.Control] = [Words(desk.read(survey.intro))] if survey.intro else []
    options = [Option(item.id, item.text) for item in desk.library.document(_source(survey)).items]
    title = desk.say("skills.pick")
    return [*intro, SkillPicker(title, options, picked, pick, most=most, about=person, unfolded=True, key="pick")]


def begun(phase: str, mine: SkillsRow | None, view: SkillsView) -> Rated:
    """What the rating starts from: never the numbers of another time. A first one proposes the skills of the goals."""
    if mine is None:
        return Rated(picked=frozenset(list(view.goals)[:6]))
    picked = frozenset(level.skill for level in mine.levels)
    if phase == "start":
        return Rated(picked=picked)
    shown = frozenset(f"{level.skill}\n{level.evidence}" for level in mine.levels if level.evidence)
    return Rated(picked=picked, shown=shown)


def _source(survey: Document) -> str:
    return survey.pick.source if survey.pick else "skills.catalogue"


def _rating(desk: Desk, item: Item, skill: str, level: int | None, on_change: Callable[[int], object]) -> ft.Control:
    assert item.scale is not None
    name = skill_name(desk, skill)
    return ft.Column(
        [
            Heading(name, style=Style.STRONG),
            Scale1to5(
                level,
                on_change,
                label=f"{name}. {desk.read(item.text)}",
                low=desk.read(item.scale.min_label),
                high=desk.read(item.scale.max_label),
                id=f"level-{skill}",
                steps=item.scale.max,
            ),
        ],
        spacing=10,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        key=f"rating-{item.id}-{skill}",
    )


@component
def _Proof(item: Item, skill: str, text: str, on_change: Callable[[str], object], key: str = "") -> ft.Control:
    """What shows it: a field that is only there when somebody wants to write."""
    desk = use_desk()
    open_, show = ft.use_state(bool(text))
    if not open_:
        words = desk.say("skills.proof")
        button = SecondaryButton(
            words, lambda _: show(True), ft.Icons.ADD, id=f"proof-{skill}", said=f"{words}: {skill_name(desk, skill)}"
        )
        return ft.Row([button], wrap=True)
    return Field(desk.read(item.text), text, on_change, id=f"proof-text-{skill}", lines=2, limit=item.max or 300)

"""The evaluations that are not about one meeting: halfway, and at the end."""

from __future__ import annotations

import flet as ft

from app.model.queries import EvaluationsOf, PersonPage, SkillsOf
from app.ui.hooks import use_clock, use_desk, use_query
from app.ui.parts import EmptyState, QuietButton, Screen, SecondaryButton, Soft
from app.ui.safe import component
from app.ui.screens.answered import answered
from app.ui.screens.document import found
from app.ui.screens.evaluation import Survey


@component
def SurveyScreen(person: str, which: str) -> ft.Control:
    """The survey of a mentorship, in the words of my role; what was answered stays."""
    desk, now = use_desk(), use_clock()
    view = use_query(PersonPage(person, now))
    given = use_query(EvaluationsOf(mentorship=person))
    skills = use_query(SkillsOf(person))
    anew, again = ft.use_state(False)
    survey = found(desk, f"survey.{which}")
    if view is None or survey is None or survey.phases or survey.when == "after_session":
        return Screen(desk.say("evaluation.title"), [EmptyState(desk.say("survey.gone"), id="survey-gone")], close=True)
    role = view.row.my_role
    subtitle = desk.say("survey.with", name=view.row.name)
    mine = skills.mine if skills else None
    also: list[ft.Control] = []
    if which == "end" and mine is not None and mine.started and not mine.ended:  # they are part of how it came out
        rate = QuietButton(
            desk.say("closing.skills"),
            lambda _: desk.go(f"/skills/{person}/rate", phase="end"),
            ft.Icons.INSIGHTS,
            id="survey-skills",
        )
        also = [ft.Row([rate], wrap=True)]
    if not anew and any(one.survey == survey.id and one.role == role for one in given):
        return Screen(
            desk.read(survey.title),
            [
                EmptyState(desk.say("survey.already"), icon=ft.Icons.FAVORITE_BORDER, id="surveyed"),
                SecondaryButton(desk.say("survey.again"), lambda _: again(True), id="survey-again"),
                Soft(desk.say("survey.again.help")),
                *answered(desk, survey, [one for one in given if one.survey == survey.id], role, view.row.name),
                *also,
            ],
            subtitle=subtitle,
            close=True,
        )
    title = desk.read(survey.title)
    return Survey(survey, view.row.name, subtitle, role, meeting=None, mentorship=person, title=title, also=also)

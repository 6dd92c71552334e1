"""What may be shown of a survey: means of five different people or more, and comments in an order of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flet as ft

from app.ui.desk import Desk
from app.ui.hooks import use_desk, use_held
from app.ui.hooks.told import use_told
from app.ui.parts import Card, Choice, EmptyState, ProgressBar, Screen, SectionTitle, Segments, Soft, Words
from app.ui.parts.text import Quotable
from app.ui.safe import component
from app.ui.theme import Style

if TYPE_CHECKING:
    from app.model.summary import Shown
    from app.services.content.library import Item


@component
def ResultsScreen(survey: str) -> ft.Control:
    """One survey: nothing, while fewer than five different people have answered."""
    desk = use_desk()
    coordination = desk.session.coordination
    use_told(coordination.watch)
    role, choose = ft.use_state("")
    orders: dict[str, Shown] = use_held(dict)  # the comments keep their order while one reads them
    found: Shown = coordination.results(survey, role)
    before = orders.get(role)
    if before is not None and (before.count, before.waiting) == (found.count, found.waiting):
        found = before
    orders[role] = found
    document = desk.library.document(survey)
    body: list[ft.Control] = []
    if not found.count:
        body.append(EmptyState(desk.say("programme.results.few", count=found.waiting), icon=ft.Icons.GROUPS, id="few"))
    else:
        body.append(Words(desk.say("programme.results.people", count=found.count), Style.STRONG))
        if found.waiting:
            body.append(Soft(desk.say("programme.results.waiting", count=found.waiting)))
    if found.roles:
        choices = [Choice("", desk.say("programme.results.all"))]
        choices += [Choice(one, desk.say(f"settings.role.{one}")) for one in found.roles]
        body.append(Segments(choices, role, choose, label=desk.say("programme.results.role"), id="results-role"))
    body += [part for item in document.items for part in _item(desk, item, found)]
    body.append(Soft(desk.say("programme.results.fair")))
    return Screen(desk.say("programme.results"), body, subtitle=desk.read(document.title), back=True)


def _item(desk: Desk, item: Item, found: Shown) -> list[ft.Control]:
    text = desk.read(item.text)
    if item.id in found.means and item.scale:
        mean = desk.speech.value.number(round(found.means[item.id], 1))
        said = desk.say("programme.results.mean", mean=mean, most=item.scale.max)
        return [Card([Words(text), Words(said, Style.STRONG), ProgressBar(found.means[item.id], item.scale.max, said)])]
    if item.id in found.chosen:
        counts = found.chosen[item.id]
        names = {option.value: desk.read(option.label) for option in item.options}
        if item.type == "yesno":
            names = {"yes": desk.say("minutes.yes"), "no": desk.say("minutes.no")}
        lines = [f"{names.get(value, value)}: {counts[value]}" for value in names if value in counts]
        return [Card([Words(text), *(Words(line, Style.STRONG) for line in lines)], spacing=4)] if lines else []
    if item.id in found.comments:
        told = [Card(Quotable(comment)) for comment in found.comments[item.id]]
        return [SectionTitle(text), Soft(desk.say("programme.results.comments")), *told]
    return []

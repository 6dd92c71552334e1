"""Every part on one page, for pictures and for the tests of the kit."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import flet as ft

from app.ui import theme
from app.ui.hooks import use_desk, use_draft
from app.ui.parts import (
    Busy,
    Card,
    Chip,
    Choice,
    ChoiceButtons,
    DateField,
    DraftField,
    EmptyState,
    Field,
    LineChart,
    Live,
    PassphraseField,
    PrimaryButton,
    ProgressBar,
    QuietButton,
    Row,
    Rows,
    SavedLine,
    Scale1to5,
    Screen,
    SecondaryButton,
    SectionTitle,
    Segments,
    Soft,
    Stepper,
    Steps,
    TickRow,
    TimeField,
    VisibilityChip,
    VisibilityChoice,
    Words,
    use_sheet,
)
from app.ui.safe import component
from app.ui.theme import Style


@component
def Gallery() -> ft.Control:
    """One of each, working."""
    desk = use_desk()
    ticked, tick = ft.use_state(False)
    rating, rate = ft.use_state(4)
    role, choose = ft.use_state("mentor")
    part, turn = ft.use_state("goals")
    seen: Any
    seen, see = ft.use_state("shared")
    word, set_word = ft.use_state("")
    day, set_day = ft.use_state(date(2026, 10, 14))
    at, set_at = ft.use_state(time(16, 0))
    count, set_count = ft.use_state(1)
    open_, set_open = ft.use_state(False)
    saved, save = ft.use_state("Ringde arbetsplatsen, fick ett namn: Lena på lagret.")
    draft = use_draft(saved, save)
    use_sheet(
        (lambda: Rows([TickRow("Checka in", True, print), TickRow("Kom överens om syftet", False, print)]))
        if open_
        else None,
        lambda: set_open(False),
        title="Under mötet",
    )
    return Screen(
        "I dag",
        [
            Card(
                [
                    Soft("Om 20 minuter"),
                    Words("15.00 Yusuf", Style.HEADING),
                    Words("Biblioteket, grupprum 2"),
                ],
                lambda: set_open(True),
                id="card",
            ),
            SectionTitle("Före mötet", "3 av 8"),
            Rows(
                [
                    TickRow("Läs protokollet från sist", ticked, tick, id="tick"),
                    TickRow("Fundera ut två öppna frågor som inte går att svara ja eller nej på", False, print),
                ]
            ),
            SectionTitle("Att göra"),
            Rows(
                [
                    Row("Läsa Yusufs cv", subtitle="i dag", icon=ft.Icons.TASK_ALT, color=theme.ACCENT),
                    Row(
                        "Ett protokoll att bekräfta",
                        lambda: set_open(True),
                        subtitle="14 okt.",
                        icon=ft.Icons.DRAW,
                        color=theme.SHARED,
                        id="row",
                    ),
                ]
            ),
            VisibilityChoice(seen, see, name="Yusuf"),
            ft.Row(
                [
                    VisibilityChip("shared", name="Karin"),
                    VisibilityChip("only_me"),
                    VisibilityChip("summary"),
                    Chip("Söka jobb"),
                ],
                wrap=True,
            ),
            DraftField("Anteckning", draft, id="note"),
            SavedLine(draft),
            Field("Namn", word, set_word, id="name", error="" if word else "Skriv ett namn."),
            PassphraseField("Lösenfras", word, set_word),
            DateField("Dag", day, set_day, id="day"),
            TimeField("Tid", at, set_at, id="time"),
            ChoiceButtons(
                [
                    Choice("mentor", "Mentor"),
                    Choice("mentee", "Adept"),
                    Choice("coordinator", "Samordnare"),
                    Choice("participant", "Deltagare"),
                ],
                role,
                choose,
                label="Jag är",
                id="role",
            ),
            Segments(
                [Choice("meetings", "Möten"), Choice("goals", "Mål"), Choice("board", "Tavla")],
                part,
                turn,
                label="Delar",
                id="part",
            ),
            SectionTitle("Hur stor nytta hade du av det?"),
            Scale1to5(rating, rate, label="Hur stor nytta?", low="Ingen nytta", high="Stor nytta", id="scale"),
            Card(
                [
                    ft.Row([Words(str(count), Style.FIGURE), Soft("av 2 intervjuer")]),
                    ProgressBar(count, 2, f"{count} av 2 intervjuer"),
                    Stepper(
                        "1 mindre",
                        "1 till",
                        lambda: set_count(count - 1),
                        lambda: set_count(count + 1),
                        id="step",
                    ),
                ]
            ),
            Card(
                LineChart(
                    [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2)],
                    said="14 okt.: 1. I dag: 2.",
                    labels=[(0, "sept."), (4, "i dag")],
                )
            ),
            Steps(4, 6, "Möte 4 av 6"),
            EmptyState("Inga möten ännu.", "Boka första mötet", lambda: set_open(True)),
            Busy("Öppnar …"),
            ft.Row(
                [
                    SecondaryButton("Uppgift", lambda: set_open(True), ft.Icons.ADD_TASK, expand=True),
                    SecondaryButton("Fråga", lambda: set_open(True), ft.Icons.CHAT_BUBBLE_OUTLINE, expand=True),
                ]
            ),
            QuietButton("Gör det senare", lambda: desk.notice("Påminns om en vecka", undo=lambda: None)),
        ],
        title_tap=lambda: set_open(True),
        above=[Live("Inget nät. Allt sparas här.", ft.Icons.CLOUD_OFF)],
        primary=PrimaryButton("Anteckna", lambda: set_open(True), ft.Icons.EDIT, id="primary"),
    )

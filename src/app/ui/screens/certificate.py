"""A certificate and the list of meetings, in Swedish or English, as PDF or as a page: dates and a number only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import flet as ft

from app.model.queries import AboutMe, Two, TwoOf
from app.model.queries.closing import HeldDays
from app.ui.hooks import use_busy, use_desk, use_query
from app.ui.hooks.saving import use_saving
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import (
    Card,
    Choice,
    EmptyState,
    Field,
    PrimaryButton,
    Screen,
    SecondaryButton,
    SectionTitle,
    Segments,
    Soft,
    Words,
)
from app.ui.safe import component
from app.ui.screens.rows import resumed_line
from app.ui.theme import Style

if TYPE_CHECKING:
    from app.model.entities import Me

SHEETS = ("certificate", "list")
LANGUAGES = ("sv", "en")


@component
def CertificateScreen(person: str) -> ft.Control:
    """What it will say, to change before it is saved."""
    desk = use_desk()
    two: Two | None = use_query(TwoOf(person))
    me: Me | None = use_query(AboutMe())
    if two is None:
        return Screen(desk.say("certificate.title"), [EmptyState(desk.say("person.missing"))], back=True)
    return _Certificate(person, two.my_role, me.name if me else "", me.organisation if me else "", key=person)


@dataclass(frozen=True)
class Named:
    """What stands on it besides the days."""

    name: str
    programme: str


@component
def _Certificate(person: str, role: str, called: str, organisation: str, key: str = "") -> ft.Control:
    from app.services.files.certificate import Facts, as_page, as_pdf, certificate_words, list_words

    desk = use_desk()
    days = use_query(HeldDays(person))
    form = use_unfinished(f"certificate.{person}", Named(called, organisation))
    save = use_saving(form.done)  # what stood on it is on paper now
    name, programme = form.values.name, form.values.programme
    language, turn = ft.use_state(desk.prefs.language)
    sheet, choose = ft.use_state("certificate")
    busy, run = use_busy()
    if not days:
        return Screen(
            desk.say("certificate.title"),
            [EmptyState(desk.say("certificate.none"), icon=ft.Icons.WORKSPACE_PREMIUM_OUTLINED, id="certificate-none")],
            back=True,
        )
    speech = replace(desk.speech.value, language=language)
    facts = Facts(name.strip() or called, role, programme.strip(), days, desk.now().date())
    words = (certificate_words if sheet == "certificate" else list_words)(facts, desk.library, speech)
    title = f"fika-{speech.say('certificate.file') if sheet == 'certificate' else speech.say('certificate.file-list')}"

    def as_file(_: object) -> None:
        run(lambda: as_pdf(words, speech.assets, speech), lambda data: save(f"{title}.pdf", data))

    shown: list[ft.Control] = [
        Words(one.text, Style.HEADING if one.bold else Style.BODY) for one in words[:12] if one.text
    ]
    if len(words) > 12:
        shown.append(Soft(desk.say("certificate.more", count=len(words) - 12)))
    page = SecondaryButton(
        desk.say("certificate.html"),
        lambda _: save(f"{title}.html", as_page(words, speech).encode()),
        ft.Icons.DESCRIPTION_OUTLINED,
        id="certificate-html",
    )
    large = desk.prefs.text_size >= 150  # under the text then, or the buttons would leave it no room
    return Screen(
        desk.say("certificate.title"),
        [
            Segments(
                [Choice(one, desk.say(f"certificate.sheet.{one}")) for one in SHEETS],
                sheet,
                choose,
                label=desk.say("certificate.title"),
                id="certificate",
            ),
            *resumed_line(desk, form),
            Field(
                desk.say("certificate.name"),
                name,
                lambda name: form.put(replace(form.values, name=name)),
                id="certificate-name",
                limit=120,
            ),
            Field(
                desk.say("certificate.programme"),
                programme,
                lambda programme: form.put(replace(form.values, programme=programme)),
                id="certificate-programme",
                limit=120,
            ),
            Segments(
                [Choice(one, desk.say(f"certificate.language.{one}")) for one in LANGUAGES],
                language,
                turn,
                label=desk.say("certificate.language"),
                id="certificate-language",
            ),
            SectionTitle(desk.say("certificate.preview")),
            Card(shown, spacing=10),
            Soft(desk.say("certificate.only")),
            *([page] if large else []),
        ],
        back=True,
        above=[] if large else [page],
        primary=PrimaryButton(
            desk.say("certificate.pdf"), as_file, ft.Icons.PICTURE_AS_PDF_OUTLINED, busy=busy, id="certificate-pdf"
        ),
    )

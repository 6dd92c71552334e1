"""Safety: who to call and what to do first, two taps from every screen and from the lock.

The page is the same for everybody: nothing on it depends on who uses the app, and while it is locked nothing is asked
of the vault. The programme's own contacts are written by the person and shown only when it is open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import flet as ft

from app.errors import ContentError
from app.model.commands import SetSetting
from app.model.queries import SettingOf
from app.services.content.library import (
    NUMBERS_BY,
    NUMBERS_DAY,
    REGIONS,
    TERRITORIES,
    Document,
    Group,
    Item,
    default_region,
)
from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_desk, use_query, use_watch
from app.ui.hooks.unfinished import use_unfinished
from app.ui.parts import (
    Card,
    Choice,
    ChoiceButtons,
    Field,
    Heading,
    PrimaryButton,
    QuietButton,
    Row,
    Rows,
    Screen,
    SectionTitle,
    Soft,
    Words,
    use_sheet,
)
from app.ui.parts.calling import CallButton, CallRow
from app.ui.safe import component
from app.ui.screens.rows import resumed_line, zone_of
from app.ui.theme import Style

CONTACTS, GUIDANCE = "guidance.contacts", "guidance.safeguarding"
OWN = ("safety_lead", "safety_deputy", "coordinator")
FIRST = ("now", "talk", "after")


def region_of(desk: Desk) -> str:
    """Whose numbers: the region somebody chose, otherwise where the clock is, otherwise what the language suggests."""
    chosen = str(desk.prefs.region or "")
    here = TERRITORIES.get(zone_of(desk))
    return chosen if chosen in REGIONS else default_region(desk.speech.value.language, here)


@component
def SafetyScreen() -> ft.Control:
    """Numbers and first steps; a number to call in any case."""
    desk = use_desk()
    use_watch(desk.speech)
    try:
        for name in (CONTACTS, GUIDANCE):
            desk.library.document(name)
    except ContentError as fault:
        number = desk.library.facts(region_of(desk))["emergency"]
        call = CallButton(desk.say("safety.call", number=number), number, id="call-emergency")
        opened = desk.session.phase == "open"
        words: list[ft.Control] = [
            Heading(desk.say("safety.danger")),
            call,
            Soft(desk.sentence(fault)),
            _tell(desk, opened),
        ]
        return Screen(desk.say("safety.title"), words, back=True, safety=False, lock=opened)
    return _Whole()


@component
def _Whole() -> ft.Control:
    desk = use_desk()
    use_watch(desk.speech)
    more, show_more = ft.use_state(False)
    choosing, choose = ft.use_state(False)
    picked, pick = ft.use_state("")
    contacts = desk.library.document(CONTACTS)
    guidance = desk.library.document(GUIDANCE)
    opened = desk.session.phase == "open"
    confirmed = Confirmed(desk) if opened else Confirmed()
    suggested = "" if str(desk.prefs.region or "") in REGIONS else confirmed.region
    region = picked or suggested or region_of(desk)  # another language may suggest another one
    facts = desk.library.facts(region)

    def read(phrase: object) -> str:
        return desk.read(phrase, **facts)

    def take(value: str) -> None:
        pick(value)
        choose(False)
        desk.prefs.set(region=value)

    known = {item.id: confirmed.numbers.get(item.id, item.phone or "") for item in contacts.items}
    numbers = [item for item in contacts.items if item.group == region and known[item.id]]
    emergency = next((item for item in numbers if item.emergency), None)
    groups = {group.id: (group, items) for group, items in guidance.in_groups() if group}
    names = {group.id: desk.read(group.title) for group in contacts.groups}

    body: list[ft.Control] = []
    if guidance.intro:
        body.append(Words(read(guidance.intro), Style.BODY, theme.INK_SOFT))
    now = _steps(desk, groups["now"], region, facts)
    danger: list[ft.Control] = [Heading(desk.say("safety.danger"))]
    if emergency:
        number = known[emergency.id]
        danger.append(CallButton(desk.say("safety.call", number=number), number, id="call-emergency"))
        if emergency.id not in confirmed.numbers:
            danger.append(Soft(desk.say("safety.unverified")))
    body.append(Card([*danger, *now], spacing=12))

    body.append(SectionTitle(desk.say("safety.numbers"), names[region]))
    body += _numbers(desk, contacts, numbers, region, known, facts, confirmed)
    if choosing:
        body.append(
            ChoiceButtons(
                [Choice(value, names[value]) for value in REGIONS],
                region,
                take,
                label=desk.say("safety.region"),
                id="region",
                columns=1,
            )
        )
    else:
        body.append(
            QuietButton(desk.say("safety.region.change"), lambda _: choose(True), ft.Icons.PUBLIC, id="region-change")
        )

    body.append(SectionTitle(desk.say("safety.more-help")))
    body.append(_tell(desk, opened))
    body.append(SectionTitle(names["own"]))
    body.append(OwnContacts() if opened else Card(Words(desk.say("safety.own.locked"))))

    for name in ("talk", "after"):
        group, _ = groups[name]
        body.append(SectionTitle(read(group.title)))
        body.append(Card(_steps(desk, groups[name], region, facts), spacing=12))
    if more:
        for name, (group, _) in groups.items():
            if name not in FIRST:
                body.append(SectionTitle(read(group.title)))
                body.append(Card(_steps(desk, (group, groups[name][1]), region, facts), spacing=12))
    else:
        body.append(
            QuietButton(desk.say("safety.more"), lambda _: show_more(True), ft.Icons.EXPAND_MORE, id="safety-more")
        )
    if not guidance.reviewed_by_programme:
        body.append(Soft(desk.say("safety.noreview")))
    body.append(Soft(desk.say("safety.anonymous")))
    return Screen(desk.say("safety.title"), body, back=True, safety=False, lock=opened)


def _numbers(
    desk: Desk,
    contacts: Document,
    numbers: Sequence[Item],
    region: str,
    known: dict[str, str],
    facts: dict[str, str],
    confirmed: Confirmed,
) -> list[ft.Control]:
    """Whom one can call, and whether somebody has made sure of the numbers."""
    rows = Rows(
        [
            CallRow(
                desk.read(item.text, **facts),
                known[item.id],
                said=desk.say("safety.call.who", name=desk.read(item.text, **facts), number=known[item.id]),
                id=f"call-{item.id}",
                help="\n".join(
                    [
                        *([desk.read(item.help, **facts)] if item.help else []),
                        *([] if item.id in confirmed.numbers else [desk.say("safety.unverified")]),
                    ]
                ),
            )
            for item in numbers
            if not item.emergency
        ]
    )
    if any(item.id in confirmed.numbers for item in numbers):
        sure = desk.say("safety.verified", name=confirmed.by, day=day_in_words(desk, confirmed.day))
    else:
        sure = desk.say("safety.verify")
    return [rows, *_unnumbered(desk, contacts, region, known), Soft(sure)]


def _steps(desk: Desk, part: tuple[Group, tuple[Item, ...]], region: str, facts: dict[str, str]) -> list[ft.Control]:
    """The lines of one heading, each with what one can say and what helps."""
    return [_step(desk, item, facts) for item in part[1] if item.region in (None, region)]


def _step(desk: Desk, item: Item, facts: dict[str, str]) -> ft.Control:
    words: list[ft.Control] = [Words(desk.read(item.text, **facts), Style.STRONG if item.critical else Style.BODY)]
    if item.help:
        words.append(Soft(desk.read(item.help, **facts)))
    if item.say:
        words.append(
            ft.Container(
                Words(desk.read(item.say, **facts), Style.BODY),
                bgcolor=theme.RAISED,
                border_radius=theme.CORNER,
                padding=ft.Padding.symmetric(vertical=8, horizontal=12),
            )
        )
    mark = {"dont": ft.Icons.CLOSE, "sign_item": ft.Icons.VISIBILITY_OUTLINED, "info": ft.Icons.INFO_OUTLINE}
    return ft.Row(
        [
            ft.Icon(
                mark.get(item.type, ft.Icons.ARROW_FORWARD),
                color=theme.ACCENT if item.type == "dont" or item.critical else theme.PRIMARY,
                size=22,
            ),
            ft.Column(words, spacing=6, tight=True, expand=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        ],
        spacing=12,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )


class Confirmed:
    """Which numbers a programme has checked for its people; locked, nobody knows of any."""

    def __init__(self, desk: Desk | None = None) -> None:
        self.numbers: dict[str, str] = {}
        self.by = self.day = ""
        self.region = ""
        """The one country that the programme has checked: its people are there, whatever language they read."""
        if desk is not None:
            self.by, self.day = _kept(desk, NUMBERS_BY), _kept(desk, NUMBERS_DAY)
            if self.by:
                items = desk.library.document(CONTACTS).items
                found = {item.id: _kept(desk, f"number.{item.id}") for item in items}
                self.numbers = {id: phone for id, phone in found.items() if phone}
                regions = {item.group or "" for item in items if item.id in self.numbers} & set(REGIONS)
                self.region = regions.pop() if len(regions) == 1 else ""


def day_in_words(desk: Desk, day: str) -> str:
    """A day as a programme writes it, as one says it; what is no day stays as it is."""
    try:
        return desk.speech.value.near_day(date.fromisoformat(day), desk.now())
    except ValueError:  # written by somebody else's device
        return day


def _kept(desk: Desk, key: str) -> str:
    return str(desk.store.ask(SettingOf(key, "")) or "")


def _tell(desk: Desk, opened: bool) -> ft.Control:
    """Somebody to tell: the same rows for everybody; a wish to be contacted needs the vault open."""
    rows = [
        Row(
            desk.say("safety.concern"),
            lambda _: desk.go("/concern"),
            subtitle=desk.say("safety.concern.help"),
            icon=ft.Icons.EDIT_NOTE,
            id="safety-concern",
        )
    ]
    if opened:
        listened = desk.session.programme.listening is not None

        def ask(_: object) -> None:
            """Two taps from anywhere: the wish is there, and the page that comes takes it back."""
            if listened and desk.session.programme.contact is None:
                desk.session.programme.ask_contact()
                desk.announce(desk.say("contact.asked"))
            desk.go("/contact")

        help = desk.say("safety.contact.help")
        rows.insert(
            0,
            Row(
                desk.say("safety.contact"),
                ask,
                subtitle=f"{help} {desk.say('contact.name')}" if listened else help,
                icon=ft.Icons.PHONE_CALLBACK,
                id="safety-contact",
            ),
        )
    return Rows(rows)


def _unnumbered(desk: Desk, contacts: Document, region: str, known: dict[str, str]) -> Iterable[ft.Control]:
    """Those of the region whose number differs from place to place: what helps when one does not have it."""
    for item in contacts.items:
        if item.group == region and not known[item.id] and item.help:
            yield Card([Words(desk.read(item.text)), Soft(desk.read(item.help))], spacing=2)


# ---------------------------------------------------------------- the programme's own, only when open
@component
def OwnContacts() -> ft.Control:
    """The people of the programme, filled in by whoever uses the app."""
    desk = use_desk()
    contacts = desk.library.document(CONTACTS)
    editing, edit = ft.use_state("")
    answers = {name: (_use_setting(name, "name"), _use_setting(name, "phone")) for name in OWN}
    rows: list[ft.Control] = []
    for name in OWN:
        who = desk.read(contacts.item(name).text)
        person, phone = answers[name]
        if phone:
            title = desk.say("safety.own.person", role=who, name=person) if person else who
            rows.append(
                CallRow(title, phone, said=desk.say("safety.call.who", name=title, number=phone), id=f"call-{name}")
            )
        rows.append(
            Row(
                desk.say("safety.own.change", role=who) if phone else who,
                lambda _, name=name: edit(name),
                subtitle="" if phone else desk.say("safety.own.missing"),
                icon=ft.Icons.EDIT_OUTLINED,
                id=f"fill-{name}",
            )
        )
    use_sheet(
        (lambda: _ContactForm(editing, answers[editing], lambda: edit(""))) if editing else None,
        lambda: edit(""),
        title=desk.read(contacts.item(editing).text) if editing else "",
        short=True,
    )
    return Rows(rows)


@dataclass(frozen=True)
class Contact:
    """Whom to call, while it is being written."""

    name: str
    phone: str


@component
def _ContactForm(contact: str, now: tuple[str, str], done: object) -> ft.Control:
    desk = use_desk()
    form = use_unfinished(f"contact.{contact}", Contact(*now))
    wrote = form.values

    def save(_: object = None) -> None:
        desk.store.execute(SetSetting(key=f"contact.{contact}.name", value=wrote.name.strip()))
        desk.store.execute(SetSetting(key=f"contact.{contact}.phone", value=wrote.phone.strip()))
        form.done()
        desk.notice(desk.say("safety.own.saved"))
        if callable(done):
            done()

    return ft.Column(
        [
            *resumed_line(desk, form),
            Field(
                desk.say("safety.own.who"),
                wrote.name,
                lambda name: form.put(replace(wrote, name=name)),
                id="contact-name",
                limit=120,
            ),
            Field(
                desk.say("safety.own.phone"),
                wrote.phone,
                lambda phone: form.put(replace(wrote, phone=phone)),
                id="contact-phone",
                limit=40,
                keyboard=ft.KeyboardType.PHONE,
                on_submit=save,
            ),
            PrimaryButton(desk.say("safety.own.save"), save, id="contact-save"),
        ],
        spacing=12,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _use_setting(contact: str, part: str) -> str:
    """What is written about a contact, and a new render when it changes."""
    return str(use_query(SettingOf(f"contact.{contact}.{part}", "")) or "")

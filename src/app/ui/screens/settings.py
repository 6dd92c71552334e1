"""Settings: one short list, each row saying how it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flet as ft

from app.model.queries import AboutMe, SettingOf
from app.services.content.languages import name_of
from app.ui.hooks import use_desk, use_query, use_watch
from app.ui.parts import Row, Rows, Screen, SectionTitle
from app.ui.safe import component

if TYPE_CHECKING:
    from app.model.entities import Me
    from app.ui.desk import Desk


@component
def SettingsScreen() -> ft.Control:
    """Everything that can be chosen, each on a page of its own."""
    desk = use_desk()
    use_watch(desk.speech)
    me = use_query(AboutMe())
    server = use_query(SettingOf("server.address"))
    body: list[ft.Control] = [SectionTitle(desk.say("settings.group.me")), _me(desk, me)]
    if not desk.session.example:
        body += [
            SectionTitle(desk.say("settings.group.safe")),
            _safe(desk),
            SectionTitle(desk.say("settings.group.keep")),
            _keep(desk, str(server or "")),
        ]
    body.append(ft.Container(height=4))
    body.append(
        Rows(
            [
                Row(
                    desk.say("settings.about"),
                    lambda _: desk.go("/settings/about"),
                    icon=ft.Icons.INFO_OUTLINE,
                    id="settings-about",
                )
            ]
        )
    )
    return Screen(desk.say("settings.title"), body, back=True)


def _me(desk: Desk, me: Me | None) -> ft.Control:
    """Who I am here, and how the app looks and speaks."""
    return Rows(
        [
            Row(
                me.name if me else desk.say("settings.me"),
                lambda _: desk.go("/settings/me"),
                subtitle=desk.say(f"settings.role.{me.role}") if me else "",
                icon=ft.Icons.PERSON_OUTLINE,
                id="settings-me",
            ),
            Row(
                desk.say("settings.look"),
                lambda _: desk.go("/settings/look"),
                subtitle=_look(desk),
                icon=ft.Icons.PALETTE_OUTLINED,
                id="settings-look",
            ),
            Row(
                desk.say("word.screen"),
                lambda _: desk.go("/settings/words"),
                subtitle=desk.say("word.row"),
                icon=ft.Icons.DRIVE_FILE_RENAME_OUTLINE,
                id="settings-words",
            ),
            Row(
                desk.say("calendar.screen"),
                lambda _: desk.go("/calendar"),
                subtitle=desk.say("calendar.row.help"),
                icon=ft.Icons.EVENT_OUTLINED,
                id="settings-calendar",
            ),
        ]
    )


def _safe(desk: Desk) -> ft.Control:
    """What locks it, and what opens it again."""
    return Rows(
        [
            Row(
                desk.say("settings.lock"),
                lambda _: desk.go("/settings/lock"),
                subtitle=lock_words(desk, desk.prefs.lock_after, short=True),
                icon=ft.Icons.LOCK_CLOCK,
                id="settings-lock",
            ),
            Row(
                desk.say("settings.phrase"),
                lambda _: desk.go("/settings/phrase"),
                icon=ft.Icons.PASSWORD,
                id="settings-phrase",
            ),
            Row(
                desk.say("settings.recovery"),
                lambda _: desk.go("/settings/recovery"),
                subtitle=desk.say(
                    "settings.recovery.confirmed"
                    if desk.session.recovery_confirmed
                    else "settings.recovery.unconfirmed"
                ),
                icon=ft.Icons.KEY,
                id="settings-recovery",
            ),
        ]
    )


def _keep(desk: Desk, server: str) -> ft.Control:
    """What is kept, carried to other devices, shared and taken out."""
    joined = desk.session.programme.joined
    return Rows(
        [
            Row(
                desk.say("settings.backup"),
                lambda _: desk.go("/settings/backup"),
                subtitle=_backup(desk),
                icon=ft.Icons.SAVE_ALT,
                id="settings-backup",
            ),
            Row(
                desk.say("devices.title"),
                lambda _: desk.go("/settings/devices"),
                subtitle=desk.say("devices.row.help"),
                icon=ft.Icons.DEVICES,
                id="settings-devices",
            ),
            Row(
                desk.say("programme.mine"),
                lambda _: desk.go("/settings/programme"),
                subtitle=joined.name if joined else desk.say("programme.mine.none"),
                icon=ft.Icons.HUB_OUTLINED,
                id="settings-programme",
            ),
            Row(
                desk.say("server.title"),
                lambda _: desk.go("/settings/server"),
                subtitle=server.partition("://")[2] if server else desk.say("server.row.none"),
                icon=ft.Icons.CLOUD_OUTLINED,
                id="settings-server",
            ),
            Row(
                desk.say("export.title"),
                lambda _: desk.go("/settings/data"),
                subtitle=desk.say("settings.data.help"),
                icon=ft.Icons.FOLDER_SHARED_OUTLINED,
                id="settings-data",
            ),
            Row(
                desk.say("settings.erase"),
                lambda _: desk.go("/settings/erase"),
                icon=ft.Icons.DELETE_FOREVER_OUTLINED,
                id="settings-erase",
            ),
        ]
    )


def lock_words(desk: Desk, minutes: int, *, short: bool = False) -> str:
    """How long until it locks, as one chooses it; `short` as the list says it."""
    if minutes == 0:
        return desk.say("settings.lock.after.0")
    words = desk.say("settings.lock.after.minutes", count=minutes)
    return desk.say("settings.lock.short", minutes=words) if short else words


def _look(desk: Desk) -> str:
    percent = desk.speech.value.percent(desk.prefs.text_size / 100)
    return " · ".join(
        [
            name_of(desk.speech.value.assets, desk.prefs.language),
            desk.say(f"settings.theme.{desk.prefs.theme}"),
            desk.say("settings.text.percent", percent=percent),
        ]
    )


def _backup(desk: Desk) -> str:
    last = desk.session.last_backup
    if last is None:
        return desk.say("settings.backup.never")
    return desk.say("settings.backup.last", day=desk.speech.value.near_day(last, desk.now()))

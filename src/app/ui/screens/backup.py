"""Backups: making one, seeing that it opens, and beginning again from one."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import flet as ft

from app import errors
from app.ui import theme
from app.ui.desk import Desk
from app.ui.hooks import use_busy, use_desk, use_watch
from app.ui.hooks.files import use_files
from app.ui.parts import (
    Busy,
    Card,
    Field,
    Heading,
    Live,
    PrimaryButton,
    Screen,
    SecondaryButton,
    SectionTitle,
    Soft,
    Words,
)
from app.ui.parts.new_phrase import NewPassphrase, refusal
from app.ui.parts.text import SpokenWords
from app.ui.safe import component
from app.ui.screens.recovery import SaveKey

NO_FAULTS: tuple[str, str, str] = ("", "", "")
SHOWN = ("meeting", "note", "minutes", "goal", "task", "person")


@component
def BackupScreen() -> ft.Control:
    """One sealed file, and the proof that it opens."""
    desk = use_desk()
    use_watch(desk.speech)
    files = use_files()
    done, tell = ft.use_state("")
    words, keep = ft.use_state("")  # what opens the backup that was just made, when it is not the key
    unsaved, hold = ft.use_state(cast("Any", None))  # it leaves once these are written down
    busy, run = use_busy()
    last = desk.session.last_backup
    waiting = not desk.session.recovery_confirmed

    async def save(made: Any) -> None:
        saved = await files.save(made.name, made.data)
        if saved.how == "made":
            desk.once_open(desk.session.backup_saved)
            hold(None)
        tell("backup.made" if saved.how == "made" else f"backup.made.{saved.how}")

    def make(by_words: bool) -> None:
        tell("")
        keep("")
        hold(None)
        run(lambda: desk.session.make_backup(words=by_words), leave)

    def leave(made: Any) -> None:
        """The words come first: the device's dialog may send the app to the background and lock it, and they are gone."""
        if made.words:
            keep(made.words)
            hold(made)
        else:
            desk.later(lambda: save(made))

    body: list[ft.Control] = [
        Words(desk.say("backup.why")),
        Soft(desk.say("backup.opens")),
        Words(desk.say("backup.last", moment=_here(desk, last)) if last else desk.say("backup.never")),
    ]
    if done:
        body.append(Live(desk.say(done), ft.Icons.CHECK_CIRCLE if done == "backup.made" else ft.Icons.INFO_OUTLINE))
    if words:
        body.append(Card([Soft(desk.say("backup.words")), SpokenWords(words.split())]))
    if busy:
        body.append(Busy(desk.say("backup.making")))
    if waiting:
        body.append(
            Card(
                [
                    Words(desk.say("backup.key.first")),
                    SecondaryButton(
                        desk.say("backup.key.show"),
                        lambda _: desk.go("/settings/recovery"),
                        ft.Icons.KEY,
                        id="backup-key",
                    ),
                ]
            )
        )
    body.append(Test())
    primary = PrimaryButton(
        desk.say("backup.words.make" if waiting else "backup.make"),
        lambda _: make(waiting),  # nobody shall be left with a copy whose key was never written down
        ft.Icons.SAVE_ALT,
        busy=busy,
        id="backup-words" if waiting else "backup-make",
    )
    if unsaved is not None:
        primary = PrimaryButton(
            desk.say("backup.words.save"),
            lambda _: desk.later(lambda: save(unsaved)),
            ft.Icons.SAVE_ALT,
            id="backup-words-save",
        )
    return Screen(desk.say("backup.title"), body, back=True, primary=primary)


@component
def Test() -> ft.Control:
    """Opens a backup only to look, and says what it holds."""
    desk = use_desk()
    chosen, choose = ft.use_state(cast("Any", None))  # (name, bytes)
    secret, set_secret = ft.use_state("")
    fault, say_fault = ft.use_state("")
    found, find = ft.use_state(cast("Any", None))
    busy, run = use_busy()

    def pick(name: str, data: bytes) -> None:
        choose((name, data))
        find(None)
        say_fault("")

    def write(text: str) -> None:
        set_secret(text)
        say_fault("")

    def look(_: object = None) -> None:
        say_fault("" if secret.strip() else desk.say("backup.restore.secret.missing"))
        if chosen and secret.strip():
            run(
                lambda: desk.session.test_backup(chosen[1], secret),
                find,
                lambda problem: say_fault(desk.sentence(problem)),
            )

    inside: list[ft.Control] = [
        Heading(desk.say("backup.test")),
        Soft(desk.say("backup.test.help")),
        Choose(chosen[0] if chosen else "", pick, id="test-file"),
    ]
    if chosen:
        inside += [
            Field(
                desk.say("backup.secret"),
                secret,
                write,
                id="test-secret",
                limit=200,
                error=fault,
                lines=2,
                on_submit=look,
            ),
            SecondaryButton(desk.say("backup.test"), look, ft.Icons.FACT_CHECK_OUTLINED, id="test-go", strong=True),
        ]
    if busy:
        inside.append(Busy(desk.say("backup.test.testing")))
    if found is not None:
        inside += _holds(desk, found)
    return Card(inside, spacing=12)


def _here(desk: Desk, at: datetime) -> str:
    """A moment on the clock of whoever reads: in the file it stands without a place."""
    now = desk.now()
    return desk.speech.value.near(at.astimezone(now.tzinfo), now)


def _holds(desk: Desk, found: Any) -> list[ft.Control]:
    counts = [desk.say(f"backup.kind.{kind}", count=found.counts[kind]) for kind in SHOWN if found.counts.get(kind)]
    lines: list[ft.Control] = [Live(desk.say("backup.test.ok"), ft.Icons.CHECK_CIRCLE)]
    if found.made:
        lines.append(Soft(desk.say("backup.test.when", moment=_here(desk, found.made))))
    holds = desk.say("backup.test.holds", things=desk.speech.value.listing(counts)) if counts else ""
    lines.append(Words(holds or desk.say("backup.test.empty")))
    return lines


@component
def Choose(name: str, on_pick: Any, *, id: str) -> ft.Control:
    """A button that asks for a file, and the name of the one that was chosen."""
    desk = use_desk()
    files = use_files()

    async def pick(_: object) -> None:
        picked = await files.pick()
        if picked:
            on_pick(picked[0], picked[1])

    parts: list[ft.Control] = [
        SecondaryButton(desk.say("backup.choose"), pick, ft.Icons.FOLDER_OPEN, id=id),
    ]
    if name:
        parts.append(Live(desk.say("backup.chosen", name=name), ft.Icons.INSERT_DRIVE_FILE_OUTLINED))
    return ft.Column(parts, spacing=8, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


@component
def RestoreScreen() -> ft.Control:
    """Beginning from a backup: the file, what opens it, and a passphrase for this device."""
    desk = use_desk()
    use_watch(desk.speech)
    chosen, choose = ft.use_state(cast("Any", None))
    secret, set_secret = ft.use_state("")
    phrase, set_phrase = ft.use_state("")
    fresh, hold = ft.use_state(cast("tuple[str, ...]", ()))  # a new recovery key, when words opened the backup
    faults, say_faults = ft.use_state(NO_FAULTS)  # at the file, the secret, the passphrase
    busy, run = use_busy()

    def failed(problem: Exception) -> None:
        desk.entering.set(False)
        words = desk.sentence(problem)
        if isinstance(problem, errors.PassphraseUnfit):
            say_faults(("", "", words))
        elif isinstance(
            problem, errors.NotABackup | errors.BackupDamaged | errors.BackupTooLarge | errors.BackupTooNew
        ):
            say_faults((words, "", ""))
        else:
            say_faults(("", words, ""))

    def restore(_: object = None) -> None:
        missing = (
            "" if chosen else desk.say("backup.restore.file.missing"),
            "" if secret.strip() else desk.say("backup.restore.secret.missing"),
            refusal(desk, phrase),
        )
        say_faults(missing)
        if chosen and not any(missing):
            desk.entering.set(True)
            run(lambda: desk.session.restore(chosen[1], secret, phrase), restored, failed)

    def pick(name: str, data: bytes) -> None:
        choose((name, data))
        say_faults(("", *faults[1:]))

    def write_secret(text: str) -> None:
        set_secret(text)
        say_faults((faults[0], "", faults[2]))

    def write_phrase(text: str) -> None:
        set_phrase(text)
        say_faults((*faults[:2], ""))

    def restored(key: Any) -> None:
        if key is None:
            enter()
        else:
            hold(key.groups)

    def enter() -> None:
        desk.home()
        desk.entering.set(False)
        desk.notice(desk.say("backup.restore.done"), seconds=8)

    if fresh:
        return SaveKey(fresh, enter)

    body: list[ft.Control] = [
        Words(desk.say("backup.restore.text")),
        Choose(chosen[0] if chosen else "", pick, id="restore-file"),
    ]
    if faults[0]:
        body.append(Live(faults[0], ft.Icons.ERROR_OUTLINE, theme.ERROR))
    body += [
        Field(
            desk.say("backup.secret"), secret, write_secret, id="restore-secret", limit=200, error=faults[1], lines=2
        ),
        SectionTitle(desk.say("backup.restore.phrase")),
        NewPassphrase(
            desk.say("first.phrase"), phrase, write_phrase, error=faults[2], id="restore-passphrase", on_submit=restore
        ),
    ]
    return Screen(
        desk.say("backup.restore.title"),
        body,
        back=True,
        lock=False,
        above=[Busy(desk.say("backup.restore.working"))] if busy else [],
        primary=PrimaryButton(desk.say("backup.restore.go"), restore, busy=busy, id="restore-go"),
    )

"""Canaries: a word is planted in every kind of record, and looked for in every file, in every way to write it.

Karin uses everything once; then her whole disk is searched: the vault, the state folder, the temporary folder, the log.
"""

import base64
import json
import logging
import shutil
import unicodedata
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.errors import AppError, VaultDamaged, WrongPassphrase
from app.model import commands as do
from app.model.queries import GroupAt
from app.model.schema import KINDS
from app.services.content.library import Library
from app.services.content.speech import Speech
from app.services.files.export import DATA, PAGE, export
from app.services.records.drafts import Target
from app.services.session import Session
from tests.support.keys import FLOOR

ASSETS = Path(__file__).resolve().parents[2] / "assets"
PASSPHRASE = "kanariegömma tall regn moln fyr"
NEW_PASSPHRASE = "kanariebur räv sol stig bäck"
NOW = datetime(2026, 10, 14, 15, 0, tzinfo=ZoneInfo("Europe/Stockholm"))
CANARY = "kanariefågelå"
TRACES = {"erasure", "receipt", "programme_item"}
"""What is left of what was erased: ids and numbers, no field that takes words; and what only a programme writes."""


def canary(number: int) -> str:
    """A word that stands nowhere else, with letters that have more than one form."""
    return f"{CANARY}{number}ö"


def spellings(word: str) -> Iterator[tuple[str, bytes]]:
    """Every way in which the word might lie in a file."""
    for form in ("NFC", "NFD"):
        for case in (str, str.upper, str.capitalize):
            text = case(unicodedata.normalize(form, word))
            for encoding in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "latin-1", "cp1252", "utf-7"):
                try:
                    raw = text.encode(encoding)
                except UnicodeEncodeError:
                    continue
                yield f"{form} {encoding}", raw
                yield f"{form} {encoding} hex", raw.hex().encode()
                yield f"{form} {encoding} HEX", raw.hex().upper().encode()
                yield f"{form} {encoding} backwards", raw[::-1]
                for shift in range(3):
                    # Inside a longer text the word can begin at any place of a base64 group: what lies between is the same.
                    inner = base64.b64encode(b"\0" * shift + raw)[(shift * 8 + 5) // 6 :].rstrip(b"=")[:-1]
                    yield f"{form} {encoding} base64 +{shift}", inner
                    yield f"{form} {encoding} base64url +{shift}", inner.replace(b"+", b"-").replace(b"/", b"_")
                yield f"{form} {encoding} base32", base64.b32encode(raw).rstrip(b"=")[:-1]
            yield f"{form} json", json.dumps(text)[1:-1].encode()
            yield f"{form} url", urllib.parse.quote(text).encode()


# The part that every canary begins with finds them all, in every spelling that keeps the order.
NEEDLES = sorted({raw for _, raw in spellings("kanarie")}, key=len)


def found_in(root: Path) -> list[str]:
    """Files, names included, in which a spelling of a canary lies."""
    hits = []
    for path in sorted(root.rglob("*")):
        contents = [path.name.encode()]
        if path.is_file():
            raw = path.read_bytes()
            contents.append(raw)
            for skip in range(min(16, len(raw))):
                try:
                    contents.append(zlib.decompressobj().decompress(raw[skip:], 1 << 20))
                except zlib.error:
                    continue
        if any(needle in content for content in contents for needle in NEEDLES):
            hits.append(str(path.relative_to(root)))
    return hits


def test_the_search_finds_every_spelling_it_claims(tmp_path: Path) -> None:
    """A search that finds nothing proves nothing, so it must find each planted form, in the middle of something else."""
    for number, (name, raw) in enumerate(spellings(CANARY)):
        planted = raw
        if "base64 " in name:
            planted = base64.b64encode(bytes(int(name[-1])) + CANARY.encode() + b"xyz")
        (tmp_path / f"{number}").write_bytes(b"\x81\x82" + planted + b"\x83")
    assert len(found_in(tmp_path)) == len(list(tmp_path.iterdir()))
    shutil.rmtree(tmp_path)
    tmp_path.mkdir()
    (tmp_path / "packed").write_bytes(zlib.compress(canary(1).encode()))
    (tmp_path / canary(2)).write_bytes(b"")
    assert len(found_in(tmp_path)) == 2
    shutil.rmtree(tmp_path)
    tmp_path.mkdir()
    (tmp_path / "clean").write_bytes(bytes(range(256)) * 100)
    assert found_in(tmp_path) == []


class Birds:
    """Numbers the canaries, so that each field has its own."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self) -> str:
        self.number += 1
        return canary(self.number)


def plant(session: Session, bird: Birds) -> None:
    """One record of every kind, with a canary in every field that takes words."""
    store = session.store
    store.execute(do.IntroduceMe(organisation=bird()))
    pair = store.execute(do.AddPerson(name=bird(), my_role="mentor", aim=bird(), place=bird(), reach=bird())).record
    starts = datetime(2026, 10, 14, 15, 0)
    zone = "Europe/Stockholm"
    meeting = store.execute(do.PlanMeeting(mentorship=pair, starts=starts, zone=zone, place=bird(), aim=bird())).record
    store.execute(do.PlanSeries(mentorship=pair, starts=starts + timedelta(days=7), zone=zone, count=2))
    store.execute(do.AddTopic(mentorship=pair, meeting=meeting, title=bird()))
    store.execute(do.WriteNote(body=bird(), mentorship=pair, meeting=meeting))
    store.execute(
        do.KeepMinutes(
            meeting=meeting, document="minutes.regular", version=1, answers={"talked": bird()}, private=bird()
        )
    )
    checklist = "checklist.before_session"
    store.execute(do.SetAside(document=checklist, item="read_minutes", meeting=meeting, reason=bird()))
    store.execute(do.AddOwnItem(document=checklist, text=bird()))
    goal = store.execute(
        do.SetGoal(
            title=bird(),
            mentorship=pair,
            skills=frozenset({bird()}),
            next_step=bird(),
            support=frozenset({bird()}),
            answers={"why": bird()},
        )
    ).record
    store.execute(do.RecordProgress(goal=goal, delta=1, comment=bird()))
    store.execute(do.AddTask(text=bird(), mentorship=pair))
    store.execute(
        do.GiveFeedback(
            survey="survey.after_session.mentor", version=1, role="mentor", meeting=meeting, answers={"more": bird()}
        )
    )
    store.execute(do.KeepForm(document="form.concern", version=1, mentorship=pair, answers={"what": bird()}))
    new = do.NewCopy(about="a", document="a", number=1, roles=frozenset({"mentor"}), text=bird(), salt="00" * 32)
    store.execute(do.Sign(mentorship=pair, copy=store.new_id(), role="mentor", proof="00", at=NOW, new=new))
    store.execute(do.DecideFate(mentorship=pair, fate="3m"))
    other = store.execute(do.AddPerson(name=bird(), my_role="mentor")).record
    store.execute(do.DropPrivate(mentorship=other))
    slot = do.OfferSlots(mentorship=pair, starts=[starts + timedelta(days=bird.number)], zone=zone, place=bird())
    store.execute(do.BookSlot(slot=store.execute(slot).record))
    store.execute(do.KeepBusy(spans=[(NOW, NOW + timedelta(hours=1))]))
    told = do.Told(meeting=meeting, sequence=0, starts=NOW, ends=NOW + timedelta(hours=1))  # holds no word of anybody
    store.execute(do.HandOver(told=[told]))
    store.execute(do.AddParticipants(mentorship=pair, names=[bird()]))
    (one,) = store.ask(GroupAt(meeting)).participants
    store.execute(do.Attend(meeting=meeting, participants=[one.id]))
    own = f"eget/{bird()}"
    store.execute(do.RateSkills(mentorship=pair, phase="start", levels={own: 2}, evidence={own: bird()}))
    words = do.Reword(document="topics.library", item="story", field="text", language="sv", words=bird(), shipped="x")
    store.execute(words)
    store.execute(do.SayCompared(mentorship=pair, digest="00"))
    store.execute(do.PlanSupervision(on=date(2026, 11, 3), whom=bird()))
    store.execute(do.SetSetting(key="words", value=bird()))
    store.drafts.keep(Target(kind="note", id=store.new_id(), cell="body"), bird())
    store.drafts.flush()


def leaving(session: Session) -> list[bytes]:
    """All that would go to a server: every envelope of every space, of one's own and of those with others."""
    exchange = session.exchange
    spaces = [space for space, _ in session._open_spaces.all()]
    for space in spaces:
        exchange.begin(space)
        exchange.seal(space)
    return [envelope.to_bytes() for space in spaces for envelope in exchange.outgoing(space)]


@pytest.mark.usefixtures("quick_kdf")
def test_a_day_with_fika_leaves_no_readable_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: Any
) -> None:
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    caplog.set_level(logging.DEBUG)
    bird = Birds()
    told: list[str] = []
    library = Library(ASSETS)

    def session() -> Session:
        return Session(home / "vault", home / "state", ASSETS, now=lambda: NOW, cost=FLOOR)

    here = session()
    here.watch(lambda: told.append(here.phase))
    key = here.create(PASSPHRASE, name=bird(), role="mentor", language="sv")
    plant(here, bird)
    used = {kind for kind in KINDS if here.store._documents.table(kind)}
    assert used | TRACES == set(KINDS), "a kind has no canary: plant one"
    assert found_in(home) == []
    here.make_backup()
    (home / "backup.fika").write_bytes(here.make_backup().data)

    # The one way out that is meant to be readable: it is all there, and only in the hands of whoever asked for it.
    out = export(here.store, library, Speech("sv", ASSETS, library.facts("SE")), NOW)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / out.name).write_bytes(out.data)
    with zipfile.ZipFile(tmp_path / "out" / out.name) as archive:
        for part in (PAGE, DATA):
            there = archive.read(part).decode()
            assert [number for number in range(1, bird.number) if canary(number) not in there] == [], part
    shutil.rmtree(tmp_path / "out")
    assert found_in(tmp_path) == []
    here.lock()
    assert found_in(home) == []

    note = here.quick_note()
    for text in (bird(), bird(), bird() * 900):
        note.write(text)
    note.close()
    for wrong in (canary(0), "kanarie"):
        with pytest.raises(WrongPassphrase) as caught:
            here.unlock(wrong)
        told.append(repr(caught.value) + str(caught.value.facts))
    assert found_in(home) == []

    here.unlock(PASSPHRASE)
    here.change_passphrase(PASSPHRASE, NEW_PASSPHRASE)
    here._open_vault._engine.compact()
    here._open_vault._engine.settle()
    plant(here, bird)
    here.lock()

    # A process that is killed: whatever lies on the disk then.
    here.unlock(NEW_PASSPHRASE)
    plant(here, bird)
    sent = leaving(here)
    assert len(sent) > 10
    for number, envelope in enumerate(sent):
        (home / f"sent-{number}").write_bytes(envelope)
    assert found_in(home) == []
    shutil.copytree(home, tmp_path / "killed")
    here.lock()
    assert found_in(tmp_path / "killed") == []

    # Damage, and the rescue from it.
    journal = next((home / "vault").glob("journal-*"))
    raw = bytearray(journal.read_bytes())
    raw[len(raw) // 2] ^= 255
    raw[len(raw) // 2 + 1] ^= 255
    journal.write_bytes(bytes(raw))
    with pytest.raises(VaultDamaged) as damaged:
        here.unlock(NEW_PASSPHRASE)
    told.append(repr(damaged.value) + str(damaged.value.facts))
    rescued = here.rescue(NEW_PASSPHRASE)
    (home / "rescue.fika").write_bytes(rescued.data)
    here.set_aside()
    assert rescued.words
    here.restore(rescued.data, rescued.words, PASSPHRASE)
    here.lock()

    here.open_example("mentor")
    plant(here, bird)
    assert found_in(temporary) == []
    here.lock()

    assert bird.number > 60
    assert found_in(tmp_path) == []
    printed = capfd.readouterr()
    said = "\n".join([*told, caplog.text, printed.out, printed.err])
    assert "kanarie" not in said.casefold()
    # Nor the secrets themselves, in the usual forms.
    for secret in (PASSPHRASE, NEW_PASSPHRASE, key.text, key.text.replace(" ", ""), key.secret.hex(), rescued.words):
        for path in tmp_path.rglob("*"):
            if path.is_file():
                assert secret.encode() not in path.read_bytes(), path
        assert secret not in said
    assert issubclass(VaultDamaged, AppError)

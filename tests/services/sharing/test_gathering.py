"""Pictures of packages: photographed in any order, twice, with a lock in between each, and of the wrong package."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest

from app.model.commands import KeepMinutes, StartNow
from app.model.entities import Minutes
from app.services.session import Session
from app.services.sharing.gathering import Begun
from app.services.sharing.pairing import Stage
from app.services.spaces import DEVICE
from app.vault.kdf import Cost
from sync import bundle
from sync.bundle import Part
from sync.errors import BundleDamaged, BundleNotForMe, BundleSeen
from sync.pairing import code
from sync.pairing.code import Kind
from tests.support.phones import ASSETS, OTHER_PHRASE, Clock, Phone, add, in_the_room

pytestmark = pytest.mark.usefixtures("quick_kdf")


def waiting(of: Phone) -> int:
    """Parts that lie in the vault."""
    return sum(row["kind"] == "part" for row in of.session.store.documents.table(DEVICE))


def made(numbers: bytes, count: int = 3) -> list[str]:
    """Pictures of something that is as long as a package and is none."""
    raw = numbers * (bundle.PICTURE_BYTES * count // len(numbers))
    return list(bundle.as_pictures(raw))


def test_the_first_package_comes_in_four_pictures_in_any_order_with_a_lock_between_each(
    karin: Phone, yusuf: Phone
) -> None:
    mentorship, _, _ = in_the_room(karin, yusuf)
    pictures = list(karin.pairing.package(mentorship).pictures)
    assert len(pictures) == 4
    random.Random(4).shuffle(pictures)
    for here, picture in enumerate(pictures[:-1], 1):
        heard = yusuf.pairing.hear(picture)
        assert heard.stage is Stage.MORE
        assert heard.begun is not None
        assert (heard.begun.here, heard.begun.count, len(heard.begun.lacking)) == (here, 4, 4 - here)
        assert not heard.twice
        assert not heard.another
        yusuf.restart()  # the camera is another app, and going there locks
        assert yusuf.pairing.begun() == heard.begun
    assert yusuf.pairing.hear(pictures[-1]).stage is Stage.TAKEN
    assert yusuf.people() == ["Karin"]
    assert yusuf.pairing.begun() is None
    assert waiting(yusuf) == 0
    for picture in pictures:
        with pytest.raises(BundleSeen):
            yusuf.pairing.hear(picture)
    assert waiting(yusuf) == 0


def test_long_minutes_come_in_more_than_eight_pictures(karin: Phone, yusuf: Phone) -> None:
    mentorship, _, _ = in_the_room(karin, yusuf)
    yusuf.pairing.take(karin.pairing.package(mentorship).data)
    said = "Vi talade om en sak i taget, och det tog sin tid. " * 300
    run = karin.session.store.execute
    meeting = run(StartNow(mentorship=mentorship)).record
    run(KeepMinutes(meeting=meeting, document="minutes.quick", answers={"talked": said}))
    pictures = karin.pairing.package(mentorship).pictures
    assert 8 < len(pictures) <= bundle.MOST_PICTURES
    last = [yusuf.pairing.hear(picture) for picture in reversed(pictures)][-1]
    assert last.stage is Stage.TAKEN
    (minutes,) = yusuf.session.store.everything(Minutes)
    assert minutes.answers["talked"] == said


def test_one_seen_twice_and_one_of_another_package_are_told(karin: Phone) -> None:
    one, other = made(b"one"), made(b"other")
    hear = karin.pairing.hear
    assert not hear(one[1]).twice
    again = hear(one[1])
    assert (again.twice, again.another) == (2, False)
    assert again.begun == Begun(1, 3, (1, 3))
    switched = hear(other[0])
    assert (switched.twice, switched.another) == (0, True)
    assert switched.begun == Begun(1, 3, (2, 3))
    back = hear(one[0])
    assert back.another
    assert back.begun == Begun(2, 3, (3,))
    assert not hear(f"{one[0]}\n{one[1]}").another
    assert waiting(karin) == 3


def test_a_package_in_larger_parts_is_not_mixed_with_its_pictures(karin: Phone, yusuf: Phone) -> None:
    mentorship, _, _ = in_the_room(karin, yusuf)
    package = karin.pairing.package(mentorship)
    assert yusuf.pairing.hear(package.pictures[0]).stage is Stage.MORE
    assert yusuf.pairing.hear(package.text).stage is Stage.TAKEN
    assert waiting(yusuf) == 0, "the pictures wait for nothing any more"


def test_what_contradicts_itself_or_opens_for_somebody_else_begins_anew(karin: Phone, yusuf: Phone) -> None:
    one = made(b"one")
    (part,) = bundle.read_parts(one[0])
    forged = Part(part.name, 1, part.count, bytes(len(part.piece)))
    head = forged.name + (1).to_bytes(2, "big") + forged.count.to_bytes(2, "big")
    karin.pairing.hear(one[0])
    with pytest.raises(BundleDamaged):
        karin.pairing.hear(code.write(Kind.PART, head + forged.piece))
    assert karin.pairing.begun() is None
    karin.pairing.hear(one[0])
    karin.pairing.hear(one[1])
    with pytest.raises(BundleDamaged):
        karin.pairing.hear(one[2])
    assert waiting(karin) == 0
    mentorship, _, _ = in_the_room(karin, yusuf)
    pictures = karin.pairing.package(mentorship).pictures
    for picture in pictures[:-1]:
        karin.pairing.hear(picture)
    with pytest.raises(BundleNotForMe):
        karin.pairing.hear(pictures[-1])
    assert waiting(karin) == 0


def test_a_few_packages_wait_and_none_for_ever(karin: Phone) -> None:
    begun = [made(bytes([number, 1])) for number in range(5)]
    for pictures in begun:
        karin.pairing.hear(pictures[0])
    assert waiting(karin) == 3
    karin.clock.at += timedelta(days=8)
    assert karin.pairing.begun() is None
    karin.pairing.hear(begun[0][1])
    assert waiting(karin) == 1
    karin.pairing.let_go()
    assert karin.pairing.begun() is None
    assert waiting(karin) == 0


def test_packages_between_own_devices_wait_through_a_lock_too(karin: Phone, tmp_path: Path) -> None:
    folder, clock = tmp_path / "tablet", Clock()
    session = Session(folder / "vault", folder / "state", ASSETS, cost=Cost(), now=clock.now)
    tablet = Phone(session, folder, clock)
    parts = bundle.as_pictures(karin.session.devices.package(add(karin, tablet)).data)
    assert len(parts) > 1
    for left, part in reversed(list(enumerate(parts[1:], 1))):
        assert session.devices.read(part) == left
        assert session.pairing.begun() is None, "of another screen"
    session.lock()
    session.unlock(OTHER_PHRASE)
    assert session.devices.read(parts[0]) == 0
    assert waiting(tablet) == 0
    with pytest.raises(BundleSeen):
        session.devices.read(parts[0])
    session.lock()

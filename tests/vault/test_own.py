"""What the vault keeps of itself comes back, and goes when it is not needed any more."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.vault import own
from app.vault.engine import Engine
from app.vault.files import Files
from app.vault.inbox import InboxPair
from app.vault.own import OWN_TABLE, Own
from app.vault.slots import Kind, Slot, SlotKey
from tests.support.disk import NoSync
from tests.support.story import FIRST

VAULT = FIRST.vault


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine.create(tmp_path / "v", FIRST, files=Files(NoSync())) as made:
        yield made


def pair() -> tuple[Slot, SlotKey]:
    slot = Slot.new(Kind.RECOVERY)
    return slot, slot.derive(VAULT, slot.salt)


def test_keys_of_slots_are_kept_until_their_slots_are_gone(engine: Engine) -> None:
    kept = Own(engine.documents, VAULT)
    first, second = pair(), pair()
    kept.keep_slot_keys([first])
    sequence = engine.position.sequence
    kept.keep_slot_keys([first])
    assert engine.position.sequence == sequence
    kept.keep_slot_keys([first, second])
    assert engine.position.sequence == sequence + 1
    assert Own(engine.documents, VAULT).slot_keys() == {slot.id: key for slot, key in (first, second)}
    kept.forget_slot_keys([second[0]])
    assert kept.slot_keys() == {second[0].id: second[1]}
    kept.forget_slot_keys([second[0]])
    kept.forget_slot_keys([])
    assert kept.slot_keys() == {}


def test_private_halves_of_the_inbox_are_kept_until_no_note_needs_them(engine: Engine) -> None:
    kept = Own(engine.documents, VAULT)
    assert kept.last_pair_made() == 0
    pairs = [InboxPair.new(VAULT) for _ in range(3)]
    for one in pairs:
        kept.keep_pair(one)
    assert [(one.key, one.private) for one in kept.pairs()] == [(one.key, one.private) for one in pairs]
    assert kept.last_pair_made() > 1_700_000_000_000
    kept.forget_pairs(except_for={pairs[0].key.id, pairs[2].key.id})
    assert [one.key for one in kept.pairs()] == [pairs[0].key, pairs[2].key]
    assert pairs[1].private.hex() not in str(engine.documents.table(OWN_TABLE).all())


def test_notes_that_were_taken_in_are_remembered_and_the_oldest_forgotten(engine: Engine) -> None:
    kept = Own(engine.documents, VAULT)
    ids = [number.to_bytes(16, "big") for number in range(own.REMEMBERED_NOTES + 5)]
    kept.remember_taken_in(ids[:2])
    assert kept.taken_in() == ids[:2]
    sequence = engine.position.sequence
    kept.remember_taken_in(ids[2:])
    assert engine.position.sequence == sequence + 1
    assert kept.taken_in() == ids[5:]
    assert len(engine.documents.table(OWN_TABLE)) == 1


def test_the_wish_for_a_new_device_stays_until_it_is_fulfilled(engine: Engine) -> None:
    kept = Own(engine.documents, VAULT)
    assert not kept.needs_new_device()
    kept.ask_for_new_device()
    kept.keep_slot_keys([pair()])
    assert Own(engine.documents, VAULT).needs_new_device()
    kept.has_new_device()
    assert not kept.needs_new_device()
    assert len(kept.slot_keys()) == 1

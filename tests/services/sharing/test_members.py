"""Who is in a shared space, who was, and how far the others are."""

import pytest

from app.errors import NotShared
from app.model.commands import AddPerson, SetGoal
from tests.support import pair
from tests.support.pair import Person, mentorship_of, titles

karin, yusuf = pair.karin, pair.yusuf


def test_everybody_knows_who_is_in(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    for person, other in ((karin, yusuf), (yusuf, karin)):
        found = {contact.name: contact for contact in person.exchange.people(space)}
        assert set(found) == {"Karin", "Yusuf"}
        assert found[person.name].mine
        assert found[person.name].own
        assert not found[other.name].mine
        assert found[other.name].root == other.spaces.root.hex()


def test_a_space_of_ones_own_is_not_shared_until_it_is(karin: Person) -> None:
    with pytest.raises(NotShared):
        karin.exchange.cursor(karin.spaces.personal)
    with pytest.raises(NotShared):
        karin.exchange.people(karin.spaces.personal)
    assert karin.exchange.waiting(karin.spaces.personal) == 0
    karin.exchange.begin(karin.spaces.personal)
    karin.exchange.begin(karin.spaces.personal)
    assert karin.exchange.shared() == [karin.spaces.personal]


def test_a_space_of_ones_own_has_its_owner_in(karin: Person) -> None:
    space = karin.spaces.personal
    karin.store.execute(SetGoal(title="Only for me", private=True))
    karin.exchange.begin(space)
    karin.exchange.seal(space)
    assert [contact.name for contact in karin.exchange.people(space)] == ["Karin"]


def test_the_records_of_a_space_say_whose_a_device_is(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    mine, theirs = karin.exchange.keys(space).id.hex(), yusuf.exchange.keys(space).id.hex()
    for person in (karin, yusuf):
        person.start()
        assert person.spaces.same_person(space, mine, mine)
        assert not person.spaces.same_person(space, mine, theirs)
        assert not person.spaces.same_person(space, mine, "00" * 16)
    assert not karin.spaces.same_person(
        karin.store.execute(AddPerson(name="New", my_role="mentor")).changes[0].space, mine, theirs
    )


def test_what_all_others_have_seen_need_not_go_again(karin: Person, yusuf: Person) -> None:
    space = karin.meets(yusuf)
    mine = bytes.fromhex(karin.store.device(space))
    karin.store.execute(SetGoal(title="One", mentorship=mentorship_of(karin)))
    karin.tells(yusuf, space)
    assert set(karin.exchange.known_to_others(space).values()) == {0}, "Yusuf has said nothing yet"
    yusuf.exchange.seal(space, heartbeat=True)
    yusuf.tells(karin, space)
    assert karin.exchange.known_to_others(space)[mine] == karin.exchange.heads(space)[mine].sequence
    karin.store.execute(SetGoal(title="Two", mentorship=mentorship_of(karin)))
    karin.exchange.seal(space)
    (last,) = karin.exchange.outgoing(space, karin.exchange.known_to_others(space))
    yusuf.exchange.take(space, [last])
    assert titles(yusuf) == {"One", "Two"}

"""What control records amount to, told as stories. Phones are named after their owners: anna, anna2 are Anna's."""

import itertools

import pytest

from sync.authority import Authority, Right, Role
from sync.authority.rules import RULES, rights
from sync.protocol.control import Epoch, Founding, Handover, Refusal, Reset, Seal
from sync.signing import KINDS
from tests.support.circle import Circle, phone, phones_in, place
from tests.support.effort import effort

EVERYBODY = ["anna", "anna2", "anna3", "bo", "bo2", "bo3", "cia", "cia2", "dan", "dan2"]


def who(authority: Authority) -> str:
    return " ".join(sorted(phones_in(authority, EVERYBODY)))


def judged(authority: Authority, name: str, sequence: int, key: Epoch) -> str:
    return authority.judge(phone(name).id, sequence, key.key_id, place)


@pytest.fixture
def pair() -> Circle:
    """Anna founded, Bo came, and there is an epoch for both."""
    circle = Circle()
    circle.say("bo comes", "anna", circle.add("Bo", "bo"), ["founding"])
    circle.say("together", "anna", circle.epoch("anna", "bo"), ["bo comes"])
    return circle


@pytest.fixture
def group() -> Circle:
    """Anna leads a group of Bo, with two phones, and Cia."""
    circle = Circle()
    circle.say("bo comes", "anna", circle.add("Bo", "bo", "bo2", role=Role.MEMBER), ["founding"])
    circle.say("cia comes", "anna", circle.add("Cia", "cia", role=Role.MEMBER), ["bo comes"])
    circle.say("together", "anna", circle.epoch("anna", "bo", "bo2", "cia"), ["cia comes"])
    return circle


# ---------------------------------------------------------------- beginning


def test_a_founder_is_a_steward_alone_and_makes_the_first_epoch() -> None:
    circle = Circle("personal")
    authority = circle.authority()
    assert who(authority) == "anna"
    assert authority.kind == KINDS["personal"]
    assert authority.current is None
    assert not authority.closed
    first = circle.say("first", "anna", circle.epoch("anna"), ["founding"])
    assert circle.authority().current == first
    assert circle.authority().heads == (first.id,)


def test_a_second_founding_and_what_hangs_on_it_is_refused(pair: Circle) -> None:
    other = pair.say("usurped", "dan", Founding(pair.genesis, b"d" * 16, phone("dan")), ())
    behind = pair.say("friend", "dan", pair.add("Cia", "cia"), ["usurped"])
    authority = pair.authority()
    assert who(authority) == "anna bo"
    assert authority.refused == {other.id: "founding", behind.id: "author"}
    assert pair.names["usurped"] not in authority.heads


def test_a_space_begins_with_nothing_else(pair: Circle) -> None:
    with pytest.raises(TypeError):
        Authority(pair.all[1])


def test_records_wait_for_their_parents(pair: Circle) -> None:
    founding, comes, together = pair.all
    late = Authority(founding).plus(together)
    assert late.waiting == {together.id}
    assert late.missing == {comes.id}
    assert late.current is None
    assert late.plus(comes).current == together
    assert late.plus(comes).waiting == late.plus(comes).missing == frozenset()


def test_records_of_another_space_do_not_matter(pair: Circle) -> None:
    other = Circle()
    stranger = other.say("x", "anna", other.epoch("anna"), ["founding"])
    elsewhere = type(stranger)(stranger.id, b"x" * 16, stranger.author, stranger.sequence, stranger.public)
    assert pair.authority().plus(elsewhere).records == pair.authority().records


# ---------------------------------------------------------------- who may do what (rule a)


def test_the_table_of_rights() -> None:
    assert set(RULES) == set(KINDS.values())
    mentoring, programme = KINDS["mentoring"], KINDS["programme"]
    assert rights(mentoring, Role.STEWARD) == frozenset(Right)
    assert rights(mentoring, Role.MEMBER) == {Right.WRITE, Right.REKEY}
    assert rights(mentoring, Role.READER) == frozenset()
    assert rights(programme, Role.READER) == frozenset()
    assert Right.INVITE not in rights(KINDS["personal"], Role.STEWARD)


@pytest.mark.parametrize(
    ("reason", "author", "what"),
    [
        ("author", "dan", lambda c: c.add("Dan", "dan2")),
        ("role", "bo", lambda c: c.add("Dan", "dan")),
        ("role", "anna", lambda c: c.add("Dan", "dan", role=Role.READER)),
        ("role", "bo", lambda c: c.add("Bo", "bo3", role=Role.STEWARD)),
        ("there", "anna", lambda c: c.add("Anna", "bo")),
        ("party", "anna", lambda c: c.add("Bo", "bo3", role=Role.MEMBER)),
        ("party", "anna", lambda c: c.revoke("Bo", bo=0)),
        ("device", "bo", lambda c: c.revoke("Bo", cia=0)),
        ("role", "bo", lambda c: c.depart("Cia")),
        ("party", "anna", lambda c: c.depart("Dan")),
        ("members", "anna", lambda c: c.epoch("anna", "bo")),
        ("members", "anna", lambda c: c.epoch("anna", "bo", "bo2", "cia", "dan")),
        ("party", "dan", lambda c: c.reset("Dan", "dan")),
        ("epoch", "bo", lambda c: Refusal(bytes(32))),
        ("epoch", "bo", lambda c: Refusal(c.names["founding"])),
        ("recipient", "bo", lambda c: Handover(c.names["together"], (Seal(phone("dan").id, False, bytes(80)),))),
    ],
)
def test_what_may_not_be_done_is_refused_and_changes_nothing(group: Circle, reason: str, author: str, what) -> None:  # type: ignore[no-untyped-def]
    before = group.authority()
    record = group.say("tried", author, what(group), ["together"])
    after = group.authority()
    assert after.refused == {record.id: reason}
    assert (after.members, after.current, after.heads) == (before.members, before.current, before.heads)


@pytest.mark.parametrize(
    ("author", "what", "left"),
    [
        ("bo", lambda c: c.add("Bo", "bo3", role=Role.MEMBER), "anna bo bo2 bo3 cia"),
        ("bo", lambda c: c.revoke("Bo", bo2=3), "anna bo cia"),
        ("bo", lambda c: c.revoke("Bo", bo=1), "anna bo2 cia"),
        ("cia", lambda c: c.depart("Cia"), "anna bo bo2"),
        ("anna", lambda c: c.depart("Bo"), "anna cia"),
        ("anna", lambda c: c.add("Anna", "anna2"), "anna anna2 bo bo2 cia"),
        ("anna", lambda c: c.add("Dan", "dan", "dan2", role=Role.MEMBER), "anna bo bo2 cia dan dan2"),
        ("bo3", lambda c: c.reset("Bo", "bo3"), "anna bo3 cia"),
        ("bo", lambda c: Refusal(c.names["together"]), "anna bo bo2 cia"),
        ("bo", lambda c: Handover(c.names["together"], (Seal(phone("cia").id, False, bytes(80)),)), "anna bo bo2 cia"),
    ],
)
def test_what_may_be_done(group: Circle, author: str, what, left: str) -> None:  # type: ignore[no-untyped-def]
    record = group.say("done", author, what(group), ["together"])
    authority = group.authority()
    assert not authority.refused
    assert who(authority) == left
    assert authority.heads == (record.id,)
    assert (authority.current is None) == (left != "anna bo bo2 cia")


def test_nobody_leaves_their_own_space_and_nobody_else_comes_in() -> None:
    circle = Circle("personal")
    circle.say("leave", "anna", circle.depart("Anna"), ["founding"])
    circle.say("guest", "anna", circle.add("Bo", "bo"), ["founding"])
    circle.say("second", "anna", circle.add("Anna", "anna2"), ["founding"])
    authority = circle.authority()
    assert sorted(authority.refused.values()) == ["role", "role"]
    assert who(authority) == "anna anna2"


def test_readers_may_do_nothing_but_look_after_their_own_phones() -> None:
    circle = Circle("programme")
    circle.say("bo reads", "anna", circle.add("Bo", "bo", role=Role.READER), ["founding"])
    both = circle.epoch("anna", "bo")
    circle.say("together", "anna", both, ["bo reads"])
    circle.say("bo makes one", "bo", circle.epoch("anna", "bo", salt=2), ["together"])
    hand = Handover(circle.names["together"], (Seal(phone("anna").id, False, bytes(80)),))
    circle.say("bo hands over", "bo", hand, ["together"])
    authority = circle.authority()
    assert sorted(authority.refused.values()) == ["role", "role"]
    assert not authority.may(phone("bo").id, Right.WRITE)
    assert authority.may(phone("anna").id, Right.WRITE)
    assert judged(authority, "bo", 1, both) == "member"
    assert judged(authority, "anna", 4, both) == ""
    circle.say("second", "bo", circle.add("Bo", "bo2", role=Role.READER), ["together"])
    assert who(circle.authority()) == "anna bo bo2"


def test_what_a_person_may_purge(group: Circle) -> None:
    authority = group.authority()
    bo, bo2, anna, stranger = (phone(name).id for name in ("bo", "bo2", "anna", "dan"))
    assert authority.may_purge(bo, bo2)
    assert authority.may_purge(bo, bo)
    assert not authority.may_purge(anna, bo)
    assert not authority.may_purge(stranger, stranger)


def test_a_person_whose_phones_are_all_gone_is_remembered(group: Circle) -> None:
    group.say("bo's gone", "bo", group.revoke("Bo", bo=0, bo2=0), ["together"])
    authority = group.authority()
    assert who(authority) == "anna cia"
    assert group.party("Bo") in authority.parties_of(phone("bo").id)


# ---------------------------------------------------------------- removals (rules b, c, d)


def test_what_a_removed_person_did_at_the_same_time_is_void(group: Circle) -> None:
    """Rule b: Anna dismisses Bo, who brings in a phone and makes an epoch for it without knowing."""
    group.say("bo3 comes", "bo", group.add("Bo", "bo3", role=Role.MEMBER), ["together"])
    group.say("bo's epoch", "bo", group.epoch("anna", "bo", "bo2", "bo3", "cia"), ["bo3 comes"])
    assert who(group.authority()) == "anna bo bo2 bo3 cia"
    group.say("bo goes", "anna", group.depart("Bo"), ["together"])
    authority = group.authority()
    assert who(authority) == "anna cia"
    assert authority.void == {group.names["bo3 comes"], group.names["bo's epoch"]}
    assert not authority.refused


def test_what_rests_on_something_void_is_void(pair: Circle) -> None:
    """Bo, who is dismissed, brought in Cia at the same time; Cia brought in Dan."""
    pair.say("cia comes", "bo", pair.add("Cia", "cia"), ["together"])
    pair.say("dan comes", "cia", pair.add("Dan", "dan"), ["cia comes"])
    friends = pair.epoch("anna", "bo", "cia", "dan")
    pair.say("friends", "dan", friends, ["dan comes"])
    assert judged(pair.authority(), "dan", 2, friends) == ""
    pair.say("bo goes", "anna", pair.depart("Bo"), ["together"])
    authority = pair.authority()
    assert who(authority) == "anna"
    assert len(authority.void) == 3
    assert judged(authority, "dan", 2, friends) == judged(authority, "cia", 2, friends) == "void"


def test_what_the_remover_knew_stays(pair: Circle) -> None:
    pair.say("cia comes", "bo", pair.add("Cia", "cia"), ["together"])
    pair.say("bo goes", "anna", pair.depart("Bo"), ["cia comes"])
    assert who(pair.authority()) == "anna cia"
    assert not pair.authority().void


def test_two_who_remove_each_other_are_both_out_and_the_space_closes(pair: Circle) -> None:
    """Rule c."""
    pair.say("bo goes", "anna", pair.depart("Bo"), ["together"])
    pair.say("anna goes", "bo", pair.depart("Anna"), ["together"])
    authority = pair.authority()
    assert who(authority) == ""
    assert authority.closed
    assert authority.current is None
    assert not authority.void
    assert not authority.may(phone("anna").id, Right.WRITE)
    late = pair.say("anna goes on", "anna", pair.epoch("anna"), ["bo goes", "anna goes"])
    assert pair.authority().refused == {late.id: "author"}


def test_in_a_circle_everybody_is_out_and_nobody_is_taken_along() -> None:
    """Anna removes Bo, Bo removes Cia, Cia removes Anna; and Bo, who is out, removes Dan, who stays."""
    circle = Circle()
    circle.say("bo comes", "anna", circle.add("Bo", "bo"), ["founding"])
    circle.say("cia comes", "anna", circle.add("Cia", "cia"), ["bo comes"])
    circle.say("dan comes", "anna", circle.add("Dan", "dan"), ["cia comes"])
    circle.say("1", "anna", circle.depart("Bo"), ["dan comes"])
    circle.say("2", "bo", circle.depart("Cia"), ["dan comes"])
    circle.say("3", "cia", circle.depart("Anna"), ["dan comes"])
    circle.say("4", "bo", circle.depart("Dan"), ["2"])
    authority = circle.authority()
    assert who(authority) == "dan"
    assert authority.void == {circle.names["4"]}


def test_a_removal_by_somebody_who_was_removed_at_the_same_time_is_void(group: Circle) -> None:
    """Anna's first phone revokes her second, which at the same time dismisses Bo."""
    group.say("anna2 comes", "anna", group.add("Anna", "anna2"), ["together"])
    group.say("anna2 lost", "anna", group.revoke("Anna", anna2=0), ["anna2 comes"])
    group.say("bo goes", "anna2", group.depart("Bo"), ["anna2 comes"])
    authority = group.authority()
    assert who(authority) == "anna bo bo2 cia"
    assert authority.void == {group.names["bo goes"]}


def test_chains_of_removals_are_weighed_from_the_one_that_nobody_hits() -> None:
    """Anna removes Bo; Bo removes Cia; Cia removes Dan: Bo's falls, so Cia's stands."""
    circle = Circle()
    for name, before in (("Bo", "founding"), ("Cia", "Bo"), ("Dan", "Cia")):
        circle.say(name, "anna", circle.add(name, name.lower()), [before])
    circle.say("1", "anna", circle.depart("Bo"), ["Dan"])
    circle.say("2", "bo", circle.depart("Cia"), ["Dan"])
    circle.say("3", "cia", circle.depart("Dan"), ["Dan"])
    authority = circle.authority()
    assert who(authority) == "anna cia"
    assert authority.void == {circle.names["2"]}


def test_an_addition_at_the_same_time_as_a_removal_loses_and_a_later_one_counts(pair: Circle) -> None:
    """Rule d."""
    pair.say("bo goes", "anna", pair.depart("Bo", bo=4), ["together"])
    pair.say("anna2 comes", "anna", pair.add("Anna", "anna2"), ["together"])
    pair.say("bo again", "anna2", pair.add("Bo", "bo2"), ["anna2 comes"])
    assert pair.authority().refused == {pair.names["bo again"]: "party"}  # he was still there, as Anna2 knew it
    pair.say("bo goes too", "anna2", pair.depart("Bo", bo=4), ["anna2 comes"])
    pair.say("bo is back", "anna2", pair.add("Bo", "bo"), ["bo goes too"])
    assert who(pair.authority()) == "anna anna2"  # Anna's removal knows nothing of his coming back
    pair.say("bo is back after all", "anna", pair.add("Bo", "bo"), ["bo goes", "bo is back"])
    authority = pair.authority()
    assert who(authority) == "anna anna2 bo"
    again = pair.epoch("anna", "anna2", "bo")
    pair.say("together again", "anna", again, ["bo is back after all"])
    authority = pair.authority()
    assert authority.current is not None
    assert judged(authority, "bo", 9, again) == ""


def test_two_phones_of_one_person_that_revoke_each_other_are_out() -> None:
    circle = Circle("personal")
    circle.say("second", "anna", circle.add("Anna", "anna2"), ["founding"])
    circle.say("1", "anna", circle.revoke("Anna", anna2=0), ["second"])
    circle.say("2", "anna2", circle.revoke("Anna", anna=0), ["second"])
    assert circle.authority().closed
    circle.say("paper", "anna3", circle.reset("Anna", "anna3"), ["1", "2"])
    authority = circle.authority()
    assert who(authority) == "anna3"
    assert not authority.closed
    assert not authority.refused


# ---------------------------------------------------------------- the recovery key


def test_a_reset_beats_what_the_persons_phones_say_at_the_same_time(pair: Circle) -> None:
    """Bo's phone is stolen: the thief revokes nothing that matters, and what he brings in is void."""
    pair.say("bo2 comes", "bo", pair.add("Bo", "bo2"), ["together"])
    pair.say("thief's phone", "bo", pair.add("Bo", "bo3"), ["bo2 comes"])
    pair.say("thief revokes", "bo", pair.revoke("Bo", bo2=0), ["thief's phone"])
    pair.say("thief dismisses", "bo3", pair.depart("Anna"), ["thief's phone"])
    pair.say("paper", "bo2", pair.reset("Bo", "bo2", bo=1), ["bo2 comes"])
    authority = pair.authority()
    assert who(authority) == "anna bo2"
    assert authority.void == {pair.names[name] for name in ("thief's phone", "thief revokes", "thief dismisses")}
    together = pair.all[2].public.what
    assert isinstance(together, Epoch)
    assert judged(authority, "bo", 1, together) == ""
    assert judged(authority, "bo", 2, together) == "cut-off"


def test_what_a_listed_phone_did_at_the_same_time_stays(pair: Circle) -> None:
    pair.say("cia comes", "bo", pair.add("Cia", "cia"), ["together"])
    pair.say("paper", "bo2", pair.reset("Bo", "bo", "bo2"), ["together"])
    assert who(pair.authority()) == "anna bo bo2 cia"


def test_a_phone_that_left_can_be_taken_out_after_a_reset(pair: Circle) -> None:
    pair.say("paper", "bo2", pair.reset("Bo", "bo", "bo2"), ["together"])
    pair.say("sold", "bo2", pair.revoke("Bo", bo=5), ["paper"])
    assert who(pair.authority()) == "anna bo2"


def test_a_reset_brings_back_who_left_by_a_thiefs_hand_but_not_who_was_dismissed(pair: Circle) -> None:
    pair.say("thief leaves", "bo", pair.depart("Bo"), ["together"])
    pair.say("paper", "bo2", pair.reset("Bo", "bo2"), ["thief leaves"])
    assert who(pair.authority()) == "anna bo2"
    pair.say("anna dismisses", "anna", pair.depart("Bo"), ["together"])
    assert who(pair.authority()) == "anna"
    pair.say("paper again", "bo3", pair.reset("Bo", "bo3"), ["anna dismisses", "paper"])
    authority = pair.authority()
    assert authority.refused == {pair.names["paper again"]: "party"}
    assert who(authority) == "anna"


def test_a_thief_who_leaves_at_the_same_time_does_not_undo_a_reset(pair: Circle) -> None:
    """The reset rests on Bo's phone being in; that phone says, at the same time, that Bo leaves and that it goes."""
    pair.say("thief revokes", "bo", pair.revoke("Bo", bo=2), ["together"])
    pair.say("paper", "bo2", pair.reset("Bo", "bo2"), ["together"])
    assert who(pair.authority()) == "anna bo2"
    pair.say("thief leaves", "bo", pair.depart("Bo"), ["together"])
    assert who(pair.authority()) == "anna bo2"
    assert pair.authority().void == {pair.names["thief revokes"], pair.names["thief leaves"]}


def test_two_resets_at_the_same_time_leave_what_both_list(pair: Circle) -> None:
    pair.say("one", "bo2", pair.reset("Bo", "bo2", "bo"), ["together"])
    pair.say("two", "bo3", pair.reset("Bo", "bo3", "bo"), ["together"])
    assert who(pair.authority()) == "anna bo"
    pair.say("three", "bo3", pair.reset("Bo", "bo3", "bo2"), ["one", "two"])
    assert who(pair.authority()) == "anna bo2 bo3"


def test_a_reset_keeps_the_role() -> None:
    circle = Circle()
    circle.say("bo comes", "anna", circle.add("Bo", "bo", role=Role.MEMBER), ["founding"])
    circle.say("paper", "bo2", circle.reset("Bo", "bo2"), ["bo comes"])
    assert circle.authority().members[phone("bo2").id].role is Role.MEMBER


def test_a_reset_falls_with_its_party(pair: Circle) -> None:
    """Cia came in by Bo's hand while Anna dismissed Bo; Cia's recovery key does not help her."""
    pair.say("cia comes", "bo", pair.add("Cia", "cia"), ["together"])
    pair.say("paper", "cia2", pair.reset("Cia", "cia2"), ["cia comes"])
    assert who(pair.authority()) == "anna bo cia2"
    pair.say("bo goes", "anna", pair.depart("Bo"), ["together"])
    assert who(pair.authority()) == "anna"


# ---------------------------------------------------------------- epochs (rule e)


def test_the_current_epoch_knows_everybody_and_everything(pair: Circle) -> None:
    assert pair.authority().current == pair.all[2]
    pair.say("anna2 comes", "anna", pair.add("Anna", "anna2"), ["together"])
    assert pair.authority().current is None
    stale = pair.say("old list", "bo", pair.epoch("anna", "bo", salt=2), ["together"])
    assert pair.authority().current is None
    assert stale.id in pair.authority().epochs
    fresh = pair.say("new list", "bo", pair.epoch("anna", "anna2", "bo"), ["anna2 comes", "old list"])
    assert pair.authority().current == fresh


def test_equal_members_are_not_enough(pair: Circle) -> None:
    """Bo left and came back: the old epoch has the right members, and Bo may have shown its key to somebody."""
    pair.say("bo goes", "anna", pair.depart("Bo"), ["together"])
    pair.say("bo again", "anna", pair.add("Bo", "bo"), ["bo goes"])
    assert who(pair.authority()) == "anna bo"
    assert pair.authority().current is None


def test_between_epochs_of_the_same_members_the_lower_commitment_and_a_later_one_always(pair: Circle) -> None:
    one = pair.say("one", "anna", pair.epoch("anna", "bo", salt=1), ["together"])
    two = pair.say("two", "bo", pair.epoch("anna", "bo", salt=2), ["together"])
    lower = min(one, two, key=lambda record: record.public.what.commitment)  # type: ignore[union-attr]
    assert pair.authority().current == lower
    higher = two if lower is one else one
    later = pair.say("later", "bo", pair.epoch("anna", "bo", salt=3), [higher.id])
    assert pair.authority().current in (lower, later)
    last = pair.say("last", "bo", pair.epoch("anna", "bo", salt=4), ["later", lower.id])
    assert pair.authority().current == last


def test_a_void_epoch_is_not_written_under_and_what_others_wrote_under_it_counts(group: Circle) -> None:
    made = group.epoch("anna", "bo", "bo2", "cia", salt="bo's")
    group.say("bo's epoch", "bo", made, ["together"])
    assert group.authority().current is not None
    group.say("bo goes", "anna", group.depart("Bo", bo=0, bo2=0), ["together"])
    authority = group.authority()
    assert authority.current is None
    assert judged(authority, "cia", 1, made) == ""
    assert judged(authority, "bo", 2, made) == "cut-off"


# ---------------------------------------------------------------- what counts (rules f, g)


def test_cut_offs_hold_for_keys_from_before_the_removal(group: Circle) -> None:
    together = group.all[3].public.what
    assert isinstance(together, Epoch)
    group.say("bo2 lost", "bo", group.revoke("Bo", bo2=3), ["together"])
    authority = group.authority()
    assert [cut.sequence for cut in authority.cut_offs(phone("bo2").id)] == [3]
    assert authority.cut_offs(phone("bo").id) == ()
    assert judged(authority, "bo2", 3, together) == ""
    assert judged(authority, "bo2", 4, together) == "cut-off"
    assert judged(authority, "bo", 99, together) == ""
    assert authority.judge(phone("bo2").id, 2, together.key_id, lambda device, at: b"x" * 32) == "chain"
    assert authority.judge(phone("bo2").id, 2, together.key_id, lambda device, at: None) == ""
    group.say("bo goes", "anna", group.depart("Bo", bo=7), ["together"])
    authority = group.authority()
    assert judged(authority, "bo2", 1, together) == "cut-off"  # the departure does not name it
    assert judged(authority, "bo", 7, together) == ""
    assert judged(authority, "bo", 8, together) == "cut-off"


def test_a_key_that_is_not_known_or_not_for_the_device_does_not_count(group: Circle) -> None:
    together = group.all[3].public.what
    assert isinstance(together, Epoch)
    group.say("dan comes", "anna", group.add("Dan", "dan", role=Role.MEMBER), ["together"])
    authority = group.authority()
    assert judged(authority, "dan", 1, together) == "member"
    assert authority.judge(phone("bo").id, 1, b"x" * 16, place) == "epoch"


def test_two_epochs_with_one_key_id_are_both_tried(pair: Circle) -> None:
    together = pair.all[2].public.what
    assert isinstance(together, Epoch)
    pair.say("cia comes", "anna", pair.add("Cia", "cia"), ["together"])
    members = tuple(sorted(phone(name).id for name in ("anna", "bo", "cia")))
    pair.say("twin", "anna", Epoch(members, together.commitment[:16] + bytes(16), ()), ["cia comes"])
    assert judged(pair.authority(), "cia", 1, together) == ""
    assert judged(pair.authority(), "bo", 1, together) == ""


def test_who_knew_better_is_not_believed(group: Circle) -> None:
    """Rule g: under an old key after a removal or a later epoch that the author is known to have seen."""
    together = group.all[3].public.what
    assert isinstance(together, Epoch)
    goes = group.say("bo goes", "anna", group.depart("Bo"), ["together"])
    later = group.say("without bo", "anna", group.epoch("anna", "cia"), ["bo goes"])
    comes = group.say("anna2 comes", "anna", group.add("Anna", "anna2"), ["without bo"])
    authority = group.authority()

    def cia(*knew: object) -> str:
        return authority.judge(phone("cia").id, 5, together.key_id, place, lambda record: record in knew)

    assert cia() == ""
    assert cia(group.all[0], group.all[3], comes) == ""
    assert cia(goes) == "stale"
    assert cia(later) == "stale"


def test_a_reset_lets_the_listed_phones_go_on(pair: Circle) -> None:
    together = pair.all[2].public.what
    assert isinstance(together, Epoch)
    pair.say("paper", "bo2", pair.reset("Bo", "bo", "bo2"), ["together"])
    pair.say("thief", "bo", pair.revoke("Bo", bo=1), ["together"])
    assert judged(pair.authority(), "bo", 9, together) == ""
    assert isinstance(pair.all[-2].public.what, Reset)


# ---------------------------------------------------------------- order


def test_the_order_of_arrival_does_not_matter(group: Circle) -> None:
    group.say("bo3 comes", "bo", group.add("Bo", "bo3", role=Role.MEMBER), ["together"])
    group.say("bo goes", "anna", group.depart("Bo", bo=3), ["together"])
    group.say("cia goes", "cia", group.depart("Cia"), ["together"])
    whole = group.authority()
    for order in itertools.islice(itertools.permutations(group.all[1:]), None, None, effort(7, 1)):
        found = Authority(group.founding)
        for record in order:
            found = found.plus(record, record)
        assert (found.members, found.void, found.refused) == (whole.members, whole.void, whole.refused)
        assert (found.current, found.heads) == (whole.current, whole.heads)


def test_what_an_author_knew(pair: Circle) -> None:
    assert [record.id for record in pair.authority().ancestors(pair.all[2].id)] == [pair.all[0].id, pair.all[1].id]

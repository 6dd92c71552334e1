"""The rules as a whole: phones that know different things act, meet now and then, and in the end agree.

Three people with up to eight phones do what their own knowledge allows. What everything amounts to is compared with
the sentences of the specification, not with another program.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from sync.authority import Authority, Record, Right, Role
from sync.authority.graph import Graph, Hits, bits
from sync.protocol.control import Departure, Epoch, Reset, Revocation, What
from tests.support.circle import Circle, phone, place
from tests.support.effort import effort

PHONES = {
    "anna": "Anna",
    "anna2": "Anna",
    "anna3": "Anna",
    "bo": "Bo",
    "bo2": "Bo",
    "cia": "Cia",
    "cia2": "Cia",
    "dan": "Dan",
}
BY_ID = {phone(name).id: name for name in PHONES}

phones = st.sampled_from(sorted(PHONES))
numbers = st.integers(0, 23)


@dataclass(frozen=True)
class Said:
    """A change: whose, where in the chain, under which epoch, and what the author knew."""

    author: str
    sequence: int
    epoch: Record
    knew: frozenset[bytes]


@dataclass
class Mind:
    """What a phone knows: control records, and how far each chain goes."""

    records: frozenset[bytes] = frozenset()
    chains: dict[str, int] = field(default_factory=dict)


class Phones(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.minds: dict[str, Mind] = {}
        self.said: list[Said] = []
        self.cache: dict[frozenset[bytes], Authority] = {}
        self.places = {"anna": 1}

    @initialize(
        kind=st.sampled_from(["personal", "mentoring", "mentoring"]),
        role=st.sampled_from([Role.STEWARD, Role.STEWARD, Role.MEMBER]),
    )
    def begin(self, kind: str, role: Role) -> None:
        """Three phones, of one person or of three, that all know each other."""
        self.circle = Circle(kind)
        self.role = role
        self.by_id = {record.id: record for record in self.circle.all}
        self.minds["anna"] = Mind(frozenset(self.by_id), {"anna": 1})
        for name in ("anna2", "anna3") if kind == "personal" else ("bo", "cia"):
            self.say("anna", self.circle.add(PHONES[name], name, role=Role.STEWARD if kind == "personal" else role))
        self.make_epoch_by("anna")
        for name in ("anna2", "anna3") if kind == "personal" else ("bo", "cia"):
            self.tell("anna", name)

    # ------------------------------------------------------------ what phones do

    @rule(author=numbers, other=numbers, two=st.booleans())
    def bring_in(self, author: int, other: int, two: bool) -> None:
        """A phone of one's own, or somebody who is not there, with one phone or two."""
        name = self.somebody(author)
        if name is None:
            return
        view, mine = self.view(name), self.view(name).members[phone(name).id]
        people = {PHONES[BY_ID[device]] for device in view.members}
        guests = view.may(phone(name).id, Right.INVITE)
        new = pick(
            other,
            [
                one
                for one, person in PHONES.items()
                if phone(one).id not in view.members and (person == PHONES[name] or (guests and person not in people))
            ],
        )
        if new is None:
            return
        own = PHONES[new] == PHONES[name]
        names = [new]
        if two and not own:
            names += [one for one, person in PHONES.items() if person == PHONES[new] and one != new][:1]
        self.say(name, self.circle.add(PHONES[new], *names, role=mine.role if own else self.role))
        for one in names:
            self.tell(name, one)

    @rule(author=numbers, other=numbers)
    def revoke(self, author: int, other: int) -> None:
        """One of one's own phones, also this one; also one that was already taken out."""
        name = self.somebody(author)
        if name is None:
            return
        own = [one for one in PHONES if PHONES[one] == PHONES[name] and self.view(name).parties_of(phone(one).id)]
        out = pick(other, own)
        assert out is not None
        self.say(name, self.circle.revoke(PHONES[name], **{out: self.minds[name].chains.get(out, 0)}))

    @rule(author=numbers, other=numbers)
    def dismiss(self, author: int, other: int) -> None:
        name = self.somebody(author)
        if name is None or self.circle.kind != "mentoring":
            return
        view = self.view(name)
        may = view.may(phone(name).id, Right.DISMISS)
        people = {PHONES[BY_ID[device]] for device in view.members}
        person = pick(other, sorted(people) if may else [PHONES[name]])
        assert person is not None
        chains = self.minds[name].chains
        there = [one for one in PHONES if PHONES[one] == person and phone(one).id in view.members]
        self.say(name, self.circle.depart(person, **{one: chains.get(one, 0) for one in there}))

    @rule(author=numbers)
    def make_epoch(self, author: int) -> None:
        name = self.somebody(author)
        if name is None or not self.view(name).may(phone(name).id, Right.REKEY):
            return
        self.make_epoch_by(name)

    @rule(author=phones, others=st.sets(phones, max_size=2), source=numbers, rarely=st.integers(0, 3))
    def reset(self, author: str, others: set[str], source: int, rarely: int) -> None:
        """The recovery key is typed on a phone, which knows what another phone, or a server, tells it. Who was
        dismissed, or never really was in, gets nowhere with it.
        """
        if rarely:
            return
        teller = pick(source, sorted(self.minds))
        assert teller is not None
        self.tell(teller, author)
        keep = {author, *(other for other in others if PHONES[other] == PHONES[author])}
        chains = self.minds[author].chains
        out = {name: chains.get(name, 0) for name in PHONES if PHONES[name] == PHONES[author] and name not in keep}
        self.say(author, self.circle.reset(PHONES[author], *sorted(keep), **out))

    @rule(author=numbers, times=st.integers(1, 3))
    def write(self, author: int, times: int) -> None:
        """Changes, under the current epoch as the author knows it; made first where there is none."""
        name = self.somebody(author)
        if name is None or not self.view(name).may(phone(name).id, Right.WRITE):
            return
        if self.view(name).current is None:
            self.make_epoch_by(name)
        current = self.view(name).current
        assert current is not None
        assert isinstance(current.public.what, Epoch)
        assert set(current.public.what.members) == self.view(name).members.keys()
        for _ in range(times):
            self.said.append(Said(name, self.next_place(name), current, self.minds[name].records))

    @rule(one=numbers, other=numbers)
    def meet(self, one: int, other: int) -> None:
        """Two phones tell each other everything."""
        first, second = pick(one, sorted(self.minds)), pick(other, sorted(self.minds))
        assert first is not None
        assert second is not None
        self.tell(first, second)
        self.tell(second, first)

    # ------------------------------------------------------------ what has to hold

    def teardown(self) -> None:
        if not hasattr(self, "circle"):
            return
        for name in self.minds:
            self.check_space(self.view(name))
        whole = self.circle.authority()
        self.check_space(whole)
        self.check_order(whole)
        for change in self.said:
            self.check_change(whole, change)

    def check_space(self, whole: Authority) -> None:
        for record, reason in whole.refused.items():
            assert isinstance(self.by_id[record].public.what, Reset), "nobody did what they knew they might not"
            assert reason == "party"
        check_weighing(whole._graph)
        if not whole.closed:
            assert any(member.role is Role.STEWARD for member in whole.members.values())
        if whole.current is not None:
            what = whole.current.public.what
            assert isinstance(what, Epoch)
            assert set(what.members) == whole.members.keys()
            assert whole.current.id not in whole.void

    def check_order(self, whole: Authority) -> None:
        shuffled = list(self.circle.all)
        random.Random(len(shuffled)).shuffle(shuffled)
        found = Authority(self.circle.founding)
        for record in shuffled:
            found = found.plus(record)
        assert (found.members, found.void, found.heads) == (whole.members, whole.void, whole.heads)
        assert (found.current, found.waiting) == (whole.current, frozenset())

    def check_change(self, whole: Authority, change: Said) -> None:
        """Honest words count unless a removal that their author did not know lies between; and nobody reads them who
        their author knew was out.
        """
        what = change.epoch.public.what
        assert isinstance(what, Epoch)
        device = phone(change.author).id
        reason = whole.judge(device, change.sequence, what.key_id, place, lambda record: record.id in change.knew)
        assert reason in ("", "cut-off", "void")
        known = {record.id for record in whole.ancestors(change.epoch.id)}
        removals = [whole._graph.nodes[place].record for place in whole._now.removals]
        about = [one for one in removals if self.names_device(one, change.author) and one.id not in known]
        beyond = [one for one in about if change.sequence > self.cut(one, change.author)]
        if not about and reason:
            assert reason == "void"
        if reason == "cut-off":
            assert beyond
        if beyond and not reason:
            resets = [one for one in removals if isinstance(one.public.what, Reset)]
            assert any(phone(change.author) in one.public.what.devices for one in resets)  # type: ignore[union-attr]

    def names_device(self, removal: Record, name: str) -> bool:
        what = removal.public.what
        if isinstance(what, Revocation):
            return any(cut.device == phone(name).id for cut in what.devices)
        if isinstance(what, Departure):
            return what.party == self.circle.party(PHONES[name])
        assert isinstance(what, Reset)
        keeps = phone(name) in what.devices
        return what.root == self.circle.reset(PHONES[name], name).root and not keeps

    def cut(self, removal: Record, name: str) -> int:
        what = removal.public.what
        assert isinstance(what, Revocation | Departure | Reset)
        cuts = what.cuts if isinstance(what, Reset) else what.devices
        return next((cut.sequence for cut in cuts if cut.device == phone(name).id), 0)

    # ------------------------------------------------------------ how phones think

    def somebody(self, number: int) -> str | None:
        """A phone that is in, as it knows."""
        return pick(number, [name for name in sorted(self.minds) if phone(name).id in self.view(name).members])

    def tell(self, one: str, other: str) -> None:
        mine, theirs = self.minds[one], self.minds.setdefault(other, Mind())
        theirs.records |= mine.records
        for name, sequence in mine.chains.items():
            theirs.chains[name] = max(sequence, theirs.chains.get(name, 0))

    def view(self, name: str) -> Authority:
        """The space as a phone knows it."""
        known = self.minds[name].records
        if known not in self.cache:
            self.cache[known] = self.circle.authority([self.by_id[record] for record in known])
        return self.cache[known]

    def make_epoch_by(self, name: str) -> None:
        members = [BY_ID[device] for device in self.view(name).members]
        self.say(name, self.circle.epoch(*members, salt=len(self.circle.all)))

    def say(self, author: str, what: What) -> None:
        heads = self.view(author).heads
        self.circle.sequences[author] = self.next_place(author) - 1
        record = self.circle.say(f"record {len(self.circle.all)}", author, what, heads)
        self.by_id[record.id] = record
        self.minds[author].records |= {record.id}

    def next_place(self, author: str) -> int:
        """The next place in a phone's own chain."""
        chains = self.minds[author].chains
        chains[author] = self.places[author] = self.places.get(author, 0) + 1
        return chains[author]


def pick(number: int, among: Sequence[str]) -> str | None:
    return among[number % len(among)] if among else None


def check_weighing(graph: Graph) -> None:
    """Chapter 4 of the specification, sentence by sentence, about what the program found."""
    view = graph.view(graph.all)
    standing = set(view.removals)
    removals = {place for place, node in enumerate(graph.nodes) if node.removes}
    hits = {at: graph._hits_on(at, graph.all, frozenset(removals)) for at in range(len(graph.nodes))}

    def falls(at: int) -> bool:
        return bool(hits[at]) and all(view.void >> entry.place & 1 or by & standing for entry, by in hits[at])

    for at in range(len(graph.nodes)):
        if view.void >> at & 1:
            assert falls(at)
            assert at not in standing
        elif falls(at):
            assert at in standing
            assert on_a_circle(at, standing, hits)
    assert standing == {place for place in removals if not view.void >> place & 1}
    entries = {
        (entry.place, entry.device)
        for place in bits(graph.all & ~view.void)
        for entry in graph.nodes[place].brings
        if all(
            graph.nodes[place].ancestors >> removal & 1
            or not graph.takes_out(removal, entry.device, entry.party, graph.all)
            for removal in standing - {place}
        )
    }
    assert {(entry.place, entry.device) for entry in view.entries} == entries


def on_a_circle(place: int, standing: set[int], hits: Mapping[int, Hits]) -> bool:
    """Whether a removal is hit by something that it leads to itself."""
    found: set[int] = set()
    left: list[int] = [place]
    while left:
        for entry, by in hits[left.pop()]:
            new = {*(by & standing), entry.place} - found
            found |= new
            left += new
    return place in found


TestPhones = Phones.TestCase
TestPhones.settings = settings(
    max_examples=effort(60, 3000),
    stateful_step_count=effort(20, 40),
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)

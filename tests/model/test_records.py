"""What versions amount to: order and repetition do not matter, nothing written is lost, deletion gives way to edits."""

from __future__ import annotations

import tracemalloc
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.model import records
from app.model.changes import GONE, Op, hlc_of, version_id
from app.model.entities import Goal, Task
from app.model.merge import chosen
from app.model.records import State, Written, _Seen, advance, entity_of, fold
from tests.support import edits
from tests.support.effort import effort
from tests.support.offline import Writer, base_text

RECORD = "1" * 32


def version(hlc: int, device: str = "a") -> str:
    return version_id(hlc, device * 32)


def written(hlc: int, fields: Mapping[str, Any], *parents: str, device: str = "a", kind: str = "task") -> Written:
    op = Op(record=RECORD, kind=kind, fields=fields, parents=tuple(parents))
    return Written(version=version(hlc, device), op=op)


ROOT = written(1, {"text": "ring", "status": "todo"})


def task(*others: Written) -> Task:
    found = entity_of(fold([ROOT, *others]), "s", "mentoring")
    assert isinstance(found, Task)
    return found


def test_the_later_version_that_saw_the_earlier_replaces_it() -> None:
    found = task(written(2, {"text": "ring Åsa"}, ROOT.version))
    assert (found.text, found.heads, found.also) == ("ring Åsa", (version(2),), {})
    assert (found.made, found.edited) == (1, 2)


def test_a_clock_that_is_behind_does_not_beat_what_was_seen() -> None:
    ahead = written(1 << 60, {"text": "från 2099"}, ROOT.version, device="b")
    behind = written(2, {"text": "sedd och ändrad"}, ahead.version)
    assert task(ahead, behind).text == "sedd och ändrad"


def test_different_cells_at_the_same_time_both_hold() -> None:
    found = task(written(2, {"text": "x"}, ROOT.version), written(3, {"owner": "mentor"}, ROOT.version, device="b"))
    assert (found.text, found.owner, found.also) == ("x", "mentor", {})
    assert len(found.heads) == 2


def test_what_an_author_lacked_is_not_seen_although_a_parent_had_seen_it() -> None:
    hers = written(2, {"tried": "Hennes ord."}, ROOT.version)
    his = written(2, {"owner": "mentor"}, ROOT.version, device="b")
    both = written(3, {"status": "doing"}, hers.version, his.version, device="b")
    mine = written(4, {"tried": "Mina ord."}, both.version, device="c")
    mine = Written(version=mine.version, op=replace(mine.op, lacking=(hers.version,)))
    before = fold([ROOT, hers, his, both])
    assert advance(before, mine) is None
    found = task(hers, his, both, mine)
    assert (set(found.tried.split()), found.owner, found.lacking) == ({"Hennes", "Mina", "ord."}, "mentor", ())
    assert task(his, both, mine).lacking == (hers.version,)
    later = written(5, {"tried": "Allas."}, *found.heads, device="d")
    assert task(hers, his, both, mine, later).tried == "Allas."


def test_a_version_that_says_to_have_lacked_itself_is_there_all_the_same() -> None:
    first = written(1, {"text": "Läs"}, version(0, "b"), version(3, "c"))
    liar = Written(version=version(3, "c"), op=written(3, {"text": "Läs boken"}, first.version).op)
    liar = Written(version=liar.version, op=replace(liar.op, lacking=(version(0, "b"), liar.version)))
    before = fold([first])
    assert (advance(before, liar) or fold([first, liar])).lacking == fold([first, liar]).lacking == (version(0, "b"),)


def test_short_texts_all_stay_until_somebody_picks() -> None:
    one = written(2, {"text": "x"}, ROOT.version)
    two = written(3, {"text": "y"}, ROOT.version, device="b")
    found = task(one, two)
    assert found.text == "y"
    assert [other.value for other in found.also["text"]] == ["y", "x"]
    assert found.also["text"][0].device == "b" * 32
    picked = task(one, two, written(4, {"text": "x"}, one.version, two.version))
    assert (picked.text, picked.also) == ("x", {})


def test_the_same_text_twice_is_no_conflict() -> None:
    found = task(written(2, {"text": "x"}, ROOT.version), written(3, {"text": "x"}, ROOT.version, device="b"))
    assert (found.text, found.also) == ("x", {})


def test_done_beats_undone_and_otherwise_the_later_choice_holds() -> None:
    done = written(2, {"status": "done"}, ROOT.version)
    doing = written(9, {"status": "doing"}, ROOT.version, device="b")
    todo = written(10, {"status": "todo"}, ROOT.version, device="c")
    assert task(done, doing, todo).status == "done"
    assert task(doing, todo).status == "doing"
    early = written(2, {"owner": "mentor"}, ROOT.version)
    late = written(3, {"owner": "both"}, ROOT.version, device="b")
    assert task(early, late).owner == "both" and task(early, late).also == {}


def test_a_topic_talked_about_by_one_was_talked_about() -> None:
    base = written(1, {"mentorship": "m", "topic": "story"}, kind="agenda")
    used = written(2, {"used": True}, base.version, kind="agenda")
    not_used = written(3, {"used": False}, base.version, kind="agenda", device="b")
    assert fold([base, used, not_used]).cells["used"] is True


def test_labels_are_a_set_in_which_adding_wins() -> None:
    base = Written(version=version(1), op=Op(record=RECORD, kind="goal", fields={"title": "m", "skills.a": True}))
    removed = written(5, {"skills.a": False, "skills.b": True}, base.version, kind="goal")
    readded = written(2, {"skills.a": True, "skills.c": True}, base.version, device="b", kind="goal")
    found = entity_of(fold([base, removed, readded]), "s", "mentoring")
    assert isinstance(found, Goal)
    assert found.skills == {"a", "b", "c"}
    seen = written(6, {"skills.a": False}, removed.version, readded.version, kind="goal")
    assert entity_of(fold([base, removed, readded, seen]), "s", "mentoring").skills == {"b", "c"}  # type: ignore[attr-defined]


def test_answers_weave_pick_and_settle_by_their_kind() -> None:
    base = Written(version=version(1), op=Op(record=RECORD, kind="goal", fields={"title": "m", "answers.why": "Ett."}))
    one = written(
        2, {"answers.why": "Noll. Ett.", "answers.n": 1, "answers.m/x": True}, base.version, kind="goal", device="b"
    )
    two = written(3, {"answers.why": "Ett. Två.", "answers.n": 2, "answers.m/y": True}, base.version, kind="goal")
    found = entity_of(fold([base, one, two]), "s", "mentoring")
    assert isinstance(found, Goal)
    assert found.answers == {"why": "Noll. Ett. Två.", "n": 2, "m": frozenset({"x", "y"})}
    taken = written(9, {"answers.m/x": False}, base.version, kind="goal", device="c")
    assert "x" in entity_of(fold([base, one, two, taken]), "s", "mentoring").answers["m"]  # type: ignore[attr-defined]
    mixed = written(4, {"answers.why": 7}, base.version, kind="goal", device="c")
    assert entity_of(fold([base, one, mixed]), "s", "mentoring").answers["why"] == 7  # type: ignore[attr-defined]


def test_a_sentence_changed_by_both_is_kept_in_both_wordings_until_it_is_settled() -> None:
    base = written(1, {"text": "t", "tried": "Ringde. Inget svar."})
    one = written(2, {"tried": "Ringde två gånger. Inget svar."}, base.version)
    two = written(3, {"tried": "Ringde Åsa. Inget svar."}, base.version, device="b")
    found = entity_of(fold([base, one, two]), "s", "mentoring")
    assert isinstance(found, Task)
    assert {wording.text.strip() for piece in found.woven["tried"] for wording in piece.wordings} == {
        "Ringde två gånger.",
        "Ringde Åsa.",
    }
    assert "två gånger" in found.tried and "Åsa" in found.tried
    settled = written(4, {"tried": "Ringde Åsa två gånger."}, one.version, two.version)
    assert entity_of(fold([base, one, two, settled]), "s", "mentoring").woven == {}


def test_without_a_common_ancestor_in_reach_the_texts_stand_side_by_side() -> None:
    missing = version(2, "f")
    one = written(3, {"tried": "Ett. A."}, missing)
    two = written(4, {"tried": "Ett. B."}, missing, device="b")
    lost = fold([ROOT, one, two])
    assert lost.cells["tried"] == "Ett. A.\nEtt. B.\n"
    found = fold([ROOT, one, two, written(2, {"tried": "Ett."}, ROOT.version, device="f")])
    assert found.cells["tried"] == "Ett. A. B."


def test_two_who_begin_the_same_record_both_keep_their_words() -> None:
    one = written(1, {"text": "t", "tried": "Mitt."})
    two = written(2, {"text": "t", "tried": "Ditt."}, device="b")
    assert fold([one, two]).cells["tried"] == "Mitt. Ditt."


def test_an_ancestor_that_is_no_text_is_no_base() -> None:
    base = written(1, {"text": "t", "tried": 5})
    one, two = written(2, {"tried": "A."}, base.version), written(3, {"tried": "B."}, base.version, device="b")
    assert fold([base, one, two]).cells["tried"] == "A.\nB.\n"


def test_of_several_nearest_ancestors_the_base_is_what_they_amount_to() -> None:
    """Two people settle the same thing at the same time: what both had before them is not asked about again."""
    a = written(1, {"text": "t", "tried": "Ett. Två. Tre."})
    b = written(2, {"tried": "Ett. Två bi. Tre."}, a.version)
    c = written(3, {"tried": "Ett. Två. Tre ce."}, a.version, device="b")
    d = written(4, {"tried": "Ett. Två bi. Tre ce. Dag."}, b.version, c.version)
    e = written(5, {"tried": "Eva. Ett. Två bi. Tre ce."}, b.version, c.version, device="b")
    found = fold([a, b, c, d, e])
    assert (found.cells["tried"], found.woven) == ("Eva. Ett. Två bi. Tre ce. Dag.", {})
    f = written(6, {"tried": "Eva. Ett. Två bi. Dag. Fem."}, d.version, e.version)
    g = written(7, {"tried": "Eva. Ett. Två bi. Tre ce. Dag. Gott."}, d.version, e.version, device="b")
    again = fold([a, b, c, d, e, f, g])
    assert (again.cells["tried"], again.woven) == ("Eva. Ett. Två bi. Dag. Fem. Gott.", {})


def test_when_two_go_on_crossing_each_other_for_long_nothing_is_lost_and_the_work_stays_small() -> None:
    root = written(1, {"text": "t", "tried": "Början."})
    history, pair = [root], [root]
    for step in range(2, 42, 2):
        texts = [fold(history).cells["tried"] + f" {name}{step}." for name in "ab"]
        parents = [one.version for one in pair]
        pair = [written(step + k, {"tried": texts[k]}, *parents, device="ab"[k]) for k in range(2)]
        history += pair
    words = str(fold(history).cells["tried"]).split()
    assert set(words) == {"Början."} | {f"{name}{step}." for name in "ab" for step in range(2, 42, 2)}


@settings(max_examples=effort(60, 3000), deadline=None)
@given(st.integers(0, 1 << 40), st.data())
def test_whatever_comes_first_the_choice_closes_the_conflict_and_takes_nothing_away(
    seed: int, data: st.DataObject
) -> None:
    pair = edits.pair(Random(seed))
    root = written(1, {"text": "t", "tried": pair.base})
    mine, theirs = pair.heads.values()
    one = written(2, {"tried": mine}, root.version)
    two = written(3, {"tried": theirs}, root.version, device="b")
    open_ = fold([root, one, two])
    assert pair.lost(str(open_.cells["tried"])) == 0
    pieces = open_.woven.get("tried", ())
    keep = {
        number: data.draw(st.sets(st.sampled_from([each.version for each in piece.wordings]), min_size=1))
        for number, piece in enumerate(pieces)
        if piece.wordings
    }
    text = chosen(pieces, {number: sorted(some) for number, some in keep.items()}) if pieces else "valt"
    pick = written(4, {"tried": text}, *open_.heads)
    versions = [root, one, two, pick]
    expected = fold(versions)
    assert (expected.cells["tried"], expected.woven, expected.heads) == (text, {}, (pick.version,))
    arriving = data.draw(st.permutations([*versions, one, pick]))
    assert fold(arriving) == expected  # the versions that were not chosen are still what it is made of
    for number, some in keep.items():
        for each in pieces[number].wordings:
            assert each.version not in some or set(each.text.split()) <= set(text.split())


# ------------------------------------------------------------------ deleting


def test_deleting_names_what_it_saw_and_a_concurrent_edit_brings_the_record_back() -> None:
    deleted = written(2, {GONE: RECORD}, ROOT.version)
    assert task(deleted).gone and not task(deleted).came_back
    edited = written(3, {"text": "ring ändå"}, ROOT.version, device="b")
    back = task(deleted, edited)
    assert not back.gone and back.came_back and back.text == "ring ändå"
    again = written(4, {GONE: RECORD}, deleted.version, edited.version)
    assert task(deleted, edited, again).gone
    restored = task(deleted, written(5, {GONE: False}, deleted.version))
    assert not restored.gone and not restored.came_back


def test_deleted_by_both_is_deleted_and_restored_by_one_is_restored() -> None:
    one = written(2, {GONE: RECORD}, ROOT.version)
    two = written(3, {GONE: "2" * 32}, ROOT.version, device="b")
    assert fold([ROOT, one, two]).gone == "2" * 32
    restored = written(4, {GONE: False}, one.version)
    found = fold([ROOT, one, two, restored])
    assert found.gone is None and found.came_back


def test_an_edit_after_a_deletion_it_saw_brings_it_back_too() -> None:
    deleted = written(2, {GONE: RECORD}, ROOT.version)
    late = written(3, {"text": "x"}, deleted.version)
    assert task(deleted, late).came_back


# ------------------------------------------------------------------ append-only


def test_of_an_append_only_record_only_the_first_version_counts() -> None:
    root = written(1, {"goal": "g", "by": "mentor", "delta": 1}, kind="progress")
    edit = written(2, {"delta": 100}, root.version, kind="progress")
    second = written(3, {"delta": 7, "value": 3}, kind="progress", device="b")
    orphan = written(4, {"comment": "x"}, version(9, "f"), kind="progress", device="c")
    found = fold([root, edit, second, orphan])
    assert found.cells == {"goal": "g", "by": "mentor", "delta": 1}
    assert fold([root, edit, written(5, {GONE: RECORD}, edit.version, kind="progress")]).gone == RECORD


# ------------------------------------------------------------------ what liars and newer versions write


def test_a_circle_of_parents_ends_and_loses_nothing() -> None:
    one = written(2, {"text": "a", "due": "x"}, version(3, "b"))
    two = written(3, {"text": "b"}, version(2), device="b")
    assert {value for _, value in fold([ROOT, one, two]).also["text"]} == {"a", "b", "ring"}
    assert fold([one, two]).heads == (version(2), version(3, "b"))
    alone = written(4, {"text": "c"}, version(4))
    assert fold([ROOT, alone]).cells["text"] == "c"


def _walked(name: str, ops: Mapping[str, Op]) -> set[str]:
    """What an author had seen, as the rule says it."""
    found: set[str] = set()
    path = [*ops[name].parents]
    while path:
        step = path.pop()
        if step in ops and step not in found and step != name and step not in ops[name].lacking:
            found.add(step)
            path += ops[step].parents
    return found


PLACES = st.lists(st.integers(0, 9), max_size=3)


@settings(max_examples=effort(150, 5000), deadline=None)
@given(st.lists(st.tuples(PLACES, PLACES, st.booleans()), min_size=1, max_size=9), st.booleans())
def test_who_has_seen_what_follows_the_rule_in_circles_too(
    told: list[tuple[list[int], list[int], bool]], backwards: bool
) -> None:
    names = [version(place + 1, "ab"[place % 2]) for place in range(10)]
    ops: dict[str, Op] = {}
    for place, (parents, lacking, has) in enumerate(told):
        behind = [names[one] for one in parents if backwards or one < place]
        lacked = tuple(names[one] for one in lacking) if has else ()
        ops[names[place]] = Op(record=RECORD, kind="task", fields={}, parents=tuple(behind), lacking=lacked)
    seen, walked = _Seen(ops), {name: _walked(name, ops) for name in ops}
    assert {name: set(seen.named(seen[name])) for name in ops} == walked
    for some in (list(ops), list(ops)[::2]):
        covered = {one for name in some for one in walked[name] if name not in walked[one]}
        assert seen.heads(some) == [name for name in some if name not in covered]


@pytest.mark.parametrize("lacking", [(), (version(5),)])
def test_a_long_history_with_something_written_beside_it_takes_little(lacking: tuple[str, ...]) -> None:
    history = [ROOT]
    for hlc in range(2, 1500):
        one = written(hlc, {"text": f"{hlc}"}, history[-1].version)
        history.append(Written(version=one.version, op=replace(one.op, lacking=lacking if hlc > 5 else ())))
    beside = written(1499, {"owner": "mentor"}, ROOT.version, device="b")
    tracemalloc.start()
    try:
        found = fold([*history, beside])
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (found.cells["text"], found.cells["owner"]) == ("1499", "mentor")
    assert most < 6 << 20


def test_circles_of_thousands_of_versions_take_a_step_each_and_one_who_has_seen_all_settles_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps: list[int] = []
    whole = records._circles
    monkeypatch.setattr(records, "_circles", lambda *of: steps.append(1) or whole(*of))  # type: ignore[func-returns-value]
    history = []
    for device, round_ in (("a", range(2, 752)), ("b", range(2, 752))):
        for hlc in round_:
            before = version(hlc - 1 if hlc > 2 else 751, device)
            history.append(written(hlc, {"text": f"{device}{hlc}"}, before, device=device))
    found = fold([ROOT, *history])
    assert len(found.heads) == 1501 and len(steps) == 1
    choice = written(900, {"text": "settled"}, *found.heads)
    after = fold([ROOT, *history, choice])
    assert after.heads == (choice.version,) and after.cells["text"] == "settled"
    lacking = [
        Written(
            version=one.version, op=replace(one.op, lacking=(history[place - 1].version, history[place - 2].version))
        )
        for place, one in enumerate(history[:750])
    ]
    steps.clear()
    assert len(fold([ROOT, *lacking]).heads) > 1 and len(steps) == records.LACKED_IN_CIRCLES


def test_unknown_kinds_and_cells_are_carried() -> None:
    one = written(1, {"melody": [1, 2], "words": "la"}, kind="song")
    two = written(2, {"words": "di"}, one.version, kind="song")
    three = written(3, {"words": "da"}, one.version, kind="song", device="b")
    assert fold([one, two, three]).cells == {"melody": [1, 2], "words": "da"}
    assert fold([ROOT, written(2, {"weather": None}, ROOT.version)]).cells["weather"] is None


# ------------------------------------------------------------------ one step and all of them are the same


def _history(chance: Random, size: int) -> list[Written]:
    """Versions as a few devices make them that hear of each other now and then."""
    devices = "abc"
    knows: dict[str, list[Written]] = {device: [ROOT] for device in devices}
    made = [ROOT]
    writers = {device: Writer(device, chance) for device in devices}
    clock = 1
    for _ in range(size):
        device = chance.choice(devices)
        known = knows[device]
        state = fold(known)
        clock += chance.randint(0, 2)
        fields: dict[str, Any] = {}
        if state.gone is not None:
            fields = {GONE: False}
        else:
            for _ in range(chance.randint(1, 3)):
                cell = chance.choice(("text", "tried", "status", "due", "owner", GONE, "answers"))
                if cell == "tried":
                    fields[cell] = writers[device].edit(state.cells.get("tried") or base_text(Random(1)))
                elif cell == "status":
                    fields[cell] = chance.choice(("todo", "doing", "done"))
                elif cell == "due":
                    fields[cell] = chance.choice((None, "2026-01-01", "2026-02-01"))
                elif cell == "owner":
                    fields[cell] = chance.choice(("mentor", "mentee"))
                elif cell == GONE:
                    fields[cell] = RECORD
                else:
                    fields[cell] = chance.choice(("x", "y", "z"))
        clock = max(clock, max(hlc_of(one.version) for one in known) + 1) if chance.random() < 0.9 else clock
        new = written(clock, fields, *state.heads, device=device)
        if any(one.version == new.version for one in made):
            continue
        made.append(new)
        known.append(new)
        if chance.random() < 0.5:
            other = chance.choice(devices)
            union = {one.version: one for one in [*knows[device], *knows[other]]}
            knows[device], knows[other] = list(union.values()), list(union.values())
    return made


@pytest.mark.parametrize("chunk", range(effort(6, 200)))
def test_order_and_repetition_do_not_matter_and_a_step_is_a_fold(chunk: int) -> None:
    for seed in range(chunk * 20, chunk * 20 + 20):
        _steps_are_folds(seed)


def _steps_are_folds(seed: int) -> None:
    chance = Random(seed)
    history = _history(chance, chance.randint(1, 12))
    whole = fold(history)
    for _ in range(3):
        shaken = history + chance.choices(history, k=len(history))
        chance.shuffle(shaken)
        assert fold(shaken) == whole
        state: State | None = None
        so_far: list[Written] = []
        for one in shaken:
            if one in so_far:
                continue
            so_far.append(one)
            stepped = advance(state, one)
            state = fold(so_far)
            assert stepped is None or stepped == state
        assert state == whole


@pytest.mark.parametrize("chunk", range(effort(5, 200)))
def test_no_word_that_only_one_side_wrote_is_lost_from_a_long_text(chunk: int) -> None:
    for seed in range(chunk * 30, chunk * 30 + 30):
        _no_word_is_lost(seed)


def _no_word_is_lost(seed: int) -> None:
    history = _history(Random(seed), 12)
    whole = fold(history)
    texts = {one.version: one.op.fields["tried"] for one in history if "tried" in one.op.fields}
    seen = _Seen({one.version: one.op for one in history})
    heads = [name for name, _ in whole.also.get("tried", ())]
    if not heads:
        return
    common = set.intersection(*(set(seen.named(seen[head])) for head in heads)) & texts.keys()
    for head in heads:
        for word in texts[head].split():
            if word[-1:] in "åö" and word[:1] in "abc" and not any(word in texts[name] for name in common):
                assert word in whole.cells["tried"]


def test_a_step_is_left_to_the_fold_where_it_cannot_be_one() -> None:
    state = fold([ROOT])
    assert advance(None, written(2, {"text": "x"}, ROOT.version)) is None
    assert advance(state, written(2, {"text": "x"})) is None
    assert advance(state, written(2, {"text": "x"}, version(9))) is None
    assert advance(state, written(2, {"text": "x"}, ROOT.version, version(2))) is None
    assert advance(state, written(2, {"text": "x"}, ROOT.version, kind="note")) is None

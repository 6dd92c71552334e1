"""Weaving: nothing that somebody wrote is lost, and the order of versions does not matter."""

from __future__ import annotations

from itertools import permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.model.align import A_SENTENCE, AT_LEAST, Meter
from app.model.merge import LARGEST, Piece, Wording, Woven, chosen, weave
from app.model.sentences import sentences
from tests.support import edits
from tests.support.effort import effort
from tests.support.offline import Writer, base_text

A, B, C = "a" * 48, "b" * 48, "c" * 48


def shown(woven: Woven) -> str:
    """Everything a person sees: the agreed text and every wording."""
    return " ".join(piece.text + " ".join(wording.text for wording in piece.wordings) for piece in woven.pieces)


def test_one_text_is_itself() -> None:
    assert weave({A: "Hej.\n\nDu. "}, None) == Woven((Piece("Hej.\n\nDu. "),))
    assert weave({A: "Hej.", B: "Hej."}, "Ett.").text == "Hej."


def test_who_did_not_change_anything_gives_way() -> None:
    assert weave({A: "Ett. Två.", B: "Ett. Tre."}, "Ett. Två.").text == "Ett. Tre."


@pytest.mark.parametrize(
    ("base", "one", "other", "text"),
    [
        ("Ett. Två.", "Noll. Ett. Två.", "Ett. Två. Tre.", "Noll. Ett. Två. Tre."),
        ("Ett.", "Ett. A.", "Ett. B.", "Ett. A. B."),
        ("", "Bara a.", "Bara b.", "Bara a. Bara b."),
        ("Ett. Två. Tre.", "Ett. Tre.", "Ett. Två. Tre. Fyra.", "Ett. Tre. Fyra."),
        ("Ett. Två. Tre.", "Ett. Tre.", "Ett. Tre. Fyra.", "Ett. Tre. Fyra."),
        ("Ett. Två.", "Ettan. Två.", "Ett. Tvåan.", "Ettan. Tvåan."),
        ("- a\n- b\n", "- a\n- a2\n- b\n", "- a\n- b\n- c\n", "- a\n- a2\n- b\n- c\n"),
        ("Ett.", "Ett.\n\nNytt stycke.", "Ett. Till.", "Ett.\n\nNytt stycke. Till."),
        ("Ett. Två.", "Ett. Samma. Två.", "Ett. Samma. Två.", "Ett. Samma. Två."),
        ("Ett. Två.", "Ett. Nytt. Två.", "Ett. Nytt. Två. Sist.", "Ett. Nytt. Två. Sist."),
    ],
)
def test_edits_in_different_places_come_together(base: str, one: str, other: str, text: str) -> None:
    woven = weave({A: one, B: other}, base)
    assert woven.agreed
    assert woven.text == text


def test_the_same_sentence_changed_by_both_is_shown_in_both_wordings_with_their_authors() -> None:
    woven = weave({A: "Ett. Vi ses på måndag. Tre.", B: "Ett. Vi ses på fredag. Tre."}, "Ett. Vi ses. Tre.")
    assert not woven.agreed
    assert woven.pieces[1].wordings == (Wording(A, "Vi ses på måndag. "), Wording(B, "Vi ses på fredag. "))
    assert woven.text.split("\n") == ["Ett. ", "Vi ses på måndag. ", "Vi ses på fredag. ", "Tre."]


def test_an_edit_against_a_deletion_shows_both() -> None:
    woven = weave({A: "Ett. Tre.", B: "Ett. Två och mer. Tre."}, "Ett. Två. Tre.")
    assert woven.pieces[1].wordings == (Wording(A, ""), Wording(B, "Två och mer. "))
    assert "Två och mer." in woven.text


def test_without_the_common_text_both_are_shown_whole() -> None:
    woven = weave({A: "Ett. Två.", B: "Ett. Tre."}, None)
    assert woven.pieces == (Piece(wordings=(Wording(A, "Ett. Två."), Wording(B, "Ett. Tre."))),)
    assert woven.text == "Ett. Två.\nEtt. Tre.\n"


def test_equal_texts_of_three_are_shown_once() -> None:
    assert [one.version for one in weave({A: "x", B: "y", C: "x"}, None).pieces[0].wordings] == [A, B]


def test_very_long_texts_are_not_compared() -> None:
    long = "Ord. " * (LARGEST // 5 + 1)
    assert not weave({A: long + "A.", B: long + "B."}, long).agreed
    assert not weave({A: "A.", B: "B."}, long).agreed


def test_a_kilobyte_is_a_kilobyte_in_every_script() -> None:
    long = "Ö" * (LARGEST // 2 - 4) + "."
    assert weave({A: long + " A.", B: "B. " + long}, long).agreed
    assert not weave({A: long + " A. ÖÖÖ.", B: "B. " + long}, long).agreed


def test_three_people_at_once() -> None:
    base = "Ett. Två. Tre."
    woven = weave({A: "Noll. Ett. Två. Tre.", B: "Ett. TVÅ. Tre.", C: "Ett. tvåan. Tre. Fyra."}, base)
    assert [len(piece.wordings) for piece in woven.pieces] == [0, 2, 0]
    assert woven.text == "Noll. Ett. \nTVÅ. \ntvåan. \nTre. Fyra."


def test_edits_that_chain_over_each_other_are_one_place() -> None:
    base = "Ett. Två. Tre. Fyra."
    woven = weave({A: "Ett. AB. Tre. Fyra.", B: "Ett. Två. Tre. Fyran.", C: "Ett. CD. Fyra."}, base)
    assert [[wording.version for wording in piece.wordings] for piece in woven.pieces] == [[], [A, C], []]
    assert woven.text.endswith("Fyran.")


def test_edits_that_overlap_without_beginning_together_are_one_place() -> None:
    base = "Ett. Två. Tre. Fyra. Fem."
    woven = weave({A: "Ett. AB. Fyra. Fem.", B: "Ett. Två. CD. Fem.", C: "Ett. Två. Tre. Mitt i. Fyra. Fem."}, base)
    assert [[wording.text for wording in piece.wordings] for piece in woven.pieces] == [
        [],
        ["AB. Fyra. ", "Två. CD. "],
        [],
    ]
    assert woven.pieces[2].text == "Mitt i. Fem."  # putting something in is no change of what stands around it


def test_what_is_put_into_a_stretch_that_the_other_took_away_stays_without_a_question() -> None:
    assert weave({A: "Ett. Fyra.", B: "Ett. Två. Nytt. Tre. Fyra."}, "Ett. Två. Tre. Fyra.").pieces == (
        Piece("Ett. Nytt. Fyra."),
    )


def test_two_who_take_away_stretches_that_overlap_agree() -> None:
    assert weave({A: "Ett. Fyra.", B: "Ett. Två."}, "Ett. Två. Tre. Fyra.").pieces == (Piece("Ett. "),)


def test_only_the_sentence_that_both_touched_is_asked_about() -> None:
    base = "Vi möttes. Hon ringde arbetsplatsen. Vi ses på måndag. Hej då."
    one = "Vi möttes. Hon ringde arbetsplatsen två gånger. Vi ses på måndag kl. 15. Hej då."
    other = "Vi möttes. Hon ringde arbetsplatsen. Vi ses på måndag i biblioteket. Hej då."
    woven = weave({A: one, B: other}, base)
    assert woven.pieces == (
        Piece("Vi möttes. Hon ringde arbetsplatsen två gånger. "),
        Piece(wordings=(Wording(A, "Vi ses på måndag kl. 15. "), Wording(B, "Vi ses på måndag i biblioteket. "))),
        Piece("Hej då."),
    )


def test_a_sentence_cut_into_two_stays_together() -> None:
    base = "Ett. Hon ringde arbetsplatsen och fick ett namn och ett nummer. Slut."
    one = "Ett. Hon ringde arbetsplatsen. Fick ett namn och ett nummer. Slut."
    other = "Ett. Hon ringde arbetsplatsen och fick ett namn. Slut."
    (wordings,) = (piece.wordings for piece in weave({A: one, B: other}, base).pieces if piece.wordings)
    assert [one.text for one in wordings] == [
        "Hon ringde arbetsplatsen. Fick ett namn och ett nummer. ",
        "Hon ringde arbetsplatsen och fick ett namn. ",
    ]


@pytest.mark.parametrize(
    ("base", "one", "other", "text"),
    [
        ("Ett. Två.\n", "Ett.\n\nTvå.\n", "Ett. Två. Tre.\n", "Ett.\n\nTvå. Tre.\n"),  # a paragraph broken
        ("Ett.\n\nTvå.", "Ett. Två.", "Ett.\n\nTvå. Tre.", "Ett. Två. Tre."),  # and joined again
        ("Ett.  Två.\t\nTre.", "Noll. Ett.  Två.\t\nTre.", "Ett.  Två.\t\nTre. ", "Noll. Ett.  Två.\t\nTre. "),
        ("- a", "- a\n- b", "- a\n- c", "- a\n- b\n- c"),  # no line runs into the one that ended the text
        ("\n a", "\n a\r\nb", "a", "a\r\nb"),
        ("Ett.", "Ett.\r\n\r\nTvå.", "Ett.\r\n\r\nTvå.", "Ett.\r\n\r\nTvå."),
        ("שלום. מה שלומך?", "שלום. מה שלומך? טוב.", "אהלן. שלום. מה שלומך?", "אהלן. שלום. מה שלומך? טוב."),
    ],
)
def test_white_space_stays_as_it_was_or_as_somebody_changed_it(base: str, one: str, other: str, text: str) -> None:
    assert weave({A: one, B: other}, base) == Woven((Piece(text),))


def test_choosing_leaves_what_was_not_chosen_between() -> None:
    base = "Ett. Vi ses. Två. Hej. Slut."
    woven = weave({A: "Ett. Vi ses nu. Två. Hej Åsa. Slut.", B: "Ett. Vi ses sen. Två. Slut."}, base)
    assert chosen(woven.pieces, {1: [A], 3: [A]}) == "Ett. Vi ses nu. Två. Hej Åsa. Slut."
    assert chosen(woven.pieces, {1: [B], 3: [B]}) == "Ett. Vi ses sen. Två. Slut."
    assert chosen(woven.pieces, {1: [A, B], 3: [B]}) == "Ett. \nVi ses nu. \nVi ses sen. \nTvå. Slut."
    assert chosen(woven.pieces, {}) == woven.text


@pytest.mark.parametrize("chunk", range(effort(10, 400)))
def test_no_word_written_offline_is_ever_lost(chunk: int) -> None:
    for seed in range(chunk * 100, chunk * 100 + 100):
        _no_word_is_lost(seed)


def _no_word_is_lost(seed: int) -> None:
    chance = Random(seed)
    base = base_text(chance)
    writers = [Writer(name, chance) for name in "XYZ"[: chance.choice((2, 2, 3))]]
    heads = {version: writer.edit(base) for version, writer in zip((A, B, C), writers, strict=False)}
    woven = weave(heads, base)
    seen = shown(woven)
    for version, writer in zip(heads, writers, strict=True):
        for mark in writer.wrote:
            if mark in heads[version]:  # they may have taken their own sentence away again
                assert mark in seen
                assert mark in woven.text
    for sentence in sentences(base):  # what nobody took away stays
        if (
            sentence.words
            and base.count(sentence.words) == 1
            and all(sentence.words in text for text in heads.values())
        ):
            assert sentence.words in woven.text


def test_the_order_of_versions_does_not_matter() -> None:
    for seed in range(effort(200, 10_000)):
        chance = Random(seed)
        base = base_text(chance)
        heads = {version: Writer(version[0], chance).edit(base) for version in (A, B, C)}
        for ground in (base, None):
            assert len({weave(dict(order), ground) for order in permutations(heads.items())}) == 1


@settings(max_examples=effort(200, 5000))
@given(st.lists(st.sampled_from(["A. ", "B. ", "C.\n", "D", " ", "\n\n"]), max_size=8), st.data())
def test_weaving_again_changes_nothing(parts: list[str], data: st.DataObject) -> None:
    """Whoever already has the woven text and whoever has one of its sources come to the woven text."""
    base = "".join(parts)
    edit = st.lists(st.sampled_from(["A. ", "B. ", "X. ", "Y.\n", "D"]), max_size=8).map("".join)
    one, other = data.draw(edit), data.draw(edit)
    woven = weave({A: one, B: other}, base)
    assert weave({A: woven.text, B: woven.text}, base).text == woven.text
    assert weave({A: woven.text, B: base}, base).text == woven.text


def test_a_wording_of_nothing_but_space_takes_no_line() -> None:
    assert Woven((Piece("Ett.\n"), Piece(wordings=(Wording(A, ""), Wording(B, " "))))).text == "Ett.\n"


# ------------------------------------------------------------------ a thousand pairs of offline edits


def test_of_a_thousand_pairs_no_word_is_lost_and_nobody_is_asked_without_need() -> None:
    found = edits.tally(edits.PAIRS)
    assert sum(row.pairs for row in found.values()) == edits.PAIRS
    assert found["same sentence"].pairs >= 0.3 * edits.PAIRS
    assert found["one place"].pairs >= 0.2 * edits.PAIRS
    assert found["edit against delete"].pairs >= 0.1 * edits.PAIRS
    assert {kind: row.lost for kind, row in found.items() if row.lost} == {}
    others = [found[kind] for kind in edits.OTHERS]
    assert sum(row.asked for row in others) <= 0.02 * sum(row.pairs for row in others)
    assert found["same sentence"].asked >= 0.98 * found["same sentence"].pairs  # never settled in silence
    assert found["edit against delete"].asked >= 0.98 * found["edit against delete"].pairs
    assert all(row.newest for row in found.values())  # the measure itself can fail: the last writer loses words
    assert sum(row.newest_pairs for row in found.values()) > 0.8 * edits.PAIRS


def test_the_pairs_are_swedish_and_english_and_the_same_for_the_same_seed() -> None:
    some = list(edits.pairs(200))
    assert [one.heads for one in some] == [one.heads for one in edits.pairs(200)]
    assert [one.heads for one in some] != [one.heads for one in edits.pairs(200, seed=1)]
    assert 60 < sum(one.language == "sv" for one in some) < 140
    assert sum(len(set(one.heads.values())) == 2 for one in some) > 190


@pytest.mark.parametrize("seed", range(1, effort(2, 60)))
def test_with_other_seeds_no_word_is_lost_either(seed: int) -> None:
    found = edits.tally(effort(250, 1000), seed)
    assert {kind: row.lost for kind, row in found.items() if row.lost} == {}


def test_where_nobody_is_asked_the_text_is_right_to_the_letter() -> None:
    right = wrong = 0
    for pair in edits.pairs(effort(500, 5000)):
        expected = pair.together()
        if expected is None:
            continue
        if pair.weave().text == expected:
            right += 1
        else:  # a sentence written anew beside one put in: which is which cannot be told, and both are there
            wrong += 1
            assert pair.lost(pair.weave().text) == 0
    assert right > 0.98 * (right + wrong)


def test_no_more_places_are_asked_about_than_both_touched() -> None:
    for pair in edits.pairs(effort(500, 5000)):
        both = pair.mine.changed.keys() & pair.theirs.changed.keys()
        asked = sum(bool(piece.wordings) for piece in pair.weave().pieces)
        assert asked <= max(len(both), pair.kind in edits.OTHERS)


# ------------------------------------------------------------------ how long it takes


@pytest.mark.parametrize(
    "shape", ["equal lines", "two kinds of lines", "upside down", "shuffled", "every line changed", "doubled"]
)
def test_weaving_the_longest_texts_takes_steps_in_proportion(shape: str) -> None:
    chance = Random(7)
    lines = [f"Rad {number} om något." for number in range(10_000)]
    mine, theirs = list(lines), list(lines)
    if shape == "equal lines":
        lines = mine = ["a"] * effort(25_000, 60_000)
        theirs = ["b", *lines, "c"]
        mine = [*lines[:20_000], "x", *lines[:10_000]]
    elif shape == "two kinds of lines":
        lines = [chance.choice("ab") for _ in range(effort(25_000, 90_000))]
        mine, theirs = [chance.choice("ab") for _ in lines], [chance.choice("ab") for _ in lines]
    elif shape == "upside down":
        mine = lines[::-1]
    elif shape == "shuffled":
        chance.shuffle(mine)
        chance.shuffle(theirs)
    elif shape == "every line changed":
        mine, theirs = [f"{line} A" for line in lines], [f"B {line}" for line in lines]
    else:
        mine, theirs = lines[:5_000] * 2, lines[5_000:] * 2
    base, one, other = ("\n".join(text)[: LARGEST - 10] for text in (lines, mine, theirs))
    total = one.count("\n") + other.count("\n") + 2 * base.count("\n") + 4  # every line is a sentence
    meter = Meter(AT_LEAST + A_SENTENCE * total)
    woven = weave({A: one, B: other}, base, meter)
    assert meter.steps <= AT_LEAST + A_SENTENCE * total
    wanted = set(one.split()) - set(base.split()) | set(other.split()) - set(base.split())
    assert wanted <= set(woven.text.split())


def test_twice_the_text_takes_no_more_than_twice_the_steps() -> None:
    def steps(count: int) -> int:
        lines = [f"Rad {number} om något." for number in range(count)]
        mine = [line + " Mer." if number % 50 == 3 else line for number, line in enumerate(lines)]
        theirs = [line.upper() if number % 70 == 5 else line for number, line in enumerate(lines)]
        meter = Meter(1 << 60)
        assert weave({A: "\n".join(mine), B: "\n".join(theirs)}, "\n".join(lines), meter).agreed
        return meter.steps

    assert steps(8_000) <= 2.1 * steps(4_000) <= 4.5 * steps(2_000)


def test_without_a_single_step_to_spare_no_word_is_lost() -> None:
    for pair in edits.pairs(100):
        assert pair.lost(weave(pair.heads, pair.base, Meter(0)).text) == 0


# ------------------------------------------------------------------ laws


@settings(max_examples=effort(60, 3000), deadline=None)
@given(st.integers(0, 1 << 40))
def test_the_names_of_the_versions_decide_the_order_and_nothing_else(seed: int) -> None:
    pair = edits.pair(Random(seed))
    one, other = pair.heads.values()
    assert weave(pair.heads, pair.base) == weave(dict(reversed(pair.heads.items())), pair.base)
    swapped = weave({A: other, B: one}, pair.base)
    assert swapped.agreed == weave({A: one, B: other}, pair.base).agreed
    assert pair.lost(swapped.text) == 0


@settings(max_examples=effort(60, 3000), deadline=None)
@given(st.integers(0, 1 << 40))
def test_weaving_what_was_woven_changes_nothing(seed: int) -> None:
    pair = edits.pair(Random(seed))
    text = pair.weave().text
    assert weave({A: text, B: text}, pair.base).text == text
    assert weave({A: text, B: pair.base}, pair.base).text == text

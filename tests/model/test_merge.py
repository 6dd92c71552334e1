"""Weaving: nothing that somebody wrote is lost, and the order of versions does not matter."""

from __future__ import annotations

from itertools import permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.model.merge import LARGEST, Piece, Wording, Woven, _sentences, weave
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


def test_a_text_of_equal_lines_does_not_take_for_ever() -> None:
    lines = "a\n" * 90_000
    woven = weave({A: lines + "x\n", B: "y\n" + lines}, lines)
    assert len(woven.pieces) == 1 and not woven.agreed  # not compared: that would take eight thousand million steps
    assert "x" in shown(woven) and "y" in shown(woven)


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
        ["AB. Fyra. ", "Två. CD. ", "Två. Tre. Mitt i. Fyra. "],
        [],
    ]


@settings(max_examples=effort(300, 5000))
@given(st.text(alphabet="ab .!?…\n\r\t\u2028🙂å", max_size=60))
def test_sentences_are_the_text(text: str) -> None:
    parts = _sentences(text)
    assert "".join(part.text for part in parts) == text
    assert all(part.words == part.words.strip() for part in parts)
    assert all(part.words for part in parts[1:])


def test_what_a_sentence_is() -> None:
    words = [part.words for part in _sentences("Kl. 16.30 på CV:t… Va?! Ja\nNytt - stycke. 3.5 st")]
    assert words == ["Kl.", "16.30 på CV:t…", "Va?!", "Ja", "Nytt - stycke.", "3.5 st"]


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
    for sentence in _sentences(base):  # what nobody took away stays
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

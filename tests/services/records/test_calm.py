"""The collector rests while a page is read, and goes on afterwards, whatever happened."""

import gc

import pytest

from app.services.records.calm import undisturbed


def test_it_rests_inside_and_goes_on_afterwards() -> None:
    assert gc.isenabled()
    with undisturbed():
        assert not gc.isenabled()
        with undisturbed():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError), undisturbed():
        raise ValueError
    assert gc.isenabled()


def test_what_was_switched_off_stays_off() -> None:
    gc.disable()
    try:
        with undisturbed():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()

"""The tree of errors below: each leaf has a stable code and safe facts."""

from sync import errors


def test_every_leaf_has_a_code_of_its_own_and_tells_its_facts() -> None:
    leaves = errors.SyncError.__subclasses__()
    codes = [leaf.code for leaf in leaves]
    assert len(set(codes)) == len(codes) >= 4
    assert all(code.startswith("sync-") for code in codes)
    assert str(errors.BadRecord(reason="space")) == "sync-bad-record, reason=space"

"""Known answers that every device must give: the derivation of a passphrase, and opening what another device sealed."""

from typing import Final

from app.vault import kdf
from sync import hpke
from sync.errors import CannotOpen

_STRETCHED: Final = "de410f4249297fa63444312ed10ed9e546e204f36a3859c970ec7a8982c35b27"
_PRIVATE: Final = "e8eb5831f1ede8036e1c30fc70880e4e1e7cfd81c932d16b65656c4281407870"
_SEALED: Final = (
    "568029e8891d3f0c5b478397a5b0d97119869879238a73202a44e9006c06ce6a838f59881bb4662693203188f9842fa8fc525c8e"
)


def passes() -> bool:
    """Whether both answers are right on this device."""
    stretched = kdf.stretch(kdf.normalise("fika"), bytes(range(32)), kdf.Cost(lanes=1))
    try:
        opened = hpke.open_sealed(bytes.fromhex(_PRIVATE), bytes.fromhex(_SEALED), info=b"self-test", aad=b"1")
    except CannotOpen:
        return False
    return stretched.hex() == _STRETCHED and opened == b"fika"

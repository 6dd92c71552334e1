"""How long a plaintext is made, so that its length tells little: 256 bytes, then the lengths of Padmé.

Padmé (Nikitin and others, PURBs, 2019) keeps as many leading bits of a length as its exponent has digits and
rounds the rest up: at most 12 % more, and the lengths that can occur grow only with the logarithm.
"""

from sync.protocol.limits import PLAIN_MIN


def padded_length(length: int) -> int:
    """The length to which that many bytes are filled up."""
    if length <= PLAIN_MIN:
        return PLAIN_MIN
    exponent = length.bit_length() - 1
    loose = exponent - exponent.bit_length()
    mask = (1 << loose) - 1
    return (length + mask) & ~mask

"""How large things may be. Whoever reads bytes from outside counts against these before building anything."""

from typing import Final

KIBIBYTE: Final = 1 << 10
MEBIBYTE: Final = 1 << 20

ENVELOPE_MAX: Final = 64 * KIBIBYTE
"""One envelope: header, body and signature."""

BATCH_ENVELOPES: Final = 500
BATCH_BYTES: Final = MEBIBYTE
"""One push, and one page of a pull: whichever is reached first."""

PLAIN_MIN: Final = 256
PLAIN_MAX: Final = 63_488
"""The padded plaintext of an envelope: the largest length that Padmé allows within `ENVELOPE_MAX`."""

MESSAGE_MAX: Final = 16 * MEBIBYTE
"""The JSON of one message, inflated, however many envelopes carry it."""

MESSAGE_DEPTH: Final = 40

PARENTS_MAX: Final = 64
"""Control heads that one control record names."""

DEVICES_MAX: Final = 16
"""Devices that one control record brings in."""

MEMBERS_MAX: Final = 128
"""Devices that one epoch is sealed to, and that a removal cuts off."""

CONTROL_MAX: Final = 1_024
"""Control records of one space."""

PURGED_MAX: Final = 500
"""Envelopes that one purge names."""

SEQUENCE_MAX: Final = (1 << 63) - 1
"""The highest sequence: it fits a signed column of a database."""

PARCEL_SIZES: Final = (16 * KIBIBYTE, 64 * KIBIBYTE, 256 * KIBIBYTE)
"""What members and a programme send each other through a server: nothing else is taken there, so that a size says hardly
anything of what is sealed in it.
"""

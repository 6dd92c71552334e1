"""Bytes in, sealed bytes on the disk: the encrypted folder of this device. It knows no entity.

It may import `app.errors`, TinyDB, `cryptography`, `argon2` and, of all that `sync` has, `sync.hpke` alone.
"""

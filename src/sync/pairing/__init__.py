"""How two phones learn each other's keys without believing anybody in between (docs/spec/pairing.md).

Pure: codes in, values out. Time is given, nothing is stored or sent, and randomness comes from the system. Every
side of a pairing is a frozen `State` with a `receive`; what follows is a `Step`, and at the end stands `Paired`.
May import `sync.signing`, `sync.hpke`, `sync.labels` and `sync.errors`.
"""

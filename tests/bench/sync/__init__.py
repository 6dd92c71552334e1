"""Two devices and a server, beside two devices and a peer's server: the same items, the same machine, one run."""

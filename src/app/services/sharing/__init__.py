"""What goes from device to device: envelopes, packages, the optional server, pairing, devices of one's own."""

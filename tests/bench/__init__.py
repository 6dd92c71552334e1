"""Measurements: peers and us, side by side, in one run."""

"""Fika: the pocket companion for mentoring."""

__version__ = "0.1.0"

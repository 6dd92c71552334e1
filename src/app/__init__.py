"""Fika: the pocket companion for mentoring."""

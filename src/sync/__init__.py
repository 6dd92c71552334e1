"""Carries sealed changes between devices; could be used without the app."""

"""Tests of the server; the same ones on SQLite and on PostgreSQL."""

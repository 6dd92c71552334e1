"""A programme: the coordinator's keys, what members send it, and tokens that count people without naming them.

`docs/spec/programme.md` is the page behind it. Values in, values out: what is kept, and what a person is told, belongs to
the app.
"""

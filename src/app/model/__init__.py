"""What mentoring is: frozen values and pure functions. Time and randomness are arguments; nothing here does I/O.

It may import `app.errors` and the standard library (and `dateutil` for rhythms); never a framework, a file or a wire.
"""

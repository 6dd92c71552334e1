"""The screens: they ask questions, hand over commands and keep no truth.

May import `app.services`, `app.model` and Flet; never the vault, the wire or a cipher. `safe` is imported here, first,
because it mends what Flet does when something goes wrong.
"""

from app.ui import safe as safe

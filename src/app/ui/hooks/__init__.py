"""What a part may use besides Flet's own hooks: each is one `use_…`.

desk = use_desk()                           the desk of this window
people = use_query(PeopleList())            the answer, and a new render when it changes
draft = use_draft(note.body, save)          typing: never more than a second unsaved
draft = use_settling(target, text, heads)   the same for a cell of a record: settles when the screen is left
wide = use_wide()                           True from 840 px
minute = use_clock()                        the time, on the minute
undo = use_undo()                           undo("Goal let go", revive)
busy, run = use_busy()                      run(work) in a thread; busy while it takes
"""

from app.ui.hooks.busy import use_busy as use_busy
from app.ui.hooks.context import DeskContext as DeskContext
from app.ui.hooks.context import use_clock as use_clock
from app.ui.hooks.context import use_desk as use_desk
from app.ui.hooks.context import use_undo as use_undo
from app.ui.hooks.context import use_wide as use_wide
from app.ui.hooks.draft import Draft as Draft
from app.ui.hooks.draft import use_draft as use_draft
from app.ui.hooks.held import use_held as use_held
from app.ui.hooks.query import use_query as use_query
from app.ui.hooks.settling import use_settling as use_settling
from app.ui.hooks.watch import use_watch as use_watch

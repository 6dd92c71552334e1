"""The kit every screen is built from: named, large enough to hit, the same everywhere.

A part shows and tells; it knows no query and no command. Texts come in ready to read.
"""

from app.ui.parts.buttons import Beside as Beside
from app.ui.parts.buttons import Choice as Choice
from app.ui.parts.buttons import ChoiceButtons as ChoiceButtons
from app.ui.parts.buttons import DangerButton as DangerButton
from app.ui.parts.buttons import HeaderButton as HeaderButton
from app.ui.parts.buttons import PrimaryButton as PrimaryButton
from app.ui.parts.buttons import QuietButton as QuietButton
from app.ui.parts.buttons import Scale1to5 as Scale1to5
from app.ui.parts.buttons import SecondaryButton as SecondaryButton
from app.ui.parts.buttons import Segments as Segments
from app.ui.parts.buttons import Stepper as Stepper
from app.ui.parts.fields import NOTE_LIMIT as NOTE_LIMIT
from app.ui.parts.fields import DateField as DateField
from app.ui.parts.fields import DraftField as DraftField
from app.ui.parts.fields import Field as Field
from app.ui.parts.fields import Guarded as Guarded
from app.ui.parts.fields import PassphraseField as PassphraseField
from app.ui.parts.fields import SavedLine as SavedLine
from app.ui.parts.fields import TimeField as TimeField
from app.ui.parts.pictures import Busy as Busy
from app.ui.parts.pictures import EmptyState as EmptyState
from app.ui.parts.pictures import LineChart as LineChart
from app.ui.parts.pictures import Mark as Mark
from app.ui.parts.pictures import ProgressBar as ProgressBar
from app.ui.parts.pictures import Steps as Steps
from app.ui.parts.screen import LongList as LongList
from app.ui.parts.screen import Screen as Screen
from app.ui.parts.surfaces import Card as Card
from app.ui.parts.surfaces import Chip as Chip
from app.ui.parts.surfaces import Footed as Footed
from app.ui.parts.surfaces import Row as Row
from app.ui.parts.surfaces import Rows as Rows
from app.ui.parts.surfaces import TickRow as TickRow
from app.ui.parts.surfaces import VisibilityChip as VisibilityChip
from app.ui.parts.surfaces import VisibilityChoice as VisibilityChoice
from app.ui.parts.surfaces import use_sheet as use_sheet
from app.ui.parts.text import Heading as Heading
from app.ui.parts.text import Live as Live
from app.ui.parts.text import Named as Named
from app.ui.parts.text import Quotable as Quotable
from app.ui.parts.text import SectionTitle as SectionTitle
from app.ui.parts.text import Soft as Soft
from app.ui.parts.text import Title as Title
from app.ui.parts.text import Words as Words

"""Where one can go: one table from paths to screens, and from the actions that documents name to paths.

A screen is named by its module and component and imported when it is first opened, so that the lock screen waits for
none of them. `:id` in a path becomes an argument of the screen; what follows `?` as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from urllib.parse import parse_qsl

import flet as ft


@dataclass(frozen=True)
class Place:
    """A path, the screen that is there, and whether the tabs stay in sight (a tab is a place nothing lies under)."""

    path: str
    module: str
    screen: str
    tabs: bool = False
    tab: bool = False

    @property
    def exists(self) -> bool:
        """Whether somebody has written this screen."""
        return find_spec(f"app.ui.screens.{self.module}") is not None

    def load(self) -> Callable[..., ft.Control]:
        """The screen's component."""
        component: Callable[..., ft.Control] = getattr(import_module(f"app.ui.screens.{self.module}"), self.screen)
        return component


PLACES: tuple[Place, ...] = (
    Place("/", "today", "TodayScreen", tabs=True, tab=True),
    Place("/people", "people", "PeopleScreen", tabs=True, tab=True),
    Place("/goals", "goals", "GoalsScreen", tabs=True, tab=True),
    Place("/library", "library", "LibraryScreen", tabs=True, tab=True),
    Place("/programme", "programme", "ProgrammeScreen", tabs=True, tab=True),
    # meetings and notes
    Place("/meeting/:id", "meeting", "MeetingScreen"),
    Place("/meeting/:id/begin", "ready", "BeginScreen"),
    Place("/meeting/:id/note", "note", "NoteScreen"),
    Place("/meeting/:id/checklist", "checklist", "ChecklistScreen"),
    Place("/meeting/:id/end", "ending", "EndScreen"),
    Place("/meeting/:id/people", "group", "GroupScreen"),
    Place("/meeting/:id/minutes", "minutes", "MinutesScreen"),
    Place("/meeting/:id/earlier", "minutes", "EarlierScreen"),
    Place("/minutes/example", "minutes", "ExampleScreen"),
    Place("/notes", "note", "NotesScreen"),
    Place("/meeting/:id/evaluate", "evaluation", "EvaluationScreen"),
    Place("/plan", "plan", "PlanScreen"),
    Place("/calendar", "calendar", "CalendarScreen"),
    Place("/slots/:id", "slots", "SlotsScreen"),
    Place("/note/:id", "note", "FreeNoteScreen"),
    Place("/checklist/:person/:list", "checklist", "ChecklistScreen"),
    # people, goals, tasks, documents
    Place("/people/new", "people", "NewPersonScreen"),
    Place("/person/:id", "person", "PersonScreen", tabs=True),
    Place("/person/:id/edit", "person_edit", "PersonEditScreen"),
    Place("/person/:id/notes", "person_notes", "PersonNotesScreen"),
    Place("/person/:id/pair", "pair", "PairScreen"),
    Place("/person/:id/part", "parting", "PartScreen"),
    Place("/person/:id/pair/words", "pair", "PairWordsScreen"),
    Place("/person/:id/pair/invite", "pair", "PairInviteScreen"),
    Place("/pair", "pair", "PairScreen"),
    Place("/goal/new", "goal_edit", "GoalEditScreen"),
    Place("/goal/:id", "goal", "GoalScreen"),
    Place("/goal/:id/edit", "goal_edit", "GoalEditScreen"),
    Place("/board/:person", "tasks", "TasksScreen"),
    Place("/tasks/file", "tasks_file", "TasksFileScreen"),
    Place("/task/new", "task_edit", "TaskEditScreen"),
    Place("/task/:id", "task_edit", "TaskEditScreen"),
    Place("/document/:id", "document", "DocumentScreen"),
    Place("/document/:id/texts", "own_texts", "OwnTextsScreen"),
    Place("/topics", "topics", "TopicsScreen"),
    Place("/questions/:document", "topics", "QuestionsScreen"),
    Place("/closing/:person", "closing", "ClosingScreen"),
    Place("/closing/:person/early", "closing", "EarlyScreen"),
    Place("/closing/:person/certificate", "certificate", "CertificateScreen"),
    Place("/agreement/check", "agreement_copy", "CheckScreen"),
    Place("/agreement/:person/copy/:id", "agreement_copy", "CopyScreen"),
    Place("/agreement/:person/:document/fill", "agreement_fill", "FillScreen"),
    Place("/agreement/:person/:document/hand", "agreement_hand", "HandScreen"),
    Place("/agreement/:person/:document", "agreement", "AgreementScreen"),
    Place("/boundaries/:person", "boundaries", "BoundariesScreen"),
    Place("/skills/:person", "skills", "SkillsScreen"),
    Place("/skills/:person/rate", "skills", "RateSkillsScreen"),
    Place("/support", "support", "SupportScreen"),
    Place("/search", "search", "SearchScreen"),
    Place("/versions/:kind/:id", "conflict", "ConflictScreen"),
    Place("/history/:kind/:id", "history", "HistoryScreen"),
    # the programme: what leaves a pair for it, and the coordinator's side
    Place("/meeting/:id/around", "around", "AroundScreen"),
    Place("/survey/:person/:which", "survey", "SurveyScreen"),
    Place("/contact", "contact", "ContactScreen"),
    Place("/concern", "concern", "ConcernScreen"),
    Place("/settings/programme", "settings_programme", "ProgrammeSettingsScreen"),
    Place("/programme/share", "programme_share", "ShareScreen"),
    Place("/programme/in", "programme_share", "TakeInScreen"),
    Place("/programme/list", "programme_list", "ProgrammeListScreen"),
    Place("/programme/box", "programme_box", "BoxScreen"),
    Place("/programme/numbers", "programme_numbers", "NumbersScreen"),
    Place("/programme/results/:survey", "programme_results", "ResultsScreen"),
    Place("/programme/answer/:member", "programme_share", "AnswerScreen"),
    Place("/programme/concern/:id", "programme_concern", "OpenedConcernScreen"),
    # safety, settings, keys
    Place("/safety", "safety", "SafetyScreen"),
    Place("/settings", "settings", "SettingsScreen"),
    Place("/settings/me", "settings_me", "SettingsMeScreen"),
    Place("/settings/look", "settings_look", "SettingsLookScreen"),
    Place("/settings/words", "settings_words", "SettingsWordsScreen"),
    Place("/settings/lock", "settings_lock", "SettingsLockScreen"),
    Place("/settings/phrase", "settings_phrase", "SettingsPhraseScreen"),
    Place("/settings/data", "settings_data", "DataScreen"),
    Place("/settings/import", "settings_import", "ImportScreen"),
    Place("/settings/trash", "settings_trash", "TrashScreen"),
    Place("/settings/erase", "settings_erase", "EraseScreen"),
    Place("/settings/server", "settings_server", "ServerScreen"),
    Place("/settings/devices", "settings_devices", "DevicesScreen"),
    Place("/settings/devices/add", "settings_devices", "AddDeviceScreen"),
    Place("/settings/about", "settings_about", "AboutScreen"),
    Place("/settings/recovery", "recovery", "RecoverySettingsScreen"),
    Place("/settings/backup", "backup", "BackupScreen"),
    Place("/inbox", "inbox", "InboxScreen"),
    Place("/quick", "quick", "QuickScreen"),
    Place("/recover", "recovery", "RecoverScreen"),
    Place("/restore", "backup", "RestoreScreen"),
    Place("/join", "join", "JoinScreen"),
    Place("/return", "join", "ReturnScreen"),
)

FIRST = Place("", "first", "FirstScreen")  # while there is no vault
LOCK = Place("", "lock", "LockScreen")
AROUND = Place("", "around", "AnswersScreen")  # locked, while a survey goes around

ABSENT = ("/safety", "/concern", "/restore", "/join", "/return")  # what opens before there is a vault
LOCKED = ("/safety", "/quick", "/concern", "/recover", "/restore")  # what opens without the passphrase


@dataclass(frozen=True)
class Tab:
    """One of the tabs: its path, the key of its word, its icons."""

    path: str
    word: str
    icon: ft.IconData
    chosen: ft.IconData


TODAY = Tab("/", "frame.tab-today", ft.Icons.EVENT_OUTLINED, ft.Icons.EVENT)
PEOPLE = Tab("/people", "frame.tab-people", ft.Icons.GROUP_OUTLINED, ft.Icons.GROUP)
GOALS = Tab("/goals", "frame.tab-goals", ft.Icons.FLAG_OUTLINED, ft.Icons.FLAG)
LIBRARY = Tab("/library", "frame.tab-library", ft.Icons.MENU_BOOK_OUTLINED, ft.Icons.MENU_BOOK)
PROGRAMME = Tab("/programme", "frame.tab-programme", ft.Icons.INSIGHTS_OUTLINED, ft.Icons.INSIGHTS)

TABS: dict[str, tuple[Tab, ...]] = {
    "mentor": (TODAY, PEOPLE, GOALS, LIBRARY),
    "mentee": (TODAY, PEOPLE, GOALS, LIBRARY),
    "coordinator": (TODAY, PROGRAMME, PEOPLE, LIBRARY),
    "participant": (TODAY, LIBRARY),
}


def tabs_for(role: str) -> tuple[Tab, ...]:
    """The tabs of a role, without those whose screen does not exist yet."""
    return tuple(tab for tab in TABS.get(role, TABS["mentor"]) if find(tab.path) is not None)


def is_tab(path: str) -> bool:
    """Whether this path is a tab: going there closes everything else."""
    return any(place.tab and place.path == path for place in PLACES)


def find(full: str) -> tuple[Place, dict[str, str]] | None:
    """The place of a path and the arguments for its screen; nothing when there is no such screen (yet)."""
    path, _, query = full.partition("?")
    steps = path.split("/")
    for place in PLACES:
        found = _along(place.path, steps)
        if found is not None and place.exists:
            return place, {**found, **dict(parse_qsl(query))}
    return None


def _along(path: str, steps: list[str]) -> dict[str, str] | None:
    """What stands at the named steps of a path; nothing when the steps are others."""
    wanted = _steps(path)
    if len(wanted) != len(steps):
        return None
    found: dict[str, str] = {}
    for name, step in zip(wanted, steps, strict=True):
        if name.startswith(":") and step:
            found[name[1:]] = step
        elif name != step:
            return None
    return found


@cache
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("/"))

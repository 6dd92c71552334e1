"""Example data for looking around: a mentorship in the middle of its life, told through ordinary commands.

Everything is relative to now: there is a meeting today, one to come, some behind. The words are in the assets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from app.model.commands import (
    AddPerson,
    AddTask,
    AddTopic,
    EndMeeting,
    FinishMinutes,
    GiveFeedback,
    IntroduceMe,
    KeepMinutes,
    MoveTask,
    PlanMeeting,
    PlanSeries,
    RateSkills,
    ReachGoal,
    RecordProgress,
    SetGoal,
    StartMeeting,
    TaskOutcome,
    TickItem,
    UseTopic,
    WriteNote,
)
from app.model.commands.skills import RatingPhase
from app.model.entities import PairRole, Role
from app.model.ids import Id
from app.services.records.store import Store


def fill(store: Store, assets: Path, *, role: str, language: str, now: datetime) -> None:
    """Lay the table: whoever looks around is Karin the mentor, or Yusuf the mentee."""
    path = assets / "locales" / language / "example.json"
    if not path.exists():  # a language that has not told the example yet
        path = assets / "locales" / "en" / "example.json"
    _Table(store, json.loads(path.read_text(encoding="utf-8")), role, now).lay()


class _Table:
    def __init__(self, store: Store, words: Mapping[str, str], role: str, now: datetime) -> None:
        self.store = store
        self.words = words
        self.now = now
        self.my_role: PairRole = "mentee" if role == "mentee" else "mentor"
        self.role: Role = _ROLES.get(role, "mentor")
        self.zone: str = getattr(now.tzinfo, "key", "")
        # Today's meeting is about to begin, and never after five to eleven.
        wall = now.replace(tzinfo=None, second=0, microsecond=0)
        soon = wall + timedelta(minutes=20 - wall.minute % 5)
        self.today = min(soon, wall.replace(hour=22, minute=55))

    def say(self, key: str) -> str:
        return self.words[key]

    def lay(self) -> None:
        """All of it becomes durable together."""
        with self.store.writing():
            mentor, mentee = self.say("example.mentor"), self.say("example.mentee")
            me, other = (mentee, mentor) if self.my_role == "mentee" else (mentor, mentee)
            self.store.perform(IntroduceMe(name=me, role=self.role), now=self.now - timedelta(days=46))
            pair = self._person(other, focus=frozenset({"work", "confidence"}), days=45)
            self._past(pair, 28, "first", "minutes.first", finished=True)
            goals = self._goals(pair)  # the clock of the records never runs backwards: what is older comes first
            earlier = self._past(pair, 14, "second", "minutes.quick", finished=True)
            meeting = self._today(pair)
            self._steps(*goals, earlier)
            self._tasks(pair, earlier, meeting)
            self._prepared(pair)
            self._skills(pair)
            if self.my_role == "mentor":
                self._others()

    def _person(self, name: str, *, focus: frozenset[str], days: int) -> Id:
        began = self.now - timedelta(days=days)
        return self.store.perform(
            AddPerson(
                name=name,
                my_role=self.my_role,
                focus=focus,
                aim=self.say("example.aim"),
                place=self.say("example.place"),
                starts=began.date(),
            ),
            now=began,
        ).record

    def _past(self, pair: Id, days: int, minutes: str, document: str, *, finished: bool) -> Id:
        """A meeting that was held, with its minutes, my note of it, and what I thought of it."""
        starts = self.today - timedelta(days=days)
        at = self.now - timedelta(days=days) + timedelta(hours=2)
        meeting = self.store.perform(
            PlanMeeting(mentorship=pair, starts=starts, zone=self.zone, aim=self.say(f"example.minutes.{minutes}.aim")),
            now=at,
        ).record
        self.store.perform(StartMeeting(meeting=meeting), now=at - timedelta(minutes=100))
        self.store.perform(EndMeeting(meeting=meeting), now=at - timedelta(minutes=40))
        answers = {
            "talked": self.say(f"example.minutes.{minutes}.talked"),
            "agreed": self.say(f"example.minutes.{minutes}.agreed"),
        }
        if document == "minutes.first":
            answers = {"about_us": answers["talked"], "goal_draft": answers["agreed"]}
        self.store.perform(
            KeepMinutes(
                meeting=meeting,
                document=document,
                answers=answers,
                private=self.say(f"example.minutes.{minutes}.private"),
            ),
            now=at,
        )
        if finished:
            self.store.perform(FinishMinutes(meeting=meeting), now=at)
        for item in ("minutes", "private_out", "evaluate", "promise", "worry"):
            self.store.perform(TickItem(document="checklist.after_session", item=item, meeting=meeting), now=at)
        self.store.perform(
            GiveFeedback(
                survey=f"survey.after_session_{self.my_role}",
                role=self.my_role,
                meeting=meeting,
                answers=_FEEDBACK[self.my_role],
                audience="aggregate",
            ),
            now=at,
        )
        return meeting

    def _today(self, pair: Id) -> Id:
        meeting = self.store.perform(
            PlanMeeting(mentorship=pair, starts=self.today, zone=self.zone, aim=self.say("example.today.aim")),
            now=self.now - timedelta(days=14),
        ).record
        for item in ("last_minutes", "confirm", "silent"):
            self.store.perform(TickItem(document="checklist.before_session", item=item, meeting=meeting), now=self.now)
        used = self.store.perform(AddTopic(mentorship=pair, topic="story"), now=self.now).record
        self.store.perform(UseTopic(agenda=used), now=self.now)
        self.store.perform(AddTopic(mentorship=pair, meeting=meeting, topic="hopes"), now=self.now)
        following = self.today + timedelta(days=14)
        self.store.perform(PlanMeeting(mentorship=pair, starts=following, zone=self.zone), now=self.now)
        return meeting

    def _goals(self, pair: Id) -> tuple[Id, Id, Id]:
        goal = self.store.perform(
            SetGoal(
                title=self.say("example.goal.interviews"),
                mentorship=pair,
                skills=frozenset({"jobsearch", "confidence"}),
                target=2,
                unit=self.say("example.goal.interviews.unit"),
                due=(self.now + timedelta(days=48)).date(),
                next_step=self.say("example.goal.interviews.step"),
                answers={"why": self.say("example.goal.interviews.why")},
            ),
            now=self.now - timedelta(days=27),
        ).record
        reached = self.store.perform(
            SetGoal(title=self.say("example.goal.cv"), mentorship=pair, measure="done"),
            now=self.now - timedelta(days=27),
        ).record
        speech = self.store.perform(
            SetGoal(
                title=self.say("example.goal.speak"),
                mentorship=pair,
                skills=frozenset({"speaking"}),
                measure="scale",
                start=2,
                target=4,
                due=(self.now + timedelta(days=80)).date(),
            ),
            now=self.now - timedelta(days=25),
        ).record
        mine = SetGoal(title=self.say("example.goal.mine"), mentorship=pair, private=True, owner=self.my_role, target=5)
        self.store.perform(mine, now=self.now - timedelta(days=20))
        return goal, speech, reached

    def _steps(self, goal: Id, speech: Id, reached: Id, earlier: Id) -> None:
        comment = self.say("example.goal.interviews.comment")
        self.store.perform(RecordProgress(goal=goal, delta=1, comment=comment), now=self.now - timedelta(days=9))
        for days, value in ((20, 2), (12, 3), (5, 3)):
            self.store.perform(RecordProgress(goal=speech, value=value), now=self.now - timedelta(days=days))
        self.store.perform(RecordProgress(goal=reached, value=1), now=self.now - timedelta(days=10))
        self.store.perform(ReachGoal(goal=reached), now=self.now - timedelta(days=10))
        self.store.perform(WriteNote(body=self.say("example.note"), meeting=earlier), now=self.now - timedelta(days=13))

    def _tasks(self, pair: Id, earlier: Id, meeting: Id) -> None:
        day = self.now.date()

        def add(key: str, owner: PairRole, days: int) -> Id:
            task = AddTask(
                text=self.say(key), mentorship=pair, meeting=earlier, owner=owner, due=day + timedelta(days=days)
            )
            return self.store.perform(task, now=self.now - timedelta(days=14)).record

        add("example.task.read", self.my_role, 0)
        doing = add("example.task.call", "mentee", 1)
        self.store.perform(MoveTask(task=doing, status="doing"), now=self.now - timedelta(days=2))
        add("example.task.invite", "mentor", 6)
        tried = add("example.task.ask", "mentee", -3)
        self.store.perform(
            TaskOutcome(
                task=tried,
                outcome="tried",
                tried=self.say("example.task.ask.tried"),
                learned=self.say("example.task.ask.learned"),
            ),
            now=self.now - timedelta(days=4),
        )
        done = add("example.task.cv", "mentee", -7)
        self.store.perform(TaskOutcome(task=done), now=self.now - timedelta(days=8))

    def _skills(self, pair: Id) -> None:
        """Rated at the start and again some days ago."""
        for days, phase, levels in _RATED:
            at = self.now - timedelta(days=days)
            self.store.perform(RateSkills(mentorship=pair, phase=phase, levels=levels), now=at)

    def _prepared(self, pair: Id) -> None:
        for item in ("agreement", "confidentiality", "concern_route", "schedule", "goals"):
            self.store.perform(
                TickItem(document="checklist.before_relationship", item=item, mentorship=pair),
                now=self.now - timedelta(days=30),
            )

    def _others(self) -> None:
        """Two more mentees: one just begun, with nothing booked, and one with minutes left unfinished."""
        new = self._person(self.say("example.new"), focus=frozenset({"studies"}), days=3)
        for item in ("confidentiality", "concern_route"):
            self.store.perform(
                TickItem(document="checklist.before_relationship", item=item, mentorship=new), now=self.now
            )
        third = self._person(self.say("example.third"), focus=frozenset({"network"}), days=30)
        for item in ("agreement", "confidentiality", "concern_route"):
            self.store.perform(
                TickItem(document="checklist.before_relationship", item=item, mentorship=third), now=self.now
            )
        self._past(third, 2, "third", "minutes.quick", finished=False)
        starts = self.today + timedelta(days=5)
        self.store.perform(PlanSeries(mentorship=third, starts=starts, zone=self.zone, count=4), now=self.now)


_ROLES: Mapping[str, Role] = {
    "mentor": "mentor",
    "mentee": "mentee",
    "coordinator": "coordinator",
    "participant": "participant",
}
_RATED: tuple[tuple[int, RatingPhase, Mapping[str, int]], ...] = (
    (40, "start", {"listening": 3, "asking": 3, "confidence": 2}),
    (3, "end", {"listening": 4, "asking": 3, "confidence": 4}),
    (3, "then", {"listening": 2, "asking": 2, "confidence": 2}),
)
_FEEDBACK: Mapping[PairRole, Mapping[str, int | str]] = {
    "mentor": {"useful": 4, "focus": 5, "secure": 4, "worry": "no"},
    "mentee": {"useful": 5, "listened": 5, "next_step": 4},
}

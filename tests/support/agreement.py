"""What two people agreed on, as the tests fill it in: every line of the agreement that must be answered but the names and clauses."""

from typing import Any

ANSWERS: dict[str, Any] = {
    "focus": frozenset({"work"}),
    "purpose": "Söka jobb på egen hand.",
    "start": "2026-10-14",
    "end": "2027-03-01",
    "frequency": "weekly",
    "count": 12,
    "length": "90",
    "place": "Biblioteket",
    "modes": frozenset({"video"}),
    "channel": frozenset({"sms"}),
    "notice": "24h",
    "cancel_how": "Sms.",
    "minutes_rule": "turns",
}
NAMED: dict[str, Any] = {"mentor_name": "Karin", "mentee_name": "Yusuf", **ANSWERS}

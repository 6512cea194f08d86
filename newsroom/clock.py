"""What time it is; the one place that asks."""

import os
from datetime import UTC, datetime

MOVED = "NEWSROOM_NOW"


def now() -> datetime:
    """Return this moment, or the one that NEWSROOM_NOW (ISO 8601) names: one build has one clock, and tests move it."""
    moved = os.environ.get(MOVED)
    return datetime.fromisoformat(moved).astimezone(UTC) if moved else datetime.now(UTC)

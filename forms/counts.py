"""Counting posts in this process's memory, for Flask-Limiter."""

from __future__ import annotations

import threading
import time
from typing import Any

from limits.storage import Storage

HERE = "here://"
SWEEP_SECONDS = 60  # how often it is looked for counts that are over
LARGEST = 500_000  # counts, some 130 MB; with more at once all are forgotten


class ProcessStorage(Storage):
    """Counts by key until the key's window ends.

    limits' own storage in memory starts a thread with nearly every post and has it look through all keys: with 100,000
    clients a post cost thirty times as much. This one looks once a minute.
    """

    STORAGE_SCHEME = [HERE.partition(":")[0]]  # noqa: RUF012 - limits reads it so
    base_exceptions = ()

    def __init__(self, uri: str | None = None, **options: Any):
        super().__init__(uri, **options)
        self.counts: dict[str, tuple[int, float, float]] = {}  # how many, and when the window began and ends
        self.sweep_at = 0.0
        self._lock = threading.Lock()

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count, in a window of `expiry` seconds from the first time on; return how many there are in it now."""
        now = time.time()
        with self._lock:
            if now >= self.sweep_at or self.sweep_at > now + SWEEP_SECONDS:
                self.counts = {key: window for key in self.counts if (window := self._window(key, now))}
                self.sweep_at = now + SWEEP_SECONDS
            count, began, end = self._window(key, now) or (0, now, now + expiry)
            if len(self.counts) >= LARGEST and key not in self.counts:
                self.counts = {}
            self.counts[key] = count + amount, began, end
        return count + amount

    def get(self, key: str) -> int:
        """Return how many there are in the window."""
        window = self._window(key, time.time())
        return window[0] if window else 0

    def get_expiry(self, key: str) -> float:
        """Return the time when the window ends."""
        window = self._window(key, now := time.time())
        return window[2] if window else now

    def check(self) -> bool:
        """Return whether it works: it does."""
        return True

    def reset(self) -> int | None:
        """Forget all counts."""
        self.counts = {}
        return None

    def clear(self, key: str) -> None:
        """Forget one count."""
        self.counts.pop(key, None)

    def _window(self, key: str, now: float) -> tuple[int, float, float] | None:
        """The key's window; None where it is over, or begins only later: then the clock was set back."""
        window = self.counts.get(key)
        return window if window and window[1] <= now < window[2] else None

"""What could not be published and is therefore tried less and less often: a commit, or that of a preview."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

PAUSE = timedelta(minutes=5), timedelta(hours=1)  # the shortest and the longest between two tries
OVER = timedelta(days=1)  # whatever was not tried for so long is not wanted any more

Times = dict[str, tuple[datetime, datetime]]


@dataclass(frozen=True)
class Failures:
    """The file that remembers them, a line for each: its name, since when it fails, when it was tried last."""

    path: Path

    def read(self) -> Times:
        """Return since when each fails, and when it was tried last."""
        lines = self.path.read_text("utf-8").splitlines() if self.path.is_file() else []
        parts = [part for line in lines if len(part := line.split()) == 3]  # a power cut may leave anything
        return {name: (datetime.fromisoformat(first), datetime.fromisoformat(last)) for name, first, last in parts}

    def write(self, failures: Times) -> None:
        """Put the file up anew, in one step."""
        lines = [f"{name} {first.isoformat()} {last.isoformat()}\n" for name, (first, last) in failures.items()]
        new = self.path.with_name(f".{self.path.name}.new")
        new.write_text("".join(lines), "utf-8")
        new.replace(self.path)

    def keep(self, name: str, now: datetime) -> None:
        """Remember that this failed now."""
        failures = {other: times for other, times in self.read().items() if now - times[1] < OVER}
        first, _ = failures.get(name, (now, now))
        self.write(failures | {name: (first, now)})

    def forget(self, name: str) -> None:
        """Let the next failure be the first one."""
        failures = self.read()
        if failures.pop(name, None):
            self.write(failures)

    def is_resting(self, name: str, now: datetime) -> bool:
        """Tell whether to leave it alone: as long again as it has been failing."""
        if name not in (failures := self.read()):
            return False
        first, last = failures[name]
        return now < last + min(max(last - first, PAUSE[0]), PAUSE[1])

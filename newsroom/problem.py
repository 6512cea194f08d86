"""One thing that is wrong, where it is, and how to mend it; said to people who write, not to programmers."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """A fault (`severe`), which stops a publish, or a warning, which does not."""

    path: str
    line: int
    what: str
    cure: str = ""
    shown: str = ""  # the offending text
    severe: bool = True

    def __str__(self) -> str:
        """Return `file:line: what; cure` and, below it, the text that it is about."""
        text = f"{self.path}:{self.line}: {'' if self.severe else 'upozornění: '}{self.what}"
        if self.cure:
            text += f"; {self.cure}"
        return text + (f"\n    {self.shown.strip()[:120]}" if self.shown.strip() else "")


def report(problems: Iterable[Problem]) -> str:
    """Return all problems as one text, faults and warnings in the order of files and lines."""
    return "\n".join(str(problem) for problem in sorted(problems))


def counted(number: int, one: str, few: str, many: str) -> str:
    """Return the number with the Czech form it asks for: 1 chyba, 2 chyby, 5 chyb."""
    return f"{number} {one if number == 1 else few if number in (2, 3, 4) else many}"


def summary(problems: Iterable[Problem]) -> str:
    """Return one closing line: 2 chyby, 1 upozornění."""
    severe = [problem.severe for problem in problems]
    warned = severe.count(False)
    return f"{counted(sum(severe), 'chyba', 'chyby', 'chyb')}, {warned} upozornění"

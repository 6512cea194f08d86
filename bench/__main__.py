"""`make bench`: what the forms and the build cost, as ratios against the least that would do, measured in turns.

Only ratios travel between machines; the rates beside them tell about this one.
"""

import os
import statistics
import tempfile
from pathlib import Path

from bench import builds, service


def main() -> None:
    """Measure all."""
    service.main()
    with tempfile.TemporaryDirectory() as name:
        real = statistics.median(builds.cost("newsroom.build", Path(name, "site")).clock for _ in range(3))
    print(f"\n{'the real site, checked before and after':<58} {real:10.1f} s")
    notes = [int(number) for number in os.environ.get("NOTES", "100").split()]
    builds.compare(notes, int(os.environ.get("ROUNDS", "3")))


if __name__ == "__main__":
    main()

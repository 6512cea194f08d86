"""The bench runs; what it measures is never asserted."""

import subprocess
import sys

from bench import ROOT


def test_builds_are_measured_and_compared() -> None:
    command = [sys.executable, "-m", "bench.builds", "1", "1", "2"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.stderr == ""
    assert told.stdout.count("ours, one note changed, over the last") == 3  # of one note, of two, and the growth

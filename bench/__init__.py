"""What forms and build cost, held against others. `serving` and `postgres` are what the tests share."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests"))

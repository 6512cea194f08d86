"""`make audit`: Lighthouse on every kind of page, phone and desk, as deployed: nginx with TLS, gunicorn, real content.

Exits with 1 when a category is below 100 and names the audits that lost points. `PAGES="home news"` takes only some;
`RUNS=3` measures each page three times and keeps the best run, for a busy machine only ever makes pages slower; how
busy it was, the last figure tells: Lighthouse's benchmark, which halves where others have half of the processor.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsroom.build import ROOT
from pelicanconf import ADDRESSES, FORM_ADDRESSES, NEWS_ADDRESSES

sys.path.insert(0, str(ROOT / "tests"))
from deployed import HOST, Deployed, build
from formstates import EXTENSIONS

LIGHTHOUSE = ROOT / "audit" / "node_modules" / "lighthouse" / "cli" / "index.js"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
FORM_FACTORS = {"phone": (), "desk": ("--preset=desktop",)}
HEADS = {"perf": 5, "a11y": 5, "best": 5, "seo": 5, "LCP ms": 8, "CLS": 7, "TBT ms": 8, "bench": 7}
QUESTION = {"department": "sales", "name": "Jana Nováková", "email": "jana@example.com", "message": "Dobrý den"}
# What pages lose on purpose, and which ones: search engines shall find the site's own pages, not these.
NOINDEX = {"form", "calculator", "form-error", "search", "receipt", "404"}
REFUSALS = {"form-error", "404"}  # answered with 422 and 404, which Lighthouse takes for a broken page
ON_PURPOSE = {"is-crawlable": NOINDEX, "http-status-code": REFUSALS, "errors-in-console": REFUSALS}


@dataclass(frozen=True)
class Score:
    """What Lighthouse says of one page in one form factor."""

    categories: dict[str, int]
    lcp: float  # ms
    cls: float
    tbt: float  # ms
    bench: float  # how much the machine did in a while just before; only its like can be compared
    lost: tuple[str, ...]  # the audits that lost points

    @property
    def perfect(self) -> bool:
        return min(self.categories.values()) == 100


def pages(web: Deployed) -> dict[str, str]:
    """Return the address of every kind of page by a name; the receipt is that of a question sent just now."""
    answer = web.post(FORM_ADDRESSES["contact"]["cs"], QUESTION)
    return {
        **{key: addresses["cs"] for key, addresses in ADDRESSES.items()},
        "home-en": ADDRESSES["home"]["en"],
        "release": f"{ADDRESSES['news']['cs']}4.28/",
        "from": f"{NEWS_ADDRESSES['from']['cs']}4.24/",
        "versions": NEWS_ADDRESSES["from"]["en"],
        "form": FORM_ADDRESSES["price-list"]["cs"],
        "calculator": FORM_ADDRESSES["extension"]["cs"] + EXTENSIONS["answer"],
        "form-error": FORM_ADDRESSES["extension"]["cs"] + EXTENSIONS["error"],
        "search": FORM_ADDRESSES["search"]["cs"] + "?q=podpora",
        "receipt": answer["Location"],
        "404": "/neni/",
    }


def measure(web: Deployed, name: str, address: str, flags: tuple[str, ...]) -> Score:
    """Let Lighthouse load a page once, in a browser of its own for which the site's name leads to our port."""
    rules = f"--host-resolver-rules='MAP {HOST} 127.0.0.1:{web.port}'"
    browser = f"--headless=new --no-sandbox --disable-gpu --ignore-certificate-errors {rules}"
    command = ["node", str(LIGHTHOUSE), f"https://{HOST}{address}", "--output=json", "--quiet", "--ignore-status-code"]
    command += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={browser}", *flags]
    return score(name, lighthouse(address, command))


def lighthouse(address: str, command: list[str]) -> Any:
    """Return Lighthouse's report; once in a long while Chromium loses the trace (NO_NAVSTART), so it may fail once."""
    environ = os.environ | {"CHROME_PATH": shutil.which(os.environ.get("CHROMIUM", "chromium")) or ""}
    for what_now in ("once more", "given up"):
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=180, check=False)
        if not done.returncode:
            return json.loads(done.stdout)
        print(f"Lighthouse could not load {address}, {what_now}:\n{done.stderr.strip()}", file=sys.stderr)
    raise SystemExit(1)


def score(name: str, report: dict[str, Any]) -> Score:
    """Return what matters of a report; where only what is lost on purpose is lost, a category counts as 100."""
    audits, categories, lost = report["audits"], {}, []
    for title in CATEGORIES:
        category = report["categories"][title]
        weighed = [audit["id"] for audit in category["auditRefs"] if audit["weight"]]
        failed = [audit for audit in weighed if audits[audit]["score"] not in (1, None)]
        meant = failed and all(name in ON_PURPOSE.get(audit, ()) for audit in failed)
        categories[title] = 100 if meant else round((category["score"] or 0) * 100)
        lost += failed if categories[title] < 100 else []
    timings = ("largest-contentful-paint", "cumulative-layout-shift", "total-blocking-time")
    lcp, cls, tbt = (audits[timing]["numericValue"] for timing in timings)
    return Score(categories, lcp, cls, tbt, report["environment"]["benchmarkIndex"], tuple(lost))


def best(runs: list[Score]) -> Score:
    """Return the run with the most points, of those the one that painted first."""
    return max(runs, key=lambda run: (sum(run.categories.values()), -run.lcp))


def audit(web: Deployed, wanted: list[str], runs: int) -> bool:
    """Measure the wanted pages, all if none is named, print a line for each; return whether all have 100."""
    known = pages(web)
    if unknown := set(wanted) - set(known):
        raise SystemExit(f"No such page: {', '.join(sorted(unknown))}. There are: {', '.join(known)}.")
    heads = "".join(f"{head:>{width}}" for head, width in HEADS.items())
    print(f"{'page':<23}{heads}")
    perfect = True
    for name in wanted or known:
        for factor, flags in FORM_FACTORS.items():
            found = best([measure(web, name, known[name], flags) for _ in range(runs)])
            points = "".join(f"{points:>5}" for points in found.categories.values())
            line = (
                f"{name:<16}{factor:<7}{points}{found.lcp:>8.0f}{found.cls:>7.3f}{found.tbt:>8.0f}{found.bench:>7.0f}"
            )
            print(line, " ".join(found.lost), flush=True)
            perfect &= found.perfect
    return perfect


def main() -> int:
    """Build, serve and measure."""
    with tempfile.TemporaryDirectory(prefix="audit-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "web").mkdir()
        web = Deployed(folder / "web", build(folder / "site"))
        try:
            return 0 if audit(web, os.environ.get("PAGES", "").split(), int(os.environ.get("RUNS") or 1)) else 1
        finally:
            web.stop()


if __name__ == "__main__":
    sys.exit(main())

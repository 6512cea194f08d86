"""A publishing end as deploy/install makes it, an author with a clone, and readers over HTTP; all of them real."""

import functools
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from newsroom.output import FORM_PATHS
from serving import ROOT

ORIGIN = "https://podpora.example.cz"
NOW = "2026-11-22T12:00:00+01:00"
SETTINGS = f"""
PUBLISH_PYTHON={sys.executable}
FORMS_SITE_URL={ORIGIN}
FORMS_SALES_ADDRESS=obchod@example.cz
FORMS_TECHNICAL_ADDRESS=technik@example.cz
"""
WHO = {
    f"GIT_{role}_{name}": value
    for role in ("AUTHOR", "COMMITTER")
    for name, value in {"NAME": "Jana Nová", "EMAIL": "jana@example.cz"}.items()
}


def environ(now: str = NOW, **more: str) -> dict[str, str]:
    """The environment of git, as it comes over ssh: no settings of the site in it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FORMS_", "PUBLISH_", "GIT_"))}
    return kept | WHO | {"NEWSROOM_NOW": now, "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C"} | more


def run(*command: object, cwd: Path, now: str = NOW, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command], cwd=cwd, env=environ(now, **more), capture_output=True, text=True, check=False
    )


def note(version: str, date: str = "2026-11-20", text: str = "", more: str = "") -> str:
    return f"Title: ISPadmin {version}\nDate: {date}\nVersion: {version}\n{more}\n{text or f'Vyšla verze {version}.'}\n"


class Author:
    """Someone with a clone, who writes, commits and pushes."""

    def __init__(self, repository: Path, clone: Path) -> None:
        self.clone = clone
        assert run("git", "clone", "--quiet", repository, clone, cwd=repository).returncode == 0

    def git(self, *words: object, **more: str) -> str:
        done = run("git", *words, cwd=self.clone, **more)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def write(self, path: str, text: str | bytes) -> None:
        (self.clone / path).parent.mkdir(parents=True, exist_ok=True)
        (self.clone / path).write_bytes(text if isinstance(text, bytes) else text.encode())

    def change(self, path: str, old: str, new: str) -> None:
        text = (self.clone / path).read_text("utf-8")
        assert old in text
        self.write(path, text.replace(old, new))

    def commit(self, subject: str = "Změna") -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", subject)
        return self.git("rev-parse", "HEAD")

    def push(self, *words: object, **more: str) -> tuple[bool, str]:
        """Whether the push was taken, and what the server said."""
        done = run("git", "push", *(words or ("origin", "main")), cwd=self.clone, **more)
        return done.returncode == 0, re.sub(r"^remote: (.*?) *$", r"\1", done.stderr, flags=re.MULTILINE)

    def publish(self, *words: object, **more: str) -> str:
        """What the server said to a push that must be taken."""
        taken, said = self.push(*words, **more)
        assert taken, said
        return said


class End:
    """The publishing end: a bare repository and the folder of the live site."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.repository, self.site = folder, folder / "site.git", folder / "www"

    def command(self, *words: str, now: str = NOW, **more: str) -> subprocess.CompletedProcess[str]:
        return run(self.repository / "hooks/newsroom", *words, cwd=self.folder, now=now, **more)

    def set(self, lines: str) -> None:
        with (self.repository / "publish.env").open("a") as settings:
            settings.write(lines + "\n")

    def author(self, name: str = "author") -> Author:
        return Author(self.repository, self.folder / name)

    def releases(self) -> list[str]:
        return sorted(folder.name for folder in (self.site / "releases").iterdir())

    def live(self) -> str:
        return (self.site / "current").resolve().parent.name

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.site / "publish.log").read_text("utf-8").splitlines()]

    @contextmanager
    def readers(self) -> Iterator["Reader"]:
        class Quiet(SimpleHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

        handler = functools.partial(Quiet, directory=str(self.site / "current"))
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            yield Reader(f"http://127.0.0.1:{server.server_port}")
            server.shutdown()


class Reader:
    """Someone who reads the live site over HTTP."""

    def __init__(self, address: str) -> None:
        self.address = address

    def status(self, path: str) -> int:
        try:
            with urlopen(self.address + path, timeout=10) as answer:
                return int(answer.status)
        except HTTPError as error:
            return error.code

    def read(self, path: str) -> str:
        with urlopen(self.address + path, timeout=10) as answer:
            return str(answer.read(), "utf-8")

    def whole(self) -> str:
        """Read as a browser does: the home page, every page of ours that it links to, all that they load."""
        home = self.read("/")
        for link in set(re.findall(r'(?:href|src)="(/[^"#?]*)', home)):
            if link not in FORM_PATHS:
                assert self.status(link) == 200, link
        return home


def install(folder: Path, code: Path = ROOT) -> End:
    """A publishing end with the real content in its repository, published once."""
    work = folder / "work"
    shutil.copytree(ROOT / "content", work / "content")
    for name in ("Makefile", "pelicanconf.py"):
        shutil.copy(ROOT / name, work)
    (work / "plugins").mkdir()
    (work / "plugins/prefix.py").write_text("# the author's copy\n")
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-qm", "Začátek")):
        assert run("git", *words, cwd=work).returncode == 0
    assert run("git", "clone", "-q", "--bare", work, folder / "site.git", cwd=folder).returncode == 0
    end = End(folder)
    done = run(code / "deploy/install", "site.git", "www", cwd=folder)
    assert done.returncode == 0, done.stderr
    end.set(SETTINGS)
    done = end.command("publish")
    assert done.returncode == 0, done.stdout + done.stderr
    return end


def copy(end: End, folder: Path) -> End:
    """The same publishing end at another place, with hard links for its files."""
    shutil.copytree(end.site, folder / "www", symlinks=True)
    shutil.copytree(end.repository, folder / "site.git", symlinks=True)
    settings = folder / "site.git/publish.env"
    settings.write_text(settings.read_text().replace(str(end.folder), str(folder)))
    return End(folder)

"""The publishing end: what the git hooks, the timer and the operator call on the server.

`python -m newsroom.server pre-receive | post-receive | timer | publish [--force] | rollback`
"""

import argparse
import os
import pwd
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from newsroom import clock, guards, proof, release, sandbox, settings
from newsroom.build import BuildError
from newsroom.live import Live
from newsroom.manifest import Manifest
from newsroom.release import Release
from newsroom.repository import NOTHING, RefusedError, Repository
from newsroom.settings import Settings
from pelicanconf import PREVIEWS

PREVIEW_BRANCHES = PREVIEWS.strip("/")  # nahled/<name>
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
ROLLBACK = "refs/newsroom/rollback/"  # a push there asks for a rollback; the ref is taken away again
DELETE = "smazat"  # git push -o smazat: yes, these pages are meant to go
SHOWN = 20  # paths in one message
TRACEBACK = re.compile(r"^Traceback .*\n(?:[ \t].*\n)*", re.MULTILINE)


class PreviewError(Exception):
    """Previews could not be put up; the text, in Czech, says which and why."""


@dataclass(frozen=True)
class Update:
    """One line that git gives to its hooks."""

    old: str
    new: str
    ref: str

    @property
    def preview(self) -> str | None:
        """Return the name of the preview that the ref stands for."""
        folder = f"refs/heads/{PREVIEW_BRANCHES}/"
        return self.ref.removeprefix(folder) if self.ref.startswith(folder) else None


class Server:
    """The repository and the live site."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.main = f"refs/heads/{settings.branch}"
        self.repository = Repository(settings.repository)
        self.live = Live(settings.root, settings.keep)
        self.live.make()

    # -- Before a push is taken ----------------------------------------------------------------------------------------
    def pre_receive(self, updates: list[Update], options: list[str]) -> None:
        """Take the push or raise RefusedError or BuildError; what it will publish is built and waits."""
        for update in updates:
            if update.ref == self.main:
                self.receive_main(update, DELETE in options)
            elif update.preview is not None:
                self.receive_preview(update, update.preview)
            elif update.ref.startswith(ROLLBACK):
                if not self.repository.descends(self.main, update.new):
                    raise RefusedError("O návrat se žádá příkazem make rollback.")
            elif not self.settings.code_pushes:
                known = f"{self.settings.branch} (web) a {PREVIEW_BRANCHES}/jmeno (náhled)"
                raise RefusedError(f"{update.ref} se nikam nevydává; posílají se jen větve {known}.")

    def receive_main(self, update: Update, deletes: bool) -> None:
        """Build what the site is to become, and look at what it would lose."""
        if update.new == NOTHING:
            raise RefusedError(f"Větev {self.settings.branch} je web, smazat ji nejde.")
        if update.old != NOTHING and not self.repository.descends(update.new, update.old):
            raise RefusedError("Na serveru jsou novější změny; stáhněte je (git pull --rebase) a pošlete to znovu.")
        self.refuse_code(update.new)
        live = self.live.current()
        with self.built(update.new, rehearsed=live.rehearsed if live else "") as build:
            self.guard(build, deletes)
            self.deposit(update.new, build)

    def receive_preview(self, update: Update, name: str) -> None:
        """Build a preview, unless its branch is going."""
        if update.new == NOTHING:
            return
        if not NAME.fullmatch(name) or len(name) > 40:
            raise RefusedError(
                f"Jméno náhledu „{name}“ nemůže být v adrese; pište malá písmena bez háčků, číslice a spojovníky."
            )
        self.refuse_code(update.new)
        with self.built(update.new, name) as build:
            self.deposit(f"{name}-{update.new}", build)

    def refuse_code(self, commit: str) -> None:
        """Take nothing but content/, unless the operator has switched code pushes on."""
        foreign = self.repository.foreign_paths(commit, self.repository.tip(self.settings.branch))
        if not foreign:
            return
        paths = [f"  {path}" for path in foreign[:SHOWN]] + ["  …"] * (len(foreign) > SHOWN)
        if self.settings.code_pushes:
            say("\n".join(["Mimo content/ se mění, na serveru ale dál běží kód, který nainstaloval správce:", *paths]))
            return
        again = f"git reset origin/{self.settings.branch}, git add content, git commit"
        cure = f"Posílá se jen content/. Udělejte commit znovu bez nich ({again}), nebo požádejte správce."
        raise RefusedError("\n".join(["Push mění i soubory mimo content/:", *paths, cure]))

    def guard(self, build: Release, deletes: bool = False) -> None:
        """Raise RefusedError for a build that is not strict, or if the live site would lose what it has promised."""
        if not build.strict:
            raise RefusedError("Sestavení není přísné: FORMS_DEVELOPMENT do publish.env nepatří.")
        live = None if deletes else self.live.current()
        held = {waiting.address: waiting.path for waiting in build.waiting}
        found = sorted(guards.objections(live.manifest, build.manifest, self.settings.share, held)) if live else []
        if found:
            lines = [f"  {line}" for line in found[:SHOWN]] + ["  …"] * (len(found) > SHOWN)
            cure = f"Má-li to tak být, pošlete to znovu příkazem: git push -o {DELETE}"
            raise RefusedError("\n".join(["Web by o něco přišel:", *lines, cure]))

    @contextmanager
    def built(self, commit: str, preview: str = "", rehearsed: str = "") -> Iterator[Release]:
        """Build a commit's content with the installed code and under limits; whoever wants to keep it moves it away."""
        with self.live.workshop(preview or "main") as folder:
            (temporary := folder / "tmp").mkdir()
            content = self.repository.unpack(commit, folder, self.settings.content)
            arguments = ["newsroom.prepare", str(content), str(folder / "build"), f"--preview={preview}"]
            arguments.append(f"--rehearsed={rehearsed}")
            sandbox.run(arguments, temporary, self.live.root / "cache", self.settings.limits)
            author, subject = self.repository.words(commit)
            build = replace(release.load(folder / "build"), commit=commit, author=author, subject=subject)
            build.save()
            if not preview:  # one folder for the web server: the previews stand in every release
                (build.site / PREVIEW_BRANCHES).symlink_to(Path("../../..", PREVIEW_BRANCHES))
            yield build

    def deposit(self, name: str, build: Release) -> None:
        """Keep a build for post-receive, or for the timer if that is killed."""
        with self.live.lock():
            self.live.deposit(name, build)

    # -- After it is taken, and when time has come ---------------------------------------------------------------------
    def post_receive(self, updates: list[Update]) -> None:
        """Publish what was pushed."""
        for update in updates:
            if update.ref.startswith(ROLLBACK):
                self.repository.git("update-ref", "-d", update.ref)
                self.roll_back()
        if any(update.ref == self.main for update in updates):
            self.live.release_hold()
            if not self.sync("push") and (live := self.live.current()):
                say(f"Na webu už je vydání {live.name}.")
        elif any(update.preview is not None for update in updates):
            with self.live.lock():
                self.sync_previews()

    def timer(self) -> None:
        """Publish what has come due or what a killed push left; not after a rollback, nor soon after a failure."""
        tip = self.repository.tip(self.settings.branch)
        if self.live.is_held() or self.live.failures.is_resting(tip, clock.now()):
            with self.live.lock():
                self.sync_previews()
        else:
            self.sync("timer")

    def publish(self, force: bool) -> None:
        """Publish the branch at the operator's wish, be it after a rollback or with a new version of the code."""
        self.live.release_hold()
        self.sync("publish", wanted=True, force=force)

    def sync(self, what: str, wanted: bool = False, force: bool = False) -> bool:
        """Make the live site and the previews what the branches say now; return whether the site changed.

        It is the branch that counts, not the push: of two pushes at once, the later one may come here first.
        """
        with self.live.lock():
            tip, live = self.repository.tip(self.settings.branch), self.live.current()
            same = live is not None and live.commit == tip and not live.is_stale(clock.now())
            if published := bool(tip) and (wanted or not same):
                try:
                    self.show(tip, what, live, wanted, force)
                except Exception:
                    if what == "timer":
                        self.keep_failure(tip)
                    raise
            self.live.failures.forget(tip)
            self.sync_previews(anew=wanted)  # one that fails must not keep back the site
        return published

    def show(self, tip: str, what: str, live: Release | None, anew: bool, force: bool) -> None:
        """Put a commit up: the build that pre-receive left, or a new one."""
        build = None if anew else self.live.deposited(tip)
        if build:
            placed = self.live.place(build)
        else:
            with self.built(tip) as build:
                self.guard(build, deletes=force)
                placed = self.live.place(build)
        before = live.manifest if live else Manifest()
        changed = [address for group in proof.changes(before, placed.manifest).values() for address in group]
        self.log(what, placed, changed)
        say(proof.published(placed, before, self.settings.origin, clock.now()))

    def sync_previews(self, anew: bool = False) -> None:
        """Put up the previews whose branches have moved, take away those whose branches are gone.

        One that fails keeps no other back, and rests before it is tried again, unless all is wanted anew.
        """
        branches, failed = self.repository.branches(PREVIEW_BRANCHES), []
        for name, tip in branches.items():
            shown = self.live.preview(name) if NAME.fullmatch(name) else None
            if not NAME.fullmatch(name) or (shown and shown.commit == tip):
                continue
            if not anew and self.live.failures.is_resting(f"{name}-{tip}", clock.now()):
                continue
            try:
                self.show_preview(name, tip)
            except (RefusedError, BuildError, OSError, subprocess.CalledProcessError) as error:
                self.keep_failure(f"{name}-{tip}")
                failed.append(f"Náhled {name} se nepodařilo vystavit, samotného webu se to netýká:\n\n{error}")
        for name in self.live.prune_previews(set(branches)):
            say(f"Náhled {name} je pryč.")
        if failed:
            raise PreviewError("\n\n".join(failed))

    def show_preview(self, name: str, tip: str) -> None:
        """Put a commit up as a preview: the build that pre-receive left, or a new one."""
        if build := self.live.deposited(f"{name}-{tip}"):
            placed = self.live.place_preview(name, build)
        else:
            with self.built(tip, name) as build:
                placed = self.live.place_preview(name, build)
        self.live.failures.forget(f"{name}-{tip}")
        self.log(f"preview {name}", placed, [f"{PREVIEWS}{name}/"])
        say(proof.previewed(placed, name, self.settings.origin, clock.now()))

    def keep_failure(self, name: str) -> None:
        """Remember that something could not be published."""
        with suppress(OSError):  # such as that of a full disk, which may be what failed
            self.live.failures.keep(name, clock.now())

    def roll_back(self) -> None:
        """Return to the release before and say what that was."""
        with self.live.lock():
            releases = self.live.roll_back()
            if releases is None:
                raise RefusedError("Není se kam vrátit, starší vydání na serveru není.")
            now, before = releases
            groups = proof.changes(now.manifest, before.manifest)
            self.log("rollback", before, [address for group in groups.values() for address in group])
        say(proof.rolled_back(now, before, self.settings.origin, clock.now()))

    def log(self, what: str, subject: Release, changed: list[str]) -> None:
        """Write a line into the log; what visitors see does not depend on it."""
        try:
            self.live.log(what, who(os.environ), subject, changed)
        except OSError as error:
            say(f"Záznam o vydání se nepodařilo zapsat: {error}")


def who(environ: Mapping[str, str]) -> str:
    """Return who pushed, as the server knows it: by the key, the gateway, or the account."""
    named = (environ.get(name) for name in ("PUBLISH_WHO", "GL_USER", "REMOTE_USER"))
    return next(filter(None, named), None) or pwd.getpwuid(os.getuid()).pw_name


def say(text: str) -> None:
    """Tell the author, if he still listens: a lost connection must not stop a publish half-way."""
    with suppress(OSError):
        print(text, flush=True)


def without_traceback(text: str) -> str:
    """Return what an author needs of it; the operator finds the calls in the journal, or by `make publish`."""
    return TRACEBACK.sub("", text)


def push_options(environ: Mapping[str, str]) -> list[str]:
    """Return what was given with `git push -o`."""
    return [environ[f"GIT_PUSH_OPTION_{number}"] for number in range(int(environ.get("GIT_PUSH_OPTION_COUNT", 0)))]


def pushed() -> list[Update]:
    """Return what git tells a hook on its standard input."""
    return [Update(*line.split(maxsplit=2)) for line in sys.stdin.read().splitlines()]


COMMANDS: dict[str, Callable[[Server, argparse.Namespace], None]] = {
    "pre-receive": lambda server, _: server.pre_receive(pushed(), push_options(os.environ)),
    "post-receive": lambda server, _: server.post_receive(pushed()),
    "timer": lambda server, _: server.timer(),
    "publish": lambda server, arguments: server.publish(arguments.force),
    "rollback": lambda server, _: server.roll_back(),
}


def main() -> int:
    """Do what a hook, the timer or the operator asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--force", action="store_true", help="publish though the site loses pages")
    arguments = parser.parse_args()
    os.umask(0o022)
    try:
        COMMANDS[arguments.command](Server(settings.load(os.environ)), arguments)
    except (RefusedError, BuildError, PreviewError) as error:
        said = without_traceback(str(error)) if arguments.command in ("pre-receive", "post-receive") else str(error)
        head = "" if isinstance(error, PreviewError) else "Nevydáno, web zůstal, jak byl.\n\n"
        say(f"\n{head}{said}")
        return 1
    except (OSError, subprocess.CalledProcessError) as error:
        later = " Push je ale přijatý a časovač to zkusí znovu." if arguments.command == "post-receive" else ""
        say(f"\nNevydáno, web zůstal, jak byl.\n\nServer si neporadil: {error}.{later} Řekněte to správci.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The bare repository that authors push to, asked through git itself; works inside the quarantine of pre-receive."""

import re
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

CONTENT = "content"
NOTHING = "0" * 40
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
LONGEST, DEEPEST, MOST = 200, 6, 50_000  # characters of a path, folders in it, files
ABSURD = re.compile(r"[\x00-\x1f\x7f\\]|(?:^|/)(?:\.{1,2}|\.git|-[^/]*)(?:/|$)", re.IGNORECASE)


class RefusedError(Exception):
    """A push cannot be taken; the text, in Czech, says why and what to do."""


@dataclass(frozen=True)
class Repository:
    """A bare repository."""

    path: Path

    def git(self, *arguments: str, check: bool = True) -> str:
        """Return what a git command prints."""
        command = ["git", "-c", "core.quotePath=false", *arguments]
        done = subprocess.run(command, cwd=self.path, capture_output=True, check=check)  # noqa: S603
        return done.stdout.decode("utf-8", "replace").strip("\n")

    def tip(self, branch: str) -> str:
        """Return the commit of a branch, or nothing."""
        return self.git("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}^{{commit}}", check=False)

    def branches(self, folder: str) -> dict[str, str]:
        """Return name -> commit of the branches below `folder`/."""
        lines = self.git("for-each-ref", "--format=%(refname:lstrip=3) %(objectname)", f"refs/heads/{folder}/")
        return dict(line.rsplit(" ", 1) for line in lines.splitlines())

    def descends(self, commit: str, ancestor: str) -> bool:
        """Tell whether `ancestor` is part of the history of `commit`."""
        command = ["git", "merge-base", "--is-ancestor", ancestor, commit]
        return subprocess.run(command, cwd=self.path, capture_output=True, check=False).returncode == 0  # noqa: S603

    def words(self, commit: str) -> tuple[str, str]:
        """Return a commit's author and subject, as far as they are fit for a line of a log."""
        author, _, subject = self.git("log", "-1", "--format=%an <%ae>%x00%s", commit).partition("\x00")
        return author, subject

    def foreign_paths(self, commit: str, main: str) -> list[str]:
        """Return the paths outside content/ that a push changes: in any of its new commits, or against `main`."""
        base = self.git("merge-base", main, commit, check=False) if main else EMPTY_TREE
        changed = self.git("diff", "--name-only", "--no-renames", "-z", base or EMPTY_TREE, commit)
        changed += "\0" + self.git(
            "log", "--format=", "--name-only", "--no-renames", "--root", "-c", "-z", commit, "--not", "--all"
        )
        paths = {path.strip("\n") for path in changed.split("\0")}
        return sorted(path for path in paths if path and not path.startswith(f"{CONTENT}/"))

    def unpack(self, commit: str, folder: Path, megabytes: int) -> Path:
        """Write content/ of a commit into `folder` and return it; raise RefusedError for what is not a plain file."""
        room = megabytes * 1024 * 1024
        command = ["git", "archive", "--format=tar", commit, CONTENT]
        with subprocess.Popen(command, cwd=self.path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as archive:  # noqa: S603
            try:
                with tarfile.open(fileobj=archive.stdout, mode="r|") as tar:
                    for number, member in enumerate(tar):
                        room -= member.size
                        if room < 0 or number > MOST:
                            raise RefusedError(f"Obsah je příliš velký: vejde se {megabytes} MB a {MOST} souborů.")
                        unpack_member(tar, member, folder)
            except tarfile.ReadError as error:
                raise RefusedError(f"V commitu není složka {CONTENT}/.") from error
            finally:
                archive.kill()
        return folder / CONTENT


def unpack_member(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Write one file of the archive."""
    path = PurePosixPath(member.name)
    if (
        path.parts[0] != CONTENT
        or len(member.name) > LONGEST
        or len(path.parts) > DEEPEST
        or ABSURD.search(member.name)
    ):
        raise RefusedError(f"{member.name!r:.120}: s takovou cestou si web neporadí; přejmenujte soubor.")
    if member.isdir():
        (folder / path).mkdir(parents=True, exist_ok=True)
        return
    source = tar.extractfile(member) if member.isreg() else None
    if source is None:
        raise RefusedError(f"{member.name}: je odkaz, ne soubor; pošlete místo něj soubor sám.")
    (folder / path).write_bytes(source.read())

"""From `git push` to what readers get: real git, real hooks, the real content, read over HTTP."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsroom import guards, sandbox
from newsroom.build import BuildError
from newsroom.failures import Failures
from newsroom.manifest import Manifest
from newsroom.output import FORM_PATHS
from newsroom.server import without_traceback
from publishing import ORIGIN, ROOT, Author, End, copy, environ, install, note, run
from serving import copy_tree

PICTURE = b"\x89PNG\r\n\x1a\n"
DECEMBER = "2026-12-01T09:00:00+01:00"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> End:
    return install(tmp_path_factory.mktemp("end"))


@pytest.fixture
def end(first: End, tmp_path: Path) -> End:
    """A publishing end of its own, with one release live."""
    return copy(first, tmp_path)


# -- A good push -------------------------------------------------------------------------------------------------------
def test_a_push_is_published_and_what_is_due_later_comes_out_at_its_minute(end: End) -> None:
    author = end.author()
    author.write("content/news/4.29.cs.md", note("4.29", more="Redirect_from: /stara-adresa\n"))
    author.write("content/news/4.30.cs.md", note("4.30", "2026-12-01 09:00", "![Graf]({attach}graf.png)"))
    author.write("content/news/4.30.en.md", note("4.30", "2026-12-01 09:00", "![Chart]({attach}graf.png)"))
    author.write("content/news/4.31.cs.md", note("4.31", "2027-01-04", more="Status: draft\n"))
    author.write("content/news/graf.png", PICTURE + bytes(400_000))
    commit = author.commit("Vydat 4.29")
    said = author.publish(PUBLISH_WHO="jana")
    assert f"nové      {ORIGIN}/aktuality/4.29/\n" in said
    assert f"změněné   {ORIGIN}/aktuality/4.28/\n" in said  # it names the newest
    assert "Čeká: content/news/4.30.cs.md vyjde v úterý 1. prosince v 9:00\n" in said
    assert "Čeká: content/news/4.31.cs.md je koncept, sám nevyjde\n" in said
    assert "Chybí anglicky: content/news/4.29.cs.md\n" in said
    assert "content/news/graf.png:1: upozornění: obrázek má 400 kB; zmenšete ho pod 300 kB\n" in said
    assert "chybí anglický překlad" not in said
    line = end.log()[-1]
    assert (line["what"], line["who"], line["commit"]) == ("push", "jana", commit)
    assert line["author"] == "Jana Nová <jana@example.cz>"
    assert "/aktuality/4.29/" in line["addresses"]

    with end.readers() as reader:
        assert "Vyšla verze 4.29." in reader.read("/aktuality/4.29/").replace("\N{NO-BREAK SPACE}", " ")
        live = end.live()
        assert end.command("timer", now="2026-12-01T08:59:59+01:00").stdout == ""
        assert end.live() == live
        assert not list((end.site / "current").resolve().rglob("*graf.png"))
        assert reader.status("/aktuality/4.30/") == 404
        assert f"nové      {ORIGIN}/aktuality/4.30/" in end.command("timer", now=DECEMBER).stdout
        assert reader.status("/news/graf.png") == 200
        for page in ("/aktuality/4.30/", "/en/news/4.30/"):  # both languages show one picture
            assert 'src="/news/graf.png"' in reader.read(page)
        assert "4.31" not in reader.whole()
        assert end.log()[-1]["what"] == "timer"
        assert end.command("timer", now="2026-12-02T09:00:00+01:00").stdout == ""
    assert len(end.releases()) == 3


def test_installing_again_changes_nothing(end: End) -> None:
    settings = (end.repository / "publish.env").read_text()
    assert run(ROOT / "deploy/install", end.repository, end.site, cwd=end.folder).returncode == 0
    assert (end.repository / "publish.env").read_text() == settings
    assert (end.repository / "hooks/pre-receive").resolve() == ROOT / "deploy/hooks/pre-receive"


def test_root_is_given_the_units_of_the_code_and_only_of_root_s_own(end: End, tmp_path: Path) -> None:
    said = run(ROOT / "deploy/install", end.repository, end.site, cwd=end.folder).stdout
    command = re.search(r"/\S+/deploy/units .*", said)[0]
    code = tmp_path / "code"
    shutil.copytree(ROOT / "deploy", code / "deploy")
    done = run(code / "deploy/units", *command.split()[1:], cwd=end.folder, DESTDIR=str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    units = tmp_path / "etc/systemd/system"
    assert f"ExecStart={end.repository}/hooks/newsroom timer" in (units / "newsroom.service").read_text()
    assert f"PathChanged={end.site}/publish.log" in (units / "newsroom-redirects.path").read_text()
    for unit in ("newsroom", "newsroom-"):
        assert (units / f"{unit}.service.d/hardened.conf").read_text() == (
            ROOT / "deploy/systemd/hardened.conf"
        ).read_text()
    if os.getuid() == 0:
        os.chown(code / "deploy/systemd/newsroom.timer", 12345, -1)
        assert "Somebody else may change" in run(code / "deploy/units", *command.split()[1:], cwd=code).stdout


SSH = """#!/bin/sh
# What sshd does: gives git's command, the last word, to the shell of the account, in an environment of its own.
while [ $# -gt 1 ]; do shift; done
exec env -i PATH=/usr/bin:/bin HOME=/ NEWSROOM_NOW="$NEWSROOM_NOW" PUBLISH_WHO=jana git-shell -c "$1"
"""


def test_a_push_comes_through_the_shell_that_authors_have(end: End, tmp_path: Path) -> None:
    (tmp_path / "ssh").write_text(SSH)
    (tmp_path / "ssh").chmod(0o755)
    author = end.author()
    author.write("content/news/4.29.cs.md", note("4.29"))
    author.commit()
    said = author.publish(f"ssh://git@host{end.repository}", "main", GIT_SSH=f"{tmp_path}/ssh", GIT_SSH_VARIANT="ssh")
    assert f"nové      {ORIGIN}/aktuality/4.29/\n" in said
    assert end.log()[-1]["who"] == "jana"


def test_an_empty_repository_takes_content_as_its_first_push(tmp_path: Path) -> None:
    end = End(tmp_path)
    assert run(ROOT / "deploy/install", "site.git", "www", cwd=tmp_path).returncode == 0
    end.set(f"PUBLISH_PYTHON={sys.executable}")
    work = tmp_path / "work"
    shutil.copytree(ROOT / "content", work / "content")
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-qm", "Obsah")):
        run("git", *words, cwd=work)
    push = ("git", "push", end.repository, "main")
    assert "FORMS_SITE_URL chybí" in run(*push, cwd=work).stderr
    end.set("FORMS_SITE_URL=https://a.cz\nFORMS_SALES_ADDRESS=a@a.cz\nFORMS_TECHNICAL_ADDRESS=b@a.cz")
    assert "nové      https://a.cz/aktuality/4.28/" in run(*push, cwd=work).stderr
    assert end.live().startswith("000001-")


# -- Bad pushes --------------------------------------------------------------------------------------------------------
def slip(author) -> None:
    author.write("content/news/4.29.cs.md", note("4.29", "1.12.2026"))


def code(author) -> None:
    author.write("plugins/prefix.py", "import os; os.system('touch /tmp/owned')")


def code_taken_back(author) -> None:
    author.write("newsroom/evil.py", "")
    author.commit()
    (author.clone / "newsroom/evil.py").unlink()


def symbolic_link(author) -> None:
    (author.clone / "content/news/4.29.cs.md").symlink_to("/etc/passwd")


def absurd_path(author) -> None:
    author.write("content/a/b/c/d/e/f/g.md", "")


def file_of_the_server(author) -> None:
    author.write("content/news/4.29.cs.md", note("4.29", text="[heslo]({static}/" + "../" * 20 + "etc/passwd)"))


def no_content(author) -> None:
    shutil.rmtree(author.clone / "content")


def link_to_the_future(author) -> None:
    author.write("content/news/4.30.cs.md", note("4.30", "2026-12-01"))
    author.write("content/news/4.29.cs.md", note("4.29", text="[x]({filename}/news/4.30.cs.md)"))


def link_to_a_later_future(author) -> None:
    author.write("content/news/4.30.cs.md", note("4.30", "2026-12-05"))
    author.write("content/news/4.29.cs.md", note("4.29", "2026-12-01 09:00", "[x]({filename}/news/4.30.cs.md)"))


def future_that_no_check_of_texts_finds(author) -> None:
    author.write("content/news/4.29.cs.md", note("4.29", "2026-12-01 09:00", "[x](/aktuality/#nic)"))


BAD = {
    slip: "content/news/4.29.cs.md:2: datum „1.12.2026“",
    code: "Push mění i soubory mimo content/:\n  plugins/prefix.py\nPosílá se jen content/.",
    code_taken_back: "  newsroom/evil.py\n",
    symbolic_link: "content/news/4.29.cs.md: je odkaz, ne soubor",
    absurd_path: "'content/a/b/c/d/e/f': s takovou cestou si web neporadí",
    file_of_the_server: "neleží v content/",
    no_content: "V commitu není složka content/.",
    link_to_the_future: "vede na text, který ještě nevyšel",
    link_to_a_later_future: "Obsah, až nastane v úterý 1. prosince v 9:00: 1 chyba",
    future_that_no_check_of_texts_finds: "Až nastane v úterý 1. prosince v 9:00, nepůjde to:\n",
}


@pytest.mark.parametrize("change", BAD, ids=lambda change: change.__name__)
def test_a_bad_push_is_refused_and_the_site_untouched(end: End, change) -> None:
    author, before = end.author(), (end.live(), run("git", "rev-parse", "main", cwd=end.repository).stdout)
    change(author)
    author.commit()
    taken, said = author.push()
    assert not taken
    assert "Nevydáno, web zůstal, jak byl." in said
    assert BAD[change] in said
    assert (end.live(), run("git", "rev-parse", "main", cwd=end.repository).stdout) == before
    assert end.releases() == [before[0]]
    assert not [*(end.site / "incoming").iterdir()]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("origin", ":main"), "Větev main je web, smazat ji nejde."),
        (("origin", "main:refs/tags/v1"), "refs/tags/v1 se nikam nevydává"),
        (("origin", "main:pokus"), "posílají se jen větve main (web) a nahled/jmeno (náhled)"),
        (("origin", "main:nahled/Můj"), "Jméno náhledu „Můj“ nemůže být v adrese"),
        (("origin", "HEAD:refs/newsroom/rollback/1"), "O návrat se žádá příkazem make rollback."),
        (("--force", "origin", "HEAD~1:main"), "Na serveru jsou novější změny"),
        (("origin", "main", "main:pokus"), "se nikam nevydává"),  # nothing is taken of a push that is bad in part
    ],
)
def test_other_branches_are_refused(end: End, words: tuple[str, ...], said: str) -> None:
    author = end.author()
    if "HEAD~1:main" in words:
        author.git("commit", "--allow-empty", "--quiet", "--message", "a")
        run("git", "push", "-q", author.clone, cwd=end.repository)
        run("git", "fetch", "-q", author.clone, "main:main", cwd=end.repository)  # as if another had pushed it
    author.git("commit", "--allow-empty", "--quiet", "--message", "b") if "HEAD~1:main" not in words else None
    taken, answer = author.push(*words)
    assert not taken
    assert said in answer
    assert len(end.releases()) == 1


def test_a_build_that_takes_too_long_is_stopped_with_all_its_processes(tmp_path: Path) -> None:
    marker = tmp_path / "late"
    script = f"import subprocess; subprocess.run(['sh', '-c', 'sleep 3; touch {marker}'])"
    limits = sandbox.Limits(seconds=1, memory=1024, file=1)
    with pytest.raises(BuildError, match="déle než 1 s"):
        sandbox.run(["timeit", "-n1", "-r1", script], tmp_path, tmp_path, limits)
    time.sleep(2.5)
    assert not marker.exists()


@pytest.mark.parametrize(
    "script", ["bytearray(2 * 10**9)", "open('big', 'wb').write(bytes(2 * 10**6))", "while True: pass"]
)
def test_a_build_has_only_so_much_memory_disk_and_time(tmp_path: Path, script: str) -> None:
    script = script.replace("'big'", repr(str(tmp_path / "big")))
    with pytest.raises(BuildError):
        sandbox.run(
            ["timeit", "-n1", "-r1", script], tmp_path, tmp_path, sandbox.Limits(seconds=2, memory=1024, file=1)
        )


def test_a_build_sees_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMS_SECRET_KEY", "tajné")
    script = "import os; assert not {name for name in os.environ if 'SECRET' in name or name.startswith('GIT')}"
    sandbox.run(["timeit", "-n1", "-r1", script], tmp_path, tmp_path, sandbox.Limits(seconds=10, memory=1024, file=1))


def test_a_push_that_takes_too_long_is_refused(end: End) -> None:
    end.set("PUBLISH_SECONDS=1")
    author = end.author()
    for number in range(1000):
        author.write(f"content/news/5.{number}.cs.md", note(f"5.{number}", text="- x\n" * 200))
    author.commit()
    assert "Sestavení trvalo déle než 1 s a bylo zastaveno." in author.push()[1]
    assert not [*(end.site / "incoming").iterdir()]


def test_too_much_content_is_refused(end: End) -> None:
    end.set("PUBLISH_CONTENT_MEGABYTES=1")
    author = end.author()
    author.write("content/news/big.png", bytes(1_100_000))
    author.commit()
    assert "Obsah je příliš velký: vejde se 1 MB" in author.push()[1]


def test_code_that_the_operator_lets_in_is_still_not_run(end: End, tmp_path: Path) -> None:
    end.set("PUBLISH_CODE_PUSHES=1")
    author, marker = end.author(), tmp_path / "owned"
    evil = f"open({str(marker)!r}, 'w')\n"
    for path in ("plugins/prefix.py", "pelicanconf.py", "newsroom/server.py", "sitecustomize.py"):
        author.write(path, evil)
    for path in ("content/evil.py", "content/sitecustomize.py", "content/news/__init__.py"):
        author.write(path, evil)
    shutil.move(author.clone / "content/news/__init__.py", author.clone / "content/evil2.py")
    author.commit()
    said = author.publish()
    assert "na serveru ale dál běží kód, který nainstaloval správce:\n" in said
    assert "  newsroom/server.py\n" in said
    assert not marker.exists()
    assert author.push("origin", "main:pokus")[0]
    assert len(end.releases()) == 2


def test_a_build_that_is_not_strict_is_refused(end: End) -> None:
    end.set("FORMS_DEVELOPMENT=1")
    author = end.author()
    author.git("commit", "--allow-empty", "--quiet", "--message", "a")
    assert "Sestavení není přísné" in author.push("-o", "smazat", "origin", "main")[1]


# -- Guards ------------------------------------------------------------------------------------------------------------
def test_a_release_goes_only_with_a_redirect_or_on_purpose(end: End) -> None:
    author = end.author()
    for lang in ("cs", "en"):
        (author.clone / f"content/news/4.24.{lang}.md").unlink()
    author.commit()
    taken, said = author.push()
    assert not taken
    assert "Web by o něco přišel:\n" in said
    assert (
        "/aktuality/4.24/ by zmizela; na stránku, která ji nahrazuje, napište Redirect_from: /aktuality/4.24/" in said
    )
    assert "git push -o smazat" in said
    author.change("content/news/4.25.cs.md", "Version:", "Redirect_from: /aktuality/4.24/\nVersion:")
    author.change("content/news/4.25.en.md", "Version:", "Redirect_from: /en/news/4.24/\nVersion:")
    author.commit()
    assert f"zrušené   {ORIGIN}/aktuality/4.24/" in author.publish()
    for lang in ("cs", "en"):
        (author.clone / f"content/news/4.26.{lang}.md").unlink()
    author.commit()
    assert f"zrušené   {ORIGIN}/aktuality/4.26/" in author.publish("-o", "smazat", "origin", "main")
    with end.readers() as reader:
        assert '"/aktuality/4.24/" "/aktuality/4.25/";' in reader.read("/redirects.map")
        assert reader.status("/aktuality/4.26/") == 404


def test_a_published_note_that_is_held_back_again_is_said_as_such(end: End) -> None:
    author = end.author()
    for lang in ("cs", "en"):
        author.change(f"content/news/4.24.{lang}.md", "Version:", "Status: draft\nVersion:")
    author.commit()
    said = author.push()[1]
    assert "  /aktuality/4.24/ by zmizela: content/news/4.24.cs.md je teď koncept, nebo má budoucí datum;" in said
    assert "Redirect_from" not in said


def test_a_change_reworded_before_it_had_an_id_is_given_its_id_back(end: End) -> None:
    author = end.author()
    author.write("content/news/4.29.cs.md", note("4.29", text="Text.\n\n## Opravy\n- **Síť:** Mapa `ukazuje` porty"))
    author.commit()
    assert "content/news/4.29.cs.md:8: upozornění: 1 položka bez značky; spusťte make check" in author.publish()
    author.change("content/news/4.29.cs.md", "ukazuje", "zobrazí")
    author.commit()
    taken, said = author.push()
    found = re.search(r"#(\w+) \(„(.*)“\) by zmizela; na konec té položky, i přepsané, dejte \{#\1\}\n", said)
    assert not taken
    assert found and found[2] == "Mapa ukazuje porty"
    author.change("content/news/4.29.cs.md", "porty", f"porty {{#{found[1]}}}")
    author.commit()
    author.publish()


def test_what_waits_is_built_ahead_only_when_it_has_changed(end: End) -> None:
    author = end.author()
    author.write("content/news/4.30.cs.md", note("4.30", "2026-12-01 09:00"))
    author.commit()
    author.publish()
    broken = note("4.30", "2026-12-01 09:00", "[x](/aktuality/#nic)")  # only a build finds that
    author.write("content/news/4.30.cs.md", broken)
    author.commit()
    assert "Až nastane v úterý 1. prosince v 9:00, nepůjde to:" in author.push()[1]
    release = end.site / "releases" / end.live() / "release.json"
    rehearsed = hashlib.sha256(b"4.30.cs.md" + broken.encode()).hexdigest()
    release.write_text(re.sub(r'"rehearsed": "\w+"', f'"rehearsed": "{rehearsed}"', release.read_text()))
    author.publish()  # as if it had been built ahead before


PROMISED = Manifest(
    pages=dict.fromkeys(("/", "/aktuality/4.28/", "/aktuality/druh/nove/", "/podpora/"), "x"),
    items={"/aktuality/4.28/": {"k7f3q2": "Export do CSV", "a1b2c3": ""}},
    feeds={"/feeds/cs.atom.xml": {"urn:1": ["/aktuality/4.28/", "2017-09-12"], "urn:0": ["/aktuality/4.1/", "2010"]}},
)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, []),
        ({"pages": {"/": "y", "/aktuality/4.28/": "x", "/podpora/": "x"}}, []),  # a filter may go
        (
            {"pages": {"/aktuality/4.28/": "x"}, "redirects": {"/podpora/": "/", "/": "/x/"}},
            ["web by měl jen 1 stránku místo 3"],
        ),
        ({"items": {"/aktuality/4.28/": {"a1b2c3": "", "k7f3q2": "Export", "new": ""}}}, []),
        (
            {"items": {"/aktuality/4.28/": {"a1b2c3": "", "new": ""}}},
            ["/aktuality/4.28/#k7f3q2 („Export do CSV“) by zmizela; na konec té položky, i přepsané, dejte {#k7f3q2}"],
        ),
        ({"items": {"/aktuality/4.28/": {"k7f3q2": ""}}}, ["/aktuality/4.28/#a1b2c3 by zmizela"]),
        ({"feeds": {"/feeds/cs.atom.xml": {"urn:1": ["/aktuality/4.28/", "2017-09-12"]}}}, []),  # too old for the feed
        (
            {"feeds": {"/feeds/cs.atom.xml": {"urn:2": ["/aktuality/4.28/", "2017-09-12"]}}},
            ["z /feeds/cs.atom.xml by zmizela položka urn:1"],
        ),
    ],
)
def test_guards(change: dict, said: list[str]) -> None:
    new = Manifest(**(vars(PROMISED) | change))
    found = sorted(guards.objections(PROMISED, new, 60, {}))
    assert len(found) == len(said)
    assert all(line.startswith(start) for line, start in zip(found, said, strict=True))


def test_an_author_is_spared_the_calls_of_the_code() -> None:
    said = (
        'Nejde to:\nTraceback (most recent call last):\n  File "a.py", line 1\n    call()\nValueError: soubor chybí\n'
    )
    assert without_traceback(said) == "Nejde to:\nValueError: soubor chybí\n"


# -- Previews ----------------------------------------------------------------------------------------------------------
def test_a_preview_shows_drafts_at_its_own_address_and_goes_with_its_branch(end: End) -> None:
    author, live = end.author(), end.live()
    author.git("switch", "--quiet", "--create", "nahled/jana")
    author.write("content/news/4.29.cs.md", note("4.29", text="[Ceník](/cenik/) ![Graf]({attach}graf.png)"))
    author.write("content/news/4.30.cs.md", note("4.30", "2027-01-04 10:00", more="Status: draft\n"))
    author.write("content/news/graf.png", PICTURE)
    author.commit()
    said = author.publish("origin", "nahled/jana")
    assert f"Náhled: {ORIGIN}/nahled/jana/\n" in said
    assert end.live() == live
    with end.readers() as reader:
        assert reader.status("/aktuality/4.29/") == 404
        page = reader.read("/nahled/jana/aktuality/4.29/")
        assert '<meta name="robots" content="noindex">' in page
        assert "Náhled jana: vidí ho, kdo má odkaz." in page
        assert 'href="/nahled/jana/cenik/"' in page
        assert "koncept" in reader.read("/nahled/jana/aktuality/")
        assert "noindex" in reader.read("/nahled/jana/en/support/")
        seen, todo = set(), {"/nahled/jana/"}
        while todo:  # every page that can be reached from it, and all that they load
            seen |= todo
            texts = [reader.read(path) for path in todo if path.endswith("/")]
            links = {link for text in texts for link in re.findall(r'(?:href|src|action)="(/[^"#?]*)', text)}
            forms = links & FORM_PATHS
            assert all(link.startswith("/nahled/jana/") for link in links - forms), links
            assert all(reader.status(link) == 200 for link in links - forms - seen)
            todo = {link for link in links - forms - seen if not link.endswith((".xml", ".json"))}
        assert {"/nahled/jana/news/graf.png", "/nahled/jana/en/contact/"} <= seen
        assert 'action="/formulare/kontakt/"' in reader.read("/nahled/jana/kontakt/")

        assert "Náhled jana je pryč." in author.publish("origin", ":nahled/jana")
        assert reader.status("/nahled/jana/") == 404
    assert not [*(end.site / "previews").iterdir()]


# -- Rollback ----------------------------------------------------------------------------------------------------------
def test_a_rollback_holds_until_the_next_push(end: End) -> None:
    author, before = end.author(), end.live()
    author.write("content/news/4.29.cs.md", note("4.29"))
    author.write("content/news/4.30.cs.md", note("4.30", "2026-12-01 09:00"))
    author.commit("Vydat 4.29")
    author.publish()
    done = run("make", "rollback", cwd=author.clone)
    assert done.returncode == 0, done.stderr
    assert f"je zase vydání {before} (Začátek; Jana Nová <jana@example.cz>)." in done.stderr
    assert re.search(rf"zrušené   {ORIGIN}/aktuality/4\.29/", done.stderr)
    assert "nejdřív proto chybu opravte" in done.stderr
    assert run("git", "for-each-ref", "refs/newsroom", cwd=end.repository).stdout == ""
    with end.readers() as reader:
        assert reader.status("/aktuality/4.29/") == 404
        assert end.command("timer", now=DECEMBER).stdout == ""
        assert end.live() == before
        author.change("content/news/4.29.cs.md", "Vyšla", "Opravdu vyšla")
        author.commit("Opravit 4.29")
        author.publish(now=DECEMBER)
        assert "Opravdu vyšla" in reader.read("/aktuality/4.29/")
        assert reader.status("/aktuality/4.30/") == 200
    assert [line["what"] for line in end.log()] == ["publish", "push", "rollback", "push"]
    assert f"je zase vydání {before}" in end.command("rollback").stdout  # not the one that was rolled back
    assert "Není se kam vrátit" in end.command("rollback").stdout
    assert end.command("publish", now=DECEMBER).returncode == 0
    assert end.command("timer", now=DECEMBER).stdout == ""


# -- When what is due cannot be published ------------------------------------------------------------------------------
def test_the_timer_says_what_it_cannot_publish_and_tries_less_and_less_often(end: End) -> None:
    author = end.author()
    author.write("content/news/4.29.cs.md", note("4.29", "2026-12-01 09:00"))
    author.commit()
    author.publish()
    end.set("FORMS_SALES_ADDRESS=")
    tried = []
    for minute in (0, 1, 4, 5, 9, 10, 19, 20, 39, 40, 59):
        done = end.command("timer", now=f"2026-12-01T09:{minute:02}:00+01:00")
        assert done.returncode == ("FORMS_SALES_ADDRESS chybí" in done.stdout), done.stdout
        tried += [minute] if done.returncode else []
    assert tried == [0, 5, 10, 20, 40]
    end.set("FORMS_SALES_ADDRESS=a@b.cz")
    assert end.command("timer", now="2026-12-01T10:19:00+01:00").stdout == ""
    assert f"nové      {ORIGIN}/aktuality/4.29/" in end.command("timer", now="2026-12-01T10:20:00+01:00").stdout


def push_past_the_hooks(end: End, author: Author, text: str, branch: str) -> None:
    """A note goes into a branch as if the hooks had been killed."""
    for hook in ("pre-receive", "post-receive"):
        (end.repository / "hooks" / hook).rename(end.folder / hook)
    author.write("content/news/4.30.cs.md", text)
    author.commit()
    assert author.push("--force", "origin", f"HEAD:{branch}")[0]
    for hook in ("pre-receive", "post-receive"):
        (end.folder / hook).rename(end.repository / "hooks" / hook)


def test_a_preview_that_cannot_be_built_is_said_as_such_and_tried_less_and_less_often(end: End) -> None:
    author = end.author()
    push_past_the_hooks(end, author, note("4.31"), "nahled/jana")
    push_past_the_hooks(end, author, note("4.30"), "nahled/petr")
    tried = []
    for minute in (0, 1, 4, 5, 9, 10):
        done = end.command("timer", now=f"2026-12-01T09:{minute:02}:00+01:00")
        said = "Náhled jana se nepodařilo vystavit, samotného webu se to netýká:\n\ncontent/news/4.30.cs.md:1: nadpis"
        assert done.returncode == (said in done.stdout), done.stdout
        assert "Nevydáno" not in done.stdout
        tried += [minute] if done.returncode else []
    assert tried == [0, 5, 10]
    assert (end.site / "nahled/petr").is_dir()  # though it comes behind the other
    done = end.command("publish", now="2026-12-01T09:11:00+01:00")
    assert said in done.stdout
    push_past_the_hooks(end, author, note("4.30", text="Jinak."), "nahled/jana")  # another commit need not wait
    assert "/nahled/jana/\n" in end.command("timer", now="2026-12-01T09:12:00+01:00").stdout


def test_a_preview_that_cannot_be_built_keeps_nothing_else_back(end: End) -> None:
    author = end.author()
    author.write("content/news/4.29.cs.md", note("4.29", "2026-12-01 09:00"))
    author.commit()
    author.publish()
    push_past_the_hooks(end, author, note("4.31"), "nahled/jana")
    live = end.live().split("-")[0]
    assert end.command("timer", now="2026-12-01T08:59:00+01:00").returncode == 1
    assert f"nové      {ORIGIN}/aktuality/4.29/" in end.command("timer", now=DECEMBER).stdout
    author.change("content/news/4.30.cs.md", "4.31", "4.30")
    author.commit()
    assert "Náhled jana" not in author.publish(now=DECEMBER)  # it rests, and its author is another
    assert end.live().split("-")[0] > live


def test_after_a_rollback_previews_go_on(end: End) -> None:
    assert end.command("publish").returncode == 0
    assert end.command("rollback").returncode == 0
    push_past_the_hooks(end, end.author(), note("4.30"), "nahled/jana")
    live = end.live()
    assert "/nahled/jana/\n" in end.command("timer").stdout
    assert end.live() == live


def test_failures_are_forgotten_one_by_one_and_after_a_day(tmp_path: Path) -> None:
    failures, now = Failures(tmp_path / "failed"), datetime(2026, 12, 1, 9, tzinfo=UTC)
    for name, hours in (("old", 0), ("late", 23), ("late", 24), ("new", 24)):
        failures.keep(name, now + timedelta(hours=hours))
    assert [*failures.read()] == ["late", "new"]
    failures.forget("late")
    failures.forget("never")
    assert [*failures.read()] == ["new"]
    failures.path.write_text("\0\0\n" + failures.path.read_text())  # as a power cut may leave it
    assert failures.is_resting("new", now + timedelta(hours=24, minutes=4))
    assert not failures.is_resting("new", now + timedelta(hours=24, minutes=5))


# -- The assets of other releases --------------------------------------------------------------------------------------
def test_the_style_of_pages_that_are_still_open_stays(tmp_path: Path) -> None:
    code = copy_tree(tmp_path / "code")
    shutil.copytree(ROOT / "deploy", code / "deploy")
    end = install(tmp_path, code)
    sheet = re.compile(r'rel="stylesheet" href="([^"]+)"')
    with end.readers() as reader:
        old = sheet.search(reader.read("/"))[1]
        with (code / "theme/static/css/site.css").open("a") as css:
            css.write("/* new */\n")
        assert end.command("publish").returncode == 0
        new = sheet.search(reader.whole())[1]
        assert old != new
        assert reader.status(old) == reader.status(new) == 200
        assert end.command("rollback").returncode == 0
        assert sheet.search(reader.whole())[1] == old
        assert reader.status(new) == 200


def test_so_many_releases_are_kept_as_the_operator_wants(end: End) -> None:
    end.set("PUBLISH_KEEP=3")
    [first] = end.releases()
    for older in ("000000-a", "000000-b", "000000-c"):
        shutil.copytree(end.site / "releases" / first, end.site / "releases" / older, symlinks=True)
    assert end.command("publish").returncode == 0
    assert [name[:8] for name in end.releases()] == ["000000-c", first[:8], end.live()[:8]]


# -- When things go wrong ----------------------------------------------------------------------------------------------
def test_of_two_pushes_at_once_one_wins_whole(end: End) -> None:
    authors = [end.author("jana"), end.author("petr")]
    for author, version in zip(authors, ("4.29", "4.30"), strict=True):
        author.write(f"content/news/{version}.cs.md", note(version))
        author.commit()
    with end.readers() as reader, ThreadPoolExecutor(3) as pool:
        pushes = [pool.submit(author.push) for author in authors]
        preview = pool.submit(authors[0].push, "origin", "main:nahled/jana")
        while not all(push.done() for push in pushes):
            reader.whole()
            time.sleep(0.1)
        taken = [push.result()[0] for push in pushes]
        assert sorted(taken) == [False, True], [push.result()[1] for push in pushes]
        assert preview.result()[0]
        winner, loser = sorted(authors, key=lambda author: taken[authors.index(author)], reverse=True)
        assert (end.site / "current").resolve().parent.name.endswith(winner.git("rev-parse", "HEAD")[:10])
        loser.git("pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main")
        loser.publish()
        assert reader.status("/aktuality/4.29/") == reader.status("/aktuality/4.30/") == 200
        assert reader.status("/nahled/jana/aktuality/4.29/") == 200


def test_a_push_killed_at_any_time_leaves_the_site_whole_and_the_timer_finishes_it(end: End) -> None:
    author = end.author()
    with end.readers() as reader:
        for number, seconds in enumerate((0.3, 1.0, 1.7), 30):
            author.write(f"content/news/4.{number}.cs.md", note(f"4.{number}"))
            author.commit()
            push = subprocess.Popen(
                ["git", "push", "origin", "main"],
                cwd=author.clone,
                env=environ(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            time.sleep(seconds)
            kill_session(push)
            reader.whole()
        author.push()
        assert end.command("timer").returncode == 0
        assert "4.32" in reader.whole()


def kill_session(process: subprocess.Popen) -> None:
    """SIGKILL to git, the hooks and all that they started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


CRASH = """
import os, signal, sys
sys.path.insert(0, os.getcwd())
import newsroom.server

CHANGES = {"os.rename", "os.link", "os.symlink", "os.remove", "os.rmdir", "os.mkdir"}
left = int(os.environ["CRASH_AT"])

def crash(event, arguments):
    global left
    if event in CHANGES or (event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(crash)
sys.exit(newsroom.server.main())
"""


def test_a_publish_killed_before_any_of_its_steps_leaves_the_site_whole(end: End, tmp_path: Path) -> None:
    (tmp_path / "crash.py").write_text(CRASH)
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nshift 4\nexec {sys.executable} {tmp_path}/crash.py "$@"\n')  # -X utf8 -m module
    python.chmod(0o755)
    shutil.copytree(end.site / "releases" / end.live(), end.site / "releases/000000-x", symlinks=True)
    end.set("PUBLISH_KEEP=2")  # something to prune
    author = end.author()
    author.write("content/news/4.29.cs.md", note("4.29"))
    author.commit()
    (end.repository / "hooks/post-receive").unlink()  # accepted, built, and then the server dies
    assert author.push()[0]
    finished, seen, step = False, set(), 0
    while not finished:
        (tmp_path / f"{step}").mkdir()
        trial = copy(end, tmp_path / f"{step}")
        trial.set(f"PUBLISH_PYTHON={python}")
        done = trial.command("timer", CRASH_AT=str(step))
        finished = done.returncode == 0
        assert finished or done.returncode == -signal.SIGKILL, done.stdout + done.stderr
        state = (trial.live(), *trial.releases())
        with trial.readers() as reader:
            assert ("4.29" in reader.whole()) == (trial.live() != end.live())
            if state not in seen:  # the next run puts right whatever the killed one left
                trial.set(f"PUBLISH_PYTHON={sys.executable}")
                assert trial.command("timer").returncode == 0
                assert "4.29" in reader.whole()
        seen.add(state)
        step += 1 if step < 12 else 100  # then it is only sweeping up
    assert step > 9
    assert len(seen) > 3


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[dict[str, int]]:
    """Move a folder to a disk that has only so much room left; without the right to mount, limit every file instead."""
    used = int(run("du", "-sk", folder, cwd=folder).stdout.split()[0])
    full = folder.with_name("full")
    shutil.copytree(folder, full, symlinks=True)
    size = f"size={used + kilobytes}k"
    mounted = run("mount", "-t", "tmpfs", "-o", size, "tmpfs", folder, cwd=full).returncode == 0
    try:
        if mounted:
            shutil.copytree(full, folder, symlinks=True, dirs_exist_ok=True)
        yield {} if mounted else {"PUBLISH_FILE_MEGABYTES": 0}
    finally:
        if mounted:
            run("umount", folder, cwd=full)


@pytest.mark.parametrize("room", [40, 300, 600])
def test_a_full_disk_refuses_the_push_and_leaves_the_site_whole(end: End, room: int) -> None:
    author, before = end.author(), end.live()
    author.write("content/news/4.29.cs.md", note("4.29", text="![Graf]({attach}graf.png)"))
    author.write("content/news/graf.png", PICTURE + os.urandom(200_000))
    author.commit()
    with small_disk(end.site, room) as limits, end.readers() as reader:
        taken, said = author.push(**limits)
        assert not taken
        assert "Nevydáno, web zůstal, jak byl." in said
        assert "No space left on device" in said or "disk is full" in said
        assert end.live() == before
        assert "4.28" in reader.whole()
        assert end.command("timer").returncode == 0

"""The real `make serve`, on a copy of the tree: pages, a form, its mail, live changes, breakage, and its end."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving import Served, copy_tree, eventually

CONTACT = {
    "department": "technical",
    "name": "Jiří Žluťoučký",
    "email": "jiri@example.com",
    "message": "Nejde nám síť.",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    tree = copy_tree(tmp_path_factory.mktemp("tree"))
    served = Served(tree, tree / "var")
    assert served.address
    yield served
    served.process.terminate()
    served.process.wait(15)


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def test_it_serves_pages_in_both_languages_and_what_they_need(served: Served) -> None:
    page = served.read("/")
    assert 'lang="cs"' in page
    assert 'lang="en"' in served.read("/en/")
    for asset in re.findall(r'(?:href|src)="(/assets/[^"]+)"', page):
        served.open(asset).close()
    with served.open("/cz/technicka-podpora") as moved:
        assert moved.url == served.address + "/podpora/"


@pytest.mark.parametrize(("path", "lang"), [("/neni/", "cs"), ("/en/nothing", "en")])
def test_an_unknown_address_gets_the_page_of_its_language(served: Served, path: str, lang: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as error:
        served.open(path)
    assert error.value.code == 404
    assert f'lang="{lang}"' in error.value.read().decode()


def test_a_form_becomes_a_mail_that_one_can_look_at(served: Served) -> None:
    before = len(served.mails())
    with served.open("/formulare/kontakt/", CONTACT) as receipt:
        assert receipt.url.startswith(served.address + "/formulare/prijato/")
    mail = eventually(lambda: served.mails()[before:])[0]
    assert b"Message-ID:" in mail.read_bytes()
    assert mail.stem in served.read("/_mail/")
    shown = served.read(f"/_mail/{mail.stem}/")
    assert "Žluťoučký" in shown
    assert "Nejde nám síť." in shown
    assert "technik@ispadmin.example" in shown
    with served.open(f"/_mail/{mail.stem}.eml") as raw:
        assert raw.read() == mail.read_bytes()


def test_a_change_shows_and_a_broken_page_leaves_the_last_good_one(served: Served) -> None:
    page = served.tree / "content/pages/training.cs.md"
    good = page.read_text("utf-8")
    page.write_text(good + "\nPřidaná věta.\n", "utf-8")
    eventually(lambda: "Přidaná věta." in served.read("/skoleni/"))
    page.write_text("Titel: nic\n", "utf-8")
    eventually(lambda: re.search(r"Opravte a uložte:\ncontent/pages/training\.cs\.md:1: ", served.said()))
    assert "Přidaná věta." in served.read("/skoleni/")
    page.write_text(good, "utf-8")
    eventually(lambda: "Přidaná věta." not in served.read("/skoleni/"))


def test_broken_forms_code_is_said_and_the_forms_stay_up(served: Served) -> None:
    module = served.tree / "forms/views.py"
    good = module.read_text("utf-8")
    web = served.family()
    module.write_text(good + "\nthis is no Python\n", "utf-8")
    eventually(lambda: re.search(r"Nepovedlo se.*forms/views\.py:\d+: SyntaxError", served.said()))
    assert "<form" in served.read("/formulare/kontakt/")
    module.write_text(good, "utf-8")
    eventually(lambda: len(served.family()) == 3 and served.family() != web)
    assert "<form" in served.read("/formulare/kontakt/")


@pytest.mark.parametrize("name", ["forms/_form.html", "forms/problem.html"])
def test_a_broken_template_is_said_and_the_forms_stay_up(served: Served, name: str) -> None:
    template = served.tree / "theme/templates" / name
    good, before, family = template.read_text("utf-8"), len(served.said()), served.family()
    template.write_text(good + "{% broken %}\n", "utf-8")
    eventually(lambda: "unknown tag 'broken'" in served.said()[before:])
    assert "zůstává poslední dobrá podoba" in served.said()[before:]
    assert "<form" in served.read("/formulare/kontakt/")
    template.write_text(good, "utf-8")
    eventually(lambda: "Web je sestaven" in served.said()[before:])
    assert served.family() != family


def test_a_first_start_with_broken_forms_promises_nothing_until_they_are_mended(tmp_path: Path) -> None:
    tree = copy_tree(tmp_path / "tree")
    template = tree / "theme/templates/base.html"
    good = template.read_text("utf-8")
    template.write_text("{% broken %}", "utf-8")
    starting = Served(tree, tree / "var")
    eventually(lambda: "Nepovedlo se. Opravte a uložte:" in starting.said())
    assert "/_mail/" not in starting.said()
    template.write_text(good, "utf-8")
    assert "<form" in starting.read("/formulare/kontakt/")
    assert len(starting.family()) == 3
    starting.process.terminate()
    starting.process.wait(15)


def test_what_is_saved_during_the_first_build_is_built_too(tmp_path: Path) -> None:
    tree = copy_tree(tmp_path / "tree")
    page = tree / "content/pages/training.cs.md"
    starting = Served(tree, tree / "var")
    eventually(lambda: "Sestavuji web" in starting.said())
    eventually(lambda: list(tree.glob("var/.site.build/new")))
    page.write_text(page.read_text("utf-8") + "\nPřidaná věta.\n", "utf-8")
    eventually(lambda: "Přidaná věta." in starting.read("/skoleni/"))
    starting.process.terminate()
    starting.process.wait(15)


def test_no_path_leads_out_of_the_site(served: Served) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        served.open("/podpora/../../changed")


def test_an_open_page_hears_of_a_change(served: Served) -> None:
    script = re.search(r'src="(/_reload\.js\?[^"]+)"', served.read("/kontakt/"))
    assert script
    question = script[1].replace("_reload.js", "_reload").replace("&amp;", "&")
    (served.var / "changed").touch()
    assert served.read(question) == "changed"


def test_a_port_in_use_is_said_in_one_line(served: Served) -> None:
    port = served.address.rpartition(":")[2]
    command = [sys.executable, "-m", "dev.serve", "--port", port, "--var", str(served.var)]
    result = subprocess.run(command, cwd=served.tree, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr == f"Port {port} je obsazený. Zvolte jiný: make serve PORT={int(port) + 1}\n"


@pytest.mark.parametrize("port", ["65536", "80a", "-1", ""])
def test_what_is_no_port_is_said_in_one_line(served: Served, port: str) -> None:
    command = [sys.executable, "-m", "dev.serve", f"--port={port}", "--var", str(served.var)]
    result = subprocess.run(command, cwd=served.tree, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr == f"„{port}“ není číslo portu. Zvolte 1024 až 65535: make serve PORT=8001\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_its_end_leaves_no_process_behind(served: Served, tmp_path: Path, number: signal.Signals) -> None:
    ending = Served(served.tree, tmp_path / "var")
    assert ending.address
    family = ending.family()
    assert len(family) == 3
    os.kill(ending.process.pid, number)
    ending.process.wait(15)
    eventually(lambda: not any(alive(pid) for pid in family), 10)
    with socket.socket() as port:
        assert port.connect_ex(("127.0.0.1", int(ending.address.rpartition(":")[2])))

"""The site as deployed: headers, caching, compression, errors, the forms behind the proxy, a new release, a restart."""

import gzip
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import brotli
import pytest

from conftest import CONTACT
from deployed import HOST, PROXY, SETTINGS, Answer, Deployed, build, example_settings
from forms import LARGEST_BODY, SECURITY_HEADERS, TRANSPORT_SECURITY, create_app
from forms.settings import SETTINGS as KNOWN
from forms.settings import load
from publishing import install, note
from serving import IPV6_ONLY, ROOT, copy_tree

FORM = "/en/forms/contact/"
ENCODED = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("build") / "site")


@contextmanager
def deploy(folder: Path, site: Path, **settings: str) -> Iterator[Deployed]:
    deployed = Deployed(folder, site, **settings)
    try:
        yield deployed
    finally:
        deployed.stop()


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, site: Path) -> Iterator[Deployed]:
    with deploy(tmp_path_factory.mktemp("web"), site) as deployed:
        yield deployed


def assert_secured(answer: Answer, transport: dict[str, str] = TRANSPORT_SECURITY) -> None:
    for name, value in (SECURITY_HEADERS | transport).items():
        assert answer.headers.get_all(name) == [value], name
    assert "Set-Cookie" not in answer.headers
    assert len(answer.headers.get_all("Cache-Control", [])) == 1


# -- Every answer ------------------------------------------------------------------------------------------------------
def asked(*words: object, **more: object) -> Callable[[Deployed], Answer]:
    return lambda web: web.ask(*words, **more)


def posted(fields: dict[str, str], **more: str) -> Callable[[Deployed], Answer]:
    return lambda web: web.post(FORM, fields, **more)


def unchanged(web: Deployed) -> Answer:
    return web.ask("/", headers={"If-None-Match": web.ask("/")["ETag"]})


def too_often(web: Deployed) -> Answer:
    return [web.post(FORM, {}, source="127.0.0.40") for _ in range(61)][-1]


ANSWERS = {
    "a page": (200, asked("/")),
    "a folder": (301, asked("/podpora")),
    "an old address": (301, asked("/cz/technicka-podpora")),
    "an unchanged page": (304, unchanged),
    "a broken request line": (400, asked("/%zz")),
    "an unknown page": (404, asked("/neni/")),
    "a folder without a page": (404, asked("/feeds/")),
    "a post to a page": (405, asked("/podpora/", "POST")),
    "far too large": (413, asked(FORM, "POST", ENCODED, b"a" * 4_000_000)),
    "too long an address": (414, asked("/" + "a" * 9000)),
    "too large a header": (431, asked("/", headers={"X-Large": "a" * 9000})),
    "a form": (200, asked(FORM)),
    "a receipt that nobody has": (404, asked("/en/forms/received/none/")),
    "a post that is stored": (303, posted(CONTACT)),
    "a post from elsewhere": (403, posted(CONTACT, **{"Sec-Fetch-Site": "cross-site"})),
    "a method that the form has not": (405, asked(FORM, "DELETE")),
    "a little too large": (413, asked(FORM, "POST", ENCODED, b"a" * (LARGEST_BODY + 1))),
    "another format": (415, asked(FORM, "POST", {"Content-Type": "application/json"}, b"{}")),
    "a post with errors": (422, posted({})),
    "posts without end": (429, too_often),
}


@pytest.mark.parametrize(("status", "question"), ANSWERS.values(), ids=ANSWERS)
def test_every_kind_of_answer_is_secured(web: Deployed, status: int, question: Callable[[Deployed], Answer]) -> None:
    answer = question(web)
    assert answer.status == status
    assert_secured(answer)


def test_without_tls_there_is_only_the_way_to_it(web: Deployed) -> None:
    answer = web.ask("/kontakt/?a=b", plain=True)
    assert (answer.status, answer["Location"]) == (301, f"https://{HOST}/kontakt/?a=b")
    assert_secured(answer, transport={})
    assert "Strict-Transport-Security" not in answer.headers


def test_the_observatory_would_give_at_least_125_points(web: Deployed) -> None:
    """By the modifiers of mdn-http-observatory's src/grader/charts.js: 100, and what is added here."""
    answer, plain = web.ask("/"), web.ask("/", plain=True)
    policy = {name: values for name, *values in map(str.split, answer["Content-Security-Policy"].split(";"))}
    assert policy["default-src"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert not {"data:", "http:", "https:", "*"} & {*policy["script-src"], *policy["style-src"]}
    points = 100 + 10
    assert policy["frame-ancestors"] == ["'none'"]
    points += 5
    assert answer["Referrer-Policy"] == "strict-origin-when-cross-origin"
    points += 5
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    points += 10
    # What would cost points.
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert int(answer["Strict-Transport-Security"].removeprefix("max-age=")) >= 15768000
    assert plain["Location"] == f"https://{HOST}/"
    assert "Set-Cookie" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert all(src.startswith("/assets/") for src in re.findall(r'<script[^>]+src="([^"]+)', answer.text))
    assert points >= 125


def test_a_name_that_is_not_ours_gets_nothing(web: Deployed) -> None:
    with pytest.raises(OSError, match="UNRECOGNIZED_NAME"):
        web.connect(host="other.example.cz")
    with pytest.raises(OSError, match=r"closed|reset"):
        web.ask("/", headers={"Host": "other.example.cz"})


# -- Files -------------------------------------------------------------------------------------------------------------
def test_files_have_their_kind_and_are_kept_for_as_long_as_they_may(web: Deployed) -> None:
    page = web.ask("/")
    style = re.search(r'href="(/assets/css/[^"]+)"', page.text)[1]
    picture = re.search(r'"https://[^/"]+(/assets/img/og[^"]+)"', page.text)[1]
    short, ever = "public, max-age=60, must-revalidate", "public, max-age=31536000, immutable"
    kinds = {
        "/": ("text/html; charset=utf-8", short),
        style: ("text/css; charset=utf-8", ever),
        picture: ("image/png", ever),
        "/feeds/cs.atom.xml": ("application/atom+xml", short),
        "/feeds/en-important.atom.xml": ("application/atom+xml", short),
        "/feeds/cs.json": ("application/feed+json", short),
        "/releases.json": ("application/json", short),
        "/sitemap.xml": ("text/xml", short),
        "/robots.txt": ("text/plain; charset=utf-8", short),
    }
    got = {path: web.ask(path) for path in kinds}
    assert {path: (answer["Content-Type"], answer["Cache-Control"]) for path, answer in got.items()} == kinds
    assert web.ask("/assets/css/site.0000000000.css")["Cache-Control"] == "no-store"
    assert got[picture]["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize("path", ["/", "/feeds/en.json", "/neni/", "/formulare/kontakt/"])
def test_what_is_text_comes_packed_as_the_client_wants(web: Deployed, path: str) -> None:
    plain = web.ask(path)
    assert "Content-Encoding" not in plain.headers
    packed = web.ask(path, headers={"Accept-Encoding": "gzip"})
    assert (packed["Content-Encoding"], packed["Vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(packed.body) == plain.body
    best = web.ask(path, headers={"Accept-Encoding": "gzip, deflate, br"})
    if best["Content-Encoding"] == "br":
        assert brotli.decompress(best.body) == plain.body
    else:
        assert path == "/formulare/kontakt/"  # the app's answers are packed as they go


def test_scripts_of_other_sites_may_read_the_releases_and_nothing_else(web: Deployed) -> None:
    open_to_all = {path: web.ask(path)["Access-Control-Allow-Origin"] for path in ("/releases.json", "/", FORM)}
    assert open_to_all == {"/releases.json": "*", "/": "", FORM: ""}
    assert web.ask("/releases.schema.json")["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("path", "method", "title"),
    [
        ("/neni/", "GET", "Stránku jsme nenašli"),
        ("/en/nothing/", "GET", "Page not found"),
        ("/podpora/", "POST", "Takto stránku otevřít nejde"),
        ("/en/support/", "POST", "This page cannot be opened that way"),
        ("/" + "a" * 9000, "GET", "Tomuto požadavku nerozumíme"),
    ],
)
def test_errors_are_pages_of_the_site_in_the_visitors_language(
    web: Deployed, path: str, method: str, title: str
) -> None:
    answer = web.ask(path, method)
    assert f"<h1>{title}</h1>" in answer.text
    assert f'lang="{"en" if path.startswith("/en/") else "cs"}"' in answer.text
    assert answer["Cache-Control"] == "no-store"


# -- Forms behind the proxy --------------------------------------------------------------------------------------------
def test_nginx_passes_on_what_the_app_answers() -> None:
    text = (ROOT / "deploy/nginx/site.conf").read_text("utf-8")
    passed = re.findall(r"location (= )?(\S+) \{[^}]*app\.conf", text)
    rules = [rule.rule for rule in create_app(SETTINGS).url_map.iter_rules()]
    for rule in rules:
        assert any(rule == path if exact else rule.startswith(path) for exact, path in passed), rule
    for exact, path in passed:
        assert path == "/metrics" or any(rule == path if exact else rule.startswith(path) for rule in rules), path


def test_a_form_goes_from_its_static_page_to_the_receipt(web: Deployed) -> None:
    action = re.search(r'<form[^>]+action="([^"]+)"', web.ask("/kontakt/").text)[1]
    stored = web.post(action, CONTACT | {"message": "Přes nginx."}, source="127.0.0.41")
    assert stored.status == 303
    receipt = web.ask(stored["Location"])
    assert "Přes nginx." in receipt.text
    assert receipt["Cache-Control"] == "no-store"
    assert receipt["X-Robots-Tag"] == "noindex"


def test_an_address_without_its_slash_leads_to_the_public_one(web: Deployed) -> None:
    spoofed = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "Forwarded": "host=evil.example"}
    assert web.ask("/formulare/kontakt", headers=spoofed)["Location"] == f"https://{HOST}/formulare/kontakt/"


def test_the_search_answers_in_both_languages(web: Deployed) -> None:
    for path, address in {"/hledani/?q=4.28": "/aktuality/4.28/", "/en/search/?q=trainings": "/en/training/"}.items():
        answer = web.ask(path)
        assert f'<a href="{address}' in answer.text
        assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store", "noindex")
    assert web.ask("/hledani?q=4.28")["Location"].endswith("/hledani/?q=4.28")


def test_posts_are_counted_by_the_real_client_whatever_it_claims(tmp_path: Path, site: Path) -> None:
    with deploy(tmp_path, site, FORMS_RATE_LIMIT="3 per minute") as web:
        claims = [{"X-Forwarded-For": f"192.0.2.{number}", "X-Real-IP": "192.0.2.9"} for number in range(5)]
        answers = [web.post(FORM, {}, source="127.0.0.2", **claim).status for claim in claims]
        assert answers == [422, 422, 422, 429, 429]
        assert web.post(FORM, {}, source="127.0.0.3", **{"X-Forwarded-For": "127.0.0.2"}).status == 422
        claims = [{"X-Forwarded-For": f"2001:db8:0:{network}::{number:x}"} for network in (1, 2) for number in range(4)]
        answers = [web.post(FORM, {}, source=PROXY, **claim).status for claim in claims]
        assert answers == [422, 422, 422, 429] * 2  # an IPv6 customer has a /64 of addresses and is one client


ENDLESS = {"/healthz": "127.0.0.43", "/hledani/?q=4.28": "127.0.0.45", "/en/search/?q=4.28": "127.0.0.46"}


@pytest.mark.parametrize("path", ENDLESS)
def test_who_asks_without_end_is_told_to_wait_and_nobody_else(web: Deployed, path: str) -> None:
    with ThreadPoolExecutor(8) as askers:
        answers = list(askers.map(lambda _: web.ask(path, source=ENDLESS[path]), range(200)))
    assert {answer.status for answer in answers} == {200, 429}
    assert_secured(next(answer for answer in answers if answer.status == 429))
    assert web.ask(path, source="127.0.0.44").status == 200


def test_an_ipv6_customer_who_asks_without_end_is_one_client_whatever_addresses_he_has(web: Deployed) -> None:
    def ask(address: str) -> int:
        return web.ask("/healthz", headers={"X-Forwarded-For": address}, source=PROXY).status

    with ThreadPoolExecutor(8) as askers:
        statuses = set(askers.map(ask, (f"2001:db8:0:3::{number:x}" for number in range(200))))
        others = set(askers.map(ask, (f"2001:db8:0:{number:x}::1" for number in range(0x100, 0x180))))
    assert statuses == {200, 429}
    assert others == {200}


@IPV6_ONLY
def test_a_client_comes_by_ipv6_too(web: Deployed) -> None:
    assert web.ask("/podpora/", source="::1").status == 200
    assert web.post(FORM, CONTACT, source="::1").status == 303
    assert web.ask("/metrics", source="::1").status == 200


def test_metrics_are_for_the_operators_network_only(web: Deployed) -> None:
    outside = web.ask("/metrics", source="127.0.0.9")
    assert (outside.status, outside.text) == (404, web.ask("/neni/").text)
    assert web.ask("/metrics")["X-Robots-Tag"] == "noindex"  # as the app says on each of its answers


def test_without_its_database_the_app_keeps_the_text(tmp_path: Path, site: Path) -> None:
    with deploy(tmp_path, site, FORMS_DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:9/none") as web:
        answer = web.post(FORM, CONTACT)
        assert answer.status == 503
        assert CONTACT["message"] in answer.text
        assert_secured(answer)
        assert web.ask("/healthz").status == 503


def test_without_the_app_pages_go_on_and_a_post_is_told_what_to_do(tmp_path: Path, site: Path) -> None:
    with deploy(tmp_path, site) as web:
        web.app.terminate()
        web.app.wait(20)
        web.listener.close()
        for path, words in {FORM: "what you typed is usually still there", "/formulare/cenik/": "o krok zpět"}.items():
            answer = web.post(path, CONTACT)
            assert answer.status == 502
            assert words in answer.text.replace("\N{NO-BREAK SPACE}", " ")
            assert answer["Cache-Control"] == "no-store"
            assert_secured(answer)
        assert "<form" in web.ask("/kontakt/").text
        answer = web.ask("/en/search/?q=updates")
        assert answer.status == 502
        assert "find things by the menu above" in answer.text


def test_the_logs_say_nothing_of_visitors(web: Deployed) -> None:
    stored = web.post(FORM, CONTACT | {"name": "Tajné Jméno"}, source="127.0.0.42")
    web.ask(stored["Location"] + "?name=secret")
    web.ask(f"{FORM}?name=secret")
    token = stored["Location"].split("/")[-2]
    said = web.said("support.log") + web.said("support.error.log") + web.said("gunicorn.out")
    assert f"200 GET {FORM} " in said
    for secret in ("127.0.0.", "secret", "Tajn", CONTACT["email"], token):
        assert secret not in said


# -- A new release, a new version of the app ---------------------------------------------------------------------------
def test_a_published_release_shows_at_once_and_open_pages_keep_their_style(tmp_path: Path) -> None:
    code = copy_tree(tmp_path / "code")
    (code / "deploy").symlink_to(ROOT / "deploy")
    end = install(tmp_path, code)
    sheet = re.compile(r'rel="stylesheet" href="([^"]+)"')
    (tmp_path / "web").mkdir()
    with deploy(tmp_path / "web", end.site / "current") as web:
        old = sheet.search(web.ask("/").text)[1]
        with (code / "theme/static/css/site.css").open("a") as css:
            css.write("/* new */\n")
        author = end.author()
        author.write("content/news/4.29.cs.md", note("4.29", more="Redirect_from: /stara-adresa\n"))
        author.commit()
        author.publish()
        page = web.ask("/aktuality/4.29/")
        assert 'href="/aktuality/4.29/"' in web.ask("/hledani/?q=4.29").text
        new = sheet.search(page.text)[1]
        assert old != new
        assert [web.ask(path).status for path in (old, new)] == [200, 200]
        assert "immutable" in web.ask(old)["Cache-Control"]
        web.reload_nginx()
        assert web.ask("/stara-adresa")["Location"] == "/aktuality/4.29/"


@pytest.mark.parametrize("how", ["reload", "restart"])
def test_a_new_version_of_the_app_loses_no_request(tmp_path: Path, site: Path, how: str) -> None:
    with deploy(tmp_path, site, FORMS_RATE_LIMIT="10000 per minute") as web:
        statuses: list[int] = []
        done = threading.Event()

        def visit(number: int) -> None:
            while not done.is_set():
                statuses.append(web.post(FORM, {}, source=f"127.0.0.{number}").status)

        visitors = [threading.Thread(target=visit, args=(number,)) for number in range(10, 14)]
        for visitor in visitors:
            visitor.start()
        time.sleep(0.5)
        if how == "reload":
            web.app.send_signal(signal.SIGHUP)
            time.sleep(2)
        else:
            web.app.terminate()
            web.app.wait(20)
            web.start_app()
        done.set()
        for visitor in visitors:
            visitor.join(30)
        assert web.said("gunicorn.out").count("Booting worker") == 2
        assert set(statuses) == {422}


def test_gunicorn_says_every_fault_of_the_settings_and_stops(tmp_path: Path) -> None:
    command = [".venv/bin/gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", f"unix:{tmp_path}/web.sock"]
    environ = {"FORMS_PROXY_HOPS": "many", "PATH": "/usr/bin"}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=20)
    assert done.returncode == 1
    assert "FORMS_SECRET_KEY is missing" in done.stderr
    assert "FORMS_PROXY_HOPS: 'many' is wrong" in done.stderr
    assert "Traceback" not in done.stderr


# -- The example settings ----------------------------------------------------------------------------------------------
def test_the_example_settings_name_each_setting_with_its_default() -> None:
    lines = re.findall(r"^(#?)FORMS_(\w+)=(.*)$", (ROOT / "deploy/forms.env").read_text("utf-8"), re.MULTILINE)
    assert sorted(name for _, name, _ in lines) == sorted(setting.name for setting in KNOWN)
    defaults = {setting.name: setting.default for setting in KNOWN}
    for commented, name, value in lines:
        if commented:
            assert value.strip("'") == defaults[name], name
        elif defaults[name] is None:
            assert value == "", f"{name} has no default that would be right"


def test_the_example_settings_are_right_when_filled_in() -> None:
    values = load(example_settings() | SETTINGS)
    assert values["PROXY_HOPS"] == 1
    assert values["DATABASE_URL"] == "sqlite:////var/lib/support/outbox.sqlite3"


# -- The server --------------------------------------------------------------------------------------------------------
UNITS = ROOT / "deploy/systemd"
SERVICES = sorted(unit.name for unit in UNITS.glob("*.service"))


def filled_by(script: str) -> set[str]:
    """Return the names that a script of deploy/ gives to deploy/fill."""
    text = (ROOT / "deploy" / script).read_text("utf-8")
    return set(re.findall(r'"([A-Z]+)=', text[text.index('deploy/fill"') :]))


def test_the_scripts_fill_in_all_that_the_templates_ask_for() -> None:
    for template in [*(ROOT / "deploy/nginx").iterdir(), *UNITS.rglob("*.*")]:
        if template.is_file():
            wanted = set(re.findall("@([A-Z]+)@", template.read_text("utf-8")))
            assert wanted <= filled_by("server"), template
            assert wanted <= filled_by("units") or not template.name.startswith("newsroom"), template


def test_what_nothing_fills_in_is_said() -> None:
    words = [ROOT / "deploy/fill", "A=/some&where"]
    done = subprocess.run(words, input="@A@ @B@\n", capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "Nothing fills in: @B@\n")
    assert subprocess.run(words, input="@A@ a@b.cz\n", capture_output=True, text=True).stdout == "/some&where a@b.cz\n"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root folder with the units as a server has them."""
    root = tmp_path_factory.mktemp("root")
    words = [ROOT / "deploy/fill", *(f"{name}=/srv/support" for name in ("CODE", "ETC", "SITE", "REPOSITORY"))]
    for unit in UNITS.rglob("*.*"):
        if unit.is_file():
            target = root / "etc/systemd/system" / unit.relative_to(UNITS)
            target.parent.mkdir(parents=True, exist_ok=True)
            done = subprocess.run([*words, "USER=git"], input=unit.read_text("utf-8"), capture_output=True, text=True)
            target.write_text(done.stdout)
    for unit in ("support-", "newsroom", "newsroom-"):
        folder = root / f"etc/systemd/system/{unit}.service.d"
        folder.mkdir(exist_ok=True)
        shutil.copy(UNITS / "hardened.conf", folder)
    return root


@pytest.mark.parametrize("service", SERVICES)
def test_systemd_calls_the_exposure_of_each_service_ok(installed: Path, service: str) -> None:
    command = ["systemd-analyze", "security", "--offline=true", f"--root={installed}", "--threshold=20", service]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Overall exposure level for \S+: [0-9.]+ (OK|SAFE)", done.stdout)


def test_every_timer_and_path_has_its_service_and_is_started() -> None:
    texts = (ROOT / "deploy/server").read_text("utf-8") + (ROOT / "docs/operator.md").read_text("utf-8")
    for unit in [*UNITS.glob("*.timer"), *UNITS.glob("*.path"), *UNITS.glob("*.socket")]:
        assert unit.with_suffix(".service").name in SERVICES
        assert unit.name in texts


@pytest.mark.parametrize("script", ["server", "forms", "fill", "install", "quoted", "units"])
def test_the_scripts_are_sh(script: str) -> None:
    path = ROOT / "deploy" / script
    assert subprocess.run(["sh", "-n", path]).returncode == 0
    assert path.stat().st_mode & 0o111


def test_a_setting_that_sh_would_read_otherwise_than_systemd_is_named_without_its_value(tmp_path: Path) -> None:
    quoted, file = ROOT / "deploy/quoted", tmp_path / "forms.env"
    assert subprocess.run([quoted, ROOT / "deploy/forms.env"]).returncode == 0
    right = (
        "A=",
        "A=smtp://web:t%40jne@[::1]:25 ",
        "A='60 per minute; a $b'",
        'A="X-Queue: {visitor}"',
        " # A=a b",
        "",
    )
    file.write_text("\n".join(right))
    assert subprocess.run([quoted, file]).returncode == 0
    wrong = ("A=60 per minute", "A=p;q", "A=$b", "A=b&c", 'A="a $b"', "A='it's'", "A = b", "A", "export A=b", "A=b\r")
    for line in wrong:
        file.write_text(f"\n{line}\nB=c\n")
        done = subprocess.run([quoted, file], capture_output=True, text=True)
        name = "export" if line.startswith("export") else "A"
        said = f"{file}, line 2: {name}: put the value in 'single quotes', right behind the =\n"
        assert (done.returncode, done.stdout, done.stderr) == (1, "", said)
    file.write_text("# kept in C:\\\nB=c\n")  # systemd before 254 takes the second line for a comment too
    done = subprocess.run([quoted, file], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (
        1,
        f"{file}, line 1: a comment that ends with a backslash goes on in the next line\n",
    )
    for script in ("server", "forms"):
        assert re.search(r'/quoted"? \S+forms.env', (ROOT / "deploy" / script).read_text("utf-8"))


def test_server_explains_itself_and_does_nothing_without_a_name() -> None:
    done = subprocess.run([ROOT / "deploy/server"], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stdout.startswith("deploy/server HOST\nMakes a Debian 12 machine")

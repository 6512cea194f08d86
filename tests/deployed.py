"""The site as it is deployed: the real nginx configuration under TLS, the real gunicorn behind its Unix socket."""

import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from urllib.parse import urlencode

from serving import ROOT, eventually, free_port, has_ipv6

HOST = "podpora.example.cz"
PROXY = "127.0.0.77"  # the one in front of nginx that it believes
SETTINGS = {
    "FORMS_SECRET_KEY": "a key of thirty-two characters or more",
    "FORMS_SITE_URL": f"https://{HOST}",
    "FORMS_SALES_ADDRESS": "obchod@example.cz",
    "FORMS_TECHNICAL_ADDRESS": "technik@example.cz",
    "FORMS_SITE_ADDRESS": "web@example.cz",
    "FORMS_OPERATOR_ADDRESS": "spravce@example.cz",
    "FORMS_SMTP_URL": "smtp://127.0.0.1:9",
}
NGINX_CONF = """
daemon off;
user root;
pid {0}/nginx.pid;
error_log {0}/nginx.log info;
worker_processes 2;
load_module /usr/lib/nginx/modules/ngx_http_brotli_static_module.so;
events {{ worker_connections 1024; }}
http {{
    include /etc/nginx/mime.types;
    client_body_temp_path {0}/body;
    proxy_temp_path {0}/proxy;
    fastcgi_temp_path {0}/fastcgi;
    uwsgi_temp_path {0}/uwsgi;
    scgi_temp_path {0}/scgi;
    include {0}/conf/site.conf;
}}
"""


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def __getitem__(self, name: str) -> str:
        return self.headers.get(name, "")


def build(site: Path) -> Path:
    """Make the production build, as `make publish` does, in a folder of the test's own."""
    script = "import sys; from pathlib import Path; from newsroom.publish import publish; publish(Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", script, site], cwd=ROOT, env=os.environ | SETTINGS, check=True)
    return site


def example_settings() -> dict[str, str]:
    """What deploy/forms.env sets, read as sh does."""
    words = "set -a; . deploy/forms.env; env"
    done = subprocess.run(["env", "-i", "sh", "-c", words], cwd=ROOT, capture_output=True, text=True, check=True)
    return dict(re.findall(r"^(FORMS_\w+)=(.*)$", done.stdout, re.MULTILINE))


class Deployed:
    """nginx and gunicorn, running with the files of deploy/; `site` is what nginx sends."""

    def __init__(self, folder: Path, site: Path, **settings: str) -> None:
        self.folder, self.site = folder, site
        self.socket, self.port, self.plain_port = folder / "web.sock", free_port(), free_port()
        self.settings = example_settings() | SETTINGS
        self.settings |= {
            "FORMS_DATABASE_URL": f"sqlite:///{folder}/outbox.sqlite3",
            "FORMS_SEARCH_INDEX": f"{site}/search.sqlite3",
        } | settings
        self.running: list[subprocess.Popen[bytes]] = []
        self.listen()
        self.configure()
        self.nginx = self.run("nginx", "/usr/sbin/nginx", "-c", folder / "nginx.conf")
        try:
            eventually(self.listens)
            self.start_app()
        except BaseException:
            self.stop()
            raise
        self.context = ssl.create_default_context(cafile=str(folder / "fullchain.pem"))

    def configure(self) -> None:
        """Fill in the templates as deploy/server does; then only the ports are changed."""
        conf = self.folder / "conf"
        conf.mkdir()
        values = {
            "ETC": self.folder,
            "HOST": HOST,
            "SITE": self.site,
            "SOCKET": self.socket,
            "TLS": self.folder,
            "NGINX": conf,
            "METRICS": "allow 127.0.0.1; allow ::1;",
        }
        words = [f"{name}={value}" for name, value in values.items()]
        for template in (ROOT / "deploy/nginx").iterdir():
            text = subprocess.run(
                [ROOT / "deploy/fill", *words], input=template.read_text("utf-8"), capture_output=True, text=True
            ).stdout
            assert text, template
            for number, port in ((80, self.plain_port), (443, self.port)):
                text = re.sub(rf"listen {number}\b", f"listen 127.0.0.1:{port}", text)
                text = text.replace(f"listen [::]:{number}", f"listen [::1]:{port}")
            if not has_ipv6():
                text = re.sub(r"\n *listen \[::1\].*", "", text)
            (conf / template.name).write_text(text.replace("/var/log/nginx", str(self.folder)), "utf-8")
        believed = f"set_real_ip_from {PROXY};\nreal_ip_header X-Forwarded-For;\n"  # as the guide has it
        (self.folder / "proxy.conf").write_text(believed, "utf-8")
        (self.folder / "nginx.conf").write_text(NGINX_CONF.format(self.folder))
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "privkey.pem")
        who = ("-days", "2", "-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}", "-out", "fullchain.pem")
        subprocess.run(["openssl", "req", "-x509", *key, *who], cwd=self.folder, capture_output=True, check=True)

    def run(self, name: str, *command: object, keep: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FORMS_")}
        with (self.folder / f"{name}.out").open("ab") as out:
            words = [str(word) for word in command]
            process = subprocess.Popen(words, cwd=ROOT, env=kept | self.settings, stdout=out, stderr=out, pass_fds=keep)
        self.running.append(process)
        return process

    def listen(self) -> None:
        """Hold the app's socket, as systemd does."""
        self.socket.unlink(missing_ok=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.socket))
        self.listener.listen(512)

    def start_app(self) -> None:
        """Start gunicorn on the socket that systemd would hand it, and that outlives it."""
        before = self.said("gunicorn.out").count("Booting worker")
        number = self.listener.fileno()
        config = ROOT / "deploy/gunicorn.conf.py"
        command = f"exec 3<&{number}; LISTEN_FDS=1 LISTEN_PID=$$ exec {sys.executable} -m gunicorn --config {config}"
        self.app = self.run("gunicorn", "bash", "-c", command, keep=(number,))
        eventually(lambda: self.said("gunicorn.out").count("Booting worker") > before)
        assert b" 200 " in self.probe() or "postgresql" in self.settings["FORMS_DATABASE_URL"]

    def probe(self) -> bytes:
        """What the app itself answers to a balancer."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.socket))
            connection.settimeout(20)
            connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            return connection.recv(100)

    def listens(self) -> bool:
        assert self.nginx.poll() is None, self.said("nginx.out")
        with socket.socket() as connection:
            return not connection.connect_ex(("127.0.0.1", self.port))

    def said(self, name: str) -> str:
        path = self.folder / name
        return path.read_text("utf-8") if path.exists() else ""

    def stop(self) -> None:
        for process in self.running:
            process.terminate()
            process.wait(20)
        self.listener.close()

    def reload_nginx(self) -> None:
        """What support-redirects.service does; returns when the old workers are told to go."""
        before = self.said("nginx.log").count("gracefully shutting down")
        self.nginx.send_signal(signal.SIGHUP)
        eventually(lambda: self.said("nginx.log").count("gracefully shutting down") > before)

    def connect(self, source: str = "127.0.0.1", host: str = HOST) -> ssl.SSLSocket:
        """A connection of a client with an address of its own (any of 127.0.0.0/8, or ::1)."""
        server = "::1" if ":" in source else "127.0.0.1"
        raw = socket.create_connection((server, self.port), 30, source_address=(source, 0))
        return self.context.wrap_socket(raw, server_hostname=host)

    def ask(
        self,
        path: str,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        source: str = "127.0.0.1",
        plain: bool = False,
    ) -> Answer:
        connection = http.client.HTTPConnection(HOST)
        connection.sock = (
            socket.create_connection(("127.0.0.1", self.plain_port), 30) if plain else self.connect(source)
        )
        try:
            connection.request(method, path, body, {"Host": HOST} | dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, answer.msg, answer.read())
        finally:
            connection.close()

    def post(self, path: str, fields: Mapping[str, str], source: str = "127.0.0.1", **headers: str) -> Answer:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"} | headers
        return self.ask(path, "POST", headers, urlencode(fields).encode(), source)

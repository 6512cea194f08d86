"""deploy/server makes a bare machine the site's: in a copy of this one, over which another layer lies while it runs."""

import os
import subprocess
from pathlib import Path

import pytest

from faults.scale import TORTURE
from serving import ROOT

OVERLAY = f"""
set -e
mount -t tmpfs tmpfs $1
mkdir $1/above $1/work $1/root
mount -t overlay overlay -o lowerdir=/,upperdir=$1/above,workdir=$1/work $1/root
mkdir -p $1/root/mnt $1/root/srv/support/code
mount --bind {ROOT} $1/root/mnt
mount -t proc proc $1/root/proc
mount --bind /dev $1/root/dev
mount -t tmpfs tmpfs $1/root/dev/shm
mount -t tmpfs tmpfs $1/root/tmp
chmod 1777 $1/root/tmp $1/root/dev/shm
exec chroot $1/root env -i HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin sh
"""
SETTINGS = {
    "SALES_ADDRESS": "obchod@firma.cz",
    "TECHNICAL_ADDRESS": "technik@firma.cz",
    "SITE_ADDRESS": "web@podpora.firma.cz",
    "OPERATOR_ADDRESS": "spravce@firma.cz",
    "SMTP_URL": "smtp://127.0.0.1:9",
}
# What the guide has the operator type, and how each ended. systemd, which does not run here, makes /var/lib/support.
TYPED = f"""
tar -C /mnt --exclude=./.venv --exclude=./var --exclude=./output --exclude=./audit/node_modules -c . |
  tar -C /srv/support/code -x
server() {{ /srv/support/code/deploy/server podpora.firma.cz; echo "ended with $?"; }}
echo '== bare'; server
echo 'FORMS_RATE_LIMIT=60 per minute' >> /etc/support/forms.env
echo '== unquoted'; server
sed -i '$d' /etc/support/forms.env
{"; ".join(f"sed -i 's|^FORMS_{name}=.*|&{value}|' /etc/support/forms.env" for name, value in SETTINGS.items())}
echo '== set'; server
cp /etc/support/forms.env /tmp/before
echo '== again'; server
echo '== kept'; cmp /tmp/before /etc/support/forms.env && nginx -t -q
echo '== site'; grep -c '<h1' /srv/support/www/current/index.html
install -d -o support -g support -m 700 /var/lib/support
echo '== check'; support-forms check
echo '== digest'; support-forms digest; support-forms outbox list; stat -c '%U %a' /var/lib/support/outbox.sqlite3
echo '== enabled'; systemctl is-enabled nginx support-web support-web.socket support-worker support-digest.timer
"""


@pytest.mark.skipif(not TORTURE, reason="make torture installs the packages that it takes")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may lay a file system over another")
def test_deploy_server_makes_a_bare_machine_the_sites(tmp_path: Path) -> None:
    command = ["unshare", "--mount", "sh", "-c", OVERLAY, "overlay", tmp_path]
    done = subprocess.run(command, input=TYPED, capture_output=True, text=True, timeout=600)
    steps = done.stdout.split("== ")[1:]
    said = {name: text for name, _, text in (step.partition("\n") for step in steps)}
    everything = done.stdout + done.stderr
    assert "FORMS_SALES_ADDRESS: '' is wrong" in done.stderr, everything
    assert said["bare"].endswith("Set these in /etc/support/forms.env, then run this again.\nended with 1\n")
    assert "FORMS_RATE_LIMIT: put the value in 'single quotes'" in done.stderr
    assert said["unquoted"].endswith("Settings …\nended with 1\n")
    for name in ("set", "again"):
        assert said[name].endswith("Done. 'support-forms check' tries every part.\nended with 0\n"), everything
    assert (said["kept"], said["site"]) == ("", "1\n")
    right = [line.split()[0] for line in said["check"].splitlines() if line[10:15] == "right"]
    assert right == ["settings", "database", "disk", "limits", "search"], everything
    assert "digest     pending" in said["digest"]
    assert said["digest"].endswith("support 600\n")
    assert set(said["enabled"].split()) == {"enabled"}

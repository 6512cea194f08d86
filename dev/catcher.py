"""The mail catcher: an SMTP server that delivers to nobody and keeps every message as a file."""

import re
from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from aiosmtpd.smtp import SMTP, Envelope, Session

PRAGUE = ZoneInfo("Europe/Prague")


class Catcher:
    """Keeps each message under a name that sorts by time and ends with its reference, and calls `caught` with it."""

    def __init__(self, folder: Path, caught: Callable[[str, EmailMessage], None]) -> None:
        self.folder, self.caught = folder, caught

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = cast(bytes, envelope.content)
        message = message_from_bytes(content, policy=policy.default)
        reference = re.sub(r"\W", "", message.get("X-Webform-Reference", "")) or "mail"
        name = f"{datetime.now(PRAGUE):%Y%m%d-%H%M%S-%f}-{reference}"
        # The last server on the way writes the envelope on top (RFC 5321, 4.4); below it, the bytes are as they came.
        recipients = "".join(f"Delivered-To: {recipient}\r\n" for recipient in envelope.rcpt_tos)
        part = self.folder / f"{name}.part"
        part.write_bytes(f"Return-Path: <{envelope.mail_from}>\r\n{recipients}".encode() + content)
        part.rename(self.folder / f"{name}.eml")
        self.caught(name, message)
        return "250 Caught"

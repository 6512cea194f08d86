"""RFC 2045 and 2046: a text and a file as parts of a message, each beginning with its own headers. Pure functions."""

from __future__ import annotations

import re
from base64 import encodebytes
from binascii import b2a_qp

TOO_LONG = re.compile(rb"=(?:20|09)(?=\r\n)(?<=\n.{77})")  # a line's last blank, behind 74 columns


def text(words: str) -> bytes:
    """Return plain text in UTF-8, quoted-printable: with base64 Roundup would double its line ends.

    Its last line is ended if it was not. b2a_qp makes a line of 77 columns of 74 and a blank: RFC 2045 6.7 (5) has 76.
    """
    head = b'Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    lines = words.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n") + "\n"
    return TOO_LONG.sub(rb"=\r\n\g<0>", head + b2a_qp(lines.replace("\n", "\r\n").encode()))


def attached(calendar: bytes, filename: str) -> bytes:
    """Return a calendar file in UTF-8, to be saved under an ASCII name."""
    head = (
        'Content-Type: text/calendar; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n'
        f'Content-Disposition: attachment; filename="{filename}"\r\n\r\n'
    )
    return head.encode("ascii") + encodebytes(calendar).replace(b"\n", b"\r\n")


def mixed(name: str, *parts: bytes) -> bytes:
    """Return several parts as one; `name`, letters and digits, must differ from message to message.

    A boundary with `=_` stands in no line that is quoted-printable or base64 (RFC 2045 6.7).
    """
    head = f'Content-Type: multipart/mixed; boundary="=_{name}"\r\n\r\n'.encode("ascii")
    delimiter = f"--=_{name}".encode("ascii")
    return head + b"".join(delimiter + b"\r\n" + part + b"\r\n" for part in parts) + delimiter + b"--\r\n"

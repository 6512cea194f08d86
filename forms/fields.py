"""The kinds of fields: what is made of typed text, what each accepts, and which error it gives when it does not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from wtforms import RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import Field, SelectChoice
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from forms.wording import day as day_in_words

if TYPE_CHECKING:
    from forms.forms import SiteForm

# Mailboxes whose automatic answers would loop, or that nobody reads.
ROLES = {"postmaster", "mailerdaemon", "noreply", "donotreply", "root", "abuse"}  # without . _ - and +tag
# Control characters but tab and line ends, lone surrogates, and the bidirectional controls (Unicode UAX 9), which make
# text read otherwise than it is.
UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
FILLERS = "\u115f\u1160\u3164\uffa0"  # letters that show nothing
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
PHONE = re.compile(r"[\d\s()+./-]+", re.ASCII)
LINE_BREAK = re.compile(r"[\r\n]|%0[ad]|=0[ad]", re.IGNORECASE)  # as it is, and as URLs and mail headers encode it


# -- Filters: what is made of typed text before anything looks at it ---------------------------------------------------
def clean_text(text: str | None) -> str:
    """Return `text` in NFC, with \\n line ends and without control and bidirectional characters."""
    text = UNSEEN.sub("", unicodedata.normalize("NFC", text or ""))
    text = re.sub(r"\r\n?|[\u2028\u2029\x85]", "\n", text).strip()
    seen = any(unicodedata.category(c)[0] not in "CZ" and c not in FILLERS for c in text)
    return text if seen else ""


def clean_line(text: str | None) -> str:
    """Return `text` cleaned, with runs of blanks made one; line ends stay, for the validator to name."""
    return re.sub(r"[^\S\n]+", " ", clean_text(re.sub("[\u2028\u2029\x85]", " ", text or "")))


def international_phone(text: str) -> str:
    """Return a telephone number in international form where it is just that (Czech unless it says otherwise)."""
    if not PHONE.fullmatch(text):
        return text
    try:
        number = phonenumbers.parse(text, "CZ")
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_valid_number(number):
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


# -- Validators: each says what is wrong in the form's own words -------------------------------------------------------
def one_line(form: SiteForm, field: Field) -> None:
    if LINE_BREAK.search(field.data):
        raise StopValidation(form.say(field, "one_line"))


def at_most(limit: int) -> Any:
    def check(form: SiteForm, field: Field) -> None:
        if len(field.data) > limit:
            raise StopValidation(form.say(field, "too_long", length=len(field.data), limit=limit))

    return check


def email_address(form: SiteForm, field: Email) -> None:
    local = field.data.rpartition("@")[0]
    if local and not local.isascii():
        raise StopValidation(form.say(field, "accents"))
    if "=?" in local or "?=" in local:  # an encoded word (RFC 2047), which what reads the mail might decode
        raise StopValidation(form.say(field, "invalid"))
    try:
        address = parsed_email(field.data)
    except EmailNotValidError as error:
        raise StopValidation(form.say(field, "invalid")) from error
    mailbox = re.sub(r"\+.*|[._-]", "", address.local_part.lower())
    own = re.sub(r"\+.*@", "@", address.ascii_email.lower()) in form.refused_addresses
    if mailbox in ROLES or own:
        raise StopValidation(form.say(field, "refused"))
    field.ascii = address.ascii_email


def parsed_email(text: str) -> Any:
    """Return the parsed address (RFC 5321; a domain may be international); raise EmailNotValidError."""
    return validate_email(text, check_deliverability=False, allow_smtputf8=False, test_environment=True)


def offered(form: SiteForm, field: Field) -> None:
    chosen = field.data if isinstance(field.data, list) else [field.data]
    if not set(chosen) <= {choice.value for choice in field.choices}:
        raise StopValidation(form.say(field, "choice"))


def iso_date(form: SiteForm, field: Field) -> None:
    if field.date is None:
        raise StopValidation(form.say(field, "date", example=(form.today + timedelta(days=14)).isoformat()))
    if not 1990 <= field.date.year <= 2100:
        raise StopValidation(form.say(field, "year"))


def from_tomorrow(form: SiteForm, field: Field) -> None:
    first = form.today + timedelta(days=1)
    if field.date < first:
        raise StopValidation(form.say(field, "date_past", first=day_in_words(first, form.language)))


def not_yet_suggested(form: SiteForm, field: Field) -> None:
    earlier = ("date_1", "date_2", "date_3").index(field.name)
    if field.date in [form[f"date_{n + 1}"].date for n in range(earlier)]:
        raise StopValidation(form.say(field, "date_repeated"))


def whole_number(low: int, high: int) -> Any:
    def check(form: SiteForm, field: Field) -> None:
        if not re.fullmatch(r"[0-9]{1,4}", field.data) or not low <= int(field.data) <= high:
            raise StopValidation(form.say(field, "invalid"))

    return check


# -- Fields: how each kind of answer is asked for ----------------------------------------------------------------------
class Line(StringField):
    """One line of text. `hints` are HTML attributes of the input; `conditional`: other answers may make it required."""

    def __init__(
        self,
        *checks: Any,
        limit: int,
        required: bool = True,
        conditional: bool = False,
        filters: Sequence[Any] = (),
        hints: Mapping[str, str] | None = None,
        **bound: Any,
    ):
        super().__init__(validators=[one_line, at_most(limit), *checks], filters=[clean_line, *filters], **bound)
        self.required, self.hints = required, hints or {}
        self.optional = not required and not conditional


class Email(Line):
    """An e-mail address. `ascii`, when it was found valid, is how SMTP says it: with its domain in ASCII."""

    ascii = ""

    def __init__(self, **bound: Any):
        hints = {"type": "email", "autocomplete": "email", "inputmode": "email", "spellcheck": "false"}
        super().__init__(email_address, limit=254, hints=hints, **bound)


class Text(TextAreaField):
    """Several lines of text."""

    def __init__(self, *, limit: int, required: bool = True, **bound: Any):
        super().__init__(validators=[at_most(limit)], filters=[clean_text], **bound)
        self.required, self.hints = required, {"rows": "8"}
        self.optional = not required


class Day(StringField):
    """A date in ISO form. `date` is the date, or None while the text is none; the text itself is never lost."""

    def __init__(self, *checks: Any, required: bool = False, **bound: Any):
        super().__init__(validators=[iso_date, *checks], filters=[clean_line], **bound)
        self.required, self.optional = required, not required

    @property
    def date(self) -> date | None:
        """The date that was typed, or None."""
        try:
            return date.fromisoformat(self.data) if ISO_DATE.fullmatch(self.data) else None
        except ValueError:
            return None

    @property
    def hints(self) -> Mapping[str, str]:
        """A date input; a text one where its text is no date, since a date input would not show it."""
        return {"type": "text" if self.data and self.date is None else "date"}


class Number(StringField):
    """A whole number of `low` to `high`; the text itself is never lost."""

    def __init__(self, low: int, high: int, required: bool = True, **bound: Any):
        super().__init__(validators=[whole_number(low, high)], filters=[clean_line], **bound)
        self.required, self.optional = required, not required
        self.low, self.high = str(low), str(high)

    @property
    def hints(self) -> Mapping[str, str]:
        """A number input; a text one where its text is no number, since a number input would not show it."""
        if self.data and not self.data.isdecimal():
            return {"type": "text", "inputmode": "numeric"}
        return {"type": "number", "inputmode": "numeric", "min": self.low, "max": self.high}


class One(RadioField):
    """Exactly one of several values; none is chosen beforehand."""

    def __init__(self, *values: str, **bound: Any):
        choices = [SelectChoice(value) for value in values]
        super().__init__(choices=choices, validators=[offered], validate_choice=False, filters=[clean_line], **bound)
        self.required, self.optional = True, False


class Several(SelectMultipleField):
    """Any number of values."""

    widget = ListWidget()
    option_widget = CheckboxInput()

    def __init__(self, *values: str, **bound: Any):
        choices = [SelectChoice(value) for value in values]
        super().__init__(choices=choices, validators=[offered], validate_choice=False, **bound)
        self.required, self.optional = False, True

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep each value once, in the order in which they are offered, and what is not offered behind them."""
        offered = [choice.value for choice in self.choices]
        self.data = sorted(
            set(valuelist), key=lambda value: (value not in offered, [*offered, value].index(value), value)
        )

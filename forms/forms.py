"""The forms: which fields each has, and its answers as plain pairs."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from flask_wtf import FlaskForm
from itsdangerous import BadSignature, URLSafeTimedSerializer
from wtforms import StringField, ValidationError
from wtforms.csrf.core import CSRF
from wtforms.fields import Field, SelectChoice

from forms.fields import (
    Day,
    Email,
    Line,
    Number,
    One,
    Several,
    Text,
    clean_text,
    from_tomorrow,
    international_phone,
    not_yet_suggested,
)
from forms.submission import Answer

TOKEN_SECONDS = 24 * 3600  # a form left open over night still goes through


class SignedToken(CSRF):
    """A token that the site signed, in place of Flask-WTF's, which needs a cookie (WTForms' Meta.csrf_class)."""

    def setup_form(self, form: SiteForm) -> Any:
        """Return the token's field, which signs with the form's key."""
        self.serializer = URLSafeTimedSerializer(form.meta.csrf_context, salt=form.kind)
        return super().setup_form(form)

    def generate_csrf_token(self, csrf_token_field: Field) -> str:
        """Return a fresh token."""
        return str(self.serializer.dumps("form"))

    def validate_csrf_token(self, form: SiteForm, field: Field) -> None:
        """Raise ValidationError unless the token is ours and less than a day old."""
        try:
            _, signed_at = self.serializer.loads(field.data or "", return_timestamp=True)
        except BadSignature as error:
            raise ValidationError("the token is not ours") from error
        if abs(time.time() - signed_at.timestamp()) > TOKEN_SECONDS:  # another machine's clock may be ahead
            raise ValidationError("the token is too old")


class SiteForm(FlaskForm):
    """What all forms share. `today` is the visitor's day in Prague, `refused_addresses` are the helpdesk's own."""

    kind: ClassVar[str]

    class Meta:
        csrf = False
        csrf_class = SignedToken
        csrf_field_name = "token"

    def __init__(
        self,
        formdata: Any,
        *,
        texts: Mapping[str, Any],
        language: str,
        today: date,
        refused_addresses: frozenset[str] = frozenset(),
        sign_with: str | None = None,
    ):
        """Fill the form from `formdata` (a multi-dict or None). With `sign_with`, a key, a signed token is demanded."""
        self.texts, self.language, self.today, self.refused_addresses = texts, language, today, refused_addresses
        super().__init__(formdata=formdata, meta={"csrf": sign_with is not None, "csrf_context": sign_with})
        for field in self.questions:
            field.label.text = self.words(field)["label"]
            if hasattr(field, "choices"):
                words = self.words(field)["choices"]
                field.choices = [SelectChoice(choice.value, words[choice.value]) for choice in field.choices]

    website = StringField(filters=[clean_text])  # the honeypot

    @property
    def questions(self) -> list[Field]:
        """The fields that a person answers, in the order in which they are asked."""
        return [field for field in self if field.name not in ("website", "token")]

    @property
    def wrong(self) -> list[Field]:
        """The questions whose answers were refused."""
        return [field for field in self.questions if field.errors]

    def words(self, field: Field) -> Mapping[str, Any]:
        """The words of a field in the form's language: label, hint, choices, errors."""
        return self.texts["field"][field.name]  # type: ignore[no-any-return]

    def say(self, field: Field, error: str, **values: object) -> str:
        """The text of an error, the field's own if it has one."""
        text = self.words(field).get(error) or self.texts["error"][error]
        return text.format(field=field.label.text, **values)  # type: ignore[no-any-return]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field at once; leave each one's first error in `errors`."""
        for field in self:
            needed = getattr(field, "required", False) or self.requires(field.name)
            if not field.data and field.name != "token":
                field.errors = [self.say(field, "missing")] if needed else []
            else:
                field.validate(self)
        return not self.errors

    @property
    def addressee(self) -> str:
        """Who answers: `sales` or `technical`. Price lists and training are the sales department's."""
        return "sales"

    def requires(self, field_name: str) -> bool:
        """Whether the other answers make this field required."""
        return False

    def answers(self) -> tuple[tuple[str, Answer], ...]:
        """The answers given, as (field name, value), in the order of the form."""
        return tuple(
            (field.name, tuple(field.data) if isinstance(field.data, list) else field.data)
            for field in self.questions
            if field.data
        )


def _name() -> Line:
    return Line(limit=100, hints={"autocomplete": "name"})


def _company(required: bool = True) -> Line:
    return Line(limit=150, required=required, hints={"autocomplete": "organization"})


def _phone() -> Line:
    hints = {"type": "tel", "autocomplete": "tel", "inputmode": "tel"}
    return Line(limit=60, required=False, filters=[international_phone], hints=hints)


def _message(required: bool) -> Text:
    return Text(limit=10_000, required=required)


class ContactForm(SiteForm):
    """A question or a request for service work, to the department the visitor chooses."""

    kind = "contact"
    department = One("sales", "technical")
    name = _name()
    company = _company(required=False)
    email = Email()
    phone = _phone()
    message = _message(required=True)

    @property
    def addressee(self) -> str:
        """The department that the visitor chose."""
        return self.department.data or "sales"


class PriceListForm(SiteForm):
    """A request for the current price list."""

    kind = "price-list"
    name = _name()
    company = _company()
    email = Email()
    phone = _phone()
    customer = One("new", "licence", "rental")
    tier = Several("updates", "vip", "individual", "training")
    updates_until = Day()
    message = _message(required=False)


class TrainingForm(SiteForm):
    """An order of staff training, with one to three dates to choose from."""

    kind = "training"
    name = _name()
    company = _company()
    email = Email()
    phone = _phone()
    variant = One("vendor", "operator")
    venue = Line(limit=300, required=False, conditional=True)
    date_1 = Day(from_tomorrow, required=True)
    date_2 = Day(from_tomorrow, not_yet_suggested)
    date_3 = Day(from_tomorrow, not_yet_suggested)
    participants = Number(1, 50)
    message = _message(required=False)

    def requires(self, field_name: str) -> bool:
        """The technician must know where to come to."""
        return field_name == "venue" and self.variant.data == "operator"


class ExtensionForm(SiteForm):
    """The calculator: when updates paid until a day would end if they were extended. Nothing is sent or kept."""

    kind = "extension"
    until = Day(required=True)
    ordered = Day()
    years = Number(1, 20, required=False, default="1")


FORMS: Mapping[str, type[SiteForm]] = {form.kind: form for form in (ContactForm, PriceListForm, TrainingForm)}

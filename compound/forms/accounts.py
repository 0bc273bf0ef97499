"""Login, own password, first page."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from compound.loopback import is_demo_user, is_loopback
from compound.models import Compound, LoginToken, User
from compound.models.accounts import PHONE, clean_phone
from compound.models.registry import CODE
from compound.services.start import gate_names

PASSWORD_HINT = _("8 characters at least, and not one that everybody takes.")


class PhoneField(forms.CharField):
    """Digits however they are typed: with spaces, hyphens, +86, full width. Gives the canonical number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)
        self.widget.attrs |= {"inputmode": "tel", "autocomplete": "username"}

    def clean(self, value: Any) -> str:
        phone = clean_phone(super().clean(value))
        if phone or self.required:
            PHONE(phone)
        return phone


class LoginForm(AuthenticationForm):
    """Phone number and password. The number is made canonical before anything counts failures by it."""

    username = PhoneField(label=_("Phone number"), widget=forms.TextInput(attrs={"autofocus": True}))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    error_messages = {
        "invalid_login": _("Phone number or password is wrong. Forgot it? Ask the coordinator for a login QR code."),
        "inactive": _("This login was closed. Ask the coordinator."),
        "demo": _("The demo's logins work only on the computer that the demo runs on."),
    }

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if self.request is not None and not is_loopback(self.request) and is_demo_user(user):
            raise ValidationError(self.error_messages["demo"], code="demo")


class NewPassword(forms.Form):
    """One box, not two: the browser can show what is typed, and a one-time login is never far."""

    password = forms.CharField(
        label=_("New password"),
        strip=False,
        help_text=PASSWORD_HINT,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=True),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password


class FirstPassword(NewPassword):
    """After the login of `manage.py start`: who the secretary is was not known yet."""

    name = forms.CharField(label=_("Your name"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    phone = PhoneField(label=_("Your phone number"), help_text=_("You log in with it from now on."))
    field_order = ["name", "phone", "password"]

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if User.objects.filter(phone=phone).exclude(pk=self.user.pk).exists():
            raise ValidationError(_("Somebody else logs in with this phone number."), code="phone_taken")
        return phone


class ChangePassword(NewPassword):
    old_password = forms.CharField(
        label=_("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["old_password", "password"]

    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        if not self.user.check_password(password):
            raise ValidationError(_("This is not your present password."), code="wrong")
        return password


class StartForm(forms.Form):
    """The first page of an empty installation."""

    name = forms.CharField(label=_("Name of the compound"), max_length=80)
    code = forms.CharField(
        label=_("Short code"),
        max_length=32,
        validators=[CODE],
        help_text=_("Part of every address, for example dongyuan: small letters, digits, hyphens."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    gates = forms.CharField(
        label=_("Gates"),
        required=False,
        max_length=400,
        help_text=_("With commas between them, for example 东门，南门. Can be changed later."),
    )
    secretary = forms.CharField(label=_("Name of the branch secretary"), max_length=40)
    phone = PhoneField(label=_("Phone number of the branch secretary"), help_text=_("For logging in."))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=PASSWORD_HINT,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=True),
    )

    def clean_gates(self) -> list[str]:
        names = gate_names(self.cleaned_data["gates"])
        if any(len(name) > 20 for name in names):
            raise ValidationError(_("The name of a gate has 20 characters at the most."))
        return names

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "password" in data:
            try:
                validate_password(data["password"], User(phone=data.get("phone", ""), name=data.get("secretary", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return data


class PersonForm(forms.Form):
    """For whom a login is given out: a member of the compound."""

    person = forms.ModelChoiceField(queryset=User.objects.none())

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = User.objects.filter(memberships__compound=compound).distinct()  # type: ignore[attr-defined]


class OpenLoginForm(forms.Form):
    """Which login is taken back: one of a member of the compound."""

    login = forms.ModelChoiceField(queryset=LoginToken.objects.none())

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = LoginToken.objects.filter(user__memberships__compound=compound).select_related("user").distinct()
        self.fields["login"].queryset = rows  # type: ignore[attr-defined]

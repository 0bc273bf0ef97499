"""Who may log in, and as what."""

import re
import unicodedata
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compound.models.registry import Building, Compound

PHONE = RegexValidator(r"^\+?[0-9]{5,20}\Z", _("A phone number: digits only, for example 13800001234."))


def clean_phone(text: str) -> str:
    """`138 0000 1234`, `+86-13800001234`, full-width digits → `13800001234`. Of a number so cleaned it changes nothing.

    Wrong passwords are counted by what comes out: a second spelling of a number would double the tries.
    """
    kept = "".join(c for c in unicodedata.normalize("NFKC", text) if c.isdigit() or c == "+")
    return re.sub(r"^(?:\+86)+", "", kept)


class UserManager(BaseUserManager["User"]):
    def create_user(self, phone: str, name: str, password: str | None = None, **extra: Any) -> "User":
        user = self.model(phone=clean_phone(phone), name=name, **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, phone: str, name: str, password: str | None = None, **extra: Any) -> "User":
        return self.create_user(phone, name, password, is_staff=True, is_superuser=True, **extra)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(phone=clean_phone(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in with the phone number that the neighbours know anyway."""

    phone = models.CharField(_("phone"), max_length=20, unique=True, validators=[PHONE])
    name = models.CharField(_("name"), max_length=40)
    is_active = models.BooleanField(_("may log in"), default=True)
    is_staff = models.BooleanField(_("may use the admin site"), default=False)
    date_joined = models.DateTimeField(_("joined at"), default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "phone"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["name", "phone"]
        constraints = [
            models.CheckConstraint(condition=Q(phone__regex=r"^\+?[0-9]{5,20}$"), name="user_phone_is_digits")
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Role(models.TextChoices):
    SECRETARY = "secretary", _("branch secretary")
    COORDINATOR = "coordinator", _("coordinator")
    GATE = "gate", _("gate duty")
    MEDICAL = "medical", _("medical group")
    SUPPLY = "supply", _("supplies group")
    CAPTAIN = "captain", _("building captain")
    VOLUNTEER = "volunteer", _("volunteer")


class Membership(models.Model):
    """One person in one role in one compound; a captain in one building of it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("user"))
    compound = models.ForeignKey(
        Compound, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("compound")
    )
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    building = models.ForeignKey(
        Building,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="captains",
        verbose_name=_("building"),
        help_text=_("For a building captain only."),
    )

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["compound", "role", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "compound", "role", "building"],
                name="membership_once",
                nulls_distinct=False,
                violation_error_message=_("This person has this role already."),
            ),
            models.CheckConstraint(
                condition=Q(role="captain", building__isnull=False) | (~Q(role="captain") & Q(building__isnull=True)),
                name="membership_captain_has_building",
                violation_error_message=_("A building captain needs a building, and nobody else has one."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.name} · {self.get_role_display()}"


class LoginToken(models.Model):
    """A one-time login, given out as a QR code to somebody who has no password or forgot it.

    Only the SHA-256 of the token is kept. It ends by use, by time or by being revoked.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="login_tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("one-time login")
        verbose_name_plural = _("one-time logins")
        ordering = ["-issued_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("issued_at")), name="login_token_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True), name="login_token_one_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.name} {self.issued_at:%Y-%m-%d %H:%M}"

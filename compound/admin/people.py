"""People, their roles, and the one-time logins that were given out."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compound.admin.scoped import ReadOnlyAdmin, SameCompoundForm, ScopedAdmin, me
from compound.backends import secretary_of
from compound.forms.accounts import PhoneField
from compound.models import HouseholdKey, LoginToken, Membership, Role, User
from compound.services.accounts import add_member, change_member, change_person, remove_member


class PersonAdminForm(forms.ModelForm[User]):
    phone = PhoneField(label=gettext_lazy("Phone number"))


@admin.register(User)
class UserAdmin(ScopedAdmin[User]):
    """People come in through their first role (see MemberAdmin), so there is nothing to add here.

    Passwords are not set for others: the login QR is for that, and it cannot open more than its giver may.
    """

    form = PersonAdminForm
    list_display = ["name", "phone", "role_names", "is_active", "last_login"]
    list_filter = ["is_active"]
    search_fields = ["name", "phone"]
    ordering = ["name", "phone"]
    fields = ["name", "phone", "is_active", "last_login", "date_joined"]
    readonly_fields = ["last_login", "date_joined"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Of each person only the roles in own compounds are to be seen; `shown_roles` has them."""
        members = Membership.objects.order_by("compound", "role", "pk")
        rows = User.objects.order_by(*self.ordering)
        if not me(request).is_superuser:
            members = members.filter(compound__in=secretary_of(request.user))
            rows = rows.filter(Exists(members.filter(user=OuterRef("pk"))))
        return rows.prefetch_related(Prefetch("memberships", members, to_attr="shown_roles"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Somebody's name stands under what was done: the login is closed, the person stays."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if not super().has_change_permission(request, obj) or obj is None or me(request).is_superuser:
            return super().has_change_permission(request, obj)
        theirs = {member.compound_id for member in obj.memberships.all()}
        return not obj.is_superuser and theirs <= secretary_of(request.user)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        change_person(
            user=obj, name=obj.name, phone=obj.phone, is_active=obj.is_active, by=me(request), at=timezone.now()
        )

    @admin.display(description=gettext_lazy("roles"))
    def role_names(self, user: User) -> str:
        return "、".join(str(member.get_role_display()) for member in user.shown_roles)  # type: ignore[attr-defined]


class MemberForm(SameCompoundForm[Membership]):
    """Who is meant is said by the phone number; a person who is new needs a name as well."""

    phone = PhoneField(label=gettext_lazy("Phone number"), help_text=gettext_lazy("The person logs in with it."))
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Only for somebody who is not known here yet."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.instance.pk is not None or "phone" not in data:
            return data
        user = User.objects.filter(phone=data["phone"]).first()
        if user is None:
            if not data.get("name"):
                self.add_error(
                    "name", ValidationError(_("This number is new: what is the person's name?"), code="name")
                )
            return data
        same = Membership.objects.filter(
            user=user, compound=data.get("compound"), role=data.get("role"), building=data.get("building")
        )
        if same.exists():
            raise ValidationError(_("This person has this role already."), code="member_already")
        return data


@admin.register(Membership)
class MemberAdmin(ScopedAdmin[Membership]):
    form = MemberForm
    list_display = ["user", "role", "building", "phone", "compound"]
    list_display_links = ["user"]
    list_filter = [
        ("compound", admin.RelatedOnlyFieldListFilter),
        "role",
        ("building", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["user", "compound", "building"]
    search_fields = ["user__name", "user__phone"]
    ordering = ["compound", "role", "user__name"]
    autocomplete_fields = ["building"]

    def get_fields(self, request: HttpRequest, obj: Membership | None = None) -> Any:
        if obj is None:
            return ["compound", "phone", "name", "role", "building"]
        return ["user", "compound", "role", "building"]

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        return [] if obj is None else ["user", "compound"]

    def get_form(self, request: HttpRequest, obj: Membership | None = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            kwargs["form"] = SameCompoundForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """None for many at once: each removal is asked about and leaves its own trace."""
        return {}

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        by, at = me(request), timezone.now()
        if change:
            change_member(member=obj, role=Role(obj.role), building=obj.building, by=by, at=at)
            return
        data = form.cleaned_data
        member = add_member(
            compound=obj.compound,
            phone=data["phone"],
            name=data["name"],
            role=Role(obj.role),
            building=obj.building,
            by=by,
            at=at,
        )
        obj.pk, obj.user = member.pk, member.user
        obj._state.adding = False
        if not member.user.has_usable_password():
            link = reverse("logins", args=[obj.compound.code])
            text = _("Has no password yet: give out a login QR code")
            self.message_user(request, format_html('<a href="{}">{}</a>', link, text), messages.INFO)

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        remove_member(member=obj, by=me(request), at=timezone.now())

    @admin.display(description=gettext_lazy("phone"), ordering="user__phone")
    def phone(self, member: Membership) -> str:
        return member.user.phone


@admin.register(LoginToken)
class LoginTokenAdmin(ReadOnlyAdmin[LoginToken]):
    """Who gave out a login for whom, and what became of it. The token itself is kept nowhere."""

    list_display = ["user", "issued_at", "issued_by", "expires_at", "used_at", "revoked_at"]
    list_select_related = ["user", "issued_by"]
    search_fields = ["user__name", "user__phone"]
    date_hierarchy = "issued_at"
    fields = ["user", "issued_at", "issued_by", "expires_at", "used_at", "revoked_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[LoginToken]:
        rows = LoginToken.objects.order_by("-issued_at")
        if me(request).is_superuser:
            return rows
        mine = Membership.objects.filter(user=OuterRef("user"), compound__in=secretary_of(request.user))
        return rows.filter(Exists(mine))


@admin.register(HouseholdKey)
class HouseholdKeyAdmin(ReadOnlyAdmin[HouseholdKey]):
    """Whose slip was printed when, and which is valid. The token itself is kept nowhere."""

    compound_path = "household__compound"
    list_display = ["household", "issued_at", "issued_by", "first_opened_at", "revoked_at", "revoked_why"]
    list_select_related = ["household", "issued_by"]
    search_fields = ["household__room"]
    date_hierarchy = "issued_at"
    fields = ["household", "issued_at", "issued_by", "first_opened_at", "revoked_at", "revoked_by", "revoked_why"]

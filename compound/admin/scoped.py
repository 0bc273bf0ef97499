"""What every table of the admin shares: only the rows of one's own compounds, and refusals in words."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from compound.backends import secretary_of
from compound.models import Compound, User
from compound.refusals import Refusal

M = TypeVar("M", bound=Model)
# Columns that no list is filtered by, for superusers neither. `code`: the short codes on paper.
SECRETS = frozenset({"password", "token_hash", "code", "content"})


def me(request: HttpRequest) -> User:
    """The logged-in user: the admin site lets nobody else in."""
    assert isinstance(request.user, User)  # noqa: S101 - for the type checker
    return request.user


class SameCompoundForm(forms.ModelForm[M]):
    """All that a row points to must be of one compound; PostgreSQL would refuse it with less kind words."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first: int | None = None
        for name, value in data.items():
            compound_id = value.pk if isinstance(value, Compound) else getattr(value, "compound_id", None)
            if compound_id is None:
                continue
            if first is None:
                first = compound_id
            elif compound_id != first:
                self.add_error(name, ValidationError(_("This belongs to another compound."), code="other_compound"))
        return data


class ScopedAdmin(admin.ModelAdmin[M]):
    """Rows of the compounds whose secretary one is; all of them for a superuser.

    `compound_path` is the lookup from the table to its compound ("household__compound").
    """

    compound_path = "compound"
    list_per_page = 100
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        rows = super().get_queryset(request)
        if me(request).is_superuser:
            return rows
        return rows.filter(**{f"{self.compound_path}__in": secretary_of(request.user)})

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Filters stand in the address: `?password__startswith=` would give a secret away letter by letter."""
        return SECRETS.isdisjoint(lookup.split("__")) and super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offers, and accepts, only rows that the table's own admin would show."""
        scope_choices(self.admin_site, db_field, request, kwargs)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.related_model is Compound:
            _choose_only(field)
        return field

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        view: Callable[[], HttpResponse] = lambda: super(ScopedAdmin, self).changeform_view(request, *args, **kwargs)  # noqa: E731
        return self._in_words(request, view)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        view: Callable[[], HttpResponse] = lambda: super(ScopedAdmin, self).delete_view(request, *args, **kwargs)  # noqa: E731
        return self._in_words(request, view)

    def _in_words(self, request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
        """A refusal becomes a message on the page that it was asked from, never an error page."""
        try:
            return view()
        except Refusal as refusal:
            self.message_user(request, refusal.message, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


class ScopedInline(admin.TabularInline[Any, Any]):
    """Rows inside of a row; choices are limited as in the table's own admin."""

    extra = 0

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        scope_choices(self.admin_site, db_field, request, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ReadOnlyAdmin(ScopedAdmin[M]):
    """A table that is written by services alone: to look at and search, for superusers too."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False


class ReadOnlyInline(ScopedInline):
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def scope_choices(
    site: admin.AdminSite, db_field: "Field[Any, Any]", request: HttpRequest, kwargs: dict[str, Any]
) -> None:
    related = db_field.related_model
    if "queryset" not in kwargs and isinstance(related, type) and site.is_registered(related):
        kwargs["queryset"] = site.get_model_admin(related).get_queryset(request)


def _choose_only(field: Any) -> None:
    """Where there is one compound there is nothing to choose."""
    pks = list(field.queryset.values_list("pk", flat=True)[:2])
    if len(pks) == 1:
        field.initial, field.empty_label = pks[0], None

"""Compound, gates, buildings, units, households, residents, tags."""

import zoneinfo
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compound.admin.scoped import SameCompoundForm, ScopedAdmin, ScopedInline, me
from compound.models import Building, Compound, Gate, Household, Resident, Tag, Unit
from compound.rooms import Room, parse_room
from compound.services.cards import set_card
from compound.services.registry import doors_without_unit, rename_building, rename_unit, room_taken, taken_room


class CompoundForm(forms.ModelForm[Compound]):
    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"]
        if name not in zoneinfo.available_timezones():
            raise ValidationError(_("There is no such time zone. Usual here: Asia/Shanghai."), code="zone")
        return name


@admin.register(Compound)
class CompoundAdmin(ScopedAdmin[Compound]):
    """A new one is made by `manage.py start`, and none is ever deleted here: its log would go with it."""

    form = CompoundForm
    compound_path = "pk"
    list_display = ["name", "code", "time_zone", "language"]
    fields = ["code", "name", "time_zone", "language", "how_to_pay"]
    readonly_fields = ["code"]
    search_fields = ["name", "code"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Compound | None = None) -> bool:
        return False


@admin.register(Gate)
class GateAdmin(ScopedAdmin[Gate]):
    list_display = ["name", "kind", "position", "compound"]
    list_editable = ["position"]
    list_filter = [("compound", admin.RelatedOnlyFieldListFilter), "kind"]
    list_select_related = ["compound"]
    search_fields = ["name"]
    ordering = ["compound", "position", "name"]


class BuildingForm(forms.ModelForm[Building]):
    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if self.instance.pk and "name" in self.changed_data:
            _refuse_taken(taken_room(building=Building.objects.get(pk=self.instance.pk), name=name))
        return name


class UnitForm(forms.ModelForm[Unit]):
    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if self.instance.pk and "name" in self.changed_data:
            unit = Unit.objects.select_related("building").get(pk=self.instance.pk)
            _refuse_taken(taken_room(building=unit.building, unit=unit, name=name))
        return name


class UnitAloneForm(UnitForm):
    """A unit on a page of its own; among the others of its building `UnitFormSet` looks after the first."""

    def clean_building(self) -> Building:
        building: Building = self.cleaned_data["building"]
        if self.instance.pk is None:
            _refuse_first_unit(building)
        return building


class UnitFormSet(forms.BaseInlineFormSet[Unit, Building, forms.ModelForm[Unit]]):
    def clean(self) -> None:
        super().clean()
        added = [form for form in self.extra_forms if form.has_changed() and not form.cleaned_data.get("DELETE")]
        if self.instance.pk and added:
            _refuse_first_unit(self.instance)


def _refuse_taken(room: str | None) -> None:
    if room:
        raise ValidationError(room_taken(room), code="room_taken")


def _refuse_first_unit(building: Building) -> None:
    """With its first unit a building changes how all its doors are named; those that are there would be left behind."""
    doors = 0 if building.units.exists() else doors_without_unit(building)
    if doors:
        text = _(
            "%(doors)d doors of this building have no unit. Add a building with these units under another name, "
            "move the doors there, then delete this building and give the new one its name."
        )
        raise ValidationError(text % {"doors": doors}, code="doors_without_unit")


class UnitInline(ScopedInline):
    model = Unit
    form = UnitForm
    formset = UnitFormSet
    fields = ["name"]


@admin.register(Building)
class BuildingAdmin(ScopedAdmin[Building]):
    form = BuildingForm
    list_display = ["name", "household_count", "floors", "has_lift", "compound"]
    list_filter = [("compound", admin.RelatedOnlyFieldListFilter), "has_lift"]
    list_select_related = ["compound"]
    search_fields = ["name"]
    ordering = ["compound", "sort_key"]
    inlines = [UnitInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Building]:
        return super().get_queryset(request).annotate(doors=Count("households"))

    def save_model(self, request: HttpRequest, obj: Building, form: Any, change: bool) -> None:
        """A name goes through its service, which names the doors; the rest is the row."""
        if change:
            rename_building(building=obj, name=obj.name, by=me(request), at=timezone.now())
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.initial_forms:
            if "name" in row.changed_data and row not in formset.deleted_forms:
                rename_unit(unit=row.instance, name=row.instance.name, by=me(request), at=timezone.now())
        super().save_formset(request, form, formset, change)

    @admin.display(description=gettext_lazy("households"), ordering="doors")
    def household_count(self, building: Building) -> int:
        return building.doors  # type: ignore[attr-defined, no-any-return]


@admin.register(Unit)
class UnitAdmin(ScopedAdmin[Unit]):
    form = UnitAloneForm
    compound_path = "building__compound"
    list_display = ["__str__", "building"]
    list_filter = [("building", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["building"]
    search_fields = ["name", "building__name"]
    ordering = ["building__compound", "building__sort_key", "sort_key"]
    autocomplete_fields = ["building"]

    def save_model(self, request: HttpRequest, obj: Unit, form: Any, change: bool) -> None:
        if change:
            rename_unit(unit=obj, name=obj.name, by=me(request), at=timezone.now())
        super().save_model(request, obj, form, change)


class HouseholdForm(forms.ModelForm[Household]):
    """Says in words what the table's constraints would refuse."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        building, unit, number = data.get("building"), data.get("unit"), data.get("number")
        if building and unit and unit.building_id != building.pk:
            self.add_error("unit", ValidationError(_("This unit is of another building."), code="other_building"))
        elif building and not unit and building.units.exists():
            self.add_error("unit", ValidationError(_("This building has units: choose one."), code="unit_needed"))
        elif building and number:
            room = str(Room(building.name, unit.name if unit else None, number))
            same = Household.objects.filter(compound=building.compound_id, room=room).exclude(pk=self.instance.pk)
            if same.exists():
                text = _("There is a household %(room)s already.") % {"room": room}
                self.add_error("number", ValidationError(text, code="room_taken"))
        if data.get("occupancy") == Household.Occupancy.EMPTY and data.get("head_count"):
            self.add_error("head_count", ValidationError(_("Nobody lives in an empty flat."), code="empty"))
        if data.get("card") not in (None, Household.Card.RED) and not data.get("card_reason"):
            self.add_error("card_reason", ValidationError(_("Why this colour? Give a reason."), code="reason"))
        return data

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        if not number.strip() or any(c.isspace() or c == "-" for c in number):
            raise ValidationError(_("The number of the door alone: 1702, 101A."), code="number")
        return number


class ResidentFormSet(forms.BaseInlineFormSet[Resident, Household, forms.ModelForm[Resident]]):
    def clean(self) -> None:
        super().clean()
        rows = [form.cleaned_data for form in self.forms if form.is_valid()]
        if sum(bool(row.get("is_contact") and not row.get("DELETE")) for row in rows) > 1:
            raise ValidationError(_("A household has one contact only."), code="one_contact")


class ResidentInline(ScopedInline):
    model = Resident
    formset = ResidentFormSet
    fields = ["name", "phone", "is_contact"]


@admin.register(Household)
class HouseholdAdmin(ScopedAdmin[Household]):
    form = HouseholdForm
    list_display = ["room", "head_count", "occupancy", "card", "has_returnee", "tag_names", "remark"]
    list_filter = [
        ("compound", admin.RelatedOnlyFieldListFilter),
        "occupancy",
        "card",
        "has_returnee",
        "tags",
        ("building", admin.RelatedOnlyFieldListFilter),
    ]
    search_fields = ["room", "residents__name", "residents__phone", "remark"]
    search_help_text = gettext_lazy("Room in any spelling, name, phone number")
    ordering = ["compound", "sort_key"]
    autocomplete_fields = ["building", "unit"]
    readonly_fields = ["room", "card_at", "card_by"]
    fieldsets = [
        (None, {"fields": ["building", "unit", "number", "room", "occupancy", "head_count", "remark"]}),
        (gettext_lazy("Needs"), {"fields": ["tags", "has_returnee"]}),
        (gettext_lazy("Door card"), {"fields": ["card", "card_reason", "card_at", "card_by"]}),
    ]
    inlines = [ResidentInline]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Nine boxes to tick instead of a list in which Ctrl must be held."""
        kwargs["widget"] = forms.CheckboxSelectMultiple
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if field is not None:
            field.help_text = ""
        return field

    def get_queryset(self, request: HttpRequest) -> QuerySet[Household]:
        return super().get_queryset(request).select_related("compound", "building", "unit").prefetch_related("tags")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Household], search_term: str
    ) -> tuple[QuerySet[Household], bool]:
        """`20栋1702`, `20#1702`, `３号楼2单元501` find what `20-1702` finds."""
        room = parse_room(search_term)
        return super().get_search_results(request, queryset, str(room) if room else search_term)

    def save_model(self, request: HttpRequest, obj: Household, form: Any, change: bool) -> None:
        """The card goes through its service, which leaves a trace; the rest is the row."""
        wanted = obj.card, obj.card_reason
        obj.compound = obj.building.compound
        if change:
            before = Household.objects.get(pk=obj.pk)
            obj.card, obj.card_reason = before.card, before.card_reason
        else:
            obj.card, obj.card_reason = Household.Card.RED, ""
        super().save_model(request, obj, form, change)
        set_card(household=obj, card=wanted[0], reason=wanted[1], by=me(request), at=timezone.now())

    @admin.display(description=gettext_lazy("tags"))
    def tag_names(self, household: Household) -> str:
        return "、".join(str(tag) for tag in household.tags.all())


@admin.register(Resident)
class ResidentAdmin(ScopedAdmin[Resident]):
    form = SameCompoundForm[Resident]
    compound_path = "household__compound"
    list_display = ["name", "household", "phone", "is_contact"]
    list_filter = ["is_contact", ("household__building", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["household"]
    search_fields = ["name", "phone", "household__room"]
    ordering = ["household__compound", "household__sort_key", "-is_contact", "id"]
    autocomplete_fields = ["household", "user"]


@admin.register(Tag)
class TagAdmin(ScopedAdmin[Tag]):
    """Shared by all compounds, so there is nothing to limit."""

    list_display = ["name", "name_en", "code", "position"]
    search_fields = ["name", "name_en", "code"]
    ordering = ["position", "code"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        return Tag.objects.all()

"""Supply points: all of them, and one with its hours, its walk, its shelves and the words for what stands there."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from compound import access
from compound.refusals import Refusal
from compound.views.access import compound_for, me, post_or
from orders.forms.shops import ItemChoice, ItemForm, PointForm, SectionChoice, SectionForm, WordChoice
from orders.hours import is_open
from orders.models import Item
from orders.quantities import number_of
from orders.queries import shops as queries
from orders.queries.words import learned_words
from orders.services import shops as services
from orders.services import words
from orders.views.access import PointAccess, point_for

SEE = tuple(dict.fromkeys([*access.SEE_ORDERS, *access.SHOP]))


@require_GET
def supply_points(request: HttpRequest, code: str) -> HttpResponse:
    """Where the compound buys, and what is open now."""
    compound, membership = compound_for(request, code, *SEE)
    rows = queries.supply_point_rows(compound, timezone.now())
    return render(request, "orders/supply_points.html", {"rows": rows, "can_run": access.can_run_orders(membership)})


@require_GET
def supply_point(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """One supply point; `?edit` opens its facts, `?item=` one good (`new` an empty one)."""
    found = point_for(request, code, name, *SEE)
    return _page(request, found)


def _page(request: HttpRequest, found: PointAccess, **forms: Any) -> HttpResponse:
    point, can_run = found.point, access.can_run_orders(found.membership)
    now = found.compound.local(timezone.now()).time()
    asked = request.GET.get("item", "")
    edited = point.items.filter(pk=number_of(asked) or 0).first() if can_run else None
    context = {
        "point": point,
        "is_open": is_open(point.opens, point.closes, now),
        "shelves": queries.shelves_of(point),
        "off_sale": [good for shelf in queries.shelves_of(point, active=False) for good in shelf.goods],
        "sections": queries.sections_of(point),
        "words": learned_words(point),
        "can_run": can_run,
        "edit_point": can_run and "edit" in request.GET,
        "point_form": PointForm(instance=point),
        "section_form": SectionForm(),
        "edited": edited,
        "new_item": can_run and asked == "new",
        "item_form": ItemForm(point=point, item=edited) if edited or asked == "new" else None,
        **forms,
    }
    if "HX-Request" in request.headers:
        return render(request, "orders/supply_point_walk.html", context)
    return render(request, "orders/supply_point.html", context)


@post_or("orders:supply_point")
def change_point(request: HttpRequest, code: str, name: str) -> HttpResponse:
    found = point_for(request, code, name, *access.RUN_ORDERS)
    form = PointForm(request.POST, instance=found.point)
    if form.is_valid():
        try:
            services.change_supply_point(point=found.point, facts=form.cleaned_data, by=me(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("orders:supply_point", code=code, name=name)
    return _page(request, found, edit_point=True, point_form=form)


@post_or("orders:supply_point")
def add_section(request: HttpRequest, code: str, name: str) -> HttpResponse:
    found = point_for(request, code, name, *access.RUN_ORDERS)
    form = SectionForm(request.POST)
    if form.is_valid():
        try:
            services.add_section(point=found.point, name=form.cleaned_data["name"], by=me(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error("name", refusal.message)
        else:
            return redirect(reverse("orders:supply_point", kwargs={"code": code, "name": name}) + "#walk")
    return _page(request, found, section_form=form)


@post_or("orders:supply_point")
def change_section(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """One place up or down in the walk, or out of it. With htmx only the walk comes back."""
    found = point_for(request, code, name, *access.RUN_ORDERS)
    form = SectionChoice(request.POST, point=found.point)
    if not form.is_valid():
        raise Http404
    section, do, by, now = form.cleaned_data["section"], form.cleaned_data["do"], me(request), timezone.now()
    if do == "remove":
        services.remove_section(section=section, by=by, at=now)
    else:
        services.move_section(section=section, by_steps=-1 if do == "up" else 1, by=by, at=now)
    if "HX-Request" in request.headers:
        return _page(request, found)
    return redirect(reverse("orders:supply_point", kwargs={"code": code, "name": name}) + "#walk")


@post_or("orders:supply_point")
def save_item(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """A further good, or what is changed of one (`item`)."""
    found = point_for(request, code, name, *access.RUN_ORDERS)
    item: Item | None = None
    if "item" in request.POST:
        choice = ItemChoice(request.POST, point=found.point)
        if not choice.is_valid():
            raise Http404
        item = choice.cleaned_data["item"]
    form = ItemForm(request.POST, point=found.point, item=item)
    if form.is_valid():
        facts, by, now = form.cleaned_data, me(request), timezone.now()
        try:
            if item is None:
                item = services.add_item(point=found.point, facts=facts, by=by, at=now)
            else:
                item = services.change_item(item=item, facts=facts, by=by, at=now)
        except Refusal as refusal:
            form.add_error("pack_size" if refusal.code == "pack_half" else "name", refusal.message)
        else:
            messages.success(request, _("%(goods)s is saved.") % {"goods": item.name})
            return redirect(reverse("orders:supply_point", kwargs={"code": code, "name": name}) + f"#i{item.pk}")
    return _page(request, found, edited=item, new_item=item is None, item_form=form)


@post_or("orders:supply_point")
def forget(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """Takes a learned word back: what was joined by it stands in its own words again."""
    found = point_for(request, code, name, *access.RUN_ORDERS)
    form = WordChoice(request.POST, point=found.point)
    if not form.is_valid():
        raise Http404
    word = form.cleaned_data["word"]
    done = words.forget_word(word=word, by=me(request), at=timezone.now())
    lines = ngettext(
        "%(count)d line says its own words again.", "%(count)d lines say their own words again.", done.lines
    )
    said = [_("“%(word)s” is forgotten.") % {"word": word.word}, lines % {"count": done.lines}]
    if done.kept:
        kept = ngettext(
            "%(count)d line stays as it is: it was bought, shared out or packed already.",
            "%(count)d lines stay as they are: they were bought, shared out or packed already.",
            done.kept,
        )
        said.append(kept % {"count": done.kept})
    messages.success(request, " ".join(said))
    return redirect(reverse("orders:supply_point", kwargs={"code": code, "name": name}) + "#words")

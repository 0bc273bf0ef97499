"""A paste of the chat: text in, review, confirm, undo."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from compound import access
from compound.refusals import Refusal
from compound.views.access import me, post_or
from orders.forms.pastes import DecideForm, PasteForm, UnitForm
from orders.models import ChainImport, Round
from orders.quantities import number_of
from orders.queries.review import Review, Row, review_of
from orders.queries.review_pages import piece_of, piece_of_skipped
from orders.services import chains, order_lists
from orders.services.chain_counts import lines_of
from orders.services.goods import add_source
from orders.views.access import PasteAccess, paste_for, round_for


@require_http_methods(["GET", "HEAD", "POST"])
def paste(request: HttpRequest, code: str, round: uuid.UUID) -> HttpResponse:
    """The text of the chat goes in here; `?source=` chooses the group beforehand."""
    found = round_for(request, code, round, *access.RUN_ORDERS)
    form = PasteForm(request.POST or None, compound=found.compound, initial=_first_source(request, found.round))
    if form.is_valid():
        try:
            chain_import = _paste(request, found.round, form)
        except Refusal as refusal:
            form.add_error("text" if refusal.code.startswith("text") else None, refusal.message)
        else:
            return redirect("orders:review", code=code, paste=chain_import.pk)
    return render(request, "orders/paste.html", {"round": found.round, "form": form})


def _first_source(request: HttpRequest, round: Round) -> dict[str, Any]:
    """The group asked for, else the one of the round's last paste; by itself the list begins with the first."""
    asked = request.GET.get("source", "")
    last = round.chain_imports.order_by("-pasted_at").values_list("source", flat=True).first()
    return {"source": asked or last}


def _paste(request: HttpRequest, round: Round, form: PasteForm) -> ChainImport:
    data, now = form.cleaned_data, timezone.now()
    source = form.known_source or add_source(
        compound=round.compound, name=data["new_source"], building=data["building"], by=me(request), at=now
    )
    return chains.paste_chain(
        round=round, source=source, text=data["text"], goods=data["goods"], by=me(request), at=now
    )


@require_GET
def review(request: HttpRequest, code: str, paste: uuid.UUID) -> HttpResponse:
    """Left as it was written, right as it was understood; `?edit=` opens the boxes of one entry."""
    found = paste_for(request, code, paste, *access.RUN_ORDERS)
    review = review_of(found.chain_import, found.compound)
    edited = [row for row in review.rows if str(row.entry.position) == request.GET.get("edit")]
    for row in edited:
        row.is_edited = True
    if "HX-Request" in request.headers:
        asked = request.GET.get("group", "")
        return _more(request, found, review, asked) if asked else _rows(request, found, review, edited)
    until = {request.GET.get("group", ""): number_of(request.GET.get("until", "")) or 0}
    until |= {row.group: max(row.place, until.get(row.group, 0)) for row in edited}
    return _page(request, found, review, until=until)


def _more(request: HttpRequest, found: PasteAccess, review: Review, group: str) -> HttpResponse:
    """The next piece of a group, for htmx to put in the place of the link to it."""
    after = number_of(request.GET.get("after", ""))
    after = -1 if after is None else after
    if group == "skipped":
        piece: Any = piece_of_skipped(found.chain_import.skipped, after=after)
    else:
        piece = piece_of(review, group, after=after)
    context = _context(found, review) | {"group": {"name": group, "piece": piece}}
    return render(request, "orders/review_piece.html", context)


def _rows(request: HttpRequest, found: PasteAccess, review: Review, rows: list[Row]) -> HttpResponse:
    """Some entries and the bar, for htmx to put into their places."""
    return render(request, "orders/review_rows.html", _context(found, review) | {"rows": rows, "is_fragment": True})


@post_or("orders:review")
def decide(request: HttpRequest, code: str, paste: uuid.UUID) -> HttpResponse:
    """A word about one entry. With htmx the changed rows come back, without it the page, at the next unclear line."""
    found = paste_for(request, code, paste, *access.RUN_ORDERS)
    form, error = DecideForm(request.POST, chain_import=found.chain_import, compound=found.compound), ""
    touched: list[int] = []
    if form.is_valid():
        words = form.said
        touched = [word.entry.position for word in words]
        try:
            chains.decide_entries(words=words, by=me(request), at=timezone.now())
        except Refusal as refusal:
            error = refusal.message
    else:
        error = next(str(text) for texts in form.errors.values() for text in texts)
    review = review_of(found.chain_import, found.compound)
    if form.found is not None:
        _note(review, form, error)
        touched = touched or [form.entry.position]
    if "HX-Request" in request.headers:
        return _rows(request, found, review, [row for row in review.rows if row.entry.position in touched])
    if error:
        until = {row.group: row.place for row in review.rows if form.found and row.entry.pk == form.found.pk}
        return _page(request, found, review, error="" if form.found else error, until=until)
    decided = next((row for row in review.rows if row.entry.position == form.entry.position), None)
    url = reverse("orders:review", kwargs={"code": code, "paste": paste})
    return redirect(url + _end_of_address(review, review.next_open(decided)))


def _end_of_address(review: Review, row: Row | None) -> str:
    """Leads to a line, with its group shown as far as there."""
    if row is None:
        return ""
    shown = row in piece_of(review, row.group).rows
    return ("" if shown else f"?group={row.group}&until={row.place}") + f"#e{row.entry.position}"


@post_or("orders:review")
def decide_unit(request: HttpRequest, code: str, paste: uuid.UUID) -> HttpResponse:
    """One answer for all lines of a building that leave the unit out."""
    found = paste_for(request, code, paste, *access.RUN_ORDERS)
    form = UnitForm(request.POST)
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("building", "unit")}
        try:
            count = order_lists.decide_unit(chain_import=found.chain_import, by=me(request), at=timezone.now(), **said)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            text = ngettext("%(count)d line has its room now.", "%(count)d lines have their rooms now.", count)
            messages.success(request, text % {"count": count})
    return redirect("orders:review", code=code, paste=paste)


def _note(review: Review, form: DecideForm, error: str) -> None:
    """What was typed and what is wrong with it, at its row."""
    row: Row = next(row for row in review.rows if row.entry.position == form.entry.position)
    row.error = error
    if error:
        row.keep(room=form.data.get("room_text", ""), items=form.typed_items)


def _context(found: PasteAccess, review: Review) -> dict[str, Any]:
    return {
        "round": found.chain_import.round,
        "chain_import": found.chain_import,
        "review": review,
        "in_review": found.chain_import.state == ChainImport.State.REVIEW,
    }


def _page(
    request: HttpRequest, found: PasteAccess, review: Review, *, error: str = "", until: Mapping[str, int] | None = None
) -> HttpResponse:
    """The whole page; `until`: {group: place} that the group is shown to, however far that is."""
    until = until or {}
    chain_import, now = found.chain_import, timezone.now()
    is_last = chain_import.state == ChainImport.State.CONFIRMED and not review.is_overtaken
    offers = chain_import.round.offers.values_list("item__name", flat=True)
    context = _context(found, review) | {
        "error": error,
        "can_undo": is_last and chain_import.round.takes_orders(now),
        "groups": _groups(review, until),
        "skipped": {
            "name": "skipped",
            "is_asked_for": "skipped" in until,
            "piece": piece_of_skipped(chain_import.skipped, until=until.get("skipped", -1)),
        },
        "offers": offers,
    }
    return render(request, "orders/review.html", context)


def _groups(review: Review, until: Mapping[str, int]) -> list[dict[str, Any]]:
    """The sections of the page. What is the same as last time, and what was left out, is folded away."""
    titles = {
        "open": _("Not decided then") if review.is_over else _("To look at"),
        "changed": _("Changed since the last paste"),
        "gone": _("Gone since the last paste"),
        "new": _("New"),
        "same": _("Same as last time"),
        "left": _("Left out"),
    }
    groups = [
        {
            "name": name,
            "title": title,
            "count": getattr(review.counts, name),
            "piece": piece_of(review, name, until=until.get(name, -1)),
            "is_folded": name in ("same", "left"),
            "is_asked_for": name in until,
        }
        for name, title in titles.items()
    ]
    return [group for group in groups if group["count"]]


@post_or("orders:review")
def confirm(request: HttpRequest, code: str, paste: uuid.UUID) -> HttpResponse:
    """Turns what is decided into orders. What is open stays on the round's page."""
    found = paste_for(request, code, paste, *access.RUN_ORDERS)
    try:
        counts = chains.confirm_chain(chain_import=found.chain_import, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("orders:review", code=code, paste=paste)
    messages.success(request, _confirmed(counts, lines_of(found.chain_import).clear))
    if counts["late"]:
        messages.warning(request, _("The round has closed: these orders are kept and offered to the next one."))
    if counts["open"]:
        still = ngettext("%(count)d line is still to look at.", "%(count)d lines are still to look at.", counts["open"])
        messages.warning(request, still % {"count": counts["open"]})
    return redirect("orders:round", code=code, round=found.chain_import.round_id)


def _confirmed(counts: dict[str, int], lines: int) -> str:
    """`38 lines confirmed: 36 new orders, 2 changed.` Only what happened is said; `lines` as on the button."""
    new = counts["placed"] + counts["late"] - counts["replaced"]
    said = [
        ngettext("%(count)d new order", "%(count)d new orders", new) % {"count": new} if new > 0 else "",
        _("%(count)d changed") % {"count": counts["replaced"]} if counts["replaced"] else "",
        _("%(count)d withdrawn") % {"count": counts["cancelled"]} if counts["cancelled"] else "",
    ]
    facts = _(", ").join(filter(None, said))
    if not facts:
        return _("Confirmed. Nothing has changed.")
    words = ngettext("%(count)d line confirmed: %(facts)s.", "%(count)d lines confirmed: %(facts)s.", lines)
    return words % {"count": lines, "facts": facts}


@post_or("orders:review")
def discard(request: HttpRequest, code: str, paste: uuid.UUID) -> HttpResponse:
    """Throws the review away; no order is touched."""
    found = paste_for(request, code, paste, *access.RUN_ORDERS)
    chains.discard_chain(chain_import=found.chain_import, by=me(request), at=timezone.now())
    messages.success(request, _("This paste was put aside. No order has changed."))
    return redirect("orders:round", code=code, round=found.chain_import.round_id)


@post_or("orders:review")
def undo(request: HttpRequest, code: str, paste: uuid.UUID) -> HttpResponse:
    """Takes a confirmed paste back, until the round closes."""
    found = paste_for(request, code, paste, *access.RUN_ORDERS)
    try:
        chains.undo_chain(chain_import=found.chain_import, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Taken back: its orders are gone, and what it changed is as before."))
    return redirect("orders:round", code=code, round=found.chain_import.round_id)

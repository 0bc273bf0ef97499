"""卡口手机: which phones stand at the gates, how one is bound by a QR code, and how it is taken off again."""

import datetime as dt
import uuid
from typing import Any, NamedTuple

import segno
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from compound import access, throttle
from compound.models import Compound
from compound.refusals import Refusal
from compound.views.access import compound_for, me, post_or
from compound.views.accounts import address_of
from gate.forms.phones import PhoneForm
from gate.models import Device
from gate.queries.phones import phone_of, phones_page
from gate.services import devices
from roster.queries.at_gates import at_gates

# Whoever comes for the next shift is bound a little before it begins.
EARLY = dt.timedelta(minutes=15)


class PhoneAccess(NamedTuple):
    device: Device
    compound: Compound


def phone_for(request: HttpRequest, code: str, phone: uuid.UUID) -> PhoneAccess:
    """A phone of the compound, for whoever runs its gates. Raises Http404. Two queries."""
    compound, _membership = compound_for(request, code, *access.RUN_GATES)
    device = Device.objects.select_related("gate").filter(compound=compound, pk=phone).first()
    if device is None:
        raise Http404
    device.compound = compound
    return PhoneAccess(device, compound)


@require_safe
def phones(request: HttpRequest, code: str) -> HttpResponse:
    """Which phones stand at the gates now?"""
    compound, _membership = compound_for(request, code, *access.RUN_GATES)
    now = timezone.now()
    return render(request, "gate/phones.html", {"page": phones_page(compound=compound, at=now)})


@require_http_methods(["GET", "HEAD", "POST"])
def phone_new(request: HttpRequest, code: str) -> HttpResponse:
    """Which gate, whose phone, until when; then the QR."""
    compound, _membership = compound_for(request, code, *access.RUN_GATES)
    now = timezone.now()
    roster = at_gates(compound, now + EARLY)
    chosen = request.GET.get("gate", "")
    form = PhoneForm(request.POST or None, compound=compound, at=now, gate=chosen, roster=roster)
    if form.is_valid():
        if not throttle.allowed(scope="invite-phone", who=str(me(request).pk), limit=60, seconds=3600):
            form.add_error(None, _("60 phones in an hour are the limit. Please wait a while."))
        else:
            try:
                device = devices.invite_device(compound=compound, by=me(request), at=now, **form.cleaned_data)
            except Refusal as refusal:
                form.add_error("ends_at" if refusal.code == "ends_in_the_past" else "gate", refusal.message)
            else:
                return redirect("gate:phone_binding", code=code, phone=device.pk)
    gates = compound.gates.filter(pk__in=roster) if roster else ()
    by_roster = [(gate, roster[gate.pk]) for gate in gates if gate.name != chosen]
    return render(request, "gate/phone_new.html", {"form": form, "by_roster": by_roster})


@never_cache
@require_safe
def phone_binding(request: HttpRequest, code: str, phone: uuid.UUID) -> HttpResponse:
    """The QR, big, for 10 minutes; afterwards whether it worked."""
    device, _compound = phone_for(request, code, phone)
    return render(request, "gate/phone_binding.html", _binding(request, device))


@never_cache
@require_safe
def phone_state(request: HttpRequest, code: str, phone: uuid.UUID) -> HttpResponse:
    """Asked by that page every two seconds: 204 while its code is good, else what stands in the QR's place."""
    device, _compound = phone_for(request, code, phone)
    context = _binding(request, device)
    if context["phone"].state == "invited":
        return HttpResponse(status=204)
    return render(request, "gate/phone_binding_state.html", context)


@post_or("gate:phone_binding")
def phone_renew(request: HttpRequest, code: str, phone: uuid.UUID) -> HttpResponse:
    """Another code where the first one ran out."""
    device, _compound = phone_for(request, code, phone)
    try:
        devices.renew_invitation(device=device, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("gate:phone_binding", code=code, phone=phone)


@post_or("gate:phone_binding")
def phone_end(request: HttpRequest, code: str, phone: uuid.UUID) -> HttpResponse:
    """The shift is over; what the phone has not sent yet still comes in."""
    device, _compound = phone_for(request, code, phone)
    if devices.end_device(device=device, by=me(request), at=timezone.now()):
        messages.success(
            request, _("%(phone)s is off duty. What it has not sent yet still comes in.") % {"phone": device}
        )
    return redirect("gate:phones", code=code)


@post_or("gate:phone_binding")
def phone_revoke(request: HttpRequest, code: str, phone: uuid.UUID) -> HttpResponse:
    """The phone was lost: nothing that it sends counts."""
    device, _compound = phone_for(request, code, phone)
    if devices.revoke_device(device=device, by=me(request), at=timezone.now()):
        messages.success(
            request, _("%(phone)s is locked out. Nothing that it sends counts any more.") % {"phone": device}
        )
    return redirect("gate:phones", code=code)


def _binding(request: HttpRequest, device: Device) -> dict[str, Any]:
    """The code stands behind a #: no browser sends that part, so no log has it."""
    phone = phone_of(device, timezone.now())
    context: dict[str, Any] = {"phone": phone}
    if phone.state == "invited":
        code = devices.code_of(device)
        url, is_local = address_of(request, reverse("gate:phone", args=[device.compound.code]))
        qr = segno.make(f"{url}#bind={code}", error="m", micro=False)
        context |= {
            "letters": f"{code[:5]} {code[5:]}",
            "address": url,
            "is_local": is_local,
            "qr": qr.svg_data_uri(scale=8, border=4, dark="#000", light="#fff"),
        }
    return context

"""`manage.py start CODE NAME [--gates 东门,南门]`: a real compound, its gates, a secretary with a one-time login."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from compound.refusals import Refusal
from compound.services.accounts import NO_PHONE
from compound.services.start import gate_names, start_compound


class Command(BaseCommand):
    help = "Set up a compound; prints JSON with the secretary's one-time login (24 hours)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", metavar="CODE", help="part of every address: small letters, digits, hyphens")
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--gates", default="", help="names with commas between them: 东门,南门")
        parser.add_argument("--secretary", default="", help="name; asked for at the first login when absent")
        parser.add_argument("--phone", default="", help="phone number; asked for at the first login when absent")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            started = start_compound(
                code=options["code"],
                name=options["name"],
                gates=gate_names(options["gates"]),
                secretary=options["secretary"],
                phone=options["phone"],
                at=timezone.now(),
            )
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        assert started.login is not None  # noqa: S101 - always so without a password
        phone = started.secretary.phone
        answer = {
            "compound": {"code": started.compound.code, "name": started.compound.name},
            "gates": [gate.name for gate in started.gates],
            "secretary": {
                "name": started.secretary.name,
                "phone": None if phone.startswith(NO_PHONE) else phone,
                "login": settings.PUBLIC_URL + reverse("login_by_token", args=[started.token]),
                "expires_at": started.login.expires_at.isoformat(timespec="seconds"),
            },
        }
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))

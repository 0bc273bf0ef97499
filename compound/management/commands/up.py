"""`manage.py up`: the servers, the pages, the worker and the clock in one terminal."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from compound.supervisor.loop import Supervisor


class Command(BaseCommand):
    help = "Start everything on this machine and keep it running until Ctrl-C."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="leave an empty installation empty")

    def handle(self, *args: Any, no_demo: bool, **options: Any) -> None:
        Supervisor(settings.DATA_DIR, demo=not no_demo).run()

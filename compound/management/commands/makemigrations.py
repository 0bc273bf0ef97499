"""Django's own `makemigrations`, which also works with no database."""

import warnings
from typing import Any

from django.core.management.commands import makemigrations


class Command(makemigrations.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with warnings.catch_warnings():
            # It compares with the applied migrations where there is a database, and complains where there is none.
            warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")
            super().handle(*args, **options)

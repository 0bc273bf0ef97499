"""`manage.py gate_words`: writes static/js/gate/words/*.json anew after a sentence or a translation has changed."""

from typing import Any

from django.core.management.base import BaseCommand

from gate.phone_book import LANGUAGES, path_of, written_book


class Command(BaseCommand):
    help = "Write the gate phone's words, one JSON a language."
    requires_system_checks = []
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        for language in LANGUAGES:
            path = path_of(language)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(written_book(language), encoding="utf-8")
            self.stdout.write(str(path))

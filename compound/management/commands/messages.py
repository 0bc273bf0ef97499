"""`manage.py messages`: extracts, merges, compiles the Chinese catalogues. No gettext, no database."""

import fcntl
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from compound import messages


class Command(BaseCommand):
    help = "Bring the Chinese catalogues in line with the sources and compile them."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("apps", nargs="*", metavar="APP", help="bring only these apps' catalogues in line")
        parser.add_argument("--check", action="store_true", help="change nothing; name each fault and exit 1")
        parser.add_argument("--root", type=Path, default=settings.BASE_DIR, help="the tree to work on")

    def handle(self, *args: Any, check: bool, root: Path, apps: list[str], **options: Any) -> None:
        sources = messages.read_sources(root)
        if check:
            found = messages.complaints(root, sources)
            for line in found:
                self.stderr.write(line)
            if found:
                raise CommandError(f"{len(found)} faults in the message catalogues", returncode=1)
            return
        # One writer at a time: two runs side by side would each drop what the other has just added.
        lock = os.open(root, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.merge(root, sources, apps or messages.apps(root))
        finally:
            os.close(lock)

    def merge(self, root: Path, sources: messages.Sources, apps: list[str]) -> None:
        for path, why in sources.unreadable.items():
            self.stderr.write(f"{path.relative_to(root)}: cannot be read, nothing is dropped: {why}")
        # Read late: somebody may have typed a translation while the sources were being read.
        old = {path: messages.read_catalogue(path) for path in sources.wanted}
        elsewhere = {
            key: messages.text_of(message)
            for catalogue in old.values()
            for key, message in messages.entries(catalogue).items()
            if messages.text_of(message)
        }
        for path, wanted in sorted(sources.wanted.items()):
            name = path.relative_to(root)
            if name.parts[0] not in apps or (not wanted and not path.exists()):
                continue
            for key, message in messages.entries(old[path]).items():
                if key not in wanted and not sources.unreadable:
                    self.stdout.write(f"{name}: dropped {key[1]!r} = {messages.text_of(message)!r}")
            new = messages.merged(wanted, old[path], elsewhere, keep=bool(sources.unreadable))
            files = {path: messages.po_bytes(new), path.with_suffix(".mo"): messages.mo_bytes(new)}
            if path.stem == messages.SCRIPT:
                files |= messages.json_files(root, new)
            for file, data in files.items():
                if messages.write_atomically(file, data):
                    self.stdout.write(f"{file.relative_to(root)}: written")
            for key, message in sorted(messages.entries(new).items(), key=lambda item: item[0][1]):
                if not messages.text_of(message):
                    self.stdout.write(f"{name}: untranslated {key[1]!r}")

#!/usr/bin/env python
"""Command line of 守望 Shouwang. `manage.py up` runs all of it."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compound.settings")
    from django.core.management import execute_from_command_line

    from compound.servers.commands import surroundings
    from compound.servers.trouble import Trouble

    try:
        with surroundings(sys.argv):
            execute_from_command_line(sys.argv)
    except Trouble as trouble:
        sys.exit(str(trouble))


if __name__ == "__main__":
    main()

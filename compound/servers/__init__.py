"""The embedded PostgreSQL and Valkey: used when the environment names no server of its own.

paths     where state lives                 (no Django, no third-party import: settings.py needs it)
trouble   the one exception that ends a command with one sentence
postgres  making, starting and addressing one PostgreSQL
valkey    the same for one Valkey
keeper    the small process that holds a PostgreSQL for all who use it, and stops it after the last
lease     being one of those who use it
commands  which command needs what, called by manage.py before Django reads its settings
"""

"""The tables of the roster in the admin: to look at and search. They are written on the pages of the roster."""

from roster.admin import duty, people, setup

__all__ = ["duty", "people", "setup"]

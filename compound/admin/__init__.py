"""The stock admin with all tables of the registry, as the branch secretary uses it: own compounds' rows only."""

from compound.admin import kit, people, registry, rulebook

__all__ = ["kit", "people", "registry", "rulebook"]

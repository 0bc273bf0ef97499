"""`manage.py migrate`: Django's own, with the tables of a migration made in one step.

Django renders the models anew after each operation, and those that are related to it; here each is related to each
by the compound. `makemigrations` writes a table's later keys, constraints and indexes as operations of their own, and
500 of them on 100 tables took 55 s of the first start and of each test process. Put together they take 6 s. The
tables are the same: tests/compound/test_migrate.py compares them.
"""

from collections.abc import Sequence
from typing import cast

from django.core.management.commands import migrate
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, AlterField, CreateModel, RemoveConstraint
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class CreateModels(Operation):
    """Several `CreateModel`, which may point at one another in any order: Django adds foreign keys at the end."""

    def __init__(self, models: list[CreateModel]) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        # Rendered again, once, when somebody asks for it.
        state.__dict__.pop("apps", None)
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for model in self.models:
            model.database_forwards(app_label, schema_editor, from_state, to_state)


def at_once(operations: Sequence[Operation]) -> list[Operation]:
    """The same with the new tables whole and in one operation, where the first of them stood.

    What is done to tables that there were comes after them, in its order. A migration in which something else
    happens after its first table, such as SQL, stays as it is.
    """
    before: list[Operation] = []
    after: list[Operation] = []
    made: dict[str, CreateModel] = {}
    for operation in operations:
        if isinstance(operation, CreateModel):
            made[operation.name_lower] = operation
        elif not made:
            before.append(operation)
        elif not isinstance(operation, AddConstraint | AddField | AddIndex | AlterField | RemoveConstraint):
            return list(operations)
        elif model := made.get(operation.model_name.lower()):
            # Django's optimizer, which stops at tables that stand between the two.
            [made[model.name_lower]] = cast(list[CreateModel], model.reduce(operation, ""))
        else:
            after.append(operation)
    return [*before, CreateModels(list(made.values())), *after] if made else before


class Executor(MigrationExecutor):
    def apply_migration(
        self, state: ProjectState, migration: Migration, fake: bool = False, fake_initial: bool = False
    ) -> ProjectState:
        if not fake_initial:  # which looks for each CreateModel
            migration.operations = at_once(migration.operations)  # type: ignore[misc]  # as Django's __init__ does
        return super().apply_migration(state, migration, fake=fake, fake_initial=fake_initial)


# The command has no other place for it.
migrate.MigrationExecutor = Executor  # type: ignore[attr-defined]


class Command(migrate.Command):
    pass

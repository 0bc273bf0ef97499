"""`manage.py migrate` makes the tables of a migration at once; here is what they must be."""

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel, RunSQL
from django.db.migrations.state import ProjectState

from compound.management.commands.migrate import CreateModels, at_once

OURS = ("compound", "desk", "errands", "gate", "money", "orders", "roster")


def after(operations: list, state: ProjectState, app: str) -> ProjectState:
    for operation in operations:
        operation.state_forwards(app, state)
    return state


def words(state: ProjectState) -> dict:
    """Each model as its fields and options in words, whatever order they were written in."""

    def in_words(thing: models.Field | models.Index | models.BaseConstraint) -> str:
        return repr(thing.deconstruct())

    return {
        key: (
            {name: in_words(field) for name, field in model.fields.items()},
            {
                name: sorted(map(in_words, value)) if name in ("constraints", "indexes") else value
                for name, value in model.options.items()
            },
            model.bases,
        )
        for key, model in state.models.items()
    }


def test_at_once_for_each_migration_leads_to_the_same_models() -> None:
    loader = MigrationLoader(None)
    seen = {}
    for key in loader.graph.leaf_nodes():
        for step in loader.graph.forwards_plan(key):
            if step not in seen:
                seen[step] = None
    as_written, together = ProjectState(), ProjectState()
    for step in seen:
        migration = loader.get_migration(*step)
        after(migration.operations, as_written, step[0])
        after(at_once(migration.operations), together, step[0])
    assert words(together) == words(as_written)


def test_at_once_for_our_first_migrations_leaves_one_operation_that_makes_tables() -> None:
    loader = MigrationLoader(None)
    kinds = {
        app: [type(each) for each in at_once(loader.get_migration(app, "0001_initial").operations)]
        for app in OURS
        if (app, "0001_initial") in loader.disk_migrations
    }
    assert {app: (made.count(CreateModels), len(made) <= 2) for app, made in kinds.items()} == dict.fromkeys(
        kinds, (1, True)
    )


@pytest.mark.django_db
def test_tables_after_migrate_have_what_the_models_say() -> None:
    for model in apps.get_models():
        if model._meta.app_label not in OURS or not model._meta.managed:
            continue
        table = model._meta.db_table
        with connection.cursor() as cursor:
            columns = {
                column.name: column.null_ok for column in connection.introspection.get_table_description(cursor, table)
            }
            found = connection.introspection.get_constraints(cursor, table)
        fields = [field for field in model._meta.local_fields if field.column]
        assert columns == {field.column: field.null for field in fields}, table
        named = {each.name for each in (*model._meta.constraints, *model._meta.indexes)}
        assert named <= set(found), table
        keys = {tuple(each["columns"]) for each in found.values() if each["foreign_key"]}
        wanted = {(f.column,) for f in fields if f.remote_field and getattr(f, "db_constraint", False)}
        assert wanted <= keys, table
        unique = {tuple(each["columns"]) for each in found.values() if each["unique"]}
        assert {(f.column,) for f in fields if f.unique} <= unique, table
        indexed = {each["columns"][0] for each in found.values() if each["index"] or each["unique"]}
        assert {f.column for f in fields if f.db_index} <= indexed, table


def test_at_once_when_keys_point_at_a_later_table_puts_everything_into_its_table() -> None:
    row = CreateModel(
        "Row", [("id", models.BigAutoField(primary_key=True))], options={"indexes": [], "constraints": []}
    )
    sheet = CreateModel("Sheet", [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField())])
    key = AddField("Row", "sheet", models.ForeignKey("app.sheet", models.CASCADE))
    index = AddIndex("Sheet", models.Index(fields=["name"], name="sheet_name"))
    rule = AddConstraint("Row", models.UniqueConstraint(fields=["sheet"], name="row_once"))
    of_another = AddConstraint("Old", models.UniqueConstraint(fields=["sheet"], name="old_once"))
    [made, last] = at_once([row, sheet, key, of_another, index, rule])
    assert isinstance(made, CreateModels)
    assert [(each.name, [name for name, _field in each.fields]) for each in made.models] == [
        ("Row", ["id", "sheet"]),
        ("Sheet", ["id", "name"]),
    ]
    assert [each.options for each in made.models] == [
        {"indexes": [], "constraints": [rule.constraint]},
        {"indexes": [index.index]},
    ]
    assert last is of_another


def test_at_once_when_sql_stands_after_a_table_moves_nothing() -> None:
    row = CreateModel("Row", [("id", models.BigAutoField(primary_key=True))])
    rule = AddConstraint("Row", models.UniqueConstraint(fields=["id"], name="row_once"))
    sql = RunSQL("SELECT 1")
    assert at_once([row, sql, rule]) == [row, sql, rule]
    assert [type(each) for each in at_once([sql, row, rule])] == [RunSQL, CreateModels]

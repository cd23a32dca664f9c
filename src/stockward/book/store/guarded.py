"""Whether the database is still the one that was made for the book: its tables, its triggers, and nothing added."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, Inspector, Table, inspect, text

from stockward.book.store.tables import METADATA, guards_of


def schema_faults(connection: Connection) -> Iterator[str]:
    """What the database says of itself: damage, guards that were taken away, and objects that were added."""
    if connection.dialect.name == "sqlite":
        yield from _damage(connection)
    found = inspect(connection)
    missing = METADATA.tables.keys() - set(found.get_table_names())
    if missing:
        yield f"the table {', '.join(sorted(missing))} is gone"
    for name, table in METADATA.tables.items():
        if name not in missing:
            yield from _faults_of_table(found, table)
    yield from _sqlite_faults(connection) if connection.dialect.name == "sqlite" else _postgresql_faults(connection)


def _damage(connection: Connection) -> Iterator[str]:
    for (said,) in connection.execute(text("PRAGMA integrity_check(20)")):
        if said != "ok":
            yield f"the file is damaged: {' '.join(str(said).split())}"


def _faults_of_table(found: Inspector, table: Table) -> Iterator[str]:
    """Columns and indexes as they were made, and no rule beside them that could change what is entered."""
    columns = {(one["name"], bool(one["nullable"])) for one in found.get_columns(table.name)}
    made_up = any(one["default"] is not None or one.get("computed") for one in found.get_columns(table.name))
    if columns != {(one.name, bool(one.nullable)) for one in table.columns} or made_up:
        yield f"the columns of {table.name} are not those that were made"
    indexes = {
        (one["name"], tuple(one["column_names"]), bool(one["unique"]))
        for one in found.get_indexes(table.name)
        if "duplicates_constraint" not in one
    }
    made = {(str(one.name), tuple(column.name for column in one.columns), bool(one.unique)) for one in table.indexes}
    if indexes != made:
        names = sorted(str(name) for name, _, _ in indexes ^ made)
        yield f"indexes of {table.name} are gone, added or altered: {', '.join(dict.fromkeys(names))}"
    if found.get_check_constraints(table.name) or found.get_foreign_keys(table.name):
        yield f"{table.name} has a constraint that it was not made with"


def _gone(lost: int) -> Iterator[str]:
    if lost:
        yield f"{lost} of the triggers that keep entries from being changed are gone or altered"


def _added(kind: str, names: Collection[Any]) -> Iterator[str]:
    if names:
        yield f"{kind} stands in the database that is none of the book's: {', '.join(sorted(map(str, names)))}"


def _sqlite_faults(connection: Connection) -> Iterator[str]:
    guards = {guard.replace(" IF NOT EXISTS", "") for guard in guards_of("sqlite")}
    objects = connection.execute(text("SELECT type, name, sql FROM sqlite_master")).all()
    triggers = {row.sql: row.name for row in objects if row.type == "trigger"}
    yield from _gone(len(guards - triggers.keys()))
    yield from _added("a trigger", [name for sql, name in triggers.items() if sql not in guards])
    yield from _added("a view", [row.name for row in objects if row.type == "view"])
    known = METADATA.tables.keys()
    tables = {row.name for row in objects if row.type == "table" and not row.name.startswith("sqlite_")}
    yield from _added("a table", tables - known)
    loose = connection.execute(text("SELECT name FROM pragma_table_list WHERE NOT strict")).scalars()
    if altered := sorted(known & set(loose)):
        yield f"{', '.join(altered)} takes values of any type: it was made to refuse them"


def _postgresql_faults(connection: Connection) -> Iterator[str]:
    sources = {
        function[1]: guard.split("$$")[1]
        for guard in guards_of("postgresql")
        if (function := re.search(r"FUNCTION (\w+)\(\).*\$\$", guard))
    }
    changes, inserts = (_BEFORE | _OF_UPDATE | _OF_DELETE | _OF_TRUNCATE), (_BEFORE | _OF_INSERT | _EACH_ROW)
    guards = set()
    for name in METADATA.tables:
        guards |= {(name, changes, sources[f"{name}_added_only"]), (name, inserts, sources[f"{name}_next"])}
    tables = {"tables": list(METADATA.tables)}
    triggers = connection.execute(text(_TRIGGERS), tables).all()
    kept = {(row.table, row.tgtype, row.prosrc) for row in triggers if row.plain}
    yield from _gone(len(guards - kept))
    own = {(name, f"{name}_{what}") for name in METADATA.tables for what in ("no_change", "next")}
    yield from _added("a trigger", {row.tgname for row in triggers if (row.table, row.tgname) not in own})
    yield from _added("a rule", connection.execute(text(_RULES), tables).scalars().all())
    for name in connection.execute(text(_ALTERED), tables).scalars():
        yield f"{name} is no plain table any more: rows can be hidden from it, added to it or lost"
    if (role := connection.execute(text("SHOW session_replication_role")).scalar_one()) != "origin":
        yield f"session_replication_role is {role}: the triggers that keep entries from being changed are asleep"


_EACH_ROW, _BEFORE, _OF_INSERT, _OF_DELETE, _OF_UPDATE, _OF_TRUNCATE = 1, 2, 4, 8, 16, 32
"""Bits of ``pg_trigger.tgtype``."""
_MEANT = "SELECT to_regclass(name) AS oid, name FROM unnest(CAST(:tables AS text[])) AS name"
"""The tables that a name without schema means, which are those that are read and written."""
_TRIGGERS = f"""
SELECT m.name AS table, t.tgname, t.tgtype, p.prosrc, t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL
  AND t.tgattr::text = '' AND p.proconfig IS NULL AND l.lanname = 'plpgsql' AS plain
FROM ({_MEANT}) m JOIN pg_trigger t ON t.tgrelid = m.oid JOIN pg_proc p ON p.oid = t.tgfoid
JOIN pg_language l ON l.oid = p.prolang WHERE NOT t.tgisinternal
"""
_RULES = f"SELECT r.rulename FROM ({_MEANT}) m JOIN pg_rewrite r ON r.ev_class = m.oid"
_ALTERED = f"""
SELECT m.name FROM ({_MEANT}) m JOIN pg_class c ON c.oid = m.oid WHERE c.relkind <> 'r' OR c.relpersistence <> 'p'
OR c.relrowsecurity OR c.relforcerowsecurity
OR EXISTS (SELECT 1 FROM pg_inherits i WHERE c.oid IN (i.inhparent, i.inhrelid))
"""

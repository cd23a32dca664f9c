"""Triggers that let sealed rows only be added, on both engines."""

from __future__ import annotations

from collections.abc import Iterator

_ONLY = "sealed reports are only added to"
_UNIQUE = {"web_sealedreport": ("number", "receipt"), "web_sealedanswer": ("number",)}


def sealed_guards(vendor: str) -> Iterator[str]:
    """The statements that put the guards on the tables of an engine, ``sqlite`` or ``postgresql``."""
    for table, unique in _UNIQUE.items():
        yield from _sqlite(table, unique) if vendor == "sqlite" else _postgresql(table)


def _sqlite(table: str, unique: tuple[str, ...]) -> Iterator[str]:
    for event in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_{event.lower()} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{_ONLY}'); END"
        )
    # A row that is replaced is deleted without its trigger, so that what would replace one is refused before.
    same = " OR ".join(f'"{column}" = NEW."{column}"' for column in unique)
    yield (
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_replace BEFORE INSERT ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{_ONLY}') WHERE EXISTS (SELECT 1 FROM {table} WHERE {same}); END"
    )


def _postgresql(table: str) -> Iterator[str]:
    yield (
        f"CREATE OR REPLACE FUNCTION {table}_added_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_ONLY}'; END $$"
    )
    yield (
        f"CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_added_only()"
    )

"""The two tables of the database, and the triggers on both engines that let nothing but the next entry in.

The text of an entry is what is hashed; its other columns repeat parts of it, so that lists are quick, and are compared
with it when the book is verified. Texts are ASCII: no engine changes them.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    FromClause,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    and_,
    func,
    literal_column,
    text,
)  # fmt: skip

METADATA = MetaData()
_NUMBER = BigInteger().with_variant(Integer, "sqlite")

ENTRIES = Table(
    "book_entries",
    METADATA,
    Column("number", _NUMBER, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("site", Text),
    Column("submission", _NUMBER),
    Column("of", _NUMBER),
    Column("table", Text),
    Column("once", Text, unique=True, doc="The client's own key of a request: sent twice, it is entered once."),
    Column("leaf", LargeBinary, nullable=False),
    Column("entry", Text, nullable=False),
    sqlite_strict=True,
)
TREE_HEADS = Table(
    "book_heads",
    METADATA,
    Column("size", _NUMBER, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("peaks", Text, nullable=False),
    Column("note", Text, nullable=False),
    sqlite_strict=True,
)
_DECIDES = ENTRIES.c.kind.in_(["approval", "return"])
Index("book_entries_of_site", ENTRIES.c.site, ENTRIES.c.number)
Index("book_entries_of_table", ENTRIES.c.site, ENTRIES.c.table, ENTRIES.c.number)
Index("book_entries_of_kind", ENTRIES.c.kind, ENTRIES.c.number)
Index("book_entries_of_submission", ENTRIES.c.submission, ENTRIES.c.number)
Index("book_entries_of_entry", ENTRIES.c.of)
Index("book_decided_once", ENTRIES.c.submission, unique=True, sqlite_where=_DECIDES, postgresql_where=_DECIDES)


def decides(entries: FromClause = ENTRIES) -> ColumnElement[bool]:
    """That an entry is a decision: in the words of the index of decisions, which is not used for a parameter."""
    return entries.c.kind.in_([literal_column("'approval'"), literal_column("'return'")])


def of_kind(kind: str, site: str | None, entries: FromClause = ENTRIES) -> ColumnElement[bool]:
    """That an entry is of a kind that has few, at a site.

    They are found by their kind: looked for by the site, every row of a large book would be gone through.
    """
    return and_(entries.c.kind == kind, func.coalesce(entries.c.site, "") == (site or ""))


_ADDED_ONLY = "the book is only added to"
_NEXT = "an entry takes the next number"
_ONCE = "this was entered before"
_OTHER_EYES = "nobody decides on what they handed in themselves"

_NEW_ENTRY = (
    ('NEW."number" <> (SELECT COALESCE(MAX("number"), -1) + 1 FROM book_entries)', _NEXT),
    ('NEW."once" IS NOT NULL AND EXISTS (SELECT 1 FROM book_entries WHERE "once" = NEW."once")', _ONCE),
    (
        "NEW.\"kind\" IN ('approval', 'return') AND EXISTS (SELECT 1 FROM book_entries "
        'WHERE "submission" = NEW."submission" AND "kind" IN (\'approval\', \'return\'))',
        _ONCE,
    ),
    (
        "NEW.\"kind\" IN ('approval', 'return') AND NEW.\"by\" = "
        '(SELECT "by" FROM book_entries WHERE "number" = NEW."submission")',
        _OTHER_EYES,
    ),
)
_NEW_HEAD = (
    ('NEW."size" <= (SELECT COALESCE(MAX("size"), -1) FROM book_heads)', _NEXT),
    ('NEW."size" <> (SELECT COALESCE(MAX("number"), -1) + 1 FROM book_entries)', _NEXT),
)


def guards_of(dialect: str) -> Iterator[str]:
    """The statements that put the guards on both tables of an engine, ``sqlite`` or ``postgresql``."""
    made = _sqlite_guards if dialect == "sqlite" else _postgresql_guards
    for table, rules in ((ENTRIES.name, _NEW_ENTRY), (TREE_HEADS.name, _NEW_HEAD)):
        yield from made(table, rules)


def _sqlite_guards(table: str, rules: tuple[tuple[str, str], ...]) -> Iterator[str]:
    # A row that is replaced is deleted without its trigger, so that every conflict is refused before it comes to that.
    for event in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_{event.lower()} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{_ADDED_ONLY}'); END"
        )
    refused = " ".join(f"SELECT RAISE(ABORT, '{why}') WHERE {rule};" for rule, why in rules)
    yield f"CREATE TRIGGER IF NOT EXISTS {table}_next BEFORE INSERT ON {table} BEGIN {refused} END"


def _postgresql_guards(table: str, rules: tuple[tuple[str, str], ...]) -> Iterator[str]:
    yield (
        f"CREATE OR REPLACE FUNCTION {table}_added_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_ADDED_ONLY}'; END $$"
    )
    refused = " ".join(f"IF {rule} THEN RAISE EXCEPTION '{why}'; END IF;" for rule, why in rules)
    yield (
        f"CREATE OR REPLACE FUNCTION {table}_next() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {refused} RETURN NEW; END $$"
    )
    yield (
        f"CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_added_only()"
    )
    yield (
        f"CREATE OR REPLACE TRIGGER {table}_next BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_next()"
    )


LOCK = text("SELECT pg_advisory_xact_lock(7523141908412)")
"""Held on PostgreSQL while entries are added: without it two writers would both take the next number."""

"""Keys stand once, and what refers to one finds it."""

from __future__ import annotations

from collections import Counter

import polars as pl

from stockward.book.cells.reading import no_text, without
from stockward.book.checks.draft import Draft, TableDraft, first_told
from stockward.book.problems import WAITS, bare, did_you_mean, looks_like
from stockward.book.schema.dictionary import Column
from stockward.book.schema.kinds import NEEDS


def a_key_stands_once(draft: Draft, table: TableDraft) -> None:
    """A duplicate key: every later row with it is set aside."""
    key = list(table.table.key)
    if not key or _all_differ(table.values.select(key)):
        return
    names = pl.all_horizontal(pl.col(name).is_not_null() for name in key if table.table[name].required)
    whole = table.values.select(names).to_series()
    for name in key:
        # A cell that cannot be read is null here, and must not pass for a blank one.
        whole = whole & ~table.illegible(name)
    first = table.values.select(pl.when(whole).then(pl.struct(key)).is_first_distinct()).to_series()
    later = whole & ~first
    shown = key[0] if len(key) == 1 else ""
    words = "this key" if len(key) == 1 else f"the same {', '.join(key)}"
    earlier = _earlier_row(table.values, key, first_told(later))
    mend = _TWICE.get(table.table.name, "keep the one that is right")
    table.refuse(
        shown, later, pl.select(pl.format("{} stands in row {}: {}", pl.lit(words), earlier, pl.lit(mend))).to_series()
    )


_TWICE = {
    "movements": "delete one if it was written twice; if both took place, such as two lines of one document, give each "
    "a code of its own",
    "counts": "delete one if it was written twice; if both were found, give each shelf or list its own sheet; if they "
    "are of two days, give each inventory its own code",
    "materials": "delete one if it was written twice; if two lots are to be told apart, give each a code of its own",
    "incidents": "delete one if it was written twice; if both happened, give each a code of its own",
    "posts": "delete one if it was written twice; if guards stand there at several times of day, give each row a code "
    "of its own",
}
"""The way out where a key stands twice and both rows may be true."""


def _earlier_row(values: pl.DataFrame, key: list[str], later: pl.Series) -> pl.Series:
    """The row in which each key stood first, for those that stand again."""
    again = values.select(*key, "row").with_columns(row=pl.col("row").first().over(key)).filter(later)
    first = pl.DataFrame({"place": later.arg_true(), "first": again["row"]})
    places = pl.DataFrame({"place": pl.int_range(values.height, dtype=pl.UInt32, eager=True)})
    return places.join(first, on="place", how="left", maintain_order="left")["first"]


def _all_differ(keys: pl.DataFrame) -> bool:
    """Whether no two rows are alike, for sure: what differs in its hash differs."""
    return keys.hash_rows().n_unique() == keys.height


_ADD = "correct it, or add it there"
_UNKNOWN_KEY = f"this key is not in {{}}: {_ADD}"
"""Said of a private table, whose keys are not shown."""


def a_reference_is_known(draft: Draft, table: TableDraft) -> None:
    """What a row refers to stands in the table referred to, and was not set aside there."""
    for column in table.table.columns:
        if not column.refers_to or table[column.name].null_count() == table.values.height:
            continue
        known = _known(draft, column.refers_to)
        values = table[column.name]
        if values.dtype == pl.List:
            _check_listed(draft, table, column, known)
            continue
        missing = ~values.is_in(known.implode())
        if not missing.any():
            continue
        missing = missing.fill_null(False)
        aside = _aside(draft, column.refers_to)
        waiting = missing & values.is_in(aside["key"].implode())
        table.refuse(column.name, waiting, _wait(table, column, without(values, ~first_told(waiting)), aside))
        unknown = missing & ~waiting
        if table.table.private:
            reasons: str | pl.Series = _UNKNOWN_KEY.format(column.refers_to)
        else:
            reasons = _unknown(draft, without(values, ~first_told(unknown)), known, column.refers_to)
        nothing = unknown & _says_nothing(values)
        table.refuse(column.name, nothing & _is_needed(table, column), _NEEDED, readable=False)
        table.refuse(column.name, nothing, _LEAVE_BLANK, readable=False)
        table.refuse(column.name, unknown, reasons, readable=False)


_NOTHING = ("n/a", "n.a.", "na", "none", "nil", "null", "-", "--", "---", "–", "—", "/", ".")
"""What people write into a cell in which there is nothing to say."""

_LEAVE_BLANK = "this says that there is none: leave the cell blank"
_NEEDED = "this says that there is none, and the row needs one: correct it"


def _says_nothing(values: pl.Series) -> pl.Series:
    return values.str.to_lowercase().is_in(list(_NOTHING)).fill_null(False)


def _is_needed(table: TableDraft, column: Column) -> pl.Series:
    """Rows that must name something in the column: all, or those of the kinds that need it."""
    if table.table.name == "movements" and column.name in ("from_area", "to_area"):
        kinds = [kind for kind, needed in NEEDS.items() if column.name in needed]
        return table["kind"].is_in(kinds).fill_null(False)
    return pl.Series([column.required]).new_from_index(0, table.values.height)


def _known(draft: Draft, table: str) -> pl.Series:
    """Keys of a table that may be used."""
    if table == "substances":
        return _substances(draft)
    referred = draft[table]
    return referred.good()[referred.table.key[0]]


def _substances(draft: Draft) -> pl.Series:
    """Substances that the site holds: those of the contents, and bulk materials that are their own."""
    contents, materials = draft["contents"], draft["materials"]
    holders = contents["material"].drop_nulls().implode()
    own = materials.good().filter((pl.col("kind") == "bulk") & ~pl.col("material").is_in(holders))["material"]
    return pl.concat([contents.good()["substance"], own]).unique(maintain_order=True)


def _aside(draft: Draft, table: str) -> pl.DataFrame:
    """The keys of a table that may not be used: each ``key`` with the ``file`` and ``row`` set aside there."""
    if table == "substances":
        # A substance is sought where it was said last.
        of_contents = _set_aside(draft["contents"], "substance", _substances(draft)).reverse()
        return pl.concat([of_contents, _aside(draft, "materials")])
    return _set_aside(draft[table], draft[table].table.key[0], _known(draft, table))


def _set_aside(table: TableDraft, key: str, known: pl.Series) -> pl.DataFrame:
    rows = table.values.select(pl.col(key).alias("key"), pl.lit(table.file).alias("file"), "row")
    return rows.filter(table.bad & ~table[key].is_in(known.implode())).drop_nulls()


def _wait(table: TableDraft, column: Column, values: pl.Series, aside: pl.DataFrame) -> pl.Series:
    """The reason of each value that stands among those set aside: the first row there that has it."""
    first = aside.filter(pl.col("key").is_in(values.drop_nulls().implode()))
    first = first.unique("key", keep="first", maintain_order=True)
    if first.is_empty():
        return no_text(len(values))
    words = pl.format(WAITS, "key", "file", "row")
    if table.table.private:
        words = pl.lit(f"it uses a row of {column.refers_to} which is set aside: mend that row first")
    return values.replace_strict(
        first["key"], first.with_columns(words=words)["words"], default=None, return_dtype=pl.String
    )


def _unknown(draft: Draft, unknown: pl.Series, known: pl.Series, table: str) -> pl.Series:
    """For each unknown key, that it is unknown, and the known key that it looks like or is the name of.

    Few are told more than that nobody knows them, so that the words of the others are made all at once.
    """
    keys = known.to_list()[:2000]
    named = _keys_by_name(draft, table, known)
    items = _items(draft) if table == "substances" else frozenset()
    place = "contents or materials" if table == "substances" else table
    better: dict[str, str] = {}
    for count, key in enumerate(unknown.drop_nulls().unique(maintain_order=True)):
        meant = named.get(_as_name(key)) if named else None
        if key in items:
            better[key] = f"{key} is an item, {_NO_SUBSTANCE}"
        elif meant is not None:
            better[key] = f"{key} is not in {place}, did you mean {meant}, which has that name?"
        elif count < 50 and (guess := did_you_mean(key, keys)):
            better[key] = f"{key} is not in {place}{_guessed(key, guess)}"
    words = pl.select(unknown + f" is not in {place}: {_ADD}").to_series()
    return unknown.replace_strict(better, default=words, return_dtype=pl.String) if better else words


def _guessed(key: str, guess: str) -> str:
    """The end of a reason that names the key which may be meant; one that differs for the eye may be new as well."""
    mend = looks_like(key, guess) or ("" if bare(key) == bare(guess) else f" {_ADD.capitalize()}")
    return f", did you mean {guess}?{mend}"


_NO_SUBSTANCE = (
    "and what is named here is a substance, in bulk or held by items: name one, or delete the row; items are planned "
    "for with sample plan --items"
)


def _items(draft: Draft) -> frozenset[str]:
    materials = draft["materials"].values
    return frozenset(materials.filter(pl.col("kind") == "item")["material"].drop_nulls())


def _keys_by_name(draft: Draft, table: str, known: pl.Series) -> dict[str, str]:
    """The key of each row that has a name which no other row has."""
    if table == "substances" or "name" not in draft[table].table.names:
        return {}
    key = draft[table].table.key[0]
    rows = draft[table].values.select(key, "name").drop_nulls().filter(pl.col(key).is_in(known.implode()))
    names = [(_as_name(name), of) for of, name in rows.rows()]
    often = Counter(name for name, _ in names)
    return {name: of for name, of in names if often[name] == 1}


def _as_name(name: str) -> str:
    return " ".join(name.split()).casefold()


def _check_listed(draft: Draft, table: TableDraft, column: Column, known: pl.Series) -> None:
    """The same for a cell that lists several keys: the first that is not known is said."""
    names = set(known.to_list())
    lost = table[column.name].list.eval(pl.element().filter(~pl.element().is_in(list(names)))).list.first()
    if lost.null_count() == len(lost):
        return
    aside = _aside(draft, column.refers_to)
    nothing = _says_nothing(lost) & (table[column.name].list.len() == 1)
    table.refuse(column.name, nothing & ~lost.is_in(aside["key"].implode()), _LEAVE_BLANK)
    if table.table.private:
        said = pl.select(pl.when(lost.is_not_null()).then(pl.lit(_UNKNOWN_KEY.format(column.refers_to)))).to_series()
    else:
        said = _unknown(draft, without(lost, ~first_told(lost.is_not_null())), known, column.refers_to)
    table.refuse(column.name, lost.is_not_null(), _wait(table, column, lost, aside).fill_null(said))

"""``import.toml`` as people edit it: what says nothing is refused in one line, and its mend mends."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stockward.cli import main

HEAD = "Date,Doc,Material,Store,Type,Qty,Unit"
LEDGER = f"{HEAD}\n2026-01-13,R1,TNT,A,Receipt,100,kg\n2026-01-14,I1,TNT,A,551,50,kg\n"


def run(folder: Path, name: str = "ledger.csv", *options: str) -> Result:
    return CliRunner().invoke(main, ["import", str(folder / name), "--into", str(folder / "site"), *options])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a site into which a ledger was imported, all its questions answered."""
    (tmp_path / "ledger.csv").write_text(LEDGER, encoding="utf-8")
    run(tmp_path)
    mapping = tmp_path / "site" / "import.toml"
    text = mapping.read_text(encoding="utf-8")
    text = text.replace('"by material"]\nanswer = ""', '"by material"]\nanswer = "issue"')
    mapping.write_text(text.replace('"other"]\nanswer = ""', '"other"]\nanswer = "1"'), encoding="utf-8")
    assert run(tmp_path).exit_code == 0, mapping.read_text(encoding="utf-8")
    return tmp_path


def refused(folder: Path, content: str | bytes) -> str:
    """The one line with which a mapping is refused; the site stays as it was, and with the old mapping all is well."""
    mapping, table = folder / "site" / "import.toml", folder / "site" / "movements.csv"
    before, rows = mapping.read_bytes(), table.read_bytes()
    mapping.write_bytes(content if isinstance(content, bytes) else content.encode())
    after = mapping.read_bytes()
    result = run(folder)
    assert result.exit_code == 2, result.output
    assert result.stderr.count("\n") == 1
    assert (mapping.read_bytes(), table.read_bytes()) == (after, rows)
    mapping.write_bytes(before)
    assert run(folder).exit_code == 0
    return result.stderr


def text_of(folder: Path) -> str:
    return (folder / "site" / "import.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('table = "movements"', 'table = "moves"', "table = 'moves' says nothing: write one of \"movements\""),
        ('table = "movements"', "table = 1", "source.ledger.table = 1 says nothing"),
        ('table = "movements"', "table = {a = 1}", "source.ledger.table.a = 1 says nothing"),
        ('table = "movements"', "table = []", "source.ledger.table is no text: write it in quotation marks"),
        ('table = "movements"', 'tabel = "movements"', "ledger.tabel is no name that is known: did you mean table?"),
        ('at = "Date"', 'att = "Date"', "source.ledger.columns.att is no name that is known: did you mean at?"),
        ('at = "year-month-day"', 'at = "iso"', "source.ledger.dates.at = 'iso' says nothing"),
        ("[source.ledger.columns]", '[source.ledger]\ncolumns = "x"\n[x]', "this is no TOML"),
        ('kind = "store"', 'kind = "castle"', "areas.kind = 'castle' says nothing"),
        ('kind = "store"', "kind = store", "this is no TOML (Invalid value (at line"),
        ('kind = "store"', 'kind = "store"\nkind = "gate"', "each NAME once"),
        ("headers = [", "headers = [1, ", "source.ledger.headers is no list of texts"),
        ("format = 1", "format = 2", "it does not say format = 1"),
        ("format = 1", f"format = 1\nx = {'9' * 5000}", "this is no TOML"),
        ("format = 1", f"format = 1\nx = {'[' * 3000}{']' * 3000}", "nested too deep"),
        ("format = 1", f"format = 1\n{'a.' * 2000}a = 1", "nested too deep"),
        ("format = 1", 'format = 1\nsource = "x"\n[y]', "this is no TOML"),
        ("format = 1", "format = 1\nquestion = [1]", "question is no list of tables"),
    ],
)  # fmt: skip
def test_what_says_nothing_is_refused(folder: Path, old: str, new: str, said: str) -> None:
    text = text_of(folder)
    assert old in text
    assert said in refused(folder, text.replace(old, new))


@pytest.mark.parametrize("name", ["columns", "dates", "kinds"])
def test_a_text_where_a_table_belongs_is_refused(folder: Path, name: str) -> None:
    text = f'format = 1\n[source.ledger]\nheaders = ["date"]\n{name} = "x"\n'
    assert f"source.ledger.{name} is a text, and names of a table belong there" in refused(folder, text)
    assert "source is a text" in refused(folder, 'format = 1\nsource = "x"\n')


@pytest.mark.parametrize("about", ["source", "source.ledger", "source.ledger.columns", "format", "a = 1\\nb", "]["])
def test_a_question_about_nothing_is_refused(folder: Path, about: str) -> None:
    refused(folder, f'{text_of(folder)}\n[[question]]\nabout = "{about}"\nanswer = "x"\n')


def test_answers_that_contradict_are_refused(folder: Path) -> None:
    asked = "\n".join(
        f'[[question]]\nabout = "source.ledger.kinds.551"\nanswer = "{one}"' for one in ("issue", "receipt")
    )
    line = refused(folder, f"{text_of(folder)}\n{asked}\n")
    assert (
        "the question about source.ledger.kinds.551 has two answers, 'issue' and 'receipt': leave one of them" in line
    )


def test_what_an_editor_makes_of_it_is_read(folder: Path) -> None:
    mapping = folder / "site" / "import.toml"
    text = f"{text_of(folder)}\n# Größe\n"
    for content in (text.encode("utf-8-sig"), text.encode("utf-16"), text.replace("\n", "\r\n").encode()):
        mapping.write_bytes(content)
        assert run(folder).exit_code == 0
    assert "line 30 holds a sign that is no UTF-8: save it as UTF-8" in refused(folder, text.encode("cp1252"))


@pytest.mark.parametrize("answer", ["isue", "5", "reverses ", "reverses 551"])
def test_a_code_that_stands_for_nothing_is_asked_about_again(folder: Path, answer: str) -> None:
    mapping = folder / "site" / "import.toml"
    mapping.write_text(text_of(folder).replace('= "issue"', f'= "{answer}"'), encoding="utf-8")
    result = run(folder)
    assert result.exit_code == 3
    assert f"{answer!r} is nothing that a code can stand for" in result.stdout


def test_a_column_that_no_table_has_is_told(folder: Path) -> None:
    mapping = folder / "site" / "import.toml"
    mapping.write_text(text_of(folder).replace('at = "Date"', 'at = "Datum"'), encoding="utf-8")
    result = run(folder)
    assert (
        "import.toml names 'Datum' as the column of at, and no column is called so: write one of 'Date'"
        in result.stdout
    )
    mapping.write_text(text_of(folder).replace('at = "Datum"', 'at = "Date"'), encoding="utf-8")
    assert run(folder).exit_code == 0


def test_what_holds_for_one_file_stands_beside_what_holds_for_all_others(folder: Path) -> None:
    first = LEDGER.replace("2026-01-13", "13/01/2026").replace("2026-01-14", "14/01/2026")
    (folder / "first.csv").write_text(first.replace("Doc", "Voucher"), encoding="utf-8")
    mixed = "\n".join(f"{day},M{day[:2]},TNT,A,Receipt,5,kg" for day in ("02/13/2026", "14/02/2026", "15/02/2026"))
    (folder / "mixed.csv").write_text(f"{HEAD.replace('Doc', 'Voucher')}\n{mixed}\n", encoding="utf-8")
    for name in ("first.csv", "mixed.csv", "mixed.csv", "first.csv"):
        assert run(folder, name, "--accept").exit_code in {0, 3}
    assert '"all others" = "day-month-year"' in text_of(folder)
    assert '"mixed.csv" = "day-month-year"' in text_of(folder)

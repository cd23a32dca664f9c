"""The orders of one site and of many: the table, JSON, CSV and exit codes."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import order_sites as sites
import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from stockward import cli
from stockward.guards.orders.of_sites import orders_of_site
from stockward.report.guards import orders_table
from stockward.terms.conclusions import Conclusion

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)

MET = sites.order(factor="1", comparator=">=")
SHORT = sites.order()
PEOPLE = sites.guards((24, "ministry", "patrol", "2020-01-01", ""))


def site(folder: Path, *orders: str, name: str = "Works", people: str = PEOPLE, **tables: str) -> str:
    return str(sites.write(folder, name=name, people=people, orders=sites.ORDER_COLUMNS + "".join(orders), **tables))


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(cli.main, ["orders", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture(autouse=True)
def _on_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """No stock dates these books, so the day of the clock is that of the review."""
    for module in ("orders", "review"):
        monkeypatch.setattr(f"stockward.cli.{module}.moment_now", lambda: NOW)


@pytest.fixture
def many(tmp_path: Path) -> dict[str, str]:
    """Sites that differ in one respect each."""
    return {
        "met": site(tmp_path / "met", MET, name="North"),
        "short": site(tmp_path / "short", SHORT, name="South"),
        "faulty": site(tmp_path / "faulty", MET, sites.order("ORD-2", due="soon"), name="East"),
        "none": site(tmp_path / "none", name="West"),
        "open": site(tmp_path / "open", sites.order(baseline="2001-01-01"), name="Mid"),
        "absent": str(tmp_path / "absent"),
    }


@pytest.mark.parametrize(
    ("named", "code"),
    [
        (["met"], 0),
        (["none"], 0),
        (["open"], 0),
        (["short"], Conclusion.ALARMED),
        (["met", "short"], Conclusion.ALARMED),
        (["short", "faulty", "absent"], Conclusion.ALARMED),
        (["faulty"], Conclusion.SET_ASIDE),
        (["met", "absent"], Conclusion.SET_ASIDE),
        (["absent"], Conclusion.WRONG_USE),
        (["absent", "absent"], Conclusion.WRONG_USE),
    ],
)
def test_exit_codes(many: dict[str, str], named: list[str], code: int) -> None:
    result = run(*(many[name] for name in named), "--quiet")
    assert result.exit_code == code
    assert result.stdout == ""
    assert result.stderr.count("\n") == named.count("absent")


def test_no_site_is_left_out(many: dict[str, str]) -> None:
    result = run(*many.values())
    names = ["North", "South", "East", "West", "Mid", "absent"]
    table = result.stdout.split("\n\n")[1]
    assert [name for line in table.splitlines() for name in names if line.startswith(name)] == [
        "North", "South", "East", "East", "West", "Mid", "absent",
    ]  # fmt: skip
    assert " ".join(result.stdout.split()).startswith(
        "5 orders at 6 sites: 2 not measurable, 2 met, 1 short of target; 1 site could not be read;"
    )
    said = " ".join(result.stdout.split())
    assert "South, ORD-1: 25 short of the target: 24 guards on patrol on 2026-06-01" in said
    assert "East, ORD-2: not measurable: orders row 3 is set aside: mend it (stockward check)." in said
    assert "West: no order issued by 1 June 2026 is on record." in said
    assert "Mid, ORD-1: not measurable: the baseline on 2001-01-01 cannot be counted: the first guard" in said
    assert "absent: not read: " in said
    assert result.stderr.startswith("error: ")
    assert "there is no such folder" in result.stderr


def test_the_table_fits(many: dict[str, str]) -> None:
    answers = [orders_of_site(Path(path), now=NOW) for path in many.values()]
    for width, widest in ((80, 80), (100, 100), (200, 100)):
        stream = io.StringIO()
        orders_table.print_orders(answers, Console(file=stream, width=width))
        lines = stream.getvalue().splitlines()
        assert max(map(len, lines)) <= widest
        heads = next(line for line in lines if line.startswith("site "))
        assert [head for head in heads.split() if head not in {"short", "of"}] == [
            "site", "order", "measure", "baseline", "target", "now", "expected", "target", "verdict",
        ]  # fmt: skip
        row = next(line for line in lines if line.startswith("South"))
        assert row.split()[-7:] == ["24", ">", "48", "24", "24", "25", "short"]


def test_sites_of_one_name_are_told_apart(tmp_path: Path) -> None:
    paths = [site(tmp_path / name, MET) for name in ("one", "two")]
    assert orders_table.site_labels([orders_of_site(Path(path), now=NOW) for path in paths]) == [
        "Works (one)",
        "Works (two)",
    ]
    alike = site(tmp_path / "Works (one)", MET, name="Other")
    assert len(run(*paths, alike, "--json", "-").stdout.split('"order": ')) == 4


def test_json_has_every_site_and_figure(many: dict[str, str], tmp_path: Path) -> None:
    result = run(*many.values(), "--json", "-", "--as-of", "2026-06-15")
    document = json.loads(result.stdout)
    assert document["schema"] == "stockward.orders/1"
    assert document["generated"]["options"] == {"as_of": "2026-06-15"}
    assert [one["site"] for one in document["sites"]] == ["North", "South", "East", "West", "Mid", None]
    assert [one["day"] for one in document["sites"]] == ["2026-06-15"] * 5 + [None]
    assert [one["folder"] for one in document["sites"]] == [*many]
    assert [one["set_aside"] for one in document["sites"]] == [0, 0, 1, 0, 0, 0]
    assert document["sites"][5]["fault"].endswith("name the folder that holds site.toml")
    (short,) = document["sites"][1]["orders"]
    assert (short["baseline"], short["required"], short["short_by"], short["verdict"]) == (24, 49, 25, "short")
    assert short["baseline_rows"][0] == {"table": "people", "row": 2}
    unread = document["sites"][2]["orders"][1]
    assert (unread["due_on"], unread["verdict"], unread["now"]) == (None, "not_measurable", None)
    again = run(*many.values(), "--json", str(tmp_path / "orders.json"), "--as-of", "2026-06-15", "--quiet")
    assert again.stdout == ""
    written = json.loads((tmp_path / "orders.json").read_text(encoding="utf-8"))
    assert written["sites"] == document["sites"]


def test_what_cannot_be_read_is_null(tmp_path: Path) -> None:
    path = site(tmp_path / "s", sites.order(measure="tanks", comparator="="))
    (order,) = json.loads(run(path, "--json", "-").stdout)["sites"][0]["orders"]
    assert (order["measure"], order["comparator"], order["unit"]) == (None, None, None)


def test_csv_is_a_row_an_order_and_holds_no_formula(many: dict[str, str], tmp_path: Path) -> None:
    evil = site(tmp_path / "evil", sites.order("=1+1", factor="1.5"), sites.order("@x"), name="-2+3")
    run(*many.values(), evil, "--csv", str(tmp_path / "orders.csv"), "--quiet")
    text = (tmp_path / "orders.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(rows[0]) == orders_table.CSV_COLUMNS
    assert [(row["site"], row["order"], row["verdict"]) for row in rows] == [
        ("North", "ORD-1", "met"),
        ("South", "ORD-1", "short"),
        ("East", "ORD-1", "met"),
        ("East", "ORD-2", "not measurable"),
        ("West", "", "no order"),
        ("Mid", "ORD-1", "not measurable"),
        ("", "", "not read"),
        ("'-2+3", "'=1+1", "short"),
        ("'-2+3", "'@x", "short"),
    ]
    assert (rows[1]["baseline"], rows[1]["required"], rows[1]["due_on"]) == ("24", "49", "2026-08-30")
    assert not any(str(cell).lstrip().startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert rows[1]["comparator"] == ">"


def test_wrong_use_is_one_line(many: dict[str, str]) -> None:
    result = run(many["met"], "--as-of", "yesterday")
    assert (result.exit_code, result.stdout) == (Conclusion.WRONG_USE, "")
    assert result.stderr == "error: as-of 'yesterday' is no date: write it as 2026-06-30\n"
    assert run().exit_code == Conclusion.WRONG_USE


def test_a_question_is_asked_of_every_site(many: dict[str, str]) -> None:
    result = run(many["met"], many["none"], "--guards", "patrolling>=25 guards", "--due", "2026-07-01", "--json", "-")
    document = json.loads(result.stdout)
    assert document["generated"]["options"] == {"as_of": None, "guards": "patrolling>=25 guards", "due": "2026-07-01"}
    asked = [one["orders"][-1] for one in document["sites"]]
    assert [(one["order"], one["asked"], one["required"], one["short_by"]) for one in asked] == [
        ("asked", True, 25, 1),
        ("asked", True, 25, 1),
    ]
    assert result.exit_code == Conclusion.ALARMED
    wrong = run(many["met"], "--guards", "many")
    assert (wrong.exit_code, wrong.stdout, wrong.stderr.count("\n")) == (Conclusion.WRONG_USE, "", 1)
    assert run(many["met"], "--due", "2026-07-01").exit_code == Conclusion.WRONG_USE


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("site.toml", b"format = 1\n[site"),
        ("people.csv", b"\xff\xfe\x00"),
        ("orders.csv", b"order,issued\n"),
        ("orders.parquet", b"PAR1"),
        ("site.xlsx", b"PK\x03\x04"),
    ],
)
def test_one_site_never_stops_the_others(many: dict[str, str], tmp_path: Path, file: str, content: bytes) -> None:
    broken = tmp_path / "broken"
    site(broken, MET)
    if file.endswith("parquet"):
        (broken / "orders.csv").unlink()
    (broken / file).write_bytes(content)
    result = run(str(broken), many["short"], "--json", "-")
    first, second = json.loads(result.stdout)["sites"]
    assert result.exit_code == Conclusion.ALARMED
    assert (first["site"], first["folder"], first["orders"]) == (None, "broken", [])
    assert first["fault"]
    assert second["orders"][0]["verdict"] == "short"
    assert result.stderr.count("\n") == 1


def test_steering_signs_of_a_site_are_not_printed(tmp_path: Path) -> None:
    path = tmp_path / "s"
    site(path, sites.order(reason="x"))
    settings = (path / "site.toml").read_text(encoding="utf-8").replace('"Works"', '"W\\u001b[31m[bold]x[/bold]"')
    (path / "site.toml").write_text(settings, encoding="utf-8")
    printed = run(str(path)).stdout
    assert "\x1b[31m" not in printed
    assert "W?[31m" in printed.replace("\n", "")

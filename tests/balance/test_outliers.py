"""The movement on which an alarm hangs is the one without which everything, done again, does not alarm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small_sites import Closed, write_site

from stockward.answers.losses import Outliers
from stockward.balance.findings.outliers import outliers_of
from stockward.balance.items import find_in_items
from stockward.terms.verdicts import Verdict

METHODS = "method,random_rel,systematic_rel\nscale,0.002,0.001\n"
MONTHS = 10


def books(seed: int, *, phantoms: tuple[float, ...] = (), stolen: float = 0.0, steady: float = 0.0) -> dict[str, str]:
    """TNT and BOX in one area; ``phantoms`` are receipts that were booked, of both, and never came."""
    rng = np.random.default_rng(seed)
    held, boxes, movements, counts = 2000.0, 500, [], []
    head = "movement,at,kind,from_area,to_area,material,quantity,method,document"
    for month in range(1, MONTHS + 1):
        counts.append(
            f"N{month},2025-{month:02d}-01T06:00,A,TNT,{held * (1 + 0.002 * rng.standard_normal()):.2f},scale"
        )
        counts.append(f"N{month},2025-{month:02d}-01T06:00,A,BOX,{boxes},")
        for day in (5, 12, 19, 26):
            came, went = rng.uniform(50, 150, 2)
            held += came - went
            for kind, sides, size in (("receipt", ",A", came), ("issue", "A,", went)):
                weighed = size * (1 + 0.002 * rng.standard_normal())
                movements.append(
                    f"2025-{month:02d}-{day:02d}T10:00,{kind},{sides},TNT,{weighed:.2f},scale,D{month}{day}"
                )
            movements.append(f"2025-{month:02d}-{day:02d}T11:00,receipt,,A,BOX,{int(came)},,E{month}{day}")
            boxes += int(came)
        held -= steady + (stolen if month == 6 else 0.0)
    for number, size in enumerate(phantoms):
        movements.append(f"2025-0{5 + number}-15T12:00,receipt,,A,TNT,{size},scale,PHANTOM{number}")
        movements.append(f"2025-0{5 + number}-15T12:00,receipt,,A,BOX,{int(size)},,PHANTOM{number}")
    rows = [f"M{number},{row}" for number, row in enumerate(movements)]
    return {
        "movements": "\n".join([head, *rows]),
        "counts": "\n".join(["inventory,at,area,material,quantity,method", *counts]),
    }


def found_in(folder: Path, tables: dict[str, str], seed: int = 1) -> tuple[Closed, dict[str, Outliers]]:
    folder.mkdir(exist_ok=True)
    closed = Closed(write_site(folder, methods=METHODS, **tables))
    verdicts = list(closed.verdicts(seed).values())
    discrepancies = find_in_items(closed.books, closed.balances, seed=seed).discrepancies
    found = outliers_of(closed.books, closed.balances, verdicts, discrepancies, false_alarm=0.05, seed=seed)
    return closed, {closed.ids[one.series]: one for one in found}


@pytest.mark.parametrize("seed", range(4))
def test_a_receipt_that_never_came(tmp_path: Path, seed: int) -> None:
    tables = books(seed, phantoms=(333.0,))
    closed, found = found_in(tmp_path / "with", tables)
    assert closed.verdicts()["A/TNT"].verdict is Verdict.SHORTAGE
    assert set(found) == {"A/TNT", "A/BOX"}
    for one in found.values():
        (row,) = one.rows
        assert (row.document, row.verdict, row.quantity) == ("PHANTOM0", Verdict.BALANCED, 333.0)
        assert one.expected == 0.0
    # The same as a review of books that never had the rows.
    lines = [row for row in tables["movements"].splitlines() if "PHANTOM" not in row]
    without, none = found_in(tmp_path / "without", {**tables, "movements": "\n".join(lines)})
    assert none == {}
    assert without.verdicts()["A/TNT"].verdict is Verdict.BALANCED


def test_a_theft_of_a_usual_size_is_said_to_be_as_much_by_chance(tmp_path: Path) -> None:
    _, found = found_in(tmp_path, books(5, stolen=77.0))
    (row,) = found["A/TNT"].rows
    assert row.document != "PHANTOM0"
    assert found["A/TNT"].expected > 0.5


@pytest.mark.parametrize("wrong", [{"phantoms": (300.0, 222.0)}, {"steady": 9.0}, {"stolen": 277.0}])
def test_what_hangs_on_no_single_row(tmp_path: Path, wrong: dict[str, float]) -> None:
    """Two rows that are wrong, a loss in every month, and one of a size that no movement has."""
    _, found = found_in(tmp_path, books(5, **wrong))  # type: ignore[arg-type]
    assert found["A/TNT"].rows == ()


def test_many_rows_of_one_size_are_none(tmp_path: Path) -> None:
    """Of items every receipt of 40 explains that 40 are missing: none is named, and how many there are is said."""
    head = "movement,at,kind,from_area,to_area,material,quantity"
    rows = [f"M{day},2025-01-{day:02d}T10:00,receipt,,A,BOX,40" for day in range(2, 12)]
    counts = "inventory,at,area,material,quantity\nN1,2025-01-01,A,BOX,100\nN2,2025-02-01,A,BOX,460\n"
    _, found = found_in(tmp_path, {"movements": "\n".join([head, *rows]), "counts": counts})
    assert (found["A/BOX"].rows, found["A/BOX"].alike) == ((), 10)


def test_what_does_not_alarm_is_not_looked_at(tmp_path: Path) -> None:
    assert found_in(tmp_path, books(3))[1] == {}

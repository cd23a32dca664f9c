"""Imports of messy workbooks with a known truth, and of a long ledger: rows silently wrong, CPU and memory.

    python -m benchmarks.importing [--rows 100000] [--layouts 500]

The workbooks are those of ``tests/importing``: with their keeper's answers every row must be right, and without any
answer each row is right or waits; so with the ledger of a small store in layouts drawn at random. The long ledger is
written as an XLSX, proposed, accepted and read in one process.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import xlsxwriter
from tests.importing.any_layout.trial import try_one
from tests.importing.messy import MESSY
from tests.importing.rows import imported

from benchmarks import figure

_HEADER = (
    "Posting Date", "Movement Type", "Plant", "Storage Location", "Material", "Material Description", "Batch",
    "Qty in Un. of Entry", "Unit of Entry", "Material Document", "Text", "Reference",
)  # fmt: skip
RUN = """
import sys
from stockward.cli import main
try:
    main(sys.argv[1:])
except SystemExit as ended:
    assert ended.code == 0, ended.code
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1], file=sys.stderr)
"""


def write_ledger(path: Path, rows: int, seed: int = 1) -> None:
    """A ledger of a year with 300 materials in ten stores, typed as a program types it."""
    rng = random.Random(seed)
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet, day = book.add_worksheet("Ledger"), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, _HEADER)
    first = datetime(2025, 1, 1)  # noqa: DTZ001
    for row in range(1, rows + 1):
        code, material = rng.choice(("201", "261", "601", "531")), rng.randrange(300)
        sheet.write_datetime(row, 0, first + timedelta(days=row * 360 // rows), day)
        size = round(rng.uniform(1, 500), 3) * (1 if code == "531" else -1)
        texts = [
            code,
            "1001",
            f"00{rng.randrange(10)}0",
            f"MAT-{material:04d}",
            f"Material {material}",
            f"{row % 5000}",
        ]
        for column, text in enumerate(texts, 1):
            sheet.write_string(row, column, text)
        sheet.write_number(row, 7, size)
        for column, text in enumerate(("KG", f"49{row // 2:08d}", "", f"R{row}"), 8):
            sheet.write_string(row, column, text)
    book.close()


def wrong_rows() -> tuple[int, int, int]:
    """Rows of all workbooks: right with the answers; wrong or lost with them; wrong without any."""
    right = wrong = silent = 0
    for write in MESSY:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            truth = write(folder)
            rows = imported(truth.files, folder / "answered", truth.answers)
            right += len(rows.movements & truth.movements) + len(rows.counts & truth.counts)
            wrong += len(rows.movements ^ truth.movements) + len(rows.counts ^ truth.counts)
            alone = imported(truth.files, folder / "alone")
            silent += len(alone.movements - truth.movements) + len(alone.counts - truth.counts)
    return right, wrong, silent


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the long ledger")
    parser.add_argument("--layouts", type=int, default=500, help="layouts drawn at random")
    options = parser.parse_args()
    right, wrong, silent = wrong_rows()
    print(f"{len(MESSY)} messy workbooks: {right} rows right with their keeper's answers")
    figure("rows wrong or lost with the answers", wrong, limit=0)
    figure("rows wrong in silence without any answer", silent, limit=0)
    outcomes = [try_one(seed) for seed in range(1, options.layouts + 1)]
    rows = sum(outcome.rows for outcome in outcomes)
    figure(f"{options.layouts} layouts: faults", sum(len(outcome.faults) for outcome in outcomes), limit=0)
    wrong = 100 - 100 * sum(one.taken for one in outcomes) / rows
    figure(f"of their {rows} rows, not right once answered, %", wrong, limit=0.5)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "ledger.xlsx"
        write_ledger(path, options.rows)
        command = [sys.executable, "-c", RUN, "import", str(path), "--into", str(Path(scratch) / "site"), "--accept"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        assert os.waitstatus_to_exitcode(status) == 0, said
        figure(f"{options.rows} rows of XLSX: CPU s", used.ru_utime + used.ru_stime, limit=15)
        figure(f"{options.rows} rows of XLSX: MB", int(said.split()[-1]) / 1024, limit=1_000)


if __name__ == "__main__":
    main()

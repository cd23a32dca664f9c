"""Hostile files, each put into a small sound site and checked on the command line: exit codes, memory and time.

    python -m benchmarks.hostile --files 2000 --seed 1 [--jobs 2] [--only SEED --keep FOLDER]

Every site must be answered with an exit code from 0 to 3, without a traceback, in one line on standard error where
nothing is read, and below 2 GB and 10 s. One seed gives one file; the same seed gives the same file.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl

from benchmarks import figure

MOST_GB, MOST_SECONDS = 2.0, 10.0
_GIVEN_UP_SECONDS = 120
_COMMAND = [sys.executable, "-c", "from stockward.cli import main; main()", "check"]

SITE = {
    "site.toml": 'format = 1\n[site]\nname = "T"\ntimezone = "UTC"\n'
    "[detection]\nfalse_alarm = 0.05\ndetection = 0.95\n",
    "areas.csv": "area,kind\nM1,store\n",
    "materials.csv": "material,kind,unit\nB,item,each\n",
    "movements.csv": "movement,at,kind,material,quantity,to_area\nR,2026-01-02,receipt,B,5,M1\n",
    "counts.csv": "inventory,at,area,material,quantity\nA,2026-01-01,M1,B,0\n",
}
_HEADER = SITE["counts.csv"].splitlines()[0].split(",")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"

Hostile = Callable[[Path, random.Random], None]


@dataclass(frozen=True)
class Outcome:
    seed: int
    kind: str
    exit_code: int
    peak_gb: float
    cpu_seconds: float
    seconds: float
    fault: str
    told: str


def special_file(site: Path, rng: random.Random) -> None:
    """A pipe, an endless or silent device, a folder or a link in a circle under the name of a table."""
    target = site / rng.choice(["counts.csv", "counts.parquet", "site.xlsx", "site.toml"])
    (site / "counts.csv").unlink()
    target.unlink(missing_ok=True)
    what = rng.choice(["pipe", "folder", "circle", "/dev/zero", "/dev/random", "/dev/full", "/dev/null", "/proc/kmsg"])
    if what == "pipe":
        os.mkfifo(target)
    elif what == "folder":
        target.mkdir()
    else:
        target.symlink_to(target.name if what == "circle" else what)


def random_bytes(site: Path, rng: random.Random) -> None:
    """Random bytes, with or without the marks of the format."""
    name = rng.choice(["counts.csv", "counts.parquet", "site.xlsx", "site.toml"])
    head, tail = {"counts.parquet": (b"PAR1", b"PAR1"), "site.xlsx": (b"PK\x03\x04", b"")}.get(name, (b"", b""))
    marked = rng.random() < 0.7
    content = rng.randbytes(rng.choice([0, 1, 7, 100, 10_000, 1_000_000]))
    _put(site, name, (head if marked else b"") + content + (tail if marked else b""))


def damaged(site: Path, rng: random.Random) -> None:
    """A sound workbook or Parquet file, cut short or with bytes changed."""
    name = rng.choice(["counts.parquet", "site.xlsx"])
    content = bytearray(_parquet(_count_rows(rng)) if name == "counts.parquet" else _workbook(_rows_xml(50)))
    if rng.random() < 0.3:
        content = content[: rng.randrange(len(content))]
    else:
        for _ in range(rng.choice([1, 2, 5, 50])):
            content[rng.randrange(len(content))] = rng.randrange(256)
    _put(site, name, bytes(content))


def damaged_sheet(site: Path, rng: random.Random) -> None:
    """A workbook whose archive is sound, and the XML in it is not."""
    xml = bytearray(_rows_xml(50))
    for _ in range(rng.choice([1, 3, 30])):
        xml[rng.randrange(len(xml))] = rng.choice(b'<>/"=rcA9 \x00\xff&;')
    _put(site, "site.xlsx", _workbook(bytes(xml)))


def far_cell(site: Path, rng: random.Random) -> None:
    """One cell far away, written in one of many ways."""
    column, row = rng.choice(["XFD", "ZZZ", "ALL", "AX", "xfd"]), rng.choice([10, 100_000, 1_048_576, 9_999_999])
    place = f"{column}{row}"
    cell = rng.choice(
        [f'<c r="{place}">', f"<c r='{place}'>", f'<c s="0" r="{place}">', f'<c r="&#65;{place}">', f'<c\tr="{place}">']
    )
    _put(site, "site.xlsx", _workbook(_rows_xml(3) + f'<row r="{row}">{cell}<v>1</v></c></row>'.encode()))


def zip_bomb(site: Path, rng: random.Random) -> None:
    """A part that unpacks to a thousand times its size, as blanks, tags, cells, merged ranges or shared texts."""
    size = rng.choice([50, 380, 2_000]) * 1_000_000
    part = rng.choice(
        [b" ", b"<x/>", b"<c/>", b"<row/>", b'<c r="A1"><v>1</v></c>', b'<mergeCell ref="A1:XFD1048576"/>', b"<!---->"]
    )
    if rng.random() < 0.3:
        shared = rng.choice([b"<si/>", b"<si><t>a</t></si>", b"<si><t>" + b"x" * 30_000 + b"</t></si>"])
        _put(site, "site.xlsx", _workbook(_rows_xml(200_000, text=True), shared * (min(size, 10**8) // len(shared))))
    else:
        _put(site, "site.xlsx", _workbook(_rows_xml(2), filler=part, size=size))


def repeated_text(site: Path, rng: random.Random) -> None:
    """Few bytes that name one long text many times."""
    count, text = rng.choice([10_000, 300_000]), "x" * rng.choice([1_000, 30_000])
    if rng.random() < 0.5:
        _put(site, "site.xlsx", _workbook(_rows_xml(count, text=True), f"<si><t>{text}</t></si>".encode()))
    else:
        # One text in memory too, however often it is named: to have it written out would take 45 GB.
        same = pl.Series([text], dtype=pl.Categorical).new_from_index(0, count)
        _put(site, "counts.parquet", _parquet(pl.DataFrame(dict.fromkeys(_HEADER, same))))


def nested_zip(site: Path, rng: random.Random) -> None:
    """Archives inside an archive, or very many empty parts."""
    content = _workbook(_rows_xml(2))
    deep = rng.random() < 0.5
    for level in range(20 if deep else 1):
        outer = io.BytesIO(b"" if deep else content)
        with zipfile.ZipFile(outer, "a", zipfile.ZIP_DEFLATED) as archive:
            if deep:
                archive.writestr(f"{level}.zip", content)
            else:
                for part in range(rng.choice([1_000, 60_000])):
                    archive.writestr(f"xl/{part}.xml", b"")
        content = outer.getvalue()
    _put(site, "site.xlsx", content)


def wrong_sizes(site: Path, rng: random.Random) -> None:
    """Sizes in the archive's headers that are not true, or a way of packing that no workbook has."""
    if rng.random() < 0.3:
        method = rng.choice([zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
        _put(site, "site.xlsx", _workbook(_rows_xml(2), method=method, size=200_000_000))
        return
    content = bytearray(_workbook(_rows_xml(2), size=30_000_000))
    place = content.find(b"PK\x01\x02" if rng.random() < 0.7 else b"PK\x03\x04")
    entries = []
    while place >= 0:
        entries.append(place)
        place = content.find(content[place : place + 4], place + 4)
    for entry in entries:
        size_at = entry + (24 if content[entry + 2] == 1 else 22)
        struct.pack_into("<I", content, size_at, rng.choice([0, 10, 5_000, 2**31, 2**32 - 2]))
    _put(site, "site.xlsx", bytes(content))


def wide_parquet(site: Path, rng: random.Random) -> None:
    """Very many columns, rows or words in a cell of a Parquet file."""
    kind = rng.choice(["columns", "rows", "words", "nested"])
    if kind == "columns":
        frame = pl.DataFrame({f"c{place}": [1] for place in range(rng.choice([1_001, 20_000]))})
    elif kind == "rows":
        frame = pl.DataFrame({name: pl.Series([0]).new_from_index(0, 50_000_000) for name in _HEADER[:2]})
    elif kind == "words":
        frame = pl.DataFrame({name: pl.Series([[0]]).list.gather([0] * 5_000_000) for name in _HEADER[:1]})
    else:
        frame = _count_rows(rng).with_columns(area=pl.struct("area", "material"))
    _put(site, "counts.parquet", _parquet(frame))


def long_lines(site: Path, rng: random.Random) -> None:
    """A line, a cell, a header or a quoted cell without an end in a CSV file."""
    size = rng.choice([2, 60, 190, 210]) * 1_000_000
    head = SITE["counts.csv"].encode()
    body = rng.choice(
        [
            b"A" * size,
            b"," * size,
            b'"' + b"A" * size,
            b'"' + b"AAAAAAAAA\n" * (size // 10) + b'",1,2,3,4\n',
            b'"a\n' * (size // 3),
            b'"a,b,c,d,e\n' * (size // 11),
            b"a,b\n" * (size // 4),
            b"\n" * size,
            b"\r" * size,
            "😀,".encode() * (size // 5),
        ]
    )
    _put(site, "counts.csv", rng.choice([head, head, b""]) + body)


def bad_rows(site: Path, rng: random.Random) -> None:
    """As many rows as are read, each at fault in several cells."""
    row = rng.choice([b"a,99/1/1,MM,BB,1.1.1\n", b"a,b,c\n", b',,,,"\n"\n', b"a,2026-01-01,M1,B,1\n"])
    _put(site, "counts.csv", SITE["counts.csv"].encode() + row * rng.choice([300_000, 900_000]))


def deep_settings(site: Path, rng: random.Random) -> None:
    """Settings of many levels, parts or keys."""
    count = rng.choice([200, 5_000, 100_000])
    text = rng.choice(
        [
            "a = " + "[" * count,
            "a = " + "{a = " * count,
            ".".join(["a"] * count) + " = 1",
            "[" + ".".join(["a"] * count) + "]",
            "".join(f"k{key} = 1\n" for key in range(count)),
            "a = " + "9" * count,
            'a = """' + "\\" * count,
        ]
    )
    _put(site, "site.toml", (SITE["site.toml"] + text + "\n").encode())


KINDS: tuple[Hostile, ...] = (
    special_file, random_bytes, damaged, damaged_sheet, far_cell, zip_bomb, repeated_text, nested_zip, wrong_sizes,
    wide_parquet, long_lines, bad_rows, deep_settings,
)  # fmt: skip


def _put(site: Path, name: str, content: bytes) -> None:
    (site / name).write_bytes(content)
    if name in {"counts.parquet", "site.xlsx"}:
        (site / "counts.csv").unlink()


def _count_rows(rng: random.Random) -> pl.DataFrame:
    rows = [("A", "2026-01-01", "M1", "B", rng.random()) for _ in range(200)]
    return pl.DataFrame(rows, schema=_HEADER, orient="row")


def _parquet(frame: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    frame.write_parquet(content)
    return content.getvalue()


def _rows_xml(count: int, *, text: bool = False) -> bytes:
    head = "".join(
        f'<c r="{letter}1" t="inlineStr"><is><t>{name}</t></is></c>'
        for letter, name in zip("ABCDE", _HEADER, strict=True)
    )
    cell = '<c r="{}{}" t="s"><v>0</v></c>' if text else '<c r="{}{}"><v>1</v></c>'
    rows = (
        f'<row r="{row}">' + "".join(cell.format(letter, row) for letter in "ABCDE") + "</row>"
        for row in range(2, count + 1)
    )
    return (f'<row r="1">{head}</row>' + "".join(rows)).encode()


def _workbook(
    rows: bytes,
    shared: bytes = b"",
    *,
    method: int = zipfile.ZIP_DEFLATED,
    filler: bytes = b" ",
    size: int = 0,
) -> bytes:
    """A workbook of one sheet; behind its rows stand ``size`` bytes of ``filler``."""
    content = io.BytesIO()
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}content-types">'
        f'<Override PartName="/xl/workbook.xml" ContentType="{types}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="counts" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    }
    with zipfile.ZipFile(content, "w", method, compresslevel=1) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        if shared:
            archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{_MAIN}">'.encode() + shared + b"</sst>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=size > 2**31) as sheet:
            sheet.write(f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode() + rows)
            block = filler * (1_000_000 // len(filler))
            for _ in range(size // 1_000_000):
                sheet.write(block)
            sheet.write(b"</sheetData></worksheet>")
    return content.getvalue()


def try_one(seed: int, keep: Path | None = None) -> Outcome:
    """Make the site of a seed, check it, and say what came of it."""
    rng = random.Random(seed)
    kind = KINDS[seed % len(KINDS)]
    site = keep or Path(tempfile.mkdtemp(prefix="hostile"))
    try:
        site.mkdir(parents=True, exist_ok=True)
        for name, text in SITE.items():
            (site / name).write_text(text, encoding="utf-8")
        kind(site, rng)
        return _check(seed, kind.__name__, site)
    finally:
        if keep is None:
            shutil.rmtree(site)


def _check(seed: int, kind: str, site: Path) -> Outcome:
    with tempfile.TemporaryFile() as told:
        started = time.monotonic()
        process = subprocess.Popen([*_COMMAND, str(site)], stdout=subprocess.DEVNULL, stderr=told)
        usage, peak = None, 0.0
        while usage is None and time.monotonic() - started < _GIVEN_UP_SECONDS:
            done, status, found = os.wait4(process.pid, os.WNOHANG)
            usage, peak = (found if done else None), max(peak, _most_memory(process.pid))
            time.sleep(0.02)
        if usage is None:
            process.kill()
            _, status, usage = os.wait4(process.pid, 0)
        code = process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - started
        told.seek(0)
        text = told.read(100_000).decode("utf-8", errors="replace")
    cpu = usage.ru_utime + usage.ru_stime
    faults = {
        f"exit code {code}": code not in (0, 1, 2, 3),
        "a traceback or a report of a library": "Traceback" in text or "panicked" in text,
        "not one line": code == 2 and text.count("\n") != 1,
        f"{peak:.1f} GB": peak > MOST_GB,
        f"{cpu:.1f} s": cpu > MOST_SECONDS,
    }
    fault = ", ".join(words for words, found in faults.items() if found)
    return Outcome(seed, kind, code, peak, cpu, seconds, fault, text.strip()[:300])


def _most_memory(process: int) -> float:
    """Gigabytes that the process has held at most; what the system tells at its end counts its parent's, too."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1e6 for line in lines if line.startswith("VmHWM")), 0.0)


def main() -> int:
    """Try all, print what failed and a table by kind; 1 where anything failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=2_000, help="number of hostile files")
    parser.add_argument("--seed", type=int, default=1, help="seed of the first; each has the next one")
    parser.add_argument("--jobs", type=int, default=1, help="how many at a time")
    parser.add_argument("--only", type=int, metavar="SEED", help="try this one again, and tell what came of it")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="with --only, leave the site there")
    options = parser.parse_args()
    if options.only is not None:
        outcome = try_one(options.only, options.keep)
        print(outcome)
        return int(bool(outcome.fault))
    outcomes = []
    with ThreadPoolExecutor(options.jobs) as pool:
        for outcome in pool.map(partial(try_one), range(options.seed, options.seed + options.files)):
            outcomes.append(outcome)
            if outcome.fault:
                print(f"seed {outcome.seed} {outcome.kind}: {outcome.fault}: {outcome.told}", flush=True)
    _print_table(outcomes)
    figure(f"{len(outcomes)} hostile files: answered otherwise", sum(bool(one.fault) for one in outcomes), limit=0)
    return int(any(outcome.fault for outcome in outcomes))


def _print_table(outcomes: list[Outcome]) -> None:
    print(f"\n{'kind':<16}{'files':>7}{'0':>6}{'1':>6}{'2':>6}{'3':>6}{'failed':>8}{'peak GB':>9}{'CPU s':>7}{'s':>7}")
    for kind in [*(kind.__name__ for kind in KINDS), ""]:
        of = [outcome for outcome in outcomes if kind in ("", outcome.kind)]
        if of:
            codes = "".join(f"{sum(outcome.exit_code == code for outcome in of):>6}" for code in range(4))
            failed = sum(bool(outcome.fault) for outcome in of)
            most = [max(map(get, of)) for get in (_peak, _cpu, _seconds)]
            print(f"{kind or 'all':<16}{len(of):>7}{codes}{failed:>8}{most[0]:>9.2f}{most[1]:>7.1f}{most[2]:>7.1f}")


def _peak(outcome: Outcome) -> float:
    return outcome.peak_gb


def _cpu(outcome: Outcome) -> float:
    return outcome.cpu_seconds


def _seconds(outcome: Outcome) -> float:
    return outcome.seconds


if __name__ == "__main__":
    sys.exit(main())

"""``site.toml``: what is wrong in it is said in one line, all at once, and nothing stands in for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_folders import SETTINGS

from stockward.book.settings import Settings, read_settings
from stockward.terms.errors import SiteError

CLEAN = SETTINGS.format(decimal=".", timezone="Asia/Seoul")


def read(tmp_path: Path, text: str | bytes) -> Settings:
    path = tmp_path / "site.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_settings(path)


def refusal(tmp_path: Path, text: str | bytes) -> str:
    with pytest.raises(SiteError) as caught:
        read(tmp_path, text)
    assert caught.value.file.endswith("site.toml")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_clean_settings(tmp_path: Path) -> None:
    settings = read(tmp_path, CLEAN)
    assert (settings.detection.false_alarm, settings.detection.detection) == (0.05, 0.95)
    assert read(tmp_path, b"\xef\xbb\xbf" + CLEAN.encode()) == settings


def test_every_setting_of_the_format(tmp_path: Path) -> None:
    text = CLEAN + (
        "[force]\nweeks_per_year = 52\nshift_hours = 8\nfill_probability = 0.95\n"
        '[[force.affiliation]]\nname = "ministry"\nshare = [0.70, 0.80]\n'
        '[[force.affiliation]]\nname = "civilian"\nshare = [0.20, 0.30]\n'
        "[work_rules]\nmax_hours_per_week = 48\nmin_rest_hours = 11\nmax_consecutive_shifts = 6\n"
        "min_consecutive_shifts = 2\nmin_consecutive_days_off = 2\n"
        "max_consecutive_nights = 4\nmax_weekends = 2\nmax_same_pair = 5\n"
    )
    settings = read(tmp_path, text)
    assert [band.name for band in settings.force.affiliation] == ["ministry", "civilian"]
    assert settings.work_rules.max_same_pair == 5


@pytest.mark.parametrize("table", ["", "site", "detection", "force", "work_rules"])
def test_an_unknown_key_is_refused_in_every_table(tmp_path: Path, table: str) -> None:
    extra = "[extra]\n" if not table else "" if f"[{table}]" in CLEAN else f"[{table}]\n"
    text = CLEAN + extra if f"[{table}]" not in CLEAN else CLEAN.replace(f"[{table}]\n", f"[{table}]\nextra = 1\n")
    message = refusal(tmp_path, text if table in ("", "site", "detection") else text + "extra = 1\n")
    assert f"{table}{'.' if table else ''}extra is no known setting" in message


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("false_alarm", "false_alarms", "detection.false_alarms is no known setting, did you mean false_alarm?"),
        ("timezone", "time_zone", "site.time_zone is no known setting, did you mean timezone?"),
        ("[detection]", "[detecton]", "detecton is no known setting, did you mean detection?"),
        ("detection = 0.95\n", "", "detection.detection is missing"),
        ("false_alarm = 0.05\n", "", "detection.false_alarm is missing"),
        ("Asia/Seoul", "Asia/Soul", "site.timezone = 'Asia/Soul': no such time zone"),
        ("Asia/Seoul", "right/UTC", "no such time zone"),
        ("Asia/Seoul", "../UTC", "no such time zone"),
        ('decimal = "."', 'decimal = ";"', "site.decimal = ';'"),
        ("0.05", "0.5", "detection.false_alarm = 0.5"),
        ("0.05", "0", "detection.false_alarm = 0"),
        ("0.05", "1e-9", "detection.false_alarm = 1e-09"),
        ("0.05", "nan", "detection.false_alarm = nan"),
        ("0.95", "1.0", "detection.detection = 1.0"),
        ("0.95", "inf", "detection.detection = inf"),
        ("0.95", '"0.95"', "detection.detection = '0.95'"),
        ("0.95", "0x" + "f" * 9000, "a number of thousands of digits"),
        ("format = 1", "format = 2", "format = 2: only format 1 is known"),
        ("format = 1", "format = true", "format = True"),
        ("format = 1\n", "", "format is missing"),
        ('"Ridgeway Works"', '""', "site.name = ''"),
        ("0.05", "0,05", "no valid TOML"),
        ('"Ridgeway Works"', '"Ridgeway', "no valid TOML"),
        ("0.05", "9" * 9000, "no valid TOML"),
        ("[site]", "[site]\n[site]", "no valid TOML"),
        ("[site]", f"[site]\nb = {'[' * 45_000}", "site.toml: line 3 is nested too deep: write one value there"),
    ],
)
def test_a_fault_is_named_with_its_mend(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert words in refusal(tmp_path, CLEAN.replace(old, new, 1))


def test_every_fault_is_said_at_once(tmp_path: Path) -> None:
    message = refusal(tmp_path, CLEAN.replace("0.05", "2").replace("0.95", "3").replace("Asia/Seoul", "Mars"))
    assert all(word in message for word in ("false_alarm = 2", "detection = 3", "'Mars'"))


@pytest.mark.parametrize(
    ("band", "words"),
    [
        ('name = "a"\nshare = [0.9, 0.1]', "the lower bound stands above the upper one"),
        ('name = "a"\nshare = [0.1]', "share"),
        ('name = "a"\nshare = [0.1, 1.1]', "share"),
        ('name = "a"\nshare = [0, 1]\n[[force.affiliation]]\nname = "a"\nshare = [0, 1]', "stands twice"),
        ('name = "a"\nshar = [0, 1]', "did you mean share?"),
    ],
)
def test_bands_of_affiliation(tmp_path: Path, band: str, words: str) -> None:
    assert words in refusal(tmp_path, f"{CLEAN}[[force.affiliation]]\n{band}\n")


@pytest.mark.parametrize(
    "text",
    [b"", b"\xff\xfe", CLEAN.encode("utf-16"), b"PK\x03\x04", CLEAN.encode()[:60], b"[" * 5000, b"x=" + b"[" * 9000],
)
def test_what_is_no_toml_at_all(tmp_path: Path, text: bytes) -> None:
    refusal(tmp_path, text)

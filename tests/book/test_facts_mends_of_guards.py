"""The mends of tables on guards, followed to the letter."""

from __future__ import annotations

from pathlib import Path

import pytest

from stockward.book import read_site

SETTINGS = """\
format = 1
[site]
name = "Gates"
timezone = "UTC"
[detection]
false_alarm = 0.05
detection = 0.95
"""
PEOPLE = "person,role,affiliation\nG1,guard,m\nG2,guard,m\n"


def reasons(folder: Path, **tables: str) -> list[str]:
    (folder / "site.toml").write_text(SETTINGS, encoding="utf-8")
    for name, text in {"people": PEOPLE, **tables}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return [problem.reason for problem in read_site(folder).problems]


def post(days: str) -> str:
    return f'post,kind,guards,start,end,days\nP,gate,1,06:00,14:00,"{days}"\n'


ELSEWHERE = "these are other days in other countries: write the days themselves, such as"


@pytest.mark.parametrize(
    ("written", "told", "mended"),
    [
        ("weekdays", f"{ELSEWHERE} mon-fri", "mon-fri"),
        (
            "Wochenende",
            f"{ELSEWHERE} sat-sun",
            "sat-sun",
        ),
        ("Di", "it may be sun or tue: write the one that is meant", "tue"),
        ("Do", "it may be sun or thu: write the one that is meant", "thu"),
    ],
)
def test_days_that_may_be_others_are_told_with_what_to_write(
    tmp_path: Path, written: str, told: str, mended: str
) -> None:
    assert reasons(tmp_path, posts=post(written)) == [told]
    assert reasons(tmp_path, posts=post(mended)) == []


@pytest.mark.parametrize("written", ["1-5", "daily mon", "mon-", "three", "mon-tue-wed", "-", "m", "as needed"])
def test_days_that_nobody_can_read_are_told_with_an_example(tmp_path: Path, written: str) -> None:
    assert reasons(tmp_path, posts=post(written)) == ["write daily, or days such as: mon tue wed thu fri"]
    assert reasons(tmp_path, posts=post("mon tue wed thu fri")) == []


@pytest.mark.parametrize("end", ["", "open", "?", "until well"])
def test_an_absence_whose_end_nobody_knows_says_what_to_write(tmp_path: Path, end: str) -> None:
    absences = f"person,start,end,kind\nG1,2026-11-20,2026-11-22,leave\nG2,2026-11-20,{end},sick\n"
    assert reasons(tmp_path, absences=absences) == [
        "an absence has a last day: where nobody knows it yet, write the last one that is expected, and correct it "
        "when it is known"
    ]
    assert reasons(tmp_path, absences=absences.replace(f",{end},sick", ",2026-12-20,sick")) == []


def test_an_end_in_another_form_is_told_as_a_date(tmp_path: Path) -> None:
    absences = "person,start,end,kind\nG2,2026-11-20,28.11.2026,sick\n"
    assert reasons(tmp_path, absences=absences) == [
        "this is no ISO 8601 date: write it as 2026-06-30 or 2026-06-30T14:05, or declare how this site writes dates: "
        'dates = "DD.MM.YYYY" below [site]'
    ]


def test_shifts_of_a_post_under_one_code_are_told_to_have_codes_of_their_own(tmp_path: Path) -> None:
    posts = "post,kind,guards,start,end,days\nP,gate,1,06:00,14:00,daily\nP,gate,1,14:00,22:00,daily\n"
    assert reasons(tmp_path, posts=posts) == [
        "this key stands in row 2: delete one if it was written twice; if guards stand there at several times of day, "
        "give each row a code of its own"
    ]
    assert reasons(tmp_path, posts=posts.replace("P,gate,1,14", "P-late,gate,1,14")) == []


WISH = "person,date,wish,post,start\nG1,2026-03-02,{}\n"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("on,P,07:30", "no shift of P begins then: write 02:00, 06:00, 22:00, or leave it blank"),
        ("off,Q,22:00", "no shift of Q begins then: write 08:00, or leave it blank"),
        ("on,,07:30", "no shift of any post begins then: write 02:00, 06:00, 08:00, 22:00, or leave it blank"),
    ],
)
def test_a_wish_for_a_start_that_no_shift_has_is_told_with_those_that_there_are(
    tmp_path: Path, written: str, told: str
) -> None:
    head = "post,kind,guards,start,end,days,hours_per_shift\n"
    posts = head + "P,gate,1,22:00,10:00,mon,4\nQ,gate,1,08:00,14:00,daily,\n"
    assert reasons(tmp_path, posts=posts, wishes=WISH.format(written)) == [told]
    for start in ("22:00", "06:00", "") if "Q" not in written else ("08:00", ""):
        mended = f"{written.rpartition(',')[0]},{start}"
        assert reasons(tmp_path, posts=posts, wishes=WISH.format(mended)) == []


def test_of_a_post_that_is_set_aside_nobody_knows_when_its_shifts_begin(tmp_path: Path) -> None:
    broken = post("mon") + "Q,gate,1,09:00,09:00,mon\n"
    assert [one for one in reasons(tmp_path, posts=broken, wishes=WISH.format("on,,07:30")) if "then" in one] == []

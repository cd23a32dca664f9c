"""People, posts and orders that contradict themselves or each other."""

from __future__ import annotations

import pytest
from small_folders import SiteFolder

from stockward.terms.errors import SiteError

PEOPLE = "person,role,affiliation,hours_per_week,qualifications\n"
POSTS = "post,kind,guards,start,end,days,qualification\nP,patrol,1,08:00,16:00,daily,{}\n"
ORDERS = "order,issued_on,measure,comparator,value,due_on\nO,2026-06-01,guards,>=,20,{}\n"


def reasons(folder: SiteFolder) -> list[tuple[int | None, str, str]]:
    return [(one.row, one.column, one.reason) for one in folder.read().problems]


def test_an_affiliation_in_two_spellings_would_be_a_mix_of_two(folder: SiteFolder) -> None:
    folder.write("people", PEOPLE + "1,guard,army,,\n2,guard, Army,,\n3,guard,army,,\n4,guard,civilian,,\n")
    assert reasons(folder) == [
        (3, "affiliation", "other rows have army, and it would count as another affiliation: write it as they do")
    ]


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (("40", "160"), "people.csv row 3: hours_per_week 160 is much for a week"),
        (("60.5", "40"), "people.csv row 2: hours_per_week 60.5 is much for a week"),
        (("8", "12"), "people.csv row 2: hours_per_week 8 is little for a week"),
        (("60", "8"), None),
        (("", ""), None),
    ],
)
def test_hours_of_another_length_of_time_are_told(folder: SiteFolder, hours: tuple[str, str], said: str | None) -> None:
    folder.write("people", PEOPLE + "".join(f"{place},guard,army,{one},\n" for place, one in enumerate(hours)))
    told = [notice for notice in folder.read().notices if "hours_per_week" in notice]
    assert [notice[: len(said or "")] for notice in told] == ([said] if said else [])


@pytest.mark.parametrize(("asked", "told"), [("armd", True), ("armed", False), ("dog", False)])
def test_a_qualification_that_nobody_holds_may_be_misspelt(folder: SiteFolder, asked: str, told: bool) -> None:
    folder.write("people", PEOPLE + "1,guard,army,40,armed\n").write("posts", POSTS.format(asked))
    said = [notice for notice in folder.read().notices if "nobody holds" in notice]
    assert said == (["posts.csv row 2: nobody holds 'armd': did you mean armed? Write what people hold"] * told)


@pytest.mark.parametrize(("due", "refused"), [("2026-05-31", True), ("2026-06-01", False)])
def test_an_order_is_not_due_before_it_is_issued(folder: SiteFolder, due: str, refused: bool) -> None:
    folder.write("orders", ORDERS.format(due))
    assert reasons(folder) == [(2, "due_on", "it lies before issued_on: correct one of them")] * refused


@pytest.mark.parametrize("name", ["site.toml.txt", "Site.TOML", "site.toml.bak"])
def test_settings_under_a_longer_name_are_named(folder: SiteFolder, name: str) -> None:
    (folder.path / "site.toml").rename(folder.path / name)
    with pytest.raises(SiteError, match=f"the file is missing: rename {name} to site.toml"):
        folder.read()
    (folder.path / name).rename(folder.path / "site.toml")
    assert not folder.read().problems


def test_a_decimal_comma_in_the_settings(folder: SiteFolder) -> None:
    settings = (folder.path / "site.toml").read_text(encoding="utf-8")
    folder.write("site.toml", settings.replace("0.05", "0,05"))
    with pytest.raises(SiteError, match=r"write 0\.05: settings have a decimal point, whatever the tables have"):
        folder.read()

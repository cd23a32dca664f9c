"""Options on layers and posts are for one thing, and what was written in seconds is told."""

from __future__ import annotations

import pytest
from small_folders import SiteFolder

from stockward.book import Site

_LAYERS = "element,layer,detection,detects,delay_minutes\nFENCE,1,0.5,begin,0.2\nDOOR,2,0.9,end,3\n"
_POSTS = "post,kind,guards,start,end,days,response_minutes,communication\nR,response,2,00:00,24:00,daily,4,0.9\n"
_HEADER = "option,method,element,post,random_rel,detection,delay_minutes,response_minutes,communication,money\n"


def read(folder: SiteFolder, *, layers: str = _LAYERS, posts: str = _POSTS, options: str = "") -> Site:
    folder.write("layers", layers).write("posts", posts)
    return folder.write("options", _HEADER + options).read()


@pytest.mark.parametrize("option", ["A,,DOOR,,,0.95,,,,10", "A,,DOOR,,,,5,,,10", "A,,,R,,,,2,,10", "A,,,R,,,,,1,10"])
def test_an_option_on_one_thing_is_read(folder: SiteFolder, option: str) -> None:
    site = read(folder, options=f"{option}\n")
    assert site.problems == ()
    assert site["options"].height == 1


@pytest.mark.parametrize(
    ("option", "column", "said"),
    [
        ("A,,,,,0.9,,,,10", "method", "it is for nothing: name a method, an area, an element of layers, or a post"),
        ("A,W1,DOOR,,0.1,0.9,,,,10", "element", "it is for two things"),
        ("A,,DOOR,R,,0.9,,2,,10", "element", "it is for two things"),
        ("A,,DOOR,,,,,,,10", "element", "it replaces nothing: write detection, delay_minutes or delay_rel"),
        ("A,,,R,,,,,,10", "post", "it replaces nothing: write guards, response_minutes, response_rel or communication"),
        ("A,,DOOR,,,,5,2,,10", "response_minutes", "it belongs to an option on a post"),
        ("A,,,R,,0.9,,2,,10", "detection", "it belongs to an option on an element"),
        ("A,,DOOR,,0.1,0.9,,,,10", "random_rel", "it belongs to an option on a method"),
        ("A,,DOR,,,0.9,,,,10", "element", "DOR is not in layers, did you mean DOOR?"),
        ("A,,DOOR,,,1.9,,,,10", "detection", "outside [0, 1]"),
    ],
)
def test_an_option_that_could_mean_two_things_is_set_aside(
    folder: SiteFolder, option: str, column: str, said: str
) -> None:
    site = read(folder, options=f"{option}\n")
    assert site["options"].height == 0
    assert [(one.row, one.column) for one in site.problems] == [(2, column)]
    assert said in site.problems[0].reason


def test_an_option_waits_for_the_element_that_it_would_strengthen(folder: SiteFolder) -> None:
    site = read(folder, layers=_LAYERS.replace("end,3", "end,-3"), options="A,,DOOR,,,0.95,,,,10\n")
    assert [(one.table, one.column) for one in site.problems] == [("layers", "delay_minutes"), ("options", "element")]


def test_every_layer_beyond_a_gap_is_set_aside(folder: SiteFolder) -> None:
    layers = "element,layer,detection,detects,delay_minutes\nA,2,0.5,begin,1\nB,4,0.5,begin,1\nC,4,0.5,end,1\n"
    site = read(folder, layers=layers)
    assert {one.row for one in site.problems} == {2, 3, 4}
    assert all("layer 1 has no element" in one.reason for one in site.problems)
    # Followed literally: numbered 1, 2, 2 they are read.
    assert read(folder, layers=layers.replace(",2,", ",1,").replace(",4,", ",2,")).problems == ()


def test_times_that_may_be_seconds_are_told(folder: SiteFolder) -> None:
    site = read(folder, layers=_LAYERS.replace("end,3", "end,90"), posts=_POSTS.replace("daily,4", "daily,240"))
    assert site.problems == ()
    assert any(
        "layers.csv row 3: delay_minutes 90 is long: if it is of seconds, write 1.5" in one for one in site.notices
    )
    assert any("posts.csv row 2: response_minutes 240 is long" in one for one in site.notices)

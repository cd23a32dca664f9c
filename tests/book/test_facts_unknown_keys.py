"""What is told of a key that no table has: the key that was meant, or that nothing was."""

from __future__ import annotations

import pytest
from small_folders import SiteFolder

NAMED = "area,kind,name\nS1,store,Main  Store\nP1,process,Filling\nP2,process,filling\n"
BLANK = "this says that there is none: leave the cell blank"
NEEDED = "this says that there is none, and the row needs one: correct it"


@pytest.mark.parametrize("written", ["main store", "MAIN STORE", " Main Store "])
def test_a_name_is_told_with_its_key(folder: SiteFolder, written: str) -> None:
    folder.write("areas", NAMED).replace("counts", "FEB,2026-02-28,S1", f"FEB,2026-02-28,{written}")
    told = f"{written.strip()} is not in areas, did you mean S1, which has that name?"
    assert folder.only_problem().reason == told
    assert folder.replace("counts", written, "S1").read().problems == ()


def test_a_name_that_two_rows_have_is_not_guessed(folder: SiteFolder) -> None:
    folder.write("areas", NAMED).replace("counts", "JAN,2026-01-31,P1", "JAN,2026-01-31,Filling")
    assert folder.only_problem().reason == "Filling is not in areas: correct it, or add it there"


@pytest.mark.parametrize("word", ["n/a", "N/A", "na", "None", "-", "--", "nil", "NULL"])
def test_a_word_for_nothing_is_to_be_blanked(folder: SiteFolder, word: str) -> None:
    folder.replace("movements", "500,kg,,S1", f"500,kg,{word},S1")
    assert folder.only_problem().reason == BLANK
    assert folder.replace("movements", f"kg,{word},", "kg,,").read().problems == ()


@pytest.mark.parametrize("word", ["?", "??", "? Mag"])
def test_a_question_mark_says_that_it_is_not_known_and_not_that_there_is_none(folder: SiteFolder, word: str) -> None:
    folder.replace("movements", "500,kg,,S1", f"500,kg,{word},S1")
    assert folder.only_problem().reason.startswith("a question mark stands for what is not known: write it;")


def test_a_word_for_nothing_where_something_is_needed(folder: SiteFolder) -> None:
    folder.replace("movements", "500,kg,,S1", "500,kg,,n/a").replace("counts", "31,S1", "31,none")
    assert [problem.reason for problem in folder.read().problems] == [NEEDED, NEEDED]


@pytest.mark.parametrize(("listed", "told"), [("none", BLANK), ("S1 none", "this key is not in areas")])
def test_a_word_for_nothing_in_a_list(folder: SiteFolder, listed: str, told: str) -> None:
    folder.write("people", f"person,role,affiliation,not_in_areas\n1,guard,ministry,{listed}\n")
    assert told in folder.only_problem().reason


def test_a_key_that_is_a_word_for_nothing_is_a_key(folder: SiteFolder) -> None:
    assert folder.add("areas", "NA,store").replace("movements", "500,kg,,S1", "500,kg,,NA").read().problems == ()


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("goals", "substance,quantity\nSHELL,10\n"),
        ("normal_losses", "area,substance,rate,basis\nS1,SHELL,0.1,per_day\n"),
    ],
)
def test_an_item_is_no_substance(folder: SiteFolder, table: str, row: str) -> None:
    reason = folder.write(table, row).only_problem().reason
    assert reason.startswith("SHELL is an item, and what is named here is a substance, in bulk or held by items")
    assert "--items" in reason


@pytest.mark.parametrize(
    ("written", "mend"),
    [("SHELL2", "did you mean SHELL? Correct it, or add it there"), ("shell", "did you mean SHELL?")],
)
def test_a_key_that_looks_like_another_may_be_a_new_one(folder: SiteFolder, written: str, mend: str) -> None:
    folder.replace("movements", "issue,SHELL", f"issue,{written}")
    assert folder.only_problem().reason == f"{written} is not in materials, {mend}"

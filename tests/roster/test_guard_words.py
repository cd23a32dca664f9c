"""What is said where no roster is possible, and of one that is: nothing more than what is true."""

from __future__ import annotations

from pathlib import Path

from guard_sites import guards, post, roster, small_site

from stockward.report.roster import sentences as roster_sentences
from stockward.report.roster.page import write_roster_html
from stockward.terms.verdicts import Solved


def test_guards_are_told_apart_whatever_letters_their_names_have(tmp_path: Path) -> None:
    people = guards(3)
    for person, name in zip(people, ("أحمد", "محمد علي", "김철수"), strict=True):
        person["person"], person["qualifications"] = name, "control_room"
    answer = roster(small_site(tmp_path, people, [post("control", qualification="control_room")]))
    assert "3 guards (أحمد, محمد علي, 김철수) can stand there then" in answer.conflicts[1].words


def test_every_shift_that_is_impossible_is_told_or_counted(tmp_path: Path) -> None:
    site = small_site(tmp_path, [{**guards(1)[0], "role": "worker"}], [post("gate")])
    answer = roster(site, rounds=50)
    told = [note for note in answer.notes if note.startswith("impossible by itself as well: On ")]
    assert len(told) == len(set(told)) == 12
    # 21 shifts a week: one is the conflict, twelve are told.
    assert answer.notes[-1] == "and 8 more that are impossible like these"
    assert not any("beside it" in note for note in answer.notes)
    page = write_roster_html(answer)
    assert "Were any one of them otherwise, the rest of them could; that alone may not make a roster possible." in page


def test_a_proven_roster_says_by_what_it_is_best(tmp_path: Path) -> None:
    answer = roster(small_site(tmp_path, guards(6), [post("gate")]))
    if answer.status is Solved.PROVEN:
        (said,) = roster_sentences.status(answer)
        assert said == "No better roster exists, as changes, wishes and fair shares are weighed against one another."
    assert not any(" yet" in said for said in roster_sentences.measures(answer))

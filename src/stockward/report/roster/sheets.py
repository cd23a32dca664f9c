"""A roster as a workbook: people by days, posts by days, fairness, coverage, and the flat rows."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from stockward.answers.roster import RosterAnswer
from stockward.outputs import OutputTarget
from stockward.report.kit import words
from stockward.report.kit.sheet import workbook_at
from stockward.report.roster import sentences as say
from stockward.report.roster import views as views
from stockward.report.roster.files import ROSTER_SHEET

_TONES = {"E": "#FBE3A6", "L": "#BFE0F3", "N": "#1F3A5F", "D": "#CFE8DD"}
_WEEKEND = "#E6E6E1"


def write_roster_xlsx(answer: RosterAnswer, path: OutputTarget) -> None:
    """Write the roster as a workbook; the same roster gives the same bytes.

    Sheets: people (guards by days, letter codes), posts, fairness, coverage, shifts (a row a shift of a guard), about.
    Raises ``UsageError`` where the file cannot be written.
    """
    with workbook_at(path) as book:
        made = words.local(answer.at, answer.timezone).replace(tzinfo=None)
        book.set_properties({"title": f"{answer.site}: roster {say.period(answer)}", "created": made})
        styles = _styles(book)
        for fill in (_people, _posts, _fairness, _coverage, _shifts, _about):
            fill(book, answer, styles)


def _styles(book: Any) -> dict[str, Any]:
    centre = {"align": "center", "border": 1, "border_color": "#FFFFFF"}
    styles = {
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
        "day": book.add_format({"bold": True, "align": "center", "text_wrap": True}),
        "weekend": book.add_format({"bold": True, "align": "center", "text_wrap": True, "bg_color": _WEEKEND}),
        "text": book.add_format({"valign": "top", "text_wrap": True}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
        "off": book.add_format(centre),
    }
    for tone, colour in _TONES.items():
        ink = "#FFFFFF" if tone == "N" else "#000000"
        styles[tone] = book.add_format({**centre, "bg_color": colour, "font_color": ink})
    return styles


def _table(book: Any, name: str, header: tuple[str, ...], rows: list[tuple[Any, ...]], styles: dict[str, Any]) -> Any:
    """A plain sheet with a frozen header."""
    page = book.add_worksheet(name)
    page.freeze_panes(1, 1)
    page.repeat_rows(0)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    for column, title in enumerate(header):
        page.write_string(0, column, title, styles["head"])
        longest = max((len(str(row[column])) for row in rows[:200]), default=0)
        page.set_column(column, column, min(max(longest + 1, max(map(len, title.split())) + 1, 7), 50))
    for place, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                page.write_string(place, column, value, styles["text"])
            elif value is not None:
                page.write_number(place, column, value)
    return page


def _people(book: Any, answer: RosterAnswer, styles: dict[str, Any]) -> None:
    page = book.add_worksheet("people")
    heads, codes, zone = views.days(answer), views.codes(answer), ZoneInfo(answer.timezone)
    page.freeze_panes(1, 1)
    page.set_paper(9)
    page.fit_to_pages(1, 1)
    page.set_column(0, 0, 11)
    page.set_column(1, len(heads), 4)
    page.write_string(0, 0, "guard", styles["head"])
    for column, head in enumerate(heads, 1):
        page.write_string(0, column, f"{head.weekday} {head.number}", styles["weekend" if head.weekend else "day"])
    totals = ("hours", "nights", "weekend shifts")
    for column, title in enumerate(totals, len(heads) + 1):
        page.write_string(0, column, title, styles["head"])
    duties = views.by_person(answer)
    for row, one in enumerate(answer.guards, 1):
        page.write_string(row, 0, one.person)
        for column, head in enumerate(heads, 1):
            duty = duties[one.person].get(head.day)
            code = None if duty is None else codes[views.times(duty, zone)]
            page.write_string(row, column, code.code if code else "", styles[code.tone if code else "off"])
        for column, value in enumerate((one.hours, one.nights, one.weekend_shifts), len(heads) + 1):
            page.write_number(row, column, value)
    for row, code in enumerate(codes.values(), len(answer.guards) + 2):
        page.write_string(row, 1, code.code, styles[code.tone])
        page.write_string(row, 2, code.times)


def _posts(book: Any, answer: RosterAnswer, styles: dict[str, Any]) -> None:
    page = book.add_worksheet("posts")
    heads = views.days(answer)
    page.freeze_panes(1, 2)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_column(0, 0, 28)
    page.set_column(1, 1, 13)
    page.set_column(2, len(heads) + 1, 8)
    page.write_string(0, 0, "post", styles["head"])
    page.write_string(0, 1, "shift", styles["head"])
    for column, head in enumerate(heads, 2):
        page.write_string(0, column, f"{head.weekday} {head.number}", styles["weekend" if head.weekend else "day"])
    row = 1
    for (post, number), shifts in views.by_post(answer).items():
        for when, days in shifts.items():
            page.write_string(row, 0, views.post_name(answer, post, number), styles["text"])
            page.write_string(row, 1, when)
            for column, head in enumerate(heads, 2):
                names = ", ".join(sorted(duty.person for duty in days.get(head.day, ())))
                page.write_string(row, column, names, styles["text"])
            row += 1


def _fairness(book: Any, answer: RosterAnswer, styles: dict[str, Any]) -> None:
    header: tuple[str, ...] = (
        "guard", "affiliation", "qualifications", "days there", "shifts", "hours", "contract (h)", "fair share (h)",
        "nights", "fair nights", "weekend shifts", "fair weekend shifts", "wishes", "met", "changed",
    )  # fmt: skip
    off = [one.off_pattern for one in answer.guards]
    wished = any(number is not None for number in off)
    rows: list[tuple[Any, ...]] = [
        (
            one.person, one.affiliation, " ".join(one.qualifications), one.days_there, one.shifts, one.hours,
            one.contract, round(one.fair_hours, 2), one.nights, round(one.fair_nights, 2), one.weekend_shifts,
            round(one.fair_weekend_shifts, 2), one.wishes, one.met, one.changed,
        )
        for one in answer.guards
    ]  # fmt: skip
    if wished:
        header, rows = (*header, "off the pattern"), [(*row, number) for row, number in zip(rows, off, strict=True)]
    _table(book, "fairness", header, rows, styles)


def _coverage(book: Any, answer: RosterAnswer, styles: dict[str, Any]) -> None:
    header = (
        "post", "name", "asks for", "mixed", "posts", "guards in each", "shifts begin at", "places", "filled", "hours",
    )  # fmt: skip
    rows: list[tuple[Any, ...]] = [
        (
            post.post, post.name or "", post.qualification or "", "yes" if post.mixed else "no", post.posts,
            post.guards, " ".join(post.begins), post.places, post.filled, post.hours,
        )
        for post in answer.posts
    ]  # fmt: skip
    _table(book, "coverage", header, rows, styles)


def _shifts(book: Any, answer: RosterAnswer, styles: dict[str, Any]) -> None:
    header = ("person", "affiliation", "post", "number", "start", "end", "hours", "night", "weekend", "locked")
    rows: list[tuple[Any, ...]] = [
        (
            duty.person, duty.affiliation, duty.post, duty.number, "", "", duty.hours, "yes" if duty.night else "no",
            "yes" if duty.weekend else "no", "yes" if duty.locked else "no",
        )
        for duty in answer.duties
    ]  # fmt: skip
    page = _table(book, ROSTER_SHEET, header, rows, styles)
    page.set_column(4, 5, 17)
    for row, duty in enumerate(answer.duties, 1):
        for column, moment in ((4, duty.start), (5, duty.end)):
            local = words.local(moment, answer.timezone).replace(tzinfo=None)
            page.write_datetime(row, column, local, styles["moment"])


def _said(answer: RosterAnswer) -> tuple[str, ...]:
    """The answer in words."""
    return (say.roster_headline(answer), *say.status(answer), *say.measures(answer), say.begins(answer))


def _about(book: Any, answer: RosterAnswer, styles: dict[str, Any]) -> None:
    rows: list[tuple[Any, ...]] = [
        ("site", answer.site),
        ("roster", say.period(answer)),
        ("status", answer.status),
        ("", say.begins(answer)),
    ]
    rows += [("", text) for text in _said(answer)]
    rows += [("rule", text) for text in say.rules(answer)]
    rows += [("it rests on", text) for text in say.ASSUMED]
    rows += [("points", f"{value} {part}") for value, part in say.points(answer)]
    rows += [("left out", text) for text in say.left_out(answer)]
    rows += [("note", text) for text in answer.notes]
    rows += [("made by", f"Stockward {answer.version}, seed {answer.seed}")]
    page = _table(book, "about", ("what", "in words"), rows, styles)
    page.set_column(1, 1, 100)

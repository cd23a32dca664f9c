"""What the ledger's own arithmetic shows, in plain words: what is odd, the rows, and what to do next.

Beside them the single movement on which an alarm hangs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stockward.answers.items import LedgerFinding, RowOfBooks
from stockward.answers.losses import RowLeftOut
from stockward.answers.review import ReviewAnswer
from stockward.report.kit import words
from stockward.report.kit.sheet import Sheet
from stockward.report.review import context
from stockward.report.review.views import SeriesView, names
from stockward.terms.verdicts import LedgerFault, Verdict

SHOWN_MAX = 40
_NAMED = 5
_MOSTLY = 0.5
_DECIMALS = 6
_KIND = {
    LedgerFault.BALANCE_BREAKS: "printed balance",
    LedgerFault.BOOK_DIFFERS: "book beside a count",
    LedgerFault.BELOW_ZERO: "stock below zero",
    LedgerFault.SIDES_DIFFER: "sides of a transfer",
    LedgerFault.ENTERED_AFTER_COUNT: "entered after a count",
    LedgerFault.NUMBER_TWICE: "document twice",
    LedgerFault.NUMBER_REUSED: "number used again",
    LedgerFault.NUMBERS_LACK: "numbers that lack",
    LedgerFault.NUMBERS_SHARED: "numbers that say nothing",
}
_OF_SOMETHING_ELSE = "Say what this column is of, and leave it out of the table if it is not of a material in an area."
_NEXT = {
    LedgerFault.BALANCE_BREAKS: "Compare this row and the one before it with their documents, and look for a row that "
    "was left out, changed or put in between.",
    LedgerFault.BOOK_DIFFERS: "Look for movements that were booked or changed after the list was printed, and for such "
    "as the books do not have.",
    LedgerFault.BELOW_ZERO: "Look for a receipt that was not booked, or is dated too late, and check the quantity, the "
    "area and the day of what left.",
    LedgerFault.SIDES_DIFFER: "Compare the documents of both sides, and weigh or count what came again.",
    LedgerFault.ENTERED_AFTER_COUNT: "Check these rows against their documents: did they happen before the inventory?",
    LedgerFault.NUMBER_TWICE: "Look at the paper: if it was entered twice, reverse the second entry.",
    LedgerFault.NUMBER_REUSED: "Compare both papers: the number was given out again, or one of them is mistyped.",
    LedgerFault.NUMBERS_LACK: "Ask for these papers, and put in what was left out; one that is void should be on file.",
    LedgerFault.NUMBERS_SHARED: "Nothing, unless these numbers are meant to be of these books alone.",
}


@dataclass(frozen=True, slots=True)
class _Told:
    """A finding with the names that people use and the time zone of the site."""

    one: LedgerFinding
    called: Mapping[str, str]
    timezone: str

    @property
    def what(self) -> str:
        """The material, and the area where there is one."""
        place = f" in {self._name(self.one.area)}" if self.one.area else ""
        return f"{self._name(self.one.material)}{place}"

    def _name(self, key: str | None) -> str:
        return self.called.get(key or "", key or "")

    def size(self, value: float | None, *, signed: bool = False) -> str:
        """A figure in the unit of the finding; an amount without its sign, unless asked for."""
        shown = (value or 0.0) if signed else abs(value or 0.0)
        return words.exact(shown, self.one.unit or "", _DECIMALS)

    @property
    def row(self) -> str:
        """The first row."""
        return self.where(self.one.rows[0])

    def where(self, row: RowOfBooks) -> str:
        """A row with its place in the file that it was imported from, and its day."""
        source = f"from {row.source}, " if row.source else ""
        day = "" if row.at is None else words.day(words.local(row.at, self.timezone).date())
        return f"{row.table} row {row.row} ({source}{day})"

    @property
    def off(self) -> str:
        """By how much what is stated is off."""
        return f"{self.size(self.one.amount)} {'more' if (self.one.amount or 0.0) > 0 else 'less'}"

    def balance_breaks(self) -> str:
        """A printed balance."""
        one, balances = self.one, f"{words.number(self.one.count)} of {words.count(self.one.of, 'printed balance')}"
        if one.area is None:
            return (
                f"{balances} do not follow from the rows, the first in {self.row}: they may be of something else, such "
                "as a lot, or all areas together."
            )
        heals = "It stays so"
        if one.until is not None and one.rows[0].at is not None:
            first, last = (words.local(at, self.timezone).date() for at in (one.rows[0].at, one.until))
            heals = (
                "It comes right on the same day, so that rows may stand in another order"
                if first == last
                else f"It comes right on {words.day(last)}"
            )
        follow = "does not follow" if one.count == 1 else "do not follow"
        return (
            f"{self.row} prints a balance of {self.size(one.stated, signed=True)} of {self.what}, and "
            f"{self.size(one.reckoned, signed=True)} follow from the one before: {self.off}. {heals}; {balances} "
            f"{follow}."
        )

    def book_differs(self) -> str:
        """The book beside a count."""
        one = self.one
        books = f"{words.number(one.count)} of {words.count(one.of, 'book')} beside counts"
        if one.area is None:
            return (
                f"{books} do not follow from the movements, the first in {self.row}: they may be of something else, or "
                "of another ledger."
            )
        return (
            f"{self.row} prints beside the count of inventory {one.inventory} a book of "
            f"{self.size(one.stated, signed=True)} of {self.what}, and the movements make at the nearest "
            f"{self.size(one.reckoned, signed=True)}: {self.off}. {books} of it "
            f"{'does' if one.count == 1 else 'do'} not follow."
        )

    def below_zero(self) -> str:
        """A stock below zero."""
        one = self.one
        sigma = f" (σ at most {words.quantity(one.sigma, one.unit or '', 2)})" if one.sigma else ""
        often = (
            f" So it is after {words.count(one.count, 'inventory', 'inventories')} of {one.of}."
            if one.count > 1
            else ""
        )
        return (
            f"With {self.row} more of {self.what} has left than was there by the books: inventory {one.inventory} "
            f"found {self.size(one.stated)}, and what came and went since makes "
            f"{self.size(one.reckoned, signed=True)}{sigma}; the lowest is {self.size(one.amount, signed=True)}.{often}"
        )

    def sides_differ(self) -> str:
        """The two sides of a transfer."""
        one = self.one
        papers = f", document {words.listed(list(one.numbers), _NAMED)}" if one.numbers else ""
        stated, other = self.size(one.stated), self.size(one.reckoned)
        return (
            f"The two sides of {words.count(one.count, 'transfer')} of {self._name(one.material)} from "
            f"{self._name(one.area)} to {self._name(one.other_area)} differ, of {words.number(one.of)} of which both "
            f"are on record: one says {stated}, which stands, and the other {other}, {self.size(one.amount)} between "
            f"them. The first is {self.row}{papers}."
        )

    def entered_after_count(self) -> str:
        """Rows entered after a count."""
        one = self.one
        others = f", and that of {words.count(one.of - 1, 'other series', 'other series')}" if one.of > 1 else ""
        rows = words.count(one.count, "row")
        return (
            f"{rows} dated before inventory {one.inventory} {'was' if one.count == 1 else 'were'} entered after it, "
            f"such as {self.row}. The difference of {self.what}{others} hangs on that: without, it would be "
            f"{self.size(one.reckoned, signed=True)}, and it is {self.size(one.stated, signed=True)} (+ missing)."
        )

    def number_twice(self) -> str:
        """A document that stands twice."""
        first, second = map(self.where, self.one.rows)
        lines = words.count(self.one.count, "line")
        return (
            f"Document {self.one.numbers[0]} stands in the books twice, with {lines} each time: from {first}, "
            f"and again from {second}."
        )

    def number_reused(self) -> str:
        """A number that comes again."""
        first, second = map(self.where, self.one.rows)
        return (
            f"Document {self.one.numbers[0]} stands in {first} and in {second}; others of its series are of a few days."
        )

    def numbers_lack(self) -> str:
        """Numbers that lack."""
        first, last, *ranges = self.one.numbers
        lack = "is not among them" if self.one.count == 1 else "are not among them"
        near = f" The first would stand near {self.row}." if self.one.rows else ""
        return (
            f"Documents are numbered from {first} to {last}, and {words.number(self.one.count)} {lack}: "
            f"{words.listed(ranges, _NAMED)}.{near}"
        )

    def numbers_shared(self) -> str:
        """Numbers that say nothing."""
        first, last = self.one.numbers
        return (
            f"Of the documents from {first} to {last} {words.number(self.one.count)} of {words.number(self.one.of)} "
            "numbers are not there: they are shared with other books, or selected, so that gaps say nothing."
        )

    @property
    def next(self) -> str:
        """What to do next."""
        of_column = self.one.fault in {LedgerFault.BALANCE_BREAKS, LedgerFault.BOOK_DIFFERS} and self.one.area is None
        return _OF_SOMETHING_ELSE if of_column else _NEXT[self.one.fault]


def _sentence(review: ReviewAnswer, one: LedgerFinding, called: Mapping[str, str]) -> tuple[str, str]:
    told = _Told(one, called, review.timezone)
    text = str(getattr(told, one.fault.value)())
    return text[0].upper() + text[1:], told.next


def ledger_view(review: ReviewAnswer) -> context.Ledger | None:
    """The findings of the page; ``None`` where there are none."""
    if not review.ledger:
        return None
    called = names(review)
    more = len(review.ledger) - SHOWN_MAX
    return context.Ledger(
        lines=tuple(
            context.LedgerLine(kind=_KIND[one.fault], sentence=sentence, next=following)
            for one in review.ledger[:SHOWN_MAX]
            for sentence, following in (_sentence(review, one, called),)
        ),
        note=f"The first {SHOWN_MAX} are shown; {words.number(more)} more are in the workbook." if more > 0 else "",
    )


def ledger_lines(review: ReviewAnswer) -> list[str]:
    """For a terminal: of each kind the first, and how many more there are."""
    called, by_kind = names(review), dict[LedgerFault, list[LedgerFinding]]()
    for one in review.ledger:
        by_kind.setdefault(one.fault, []).append(one)
    texts = []
    for fault, found in by_kind.items():
        more = f" {words.count(len(found) - 1, 'more finding')} of this kind on the page." if len(found) > 1 else ""
        texts.append(f"Ledger, {_KIND[fault]}: {_sentence(review, found[0], called)[0]}{more}")
    return texts


def ledger_sheets(review: ReviewAnswer) -> list[Sheet]:
    """Every finding with its first row; none where there are none."""
    called = names(review)
    figures = ("count", "of", "stated", "reckoned", "amount", "sigma", "unit")
    rows = [
        (
            _KIND[one.fault], one.area, one.other_area, one.material, one.inventory,
            *((one.rows[0].table, one.rows[0].row, one.rows[0].source) if one.rows else (None, None, None)),
            *(getattr(one, name) for name in figures), ", ".join(one.numbers), *_sentence(review, one, called),
        )
        for one in review.ledger
    ]  # fmt: skip
    header = (
        "finding", "area", "other area", "material", "inventory", "table", "row (as a spreadsheet shows it)",
        "from (file, sheet and row)", "rows or numbers", "of so many", "stated (unit)", "reckoned (unit)",
        "stated less reckoned (unit)", "sigma (unit)", "unit", "numbers", "in plain words", "next",
    )  # fmt: skip
    return [Sheet(name="ledger", header=header, rows=rows)] if rows else []


_IT_IS = {
    Verdict.BALANCED: "balanced",
    Verdict.BALANCED_IN_PART: "balanced in part",
    Verdict.NOT_TESTED: "not tested",
}


def hangs_on(series: SeriesView) -> str:
    """The movement on which the alarm hangs, or that it hangs on no single one; empty where nobody looked."""
    found = series.outliers
    if found is None:
        return ""
    if found.rows:
        chance = f" By chance {found.expected:.2g} movements would do as much." if found.expected else ""
        return " ".join(_without(series, row) for row in found.rows) + chance
    if found.alike:
        return f"Each of {words.count(found.alike, 'movement')} is of a size that explains it alone: none is named."
    return "It hangs on no single movement."


def hang_together(event: Sequence[SeriesView]) -> list[str]:
    """The rows on which the alarms of one event hang; that one hangs on none is said of each series by itself."""
    named = [one for one in event if one.outliers is not None and one.outliers.rows]
    return list(dict.fromkeys(map(hangs_on, named)))


def _without(series: SeriesView, row: RowLeftOut) -> str:
    """That without a row the verdict is another."""
    source = f"from {row.source}, " if row.source else ""
    paper = f", document {row.document}" if row.document else ""
    what = f"{row.kind.replace('_', ' ')} of {words.quantity(row.quantity, row.unit)}"
    return (
        f"Without movements row {row.row} ({source}{what} on {words.day(series.day(row.at))}{paper}) the verdict is "
        f"{_IT_IS[row.verdict]}: check it first, by its document."
    )

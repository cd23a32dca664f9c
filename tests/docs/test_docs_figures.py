"""Figures that pages quote, against a fresh review: a page cannot say what is no longer so."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from fresh_reviews import Reviewed, reviewed
from manual_pages import DOCS, PUBLISHED, README, ROOT, blocks, plain, prose, rows, text

from stockward.report.kit import words
from stockward.report.review import claims
from stockward.terms.periods import YEAR_DAYS

MELT_POUR, CARTRIDGES = "melt_pour/TNT", "cartridge_hall/nitrocellulose"
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")


def quoted(page: Path, *snippets: str) -> None:
    """Each snippet, made from fresh figures, stands in the page."""
    said = prose(page)
    missing = [snippet for snippet in map(plain, snippets) if snippet not in said]
    assert not missing, f"{page.name} does not say: {missing}"


def day(moment: str) -> str:
    return words.day(date.fromisoformat(moment[:10]), year=False)


def test_the_finding_of_the_readme_is_that_of_the_report(ridgeway: Reviewed) -> None:
    one = ridgeway.series(MELT_POUR)
    assert one["verdict"] == "shortage"
    quoted(README, f"{one['verdict']}: {claims.claim(ridgeway.view(MELT_POUR))}.")


def test_the_weeks_of_the_readme(ridgeway: Reviewed) -> None:
    one = ridgeway.series(MELT_POUR)
    worst = max(one["periods"], key=lambda period: period["standardised"])
    tests = one["tests"]
    quoted(
        README,
        f"In the week that ends on {day(worst['end'])} that is {worst['difference']:.2f} kg missing",
        f"scatter the difference by {worst['sigma']:.2f} kg (sigma)",
        f"{worst['sigma_random']:.2f} kg from errors that are fresh each time",
        f"{worst['sigma_systematic']:.2f} kg from errors that all weighings share",
        f"{worst['difference']:.2f} kg is {worst['standardised']:.1f} sigma",
        f"the largest of {len(one['periods'])} weeks",
        f"{ridgeway.json['detection']['series_tested']} of the {len(ridgeway.json['series'])} series of this site are "
        "tested so",
        f"at {100 * ridgeway.json['detection']['false_alarm']:g} % a year, this series gets a share of "
        f"{100 * one['share']:.2f} %",
        f"must pass {tests['standardised']['threshold']:.1f} sigma",
        f"the year gives {one['cumulative']['difference']:.0f} ± {one['cumulative']['sigma']:.0f} kg",
    )
    assert tests["standardised"]["alarm_inventory"] is None
    assert tests["cumuf"]["alarm_inventory"] is None
    small = min((period["difference"] for period in one["periods"] if period["difference"] > 0), key=abs)
    quoted(README, f"Other weeks show {small:.2f} kg, or a surplus")
    assert min(period["difference"] for period in one["periods"]) < 0


def test_the_loss_of_the_readme(ridgeway: Reviewed) -> None:
    one = ridgeway.series(MELT_POUR)
    (loss,) = one["losses"]
    (alarm,) = one["alarms"]
    quoted(
        README,
        f"At the inventory of {day(alarm['raised_as_of'])} the weeks before it lean",
        f"in the end it reaches {max(one['tests']['default']['statistic']):.2f} times its limit",
        f"That gives {loss['estimate']:.0f} kg, with 95 % between {loss['low']:.0f} and {loss['high']:.0f} kg",
        f"none of it before {day(loss['not_before'])}",
        f"the {loss['periods']} weeks since give {loss['plain_sum']:.0f} ± {loss['plain_sigma']:.0f} kg, and most of "
        f"these {loss['plain_sigma']:.0f} kg",
        f"with a chance of {one['p_value']:.5f}",
        f"below the share of {one['share']:.4f}",
    )
    assert loss["last_inventory"] == one["periods"][-1]["inventory"]
    assert alarm["inventory"] == one["alarm_inventory"]
    inventories = [period["inventory"] for period in one["periods"]]
    run = slice(inventories.index(loss["first_inventory"]), inventories.index(loss["last_inventory"]) + 1)
    differences, covariance = np.array([period["difference"] for period in one["periods"]]), np.array(one["covariance"])
    assert loss["plain_sum"] == pytest.approx(differences[run].sum())
    assert loss["plain_sigma"] == pytest.approx(math.sqrt(covariance[run, run].sum()))


def test_what_else_the_readme_says_of_the_example(ridgeway: Reviewed) -> None:
    verdicts = [one["verdict"] for one in ridgeway.json["series"]]
    short, exact = NUMBERS[verdicts.count("shortage")], NUMBERS[verdicts.count("discrepancy")]
    quoted(README, f"{short} shortages, each", f"{short.capitalize()} series are short and {exact} have discrepancies")
    drifted = ridgeway.view(CARTRIDGES).verdict.losses[0]
    size = words.interval(drifted.estimate, drifted.low, drifted.high, "kg")
    quoted(README, f"{size} of nitrocellulose is short in the cartridge hall")
    assert ["magazine_2/grenade", "magazine_2/RDX"] in [event["series"] for event in ridgeway.json["events"]]


def test_the_truth_that_the_readme_tells(ridgeway: Reviewed) -> None:
    truth = json.loads(text(ROOT / "examples" / "ridgeway" / "truth.json"))
    loss = next(loss for loss in truth["losses"] if loss["area"] == "melt_pour")
    (found,) = ridgeway.series(MELT_POUR)["losses"]
    first, last = (words.day(date.fromisoformat(loss[name]), year=False) for name in ("first_day", "last_day"))
    quoted(
        README, f"{loss['amount']:g} kg of TNT left the hall, a little each night from {first} to {last}",
        "That lies inside the interval and the days",
    )  # fmt: skip
    assert found["low"] <= loss["amount"] <= found["high"]
    assert found["not_before"][:10] <= loss["first_day"]
    assert loss["last_day"] <= found["not_after"][:10]
    hall = next(one for one in truth["series"] if f"{one['area']}/{one['holding']}" == CARTRIDGES)
    assert all(cause.startswith("drift") for cause in hall["because_of"])


def test_every_loss_of_the_example_lies_where_the_report_says(ridgeway: Reviewed) -> None:
    truth = json.loads(text(ROOT / "examples" / "ridgeway" / "truth.json"))
    for loss in truth["losses"]:
        for part in loss["series"]:
            if part["strength_sigma"] is None:
                continue
            (found,) = ridgeway.series(f"{part['area']}/{part['holding']}")["losses"]
            assert found["low"] <= part["missing"] <= found["high"], loss["loss"]
            assert found["not_before"][:10] <= loss["first_day"], loss["loss"]
            assert loss["last_day"] <= found["not_after"][:10], loss["loss"]


def test_the_smallest_site_is_the_one_shown() -> None:
    shown = [block for language in ("toml", "csv") for block in blocks(DOCS / "first_site.md", language)]
    files = {block.split("\n", 1)[0].removeprefix("# "): block.split("\n", 1)[1] for block in shown}
    assert files == {path.name: text(path) for path in (DOCS / "first_site").iterdir()}


def test_the_smallest_site_by_hand(first_site: Reviewed, tmp_path: Path) -> None:
    (one,) = first_site.json["series"]
    january = one["periods"][0]
    assert one["verdict"] == "balanced"
    random = math.sqrt(sum((0.001 * weighed) ** 2 for weighed in (8000, 5000, 5000, 12000, 5962)))
    systematic = math.hypot(0.002 * 10000, 0.001 * (8000 - 12000 - 5962))
    assert january["sigma_random"] == pytest.approx(random)
    assert january["sigma_systematic"] == pytest.approx(systematic)
    assert january["difference"] == 38.0
    limit = one["tests"]["standardised"]["threshold"]
    days = date.fromisoformat(one["periods"][-1]["end"][:10]) - date.fromisoformat(january["start"][:10])
    quoted(
        DOCS / "first_site.md",
        f"= {january['difference']:g} kg missing",
        f"= {random**2:.1f}, whose root is {random:.1f} kg",
        f"Together {systematic:.1f} kg",
        f"= {january['sigma']:.1f} kg. So 38 kg is {january['standardised']:.2f} sigma",
        f"its {days.days} days may have spent a share of {one['share']:.4f}",
        f"in proportion to the days it would be {1 - 0.95 ** (days.days / YEAR_DAYS):.4f}",
        f"would ask for {limit:.2f} sigma, which is {limit * january['sigma']:.0f} kg",
        f"The p-value is {one['p_value']:.2f}",
    )
    first, *later = first_site.view(one["id"]).verdict.default_limits
    quoted(DOCS / "first_site.md", f"asks for {first:.2f} sigma in January, and for more in February")
    assert 60 / january["sigma"] < first < limit < min(later)
    for path in (DOCS / "first_site").iterdir():
        (tmp_path / path.name).write_text(text(path), encoding="utf-8")
    (tmp_path / "methods.csv").write_text(
        "method,random_rel,systematic_rel\nBRIDGE,0.0005,0.0005\nSCALE,0.0005,0.0005\n", encoding="utf-8"
    )
    (better,) = reviewed(tmp_path).json["series"]
    assert better["verdict"] == "shortage"
    (loss,) = better["losses"]
    size = words.interval(loss["estimate"], loss["low"], loss["high"], "kg")
    quoted(
        DOCS / "first_site.md",
        f"{size} from both periods, which are {loss['plain_sum']:g} kg simply added",
        f"sigma would be about {better['periods'][0]['sigma']:.0f} kg",
        f"a shortage (p-value {better['p_value']:.4f})",
    )


def test_the_published_page_shows_what_the_script_prints(
    published: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    published.main()
    assert blocks(PUBLISHED / "README.md", "text") == [capsys.readouterr().out]


def test_the_published_page_quotes_the_script(published: ModuleType) -> None:
    every = {name: published.figures(name, unit, values) for name, unit, values in published.read()}
    large, small = every["Sellafield plutonium"], every["Winfrith plutonium"]
    n = len(large.values)
    quoted(
        PUBLISHED / "README.md",
        f"it is {large.scatter:.1f} kg",
        f"from {large.scatter_low:.2f} to {large.scatter_high:.1f} kg",
        f"must be {published.shift_found(0.95, n):.2f} times",
        f"one of {published.shift_found(0.5, n):.2f} times is missed half",
        f"a p-value of {2 * 0.5**n:.4f}",
        ", ".join(f"{value:g}" for value in large.values) + " kg",
        f"a p-value of {large.p_trend:.4f}",
        f"times five, that is {len(every) * large.p_trend:.3f}",
        f"add up to {large.total:+.1f} kg",
        f"(t = {large.t:+.2f}, p = {large.p_t:.3f})",
        f"{small.total:+.1f} kg in all",
        f"(t = {small.t:+.2f}, p = {small.p_t:.3f}; times five, {len(every) * small.p_t:.3f})",
        f"better than {large.sigma_at_limit:.1f} kg",
        f"{large.found_then / large.sigma_at_limit:.2f} × {large.sigma_at_limit:.1f} = {large.found_then:.1f} kg",
        f"Never more than {max(small.values):g} kg",
    )
    assert sum(one.correlation < 0 for one in every.values()) == 4
    table = [row for row in rows(text(PUBLISHED / "README.md")) if row[0].startswith(("Sell", "Spring", "Cap", "Win"))]
    for row, one in zip(table, every.values(), strict=True):
        assert row[1:] == [f"{one.sigma_at_limit:.3g} {one.unit}", f"{one.found_then:.4g} {one.unit}"]


def test_the_published_figures_name_their_source() -> None:
    head = text(PUBLISHED / "uk_muf_1977_82.csv").splitlines()[0]
    assert head.startswith("#")
    assert "Hansard" in head
    assert "No measurement error was published" in head


def test_the_trend_is_exact(published: ModuleType) -> None:
    assert published.trend((1.0, 2.0, 3.0, 4.0, 5.0)) == pytest.approx(2 / 120)
    assert published.trend((1.0, 1.0, 1.0)) == 1.0
    assert published.trend((2.0, 1.0, 3.0)) == 1.0


def test_the_t_test_finds_what_it_is_said_to_find(published: ModuleType) -> None:
    rng = np.random.default_rng(1)
    shift = published.shift_found(0.95, 5)
    years = rng.normal(shift, 1.0, (20_000, 5))
    statistic = years.mean(axis=1) / years.std(axis=1, ddof=1) * math.sqrt(5)
    assert np.mean(np.abs(statistic) > 2.776445) == pytest.approx(0.95, abs=0.006)

"""The public face, as its documentation uses it."""

from __future__ import annotations

import doctest
import inspect
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import chdir
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import polars as pl
import pytest
from click.testing import CliRunner

import stockward as sw
from stockward import cli
from stockward.face.places import own_folder
from stockward.terms.errors import UsageError

ROOT = Path(__file__).parents[1]
RIDGEWAY = ROOT / "examples" / "ridgeway"
FIRST_SITE, FIRST_COUNT, FAULTY = (ROOT / "docs" / name for name in ("first_site", "first_count", "faulty"))

FUNCTIONS = (
    "check",
    "drill",
    "orders",
    "patrol",
    "plan",
    "read_site",
    "review",
    "roster",
    "sample",
    "simulate",
    "sites",
    "stand_ins",
    "swap",
    "worked_hours",
)
RESULTS = (
    "Certificate", "Check", "Draw", "Drill", "ManySites", "Orders", "Patrols", "Plan", "ProtectionPlan", "Review",
    "Roster", "Site", "StandIns", "Surge", "Swap", "WorkedHours",
)  # fmt: skip
ERRORS = ("FigureError", "ProbabilityError", "SheetError", "SiteError", "StockwardError", "UsageError")


@pytest.fixture(scope="module")
def review(ridgeway_review: sw.Review) -> sw.Review:
    return ridgeway_review


def test_completion_offers_what_there_is_and_nothing_else() -> None:
    assert dir(sw) == sorted(sw.__all__) == sorted((*FUNCTIONS, *RESULTS, *ERRORS, "__version__"))
    for name in sw.__all__:
        assert getattr(sw, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'revue'"):
        sw.revue  # noqa: B018


def test_a_name_of_the_face_is_never_taken_by_a_room() -> None:
    """There is a room ``roster`` too, which Python would bind under that name when it is loaded."""
    script = (
        "import sys, stockward as sw\n"
        "from stockward.roster.engine import rules\n"
        "assert callable(sw.roster) and rules is sys.modules['stockward.roster.engine.rules']"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_to_import_the_face_loads_nothing_heavy() -> None:
    script = "import sys, stockward; dir(stockward); sys.exit({'numpy', 'polars', 'scipy'} & set(sys.modules) != set())"
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize("name", [*FUNCTIONS, *RESULTS])
def test_every_name_is_described(name: str) -> None:
    described = inspect.getdoc(getattr(sw, name)) or ""
    assert described
    if name in FUNCTIONS:
        assert all(f"\n{head}\n---" in described for head in ("Parameters", "Returns", "Raises", "Examples"))
        for parameter in inspect.signature(getattr(sw, name)).parameters.values():
            assert parameter.name in described
            assert parameter.annotation is not inspect.Parameter.empty


@pytest.mark.parametrize(
    "room", ["drills", "many", "orders", "patrols", "reviews", "rosters", "samples", "sites", "standing"]
)
def test_the_examples_of_the_descriptions_are_true(room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    ran = doctest.testmod(import_module(f"stockward.face.{room}"))
    assert ran.failed == 0


PYTHON_ALONE = {"review": {"surge"}, "plan": {"surge"}, "sample": {"draw", "result"}}
"""Parameters that are no option; a step of a count is a command, which takes its file as an argument."""
COMMAND_ALONE = {
    "review": {"covariance"},
    "patrol": {"commit", "seed_text"},
    "plan": {"ics"},
    "sample": {"paper"},
    "roster": {"instance", "workers", "ics", "csv", "replace", "on", "swap", "worked", "names", "sheet"},
    "check": {"all"},
    "sites": {"list"},
    "simulate": {"sites"},
}
NO_COMMAND = {"read_site", "stand_ins", "swap", "worked_hours"}
"""What no command does by itself; the last three are options of that of rosters."""
OUTPUTS = {"html", "json", "xlsx", "csv", "quiet"}


def params_of(name: str) -> list[click.Parameter]:
    """The words of a command, or of all in its group."""
    context = click.Context(cli.main)
    command = cli.main.get_command(context, name)
    assert command is not None
    if isinstance(command, click.Group):
        steps = [command.get_command(context, step) for step in command.list_commands(context)]
        return [param for step in steps if step is not None for param in step.params]
    return command.params


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in NO_COMMAND])
def test_a_function_takes_the_options_of_its_command_with_their_defaults(name: str) -> None:
    parameters = inspect.signature(getattr(sw, name)).parameters
    taken = {key: one for key, one in parameters.items() if key not in ("site", "sites", "folder")}
    options = {
        {"in": "place"}.get(word := option.opts[0].removeprefix("--").replace("-", "_"), word): option
        for option in params_of(name)
        if option.opts[0].startswith("--")
    }
    assert taken.keys() - PYTHON_ALONE.get(name, set()) == options.keys() - OUTPUTS - COMMAND_ALONE.get(name, set())
    for key in taken.keys() & options.keys():
        default = options[key].to_info_dict()["default"]
        if isinstance(default, int | float) or taken[key].default in (True, False):
            assert taken[key].default == (default or False), key


def command(*arguments: object) -> dict[str, Any]:
    """The document that a command writes, without the moment."""
    return without_moment(CliRunner().invoke(cli.main, [str(one) for one in (*arguments, "--json", "-")]).stdout)


def without_moment(text: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text)
    document.get("generated", {}).pop("at", None)
    return document


def written(write: Callable[[Path], None], folder: Path) -> dict[str, Any]:
    write(folder / "answer.json")
    return without_moment((folder / "answer.json").read_text(encoding="utf-8"))


def test_a_review_has_the_figures_of_the_command(review: sw.Review, tmp_path: Path) -> None:
    document = command("review", RIDGEWAY)
    assert written(review.to_json, tmp_path) == document
    rows = {row["id"]: row for row in review.series.to_dicts()}
    for one in document["series"]:
        row = rows[one["id"]]
        names = ("verdict", "p_value", "alarm_inventory", "reason", "unit")
        assert {name: row[name] for name in names} == {name: one[name] for name in names}
        assert (row["difference"], row["sigma"]) == (one["cumulative"]["difference"], one["cumulative"]["sigma"])
        estimates = [loss["estimate"] for loss in one["losses"]]
        assert row["estimate"] == (max(estimates) if estimates else None)
        for loss in one["losses"]:
            if loss["estimate"] == row["estimate"]:
                assert (row["low"], row["high"]) == (loss["low"], loss["high"])
                assert str(row["first_possible_day"]) == loss["not_before"][:10]
                assert str(row["last_possible_day"]) == loss["not_after"][:10]
    told = [loss["estimate"] for one in document["series"] for loss in one["losses"]]
    assert review.losses["estimate"].to_list() == told
    assert len(told) >= 5


def test_no_answer_is_written_onto_a_site(review: sw.Review, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(FIRST_SITE, site)
    before = {file.name: file.read_bytes() for file in site.iterdir()}
    (tmp_path / "link.html").symlink_to(site / "counts.csv")
    (tmp_path / "circle.html").symlink_to(tmp_path / "circle.html")
    for write, place in (
        (review.to_json, site / "site.toml"),
        (review.to_html, site / "counts.csv"),
        (review.to_html, tmp_path / "link.html"),
        (review.to_html, tmp_path / "circle.html"),
        (review.to_xlsx, site / "site.xlsx"),
        (review.to_xlsx, site / "review.xlsx"),
    ):
        with pytest.raises(UsageError):
            write(place)
    review.to_html(site / "review.html")
    assert {file.name: file.read_bytes() for file in site.iterdir() if file.suffix != ".html"} == before


def test_no_sealed_plan_is_put_into_a_site(tmp_path: Path) -> None:
    site = Path(shutil.copytree(FIRST_COUNT, tmp_path / "site"))
    before = sorted(file.name for file in site.iterdir())
    (tmp_path / "link").symlink_to(site)
    for plan in (site / "goals.csv", tmp_path / "link" / "goals.csv", site / "counts.csv"):
        with pytest.raises(UsageError, match="read"):
            sw.sample(site, items={"box": 3}, commit=plan)
    assert sorted(file.name for file in site.iterdir()) == before


def test_a_surge_has_the_figures_of_the_command(tmp_path: Path) -> None:
    grown = {"production": {"TNT": 5}, "dispatch": 2, "weighings": "more", "since": "2026-01-05"}
    document = command(
        "review", FIRST_SITE, "--production", "TNT=5", "--dispatch", 2, "--weighings", "more", "--since", "2026-01-05"
    )
    assert document["surge"]["series"]
    assert written(sw.review(FIRST_SITE, **grown).to_json, tmp_path) == document
    surge = sw.Surge(production=5)
    assert sw.review(FIRST_SITE, surge=surge).answers.options == sw.review(FIRST_SITE, production=5).answers.options


def test_orders_have_the_figures_of_the_command(tmp_path: Path, ridgeway_site: sw.Site) -> None:
    asked = ("--as-of", "2026-06-15", "--guards", ">2", "--due", "2026-12-31")
    document = command("orders", RIDGEWAY, FIRST_SITE, "nowhere", *asked)
    answers = sw.orders(RIDGEWAY, FIRST_SITE, "nowhere", as_of="2026-06-15", guards=">2", due="2026-12-31")
    assert written(answers.to_json, tmp_path) == document
    orders = [order for one in document["sites"] for order in one["orders"]]
    assert answers.orders["order"].to_list() == [order["order"] for order in orders]
    assert answers.orders["expected"].to_list() == [order["expected"] for order in orders]
    answers.to_csv(tmp_path / "orders.csv")
    assert len((tmp_path / "orders.csv").read_text(encoding="utf-8").splitlines()) == 1 + len(orders) + 1
    again = sw.orders(ridgeway_site, as_of="2026-06-15")
    assert again.orders["now"].to_list() == answers.orders["now"].to_list()[: again.orders.height]
    assert again.orders["folder"].unique().to_list() == ["Ridgeway Works"]


def test_a_drill_has_the_figures_of_the_command(tmp_path: Path) -> None:
    document = command("drill", FIRST_SITE, "--copies", 30, "--in", "counts", "--jobs", 1)
    drill = sw.drill(FIRST_SITE, copies=30, place="counts", jobs=1)
    assert written(drill.to_json, tmp_path) == document
    assert drill.lines["found"].to_list() == [line["counts"]["found"] for line in document["lines"]]
    drill.to_html(tmp_path / "drill.html")


@pytest.mark.parametrize("site", [FIRST_COUNT, RIDGEWAY], ids=lambda site: site.name)
def test_a_plan_has_the_figures_of_the_command(site: Path, tmp_path: Path) -> None:
    wanted = {"box": 3} if site == FIRST_COUNT else {"grenade": 60}
    words = [word for name, number in wanted.items() for word in ("--items", f"{name}={number}")]
    document = command("sample", "plan", site, *words)
    plan = sw.sample(site, items=wanted)
    assert written(plan.to_json, tmp_path) == document
    assert plan.strata["counted"].to_list() == [stratum["counted"] for stratum in document["strata"]]
    assert plan.goals["reached"].to_list() == [goal["reached"] for goal in document["goals"]]


def test_a_count_goes_from_plan_to_certificate(tmp_path: Path) -> None:
    path, sheets = tmp_path / "plan.json", tmp_path / "sheets.csv"
    plan = sw.sample(FIRST_COUNT, items="box=3", commit=path)
    draw = sw.sample(draw=path, commitment=plan.commitment)
    assert draw.lines.height == plan.strata["counted"].sum()
    seed = (tmp_path / "plan.json.seed").read_text(encoding="utf-8").strip()
    assert not any(seed in shown for shown in (repr(draw), draw._repr_html_(), repr(plan)))
    draw.to_csv(sheets)
    draw.to_html(tmp_path / "sheets.html", paper="Letter")
    draw.to_xlsx(tmp_path / "sheets.xlsx")
    pl.read_csv(sheets).with_columns(quantity=pl.lit(1)).write_csv(sheets)
    who = {"counter": "K-1", "witness": "K-2", "counted_at": "2026-02-01T10:00"}
    arguments = [word for name, value in who.items() for word in (f"--{name.replace('_', '-')}", value)]
    for published, verdict in ((plan.commitment, "excluded"), (None, "not_committed")):
        given = ["--commitment", published] if published else []
        document = command("sample", "certify", sheets, "--plan", path, *arguments, *given)
        certificate = sw.sample(result=sheets, plan=path, commitment=published, **who)
        assert written(certificate.to_json, tmp_path) == document
        assert certificate.goals["verdict"].to_list() == [verdict]
        assert certificate.strata["missing"].to_list() == [0.0]
    certificate.to_html(tmp_path / "certificate.html")
    with pytest.raises(sw.UsageError, match="is not that of this plan"):
        sw.sample(draw=path, commitment="0" * 64)


def test_a_plan_is_bound_to_a_public_value(tmp_path: Path) -> None:
    source = "the lottery numbers of 1 February 2026"
    CliRunner().invoke(
        cli.main,
        [
            "sample",
            "plan",
            str(FIRST_COUNT),
            "--items",
            "box=3",
            "--commit",
            str(tmp_path / "its"),
            "--seed-source",
            source,
        ],
    )
    plan = sw.sample(FIRST_COUNT, items={"box": 3}, commit=tmp_path / "ours", seed_source=source)
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "its").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"ours", "its"}
    draw = sw.sample(draw=tmp_path / "ours", commitment=plan.commitment, seed_text="07 12 23 31 40 44")
    assert draw.answers.published


ODD = (1, 1.5, b"x", object(), [1], {1: 2}, range(3), float("nan"), Path)
COUNTS: dict[str, dict[str, Any]] = {
    "site": {"site": FIRST_COUNT, "items": "box=3"},
    "draw": {"draw": "no plan"},
    "result": {"result": "no sheet", "plan": "no plan", "counter": "K", "witness": "L", "counted_at": "2026-02-01"},
}
GIVEN = [
    *(("site", name) for name in ("site", "as_of", "area", "loss", "items", "box", "partial", "cost", "detection")),
    *(("site", name) for name in ("commit", "seed_source", "seed_sha256", "seed_text")),
    *(("draw", name) for name in ("draw", "commitment", "seed_file", "seed_text")),
    *(("result", name) for name in ("result", "plan", "counter", "witness", "counted_at")),
]


@pytest.mark.parametrize(("way", "name"), GIVEN)
def test_what_a_count_is_not_asked_with_is_told_in_one_line(way: str, name: str) -> None:
    for odd in ODD:
        if name == "detection" and isinstance(odd, int | float):
            continue
        with pytest.raises(sw.UsageError, match=rf"^{name} .*: it cannot be taken: write ") as told:
            sw.sample(**{**COUNTS[way], name: odd})
        assert "\n" not in str(told.value)


def test_a_roster_has_the_figures_of_the_command(tmp_path: Path) -> None:
    posts = {"patrol-stores": 1, "patrol-halls": 1}
    words = [word for name, number in posts.items() for word in ("--number", f"{name}={number}")]
    always = ("--start", "2026-07-06", "--weeks", 1, "--deterministic", 20)
    document = command("roster", RIDGEWAY, *always, *words, "--quiet")
    roster = sw.roster(RIDGEWAY, start="2026-07-06", weeks=1, deterministic=20, number=posts)
    assert written(roster.to_json, tmp_path) == document
    assert roster.duties["person"].to_list() == [duty["person"] for duty in document["duties"]]
    assert roster.posts["filled"].sum() == roster.duties.height == roster.guards["shifts"].sum()
    for name in ("html", "xlsx", "csv", "ics"):
        getattr(roster, f"to_{name}")(tmp_path / f"roster.{name}")
    assert (tmp_path / "roster.csv").read_text(encoding="utf-8").count("\n") == 1 + roster.duties.height


def test_without_a_roster_there_is_nothing_to_write(tmp_path: Path) -> None:
    roster = sw.roster(RIDGEWAY, start="2026-07-06", weeks=1, deterministic=1, number="patrol-stores=90")
    assert roster.duties.height == 0
    assert roster.relaxations.height
    with pytest.raises(sw.UsageError, match="there is no roster to write"):
        roster.to_csv(tmp_path / "roster.csv")


def test_check_lists_what_the_command_prints() -> None:
    printed = CliRunner().invoke(cli.main, ["check", str(FAULTY)]).stdout.splitlines()
    for check in (sw.check(FAULTY), sw.check(sw.read_site(FAULTY))):
        assert check.problems.height == len(printed)
        for row, line in zip(check.problems.to_dicts(), printed, strict=True):
            assert line.startswith(f"{row['file']} row {row['row']}")
            assert line.endswith(row["reason"])
    assert sw.check(FIRST_SITE).problems.height == 0
    assert sw.check(FIRST_SITE).problems.columns == ["table", "file", "row", "column", "value", "reason", "source"]


def test_simulate_writes_what_the_command_writes(tmp_path: Path) -> None:
    arguments = ["simulate", str(tmp_path / "its"), "--weeks", "4", "--lines", "1", "--losses", "--seed", "3"]
    assert CliRunner().invoke(cli.main, arguments).exit_code == 0
    site = sw.simulate(tmp_path / "ours", weeks=4, lines=1, losses=True, seed=3)
    assert {file.name: file.read_bytes() for file in (tmp_path / "ours").iterdir()} == {
        file.name: file.read_bytes() for file in (tmp_path / "its").iterdir()
    }
    with chdir(tmp_path):
        assert sw.simulate(weeks=4, lines=1, losses=True, seed=3).files.items() <= site.files.items()
        assert {path.name for path in tmp_path.iterdir()} == {"its", "ours"}


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: sw.review(FIRST_SITE, seed=-1), "seed -1: it cannot be taken: write a whole number from 0 on"),
        (lambda: sw.review(FIRST_SITE, seed=1.5), "seed 1.5: it cannot be taken"),  # type: ignore[arg-type]
        (lambda: sw.review(FIRST_SITE, since="2026-01-05"), "belong to a surge: give production as well"),
        (lambda: sw.review(FIRST_SITE, production=5, surge=sw.Surge(production=5)), "exclude each other"),
        (lambda: sw.review(FIRST_SITE, production=0), "no factor of a surge"),
        (lambda: sw.Surge(production=10**400), "no factor of a surge"),
        (lambda: sw.review(FIRST_SITE, production=5, since="5 May"), "since '5 May' is no date"),
        (lambda: sw.drill(FIRST_SITE, copies=0), "copies 0"),
        (lambda: sw.drill(FIRST_SITE, copies=10**7), "1 to 1000000 copies"),
        (lambda: sw.drill(FIRST_SITE, jobs=0), "jobs 0"),
        (
            lambda: sw.drill(FIRST_SITE, jobs=100_000),
            "write a whole number from 1 to 64",
        ),
        (lambda: sw.drill(FIRST_SITE, pattern="odd"), "abrupt, even or spread"),
        (lambda: sw.sample(), "name one thing to do"),  # type: ignore[call-overload]
        (lambda: sw.sample(FIRST_COUNT, draw="plan.json"), "name one thing to do"),  # type: ignore[call-overload]
        (lambda: sw.sample(FIRST_COUNT, counter="K-1"), "counter does not belong to site"),  # type: ignore[call-overload]
        (lambda: sw.sample(draw="plan.json", area="magazine"), "area does not belong to draw"),  # type: ignore[call-overload]
        (lambda: sw.sample(result="sheets.csv"), "give plan as well"),  # type: ignore[call-overload]
        (lambda: sw.sample(FIRST_COUNT, items={"box": 3}, seed_sha256="ab"), "name its file with --commit"),
        (lambda: sw.sample(FIRST_COUNT, items={"boxx": 3}), "did you mean box"),
        (lambda: sw.roster(RIDGEWAY, start="6 July"), "start '6 July' is no date"),
        (lambda: sw.roster(RIDGEWAY, start="2026-07-06", time=0), "no number of seconds"),
        (lambda: sw.roster(RIDGEWAY, start="2026-07-06", weeks=27), "from 1 to 26"),
        (lambda: sw.roster(RIDGEWAY, start="2026-07-06", number="gate"), "no number of a post"),
        (lambda: sw.orders(RIDGEWAY, as_of="June"), "is no date"),
        (lambda: sw.orders(RIDGEWAY, guards="many"), "write"),
        (lambda: sw.simulate(weeks=3), "weeks 3: it cannot be taken: write a whole number from 4 to 520"),
        (lambda: sw.simulate(FIRST_SITE), "is not empty"),
    ],
)
def test_wrong_use_is_refused(ask: Callable[[], object], said: str) -> None:
    with pytest.raises(sw.UsageError, match=said):
        ask()


def test_paper_is_a4_or_letter(tmp_path: Path) -> None:
    sw.sample(FIRST_COUNT, items={"box": 3}, commit=tmp_path / "plan.json")
    with pytest.raises(sw.UsageError, match="write A4 or Letter"):
        sw.sample(draw=tmp_path / "plan.json").to_html(tmp_path / "sheets.html", paper="A3")


@pytest.mark.parametrize("path", ["a" * 300, "a\0b", "a" * 300 + "/b", "/".join(["a" * 200] * 30)])
def test_a_path_that_nothing_can_have_is_said(review: sw.Review, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    plan = sw.sample(FIRST_COUNT, items={"box": 3})
    for ask in (
        sw.read_site, sw.check, sw.review, sw.drill, sw.sample, sw.simulate,
        review.to_json, review.to_html, review.to_xlsx, plan.to_json, own_folder,
        lambda path: sw.sample(FIRST_COUNT, items={"box": 3}, commit=path),
        lambda path: sw.sample(draw=path),
        lambda path: sw.sample(result=path, plan=path, counter="", witness="", counted_at="2026-02-01"),
        lambda path: sw.roster(RIDGEWAY, start="2026-07-06", previous=path),
        lambda path: sw.roster(path, start="2026-07-06"),
    ):  # fmt: skip
        with pytest.raises(sw.StockwardError):
            ask(path)
    assert sw.orders(path).answers[0].fault


def test_a_missing_site_is_a_site_error() -> None:
    for ask in (sw.read_site, sw.review, sw.check, sw.drill, sw.sample):
        with pytest.raises(sw.SiteError, match="there is no such folder"):
            ask("nowhere")


def test_the_example_is_as_large_as_it_says() -> None:
    site = sw.read_site(RIDGEWAY)
    assert not site.problems
    assert not site.notices
    assert site["movements"].height >= 20_000
    assert set(site["materials"]["stage"].drop_nulls()) >= {"raw", "in_process", "product"}


def test_the_example_is_found_to_be_what_was_put_in(review: sw.Review) -> None:
    """Every seeded loss is found in its series, and no clean series is accused."""
    truth = json.loads((RIDGEWAY / "truth.json").read_text(encoding="utf-8"))
    expected = {f"{row['area']}/{row['holding']}": row["expected"] for row in truth["series"]}
    said = dict(review.series.filter(review.series["area"].is_not_null()).select("id", "verdict").rows())
    assert said.keys() == expected.keys()
    wrong = {one: (said[one], expected[one]) for one in said if expected[one] not in (None, said[one])}
    assert not wrong
    assert len(said) >= 40


def test_tables_and_files_of_a_review(review: sw.Review, tmp_path: Path) -> None:
    assert review.periods.height > review.series.height
    assert set(review.periods["id"]) <= set(review.series["id"])
    review.to_html(tmp_path / "review.html")
    review.to_json(tmp_path / "review.json", covariance=True)
    review.to_xlsx(tmp_path / "review.xlsx")
    assert {path.name for path in tmp_path.iterdir()} == {"review.html", "review.json", "review.xlsx"}
    assert "covariance" in json.loads((tmp_path / "review.json").read_text(encoding="utf-8"))["series"][0]


def test_a_site_is_frozen_and_a_change_is_a_new_value() -> None:
    site = sw.read_site(RIDGEWAY)
    fewer = site.replace(counts=site["counts"].head(10))
    assert fewer["counts"].height == 10
    assert site["counts"].height > 10
    with pytest.raises(KeyError, match="no such table"):
        site.replace(kounts=site["counts"])


def test_a_question_on_guards_is_answered_like_an_order() -> None:
    answers = sw.review(sw.read_site(RIDGEWAY), guards=">2", due="2026-12-31").answers
    asked = answers.orders[-1]
    assert (asked.asked, asked.measure, asked.factor, str(asked.due_on)) == (True, "guards", 2.0, "2026-12-31")
    assert asked.required == 2 * asked.baseline + 1
    assert answers.options["guards"] == ">2"
    assert answers.selection is not None
    assert answers.selection.order == asked.order


def test_a_due_date_without_a_question_is_refused() -> None:
    with pytest.raises(sw.UsageError, match="give guards as well"):
        sw.review(sw.read_site(RIDGEWAY), due="2026-12-31")

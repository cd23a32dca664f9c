"""What is printed, written and drawn of a drill: complete, self-contained, and the same again."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console
from test_report_page import read

from stockward import cli
from stockward.answers.drill import DrillAnswer
from stockward.report.drill import context as drill_context
from stockward.report.drill import sentences as drill_sentences
from stockward.report.drill.document import write_drill_json
from stockward.report.drill.page import build_drill_page, write_drill_html
from stockward.report.drill.terminal import print_drill
from stockward.terms.conclusions import Conclusion

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "unseen"))

from drill_sites import CONTENTS, NORMAL_LOSSES, drilled, weekly  # noqa: E402

NAMES = ["agreed", "disagreed", "recorded", "nothing", "too_much"]


@pytest.fixture(scope="module")
def drills(tmp_path_factory: pytest.TempPathFactory) -> dict[str, DrillAnswer]:
    folder = tmp_path_factory.mktemp("drills")
    site = weekly(folder / "a", hall=True, more={"contents": CONTENTS, "normal_losses": NORMAL_LOSSES})
    vague = weekly(folder / "b", scale="scale,0.5,,,,")
    return {
        "agreed": drilled(site, copies=200),
        "disagreed": drilled(vague, copies=4000, loss="900kg", pattern="even", place="movements"),
        "recorded": drilled(site, as_recorded=True),
        "nothing": drilled(site.replace(counts=site["counts"].clear())),
        "too_much": drilled(site, copies=20, loss="90t"),
    }


def printed(drill: DrillAnswer, width: int = 100) -> str:
    stream = io.StringIO()
    print_drill(drill, Console(file=stream, width=width, color_system=None))
    return stream.getvalue()


def one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [60, 100, 200])
def test_the_terminal_is_at_most_a_hundred_columns_wide(drills: dict[str, DrillAnswer], name: str, width: int) -> None:
    lines = printed(drills[name], width).splitlines()
    assert max(len(line) for line in lines) <= min(width, 100)
    assert "nan" not in " ".join(lines)
    assert "None" not in " ".join(lines)


def test_the_terminal_says_predicted_and_found(drills: dict[str, DrillAnswer]) -> None:
    drill = drills["agreed"]
    text = one_line(printed(drill))
    said = drill.agreement
    assert said is not None
    head = f"Found {100 * said.found:.1f} % of the losses, predicted {100 * said.predicted:.1f} %: they agree"
    assert head in text
    assert f"(+/- {100 * said.error:.1f} points by the number of copies)" in text
    for line in drill.lines:
        assert f"{100 * line.predicted:.1f} %" in text  # type: ignore[operator]
        assert f"{100 * line.counts.found / line.copies:.0f} +/- {100 * line.error:.0f} %" in text  # type: ignore[operator]
    assert "5 copies were also closed as a site by the review's own arithmetic" in text
    assert "in the movements, as no TNT was sent on in a period: TNT in Hall (abrupt), TNT in Hall (even)" in text


def test_a_loss_spread_over_areas_is_named_with_what_the_areas_showed(drills: dict[str, DrillAnswer]) -> None:
    drill = drills["agreed"]
    text = one_line(printed(drill))
    line = next(line for line in drill.lines if line.pattern == "spread")
    (spread,) = drill.spread
    said = (
        f"TNT in the whole site: {line.loss[0]:.1f} kg spread over its areas was found by the series of the whole site "  # type: ignore[index]
        f"in {line.counts.found} of {spread.copies} copies; in {spread.any_area} the series of an area alarmed, by "
        f"chance at most {spread.by_chance:.1f}."
    )
    assert said in text
    without = "TNT in the whole site: no share of it from H in the movements: no TNT was sent on in a period."
    assert without in text
    page = build_drill_page(drill)
    assert [re.sub("[\u202f\xa0]", " ", sentence) for sentence in page.spread] == [said, without]
    assert page.rows[-1].pattern == "spread over its areas"
    assert write_drill_html(drill).count("spread over its areas") >= 3
    recorded = one_line(printed(drills["recorded"]))
    assert "by chance at most" not in recorded
    assert "fewer than two of its areas bear a share of it: TNT in the whole site (spread over its areas)" in recorded


def test_where_they_disagree_the_assumption_is_named_with_what_it_costs(drills: dict[str, DrillAnswer]) -> None:
    drill = drills["disagreed"]
    cause = next(cause for cause in drill.causes if cause.key == "same_sigma")
    text = one_line(printed(drill))
    assert "they disagree" in text
    assert (
        f'Failed: with "sigma comes from the copy\'s own values" taken out, {100 * cause.restored:.1f} % are found in '
        f"place of {100 * cause.found:.1f} %."
    ) in text
    assert "Found and predicted are more than their error apart in: TNT in Store, even." in text
    unexplained = replace(drill, causes=tuple(replace(cause, explains=False) for cause in drill.causes))
    assert "None of the assumptions that were tested accounts for it" in one_line(printed(unexplained))


def test_as_recorded_claims_nothing(drills: dict[str, DrillAnswer]) -> None:
    text = one_line(printed(drills["recorded"]))
    assert "no chance is claimed" in text
    assert "redicted" not in text
    assert "agree" not in text.replace("differences and covariance agree", "")


def test_where_nothing_is_drilled_it_says_so(drills: dict[str, DrillAnswer]) -> None:
    assert "No series can be drilled by chance." in printed(drills["nothing"])
    assert "No copy could be made: the books cannot bear a loss of this size" in one_line(printed(drills["too_much"]))


@pytest.mark.parametrize("name", NAMES)
def test_the_page_is_self_contained_and_well_formed(drills: dict[str, DrillAnswer], name: str) -> None:
    page = write_drill_html(drills[name])
    reader = read(page)
    assert not reader.open
    assert not reader.events
    assert len(reader.ids) == len(set(reader.ids))
    assert not reader.tags & {"script", "link", "iframe", "img"}
    assert all(link.startswith("#") for link in reader.links)
    assert "None" not in page
    assert "nan" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    assert ("<svg" in page) == bool(drills[name].copies)


def test_the_page_shows_every_field_of_its_context(drills: dict[str, DrillAnswer]) -> None:
    template = (ROOT / "src/stockward/report/templates/drill.html.j2").read_text(encoding="utf-8")
    shown = {name for holder in ("page", "row") for name in re.findall(rf"\b{holder}\.(\w+)", template)}
    documented = {field.name for kind in (drill_context.DrillPage, drill_context.DrillRow) for field in fields(kind)}
    assert shown == documented
    page = build_drill_page(drills["agreed"])
    assert len(page.rows) == len(drills["agreed"].lines)
    assert page.badge.word == "agree"
    assert build_drill_page(drills["disagreed"]).badge.word == "disagree"
    assert build_drill_page(drills["recorded"]).badge.word == "no claim"


def keys(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield (place := f"{path}.{key}" if path else key)
            yield from keys(below, place)
    elif isinstance(value, list):
        for below in value:
            yield from keys(below, f"{path}[]")


def test_the_json_is_raw_and_described(drills: dict[str, DrillAnswer]) -> None:
    drill = drills["agreed"]
    document = json.loads(write_drill_json(drill))
    assert document["schema"] == "stockward.drill/1"
    assert document["agreement"]["found"] == drill.agreement.found  # type: ignore[union-attr]
    assert [line["counts"]["found"] for line in document["lines"]] == [line.counts.found for line in drill.lines]
    page = (ROOT / "docs" / "drill.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^\| `([^`]+)` \|", page.split("## The JSON")[1], re.MULTILINE))
    given = {key for name in NAMES for key in keys(json.loads(write_drill_json(drills[name])))}
    assert given - described == set()
    assert described - given <= {"standing[].id", "standing[].difference", "standing[].unit"}


def test_no_word_of_the_report_is_of_a_person() -> None:
    words = Path(drill_sentences.__file__).read_text(encoding="utf-8")
    assert not re.search(r"\b(counted_by|recorded_by|thief|person)\b", words)


def test_the_command_writes_all_three_and_keeps_to_the_exit_codes(tmp_path: Path) -> None:
    weekly(tmp_path / "site")
    outputs = ["--html", str(tmp_path / "d.html"), "--json", str(tmp_path / "d.json")]
    done = CliRunner().invoke(cli.main, ["drill", str(tmp_path / "site"), "--copies", "60", "--jobs", "1", *outputs])
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1] == str(tmp_path / "d.html")
    once, again = (
        CliRunner().invoke(
            cli.main, ["drill", str(tmp_path / "site"), "--copies", "60", "--jobs", jobs, "--quiet", "--json", "-"]
        )
        for jobs in ("1", "2")
    )
    first, second = (json.loads(run.stdout) for run in (once, again))
    for document in (first, second):
        document["generated"].pop("at")
    written = json.loads((tmp_path / "d.json").read_text(encoding="utf-8"))
    written["generated"].pop("at")
    assert first == second == written
    weekly(tmp_path / "vague", scale="scale,0.5,,,,")
    asked = ["--copies", "4000", "--loss", "900kg", "--pattern", "even", "--in", "movements", "--jobs", "1", "--quiet"]
    apart = CliRunner().invoke(cli.main, ["drill", str(tmp_path / "vague"), *asked])
    assert apart.exit_code == Conclusion.ALARMED
    wrong = CliRunner().invoke(cli.main, ["drill", str(tmp_path / "site"), "--loss", "much"])
    assert wrong.exit_code == Conclusion.WRONG_USE
    assert len(wrong.stderr.splitlines()) == 1

"""Fresh reviews, and the scripts of the manual as modules."""

from __future__ import annotations

import importlib.util
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import stockward as sw
from stockward.report import write_json
from stockward.report.review.views import SeriesView, gather


@dataclass(frozen=True)
class Reviewed:
    """A fresh review: as its JSON, and as the report sees its series."""

    json: dict[str, Any]
    views: dict[str, SeriesView]

    def series(self, name: str) -> dict[str, Any]:
        return next(one for one in self.json["series"] if one["id"].lower() == name.lower())

    def view(self, name: str) -> SeriesView:
        return next(view for key, view in self.views.items() if key.lower() == name.lower())


def reviewed(folder: Path) -> Reviewed:
    return shown_of(sw.review(sw.read_site(folder)))


def shown_of(review: sw.Review) -> Reviewed:
    answers = review.answers
    return Reviewed(json.loads(write_json(answers, covariance=True)), {view.id: view for view in gather(answers)})


def load(path: Path) -> ModuleType:
    """A script as a module; it stands in ``sys.modules`` because data classes look their own module up."""
    name = f"page_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def guarded_document() -> dict[str, Any]:
    """The keys on guards of a document that has every answer on them, made by hand for the tests of the report."""
    made = load(Path(__file__).parents[1] / "report" / "guards_made_by_hand.py")
    answers = sw.review(sw.read_site(Path(__file__).parents[2] / "docs" / "first_site")).answers
    document = json.loads(write_json(made.guarded_site(answers)))
    return {key: document[key] for key in ("force", "orders", "mix", "selection")}


def hand_made_document() -> dict[str, Any]:
    """The series and goals of a document with what the examples lack, made by hand for the tests of the report."""
    made = load(Path(__file__).parents[1] / "report" / "reviews_made_by_hand.py")
    document = json.loads(write_json(made.cancelling_site()))
    return {key: document[key] for key in ("methods", "measuring", "series", "events", "unheld_goals")}


def settled_document() -> dict[str, Any]:
    """What a document says of losses that are settled, of a review made by hand."""
    made = load(Path(__file__).parents[1] / "report" / "reviews_made_by_hand.py")
    document = json.loads(write_json(made.settled_site()))
    return {key: document[key] for key in ("settled", "series")}

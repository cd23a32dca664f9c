"""One HTML file that opens by a double click, offline, with no script; prints on A4 and Letter."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from stockward.answers.review import ReviewAnswer
from stockward.report.review.build import build_page
from stockward.report.review.context import Page
from stockward.terms.signs import upright

if TYPE_CHECKING:
    from jinja2 import Environment


def write_html(review: ReviewAnswer) -> str:
    """Return the review as one self-contained page: the verdict first, then all that an auditor checks."""
    return render(build_page(review))


def render(page: Page) -> str:
    """Fill the template with the page's context."""
    return fill("review.html.j2", page)


def fill(template: str, page: object) -> str:
    """Fill a template with the context of its page; what the context does not hold is an error.

    No name speaks to what shows the page, wherever it stands: in a text, an attribute or a drawing.
    """
    return upright(_templates().get_template(template).render(page=page))


@cache
def _templates() -> Environment:
    """The templates, each of which is compiled when the first page asks for it, and then serves all."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # only this door needs the template engine

    return Environment(
        loader=PackageLoader("stockward.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )

"""One HTML file that opens by a double click, offline, with no script; prints on A4 and Letter."""

from __future__ import annotations

from stockward.answers.review import Review
from stockward.report.build import build_page
from stockward.report.context import Page


def write_html(review: Review) -> str:
    """Return the review as one self-contained page: the verdict first, then all that an auditor checks."""
    return render(build_page(review))


def render(page: Page) -> str:
    """Fill the template with the page's context."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # only this door needs the template engine

    environment = Environment(
        loader=PackageLoader("stockward.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("review.html.j2").render(page=page)

"""The form that asks for a roster: as the command line asks for one, and of stock nothing is looked at."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stockward.book.settings import SETTINGS, settings_in
from stockward.questions.roster import numbers_given
from stockward.roster.site.demand import MOST_WEEKS
from stockward.terms.errors import StockwardError
from stockward.terms.limits import LONGEST_SEARCH
from stockward.terms.signs import is_text, printable
from stockward.web.models import RosterFile, RosterRun
from stockward.web.models.runs import RunState
from stockward.web.records.entering.uploads import plain_name
from stockward.web.records.rosters import guards_site, posts_with_driver, read_former_roster
from stockward.web.records.the_book import standing_files
from stockward.web.records.told import said_to_people

_MOST_SECONDS = 3600
_MOST_BYTES = 20_000_000
_LONGEST_NAME = 100


class AskedRoster(forms.Form):
    """From when on, for how many weeks, how many of each post, and how long to search.

    ``fault`` says in one line why no roster can be asked for yet.
    """

    start = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    weeks = forms.IntegerField(label=gettext_lazy("Weeks"), min_value=1, max_value=MOST_WEEKS, initial=4)

    def __init__(self, site: str, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._site, self.fault, self._driven = site, "", list[str]()
        try:
            self._driven = posts_with_driver(guards_site(site))
        except StockwardError as error:
            self.fault = said_to_people(error)
        for place, post in enumerate(self._driven):
            label = _("How many of %(post)s stand") % {"post": printable(post)}
            self.fields[f"number-{place}"] = forms.IntegerField(label=label, min_value=0, max_value=9999)
        self.fields["others"] = forms.CharField(
            label=gettext_lazy("Other posts of which not one stands, each on a line as POST=NUMBER"),
            required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2}),
        )  # fmt: skip
        self._ask_for_the_rest()

    def _ask_for_the_rest(self) -> None:
        former = RosterRun.objects.filter(site__key=self._site, state=RunState.DONE, shifts__gt=0)
        self.fields["former"] = _Rosters(
            former, label=gettext_lazy("Keep as much as possible of"), required=False, to_field_name="key",
            empty_label=gettext_lazy("no earlier roster"),
        )  # fmt: skip
        self.fields["file"] = forms.FileField(
            label=gettext_lazy("or of a file that was written of it (CSV or workbook)"), required=False
        )
        self.fields["seconds"] = forms.IntegerField(
            label=gettext_lazy("Seconds to search at most"), min_value=1, max_value=_MOST_SECONDS, initial=60
        )
        self.fields["rounds"] = forms.IntegerField(
            label=gettext_lazy("or so many steps: the same roster every time"), required=False, min_value=1,
            max_value=LONGEST_SEARCH,
        )  # fmt: skip

    def clean_others(self) -> list[str]:
        """Numbers of posts as the command line reads them."""
        words = [line.strip() for line in str(self.cleaned_data["others"]).splitlines() if line.strip()]
        try:
            numbers_given(words)
        except StockwardError as error:
            raise forms.ValidationError(said_to_people(error)) from None
        return words

    def clean(self) -> dict[str, Any]:
        """Refuse two earlier rosters, and a file that is none."""
        told: dict[str, Any] = super().clean()
        if self.fault:
            raise forms.ValidationError(self.fault)
        file, former = told.get("file"), told.get("former")
        if file is not None and former is not None:
            raise forms.ValidationError(_("Two earlier rosters are named: choose one, or bring a file."))
        if file is not None:
            told["previous"] = self._brought(file)
        elif former is not None:
            content = RosterFile.objects.get(run=former, name="roster.csv").content
            told["previous"] = f"roster-{former.start}.csv", bytes(content)
        return told

    def _brought(self, file: Any) -> tuple[str, bytes]:
        name = plain_name(file.name)
        if not is_text(name) or len(name) > _LONGEST_NAME or name != printable(name) or name.startswith("."):
            raise forms.ValidationError(_("Give the file a short name of letters and figures."))
        if file.size > _MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB: bring the roster alone."))
        content = file.read()
        zone = settings_in(standing_files(self._site)[SETTINGS], SETTINGS).site.timezone
        try:
            read_former_roster(name, content, zone)
        except StockwardError as error:
            raise forms.ValidationError(said_to_people(error)) from None
        return name, content

    def asked(self) -> dict[str, Any]:
        """What is kept of it."""
        said = self.cleaned_data
        name, content = said.get("previous", ("", None))
        driven = [f"{post}={said[f'number-{place}']}" for place, post in enumerate(self._driven)]
        return {
            "start": said["start"], "weeks": said["weeks"], "numbers": [*driven, *said["others"]],
            "seconds": said["seconds"], "rounds": said["rounds"], "previous_name": name, "previous": content,
        }  # fmt: skip


class _Rosters(forms.ModelChoiceField):
    """Rosters that were made at a site."""

    def label_from_instance(self, obj: Any) -> str:
        """From when on, for how long, and when it was asked for."""
        told = {"start": f"{obj.start}", "end": f"{obj.last_day}", "asked": f"{obj.asked:%Y-%m-%d %H:%M}"}
        return _("the roster from %(start)s to %(end)s, asked %(asked)s UTC") % told

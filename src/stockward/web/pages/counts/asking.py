"""The forms of a count: what is to be planned, with which seed, and with which names it is handed in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stockward.terms.signs import is_text, printable
from stockward.web.records.counts import CountAsked
from stockward.web.records.counts_handed_in import HandedInCount
from stockward.web.records.entering.uploads import plain_name

_MOST_BYTES, _LONGEST_NAME = 20_000_000, 100
_PUBLIC, _THEIRS, _MADE_HERE = "public", "theirs", "here"
_SEEDS = (
    (_PUBLIC, gettext_lazy("a public value that nobody knows yet")),
    (_THEIRS, gettext_lazy("a secret of mine, of which I give the SHA-256")),
    (_MADE_HERE, gettext_lazy("a secret that the server makes and keeps until the draw")),
)


def _words(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2, "autocapitalize": "off"})
    )


class PlannedCount(forms.Form):
    """What a plan is asked for, as on the command line, and how the seed of its draw is found."""

    as_of = forms.DateField(
        label=gettext_lazy("The book as known at the end of this day (time of the site); empty: now"),
        required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    areas = _words(gettext_lazy("Areas to count in, one a line; empty: all"))
    losses = _words(gettext_lazy("Losses that matter, as SUBSTANCE=QUANTITY, one a line; empty: the goals of the site"))
    items = _words(gettext_lazy("Items whose loss matters, as MATERIAL=NUMBER"))
    boxes = _words(gettext_lazy("Boxes to be drawn and opened, as MATERIAL=ITEMS IN A BOX"))
    partial = _words(gettext_lazy("Parts taken of each item, as MATERIAL=SHARE@CHANCE"))
    costs = _words(gettext_lazy("What counting one unit costs, as MATERIAL=NUMBER"))
    detection = forms.FloatField(
        label=gettext_lazy("Chance to find the loss; empty: that of the site"), required=False, min_value=0,
        max_value=1, widget=forms.NumberInput(attrs={"step": "any"}),
    )  # fmt: skip
    seed = forms.ChoiceField(label=gettext_lazy("The seed of the draw is"), choices=_SEEDS, initial=_PUBLIC)
    source = forms.CharField(
        label=gettext_lazy("Which public value, exactly, or the SHA-256 of your secret"), required=False, max_length=300
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a seed of which nothing is said, and words where none belong."""
        told: dict[str, Any] = super().clean()
        source = told.get("source", "").strip()
        if told.get("seed") == _MADE_HERE and source:
            raise forms.ValidationError(_("A secret of the server needs no source: leave it empty, or choose another."))
        if told.get("seed") in (_PUBLIC, _THEIRS) and not source and "seal" in self.data:
            raise forms.ValidationError(_("Say which public value it will be, or give the SHA-256 of your secret."))
        return told

    def asked(self) -> CountAsked:
        """What the plan is asked for."""
        names = ("areas", "losses", "items", "boxes", "partial", "costs")
        words = {
            name: [line.strip() for line in self.cleaned_data[name].splitlines() if line.strip()] for name in names
        }
        return CountAsked(self.cleaned_data["as_of"], words, self.cleaned_data["detection"])

    def seeds(self) -> dict[str, str | None]:
        """What the plan is bound to."""
        source, kind = self.cleaned_data["source"].strip(), self.cleaned_data["seed"]
        return {
            "seed_source": source if kind == _PUBLIC else None,
            "seed_sha256": source if kind == _THEIRS else None,
        }


class CountHandedIn(forms.Form):
    """Who counted, who watched, when it ended; and a filled sheet where the pages were not used."""

    counter = forms.CharField(label=gettext_lazy("Who counted"), max_length=120)
    witness = forms.CharField(label=gettext_lazy("Who watched"), max_length=120)
    counted_at = forms.CharField(
        label=gettext_lazy("When the count ended: 2026-06-30T14:05, or the day alone"), max_length=40
    )
    file = forms.FileField(
        label=gettext_lazy("The filled sheet, where it was not typed here (workbook or CSV)"), required=False
    )

    def clean_file(self) -> Any:
        """The file, with a name that can be shown."""
        file = self.cleaned_data["file"]
        if file is None:
            return None
        name = plain_name(file.name)
        if not is_text(name) or len(name) > _LONGEST_NAME or name != printable(name) or name.startswith("."):
            raise forms.ValidationError(_("Give the file a short name of letters and figures."))
        if file.size > _MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB: hand in the sheet alone."))
        return name, file.read()

    def said(self) -> HandedInCount:
        """What the count is handed in with."""
        said = self.cleaned_data
        return HandedInCount(said["counter"], said["witness"], said["counted_at"], said["file"])


def local_moment(zone: str) -> str:
    """Now on the clock of a site, as a form asks for it."""
    from zoneinfo import ZoneInfo

    return timezone.now().astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")

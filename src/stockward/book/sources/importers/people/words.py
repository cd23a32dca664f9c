"""What is written of people and their absences, and what it means for the tables of a site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from stockward.book.sources.importers.entries import SourceEntry
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.terms.spelling import folded

NOT_TAKEN, TAKEN = "leave out", "take it"


def _folded(listed: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType({folded(one): meaning for meaning, words in listed.items() for one in words.split(";")})


ROLE_WORDS = _folded(
    {
        "guard": "guard;guards;security guard;security officer;sentry;watchman;wachmann;wachmannin;wache;gardien;"
        "agent de securite;vigilante;guardia;guardsman;guard force",
        "worker": "worker;workers;production worker;arbeiter;ouvrier;obrero;employee",
        "applicant": "applicant;applicants;candidate;bewerber;bewerberin;candidat;solicitante",
    }
)
DUTY_WORDS = _folded(
    {
        "patrol": "patrol;patrols;patrolling;streife;patrouille;patrulla;mobile patrol",
        "post": "post;posts;static;static post;gate;posten;poste;puesto;fixed post",
        "office": "office;admin;administration;buro;bureau;oficina;desk;control room",
    }
)
ABSENCE_WORDS = _folded(
    {
        "leave": "leave;annual leave;annual;vacation;vacation leave;privilege leave;earned leave;casual leave;"
        "paid leave;paid time off;pto;urlaub;erholungsurlaub;jahresurlaub;conge;conge paye;conges payes;vacaciones;"
        "recreation leave;holiday leave;paid vacation",
        "sick": "sick;sick leave;sickness;sick time off;illness;ill;krank;krankheit;maladie;arret maladie;enfermedad;"
        "baja medica;medical leave",
        "training": "training;course;lehrgang;fortbildung;schulung;formation;formacion;curso;training course",
        "other": "other;other absence;sonstiges;autre;otro",
        NOT_TAKEN: "present;at work;anwesend;present;presente;on duty",
    }
)
IN_FORCE = frozenset(
    map(folded, ("approved", "validated", "validate", "genehmigt", "bewilligt", "approuvé", "validé", "aprobado",
                 "taken", "leave approved"))
)  # fmt: skip
NOT_IN_FORCE = frozenset(
    map(folded, ("draft", "rejected", "refused", "refuse", "cancelled", "canceled", "cancel", "open", "to approve",
                 "to submit", "confirm", "second approval", "validate1", "pending", "requested", "submitted",
                 "declined", "beantragt", "abgelehnt", "entwurf", "storniert", "refusé", "annulé", "brouillon",
                 "à approuver", "rechazado", "borrador", "cancelado", "withdrawn", "planned"))
)  # fmt: skip
EMPLOYED = frozenset(map(folded, ("active", "aktiv", "actif", "activo", "employed", "working", "in service", "yes")))
HALVES = _folded(
    {
        "the morning": "am;morning;vormittag;vormittags;first half;matin;manana;first half day;half day am",
        "the afternoon": "pm;afternoon;nachmittag;nachmittags;second half;apres midi;tarde;second half day;half day pm",
    }
)
_LETTERS = {
    "sick": "s;k;m;sl;kr;ml", "leave": "l;v;u;al;a;c;pl;vl;cl;el", "training": "t;tr;f;c", "other": "o;ab",
    NOT_TAKEN: "p;x;d;n;e;wo;h;off;r;w;wfh;day;night;f",
}  # fmt: skip


def ask_meaning(
    entry: SourceEntry, path: Path, asks: str, choices: Sequence[str], mapping: MappingFile, *, free: bool = False
) -> str | None:
    """What a person says that a word means; while it is asked the row waits, and it is ``None``."""
    answer = mapping.ask(*path, asks=asks, choices=list(dict.fromkeys(filter(None, choices))), free=free)
    if answer is None and path not in entry.waits:
        entry.waits.append(path)
    return answer


def likely(said: str, words: Mapping[str, str]) -> str:
    """What a longer text most likely means, by the first known word in it; empty where none is."""
    padded = f" {folded(said)} "
    found = sorted((padded.find(f" {word} "), meaning) for word, meaning in words.items() if f" {word} " in padded)
    return found[0][1] if found else ""


def likely_kind(code: str) -> str:
    """What a letter in a calendar most likely stands for."""
    plain = folded(code)
    return next(
        (kind for kind, letters in _LETTERS.items() if plain in letters.split(";")), likely(code, ABSENCE_WORDS)
    )

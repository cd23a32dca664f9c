"""How stores write: headers, words and codes of several languages, marks of dates and numbers."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime

HEADERS = {
    "en": {
        "at": ("Date", "Posting Date", "DATE", "Transaction date", "Movement date"),
        "document": ("Voucher", "Doc No.", "Reference", "Voucher No", "Document Number"),
        "material": ("Material", "Item No.", "Item", "Product code", "Stock Number", "Nomenclature"),
        "name": ("Description", "Item name", "Material description"),
        "area": ("Store", "Location", "Magazine", "Storage Location", "Warehouse"),
        "kind": ("Type", "Movement type", "Transaction", "Transaction type"),
        "quantity": ("Qty", "Quantity", "QTY.", "Quantity "),
        "in": ("In", "Received", "Receipts", "Qty In"),
        "out": ("Out", "Issued", "Issues", "Qty Out"),
        "balance": ("Balance", "Running balance", "Stock balance"),
        "unit": ("Unit", "UoM", "U/M", "Unit of Measure"),
        "from": ("From", "From location", "Issued from"),
        "to": ("To", "To location", "Destination"),
        "counted": ("Counted", "Counted qty", "Physical count", "Qty counted"),
        "book": ("Book qty", "Book quantity", "On hand", "System qty"),
        "clock": ("Time", "Posting time"), "price": ("Unit price", "Value"), "cost": ("Cost centre", "Cost center"),
        "entered": ("User", "Entered by"), "remarks": ("Remarks", "Note"),
    },
    "de": {
        "at": ("Buchungsdatum", "Datum", "Buch.dat."), "document": ("Beleg", "Belegnummer", "Materialbeleg Nr"),
        "material": ("Artikelnummer", "Material", "Artikel"), "name": ("Bezeichnung", "Kurztext"),
        "area": ("Lagerort", "Lager", "Lagerplatz"), "kind": ("Buchungsart", "Art"),
        "quantity": ("Menge", "Anzahl"), "in": ("Zugang", "Eingang"), "out": ("Abgang", "Ausgang"),
        "balance": ("Bestand", "Saldo"), "unit": ("Einheit", "ME", "Mengeneinheit"), "from": ("Von", "Von Lagerort"),
        "to": ("Nach", "Zu Lagerort"), "counted": ("Gezählt", "Zählmenge", "Ist-Bestand"),
        "book": ("Buchbestand", "Soll-Bestand"),
        "clock": ("Uhrzeit",), "price": ("Preis", "Einzelpreis"), "cost": ("Kostenstelle",),
        "entered": ("Benutzer", "Name des Benutzers"), "remarks": ("Bemerkung",),
    },
    "fr": {
        "at": ("Date", "Date cpt."), "document": ("N° de pièce", "Référence"), "material": ("Article", "Code produit"),
        "name": ("Désignation",), "area": ("Magasin", "Emplacement"), "kind": ("Type de mouvement",),
        "quantity": ("Quantité", "Qté"), "in": ("Entrée", "Entrées"), "out": ("Sortie", "Sorties"),
        "balance": ("Solde",), "unit": ("Unité",), "from": ("De", "From"), "to": ("Vers", "To"),
        "counted": ("Quantité comptée", "Stock physique"), "book": ("Stock théorique",),
        "clock": ("Heure",), "price": ("Prix", "Prix unitaire"), "cost": ("Centre de coût",),
        "entered": ("Nom utilisateur",), "remarks": ("Remarques",),
    },
}  # fmt: skip
WORDS = {
    "en": {
        "receipt": ("Receipt", "Goods receipt", "PO receipt"), "issue": ("Issue", "Dispatch", "Sale"),
        "transfer": ("Transfer", "Stock transfer"), "use": ("Consumption", "Used", "To melt line"),
        "make": ("Production", "Produced", "From line 3"), "discard": ("Scrap", "Destroyed", "Demil"),
    },
    "de": {
        "receipt": ("Wareneingang", "WE Bestellung"), "issue": ("Warenausgang", "Auslieferung"),
        "transfer": ("Umlagerung", "Umbuchung"), "use": ("Verbrauch", "Verbrauch Linie 3"),
        "make": ("Fertigmeldung", "Gefertigt"), "discard": ("Verschrottung", "Ausschuss"),
    },
    "fr": {
        "receipt": ("Réception", "Achat"), "issue": ("Expédition", "Vente"), "transfer": ("Transfert",),
        "use": ("Consommation",), "make": ("Fabrication",), "discard": ("Rebut", "Mise au rebut"),
    },
}  # fmt: skip
OWN_WORDS = {
    "at": "Wann", "material": "Ding", "area": "Wo", "kind": "Was war", "quantity": "Zahl", "in": "Plus", "out": "Minus",
    "from": "Ab", "to": "Bis wohin", "counted": "Im Regal",
}  # fmt: skip
SIDES = {"en": ("out", "in"), "de": ("Ausgang", "Eingang"), "fr": ("sortie", "entrée")}
OPENINGS = {
    "en": ("Opening balance", "Balance b/f"), "de": ("Anfangsbestand", "Vortrag"),
    "fr": ("Stock initial", "Report à nouveau"),
}  # fmt: skip
CODES = {"receipt": "R1", "issue": "I2", "transfer": "T3", "use": "U4", "make": "P5", "discard": "X6"}
UNIT_WORDS = {"kg": ("kg", "KG", "Kg", "kgs"), "each": ("EA", "pcs", "Stk", "each", "ST", "Nos")}
DATES = {
    "%Y-%m-%d": "year-month-day", "%d.%m.%Y": "day-month-year", "%d/%m/%Y": "day-month-year",
    "%m/%d/%Y": "month-day-year", "%d.%m.%y": "day-month-year", "%d-%b-%Y": "day-month-year", "typed": "as typed",
    "serial": "as typed",
}  # fmt: skip


_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001  # the clock on the wall
"""Day 0 of spreadsheets."""


@dataclass
class Wording:
    """How one store writes, drawn once."""

    language: str
    headers: dict[str, str]
    kinds: dict[str, str]
    sides: tuple[str, str]
    opening: str
    units: dict[str, str]
    dates: str
    clock: bool
    comma: bool
    grouped: bool
    as_text: bool


def wording(rng: random.Random) -> Wording:
    """Draw how a store writes."""
    language = rng.choice(("en", "en", "de", "fr"))
    listed = HEADERS[language]
    headers = {role: rng.choice(names) for role, names in listed.items()}
    if rng.random() < 0.3:
        headers = {role: rng.choice((name.upper(), name.lower(), f" {name} ")) for role, name in headers.items()}
    kinds = {kind: rng.choice(words) for kind, words in WORDS[language].items()}
    if rng.random() < 0.3:
        kinds = dict(CODES)
    if rng.random() < 0.2:
        # A word of their own, which nobody knows.
        role = rng.choice(("at", "material", "area", "kind", "quantity", "in", "out", "from", "to", "counted"))
        headers[role] = OWN_WORDS[role]
    units = {unit: rng.choice(words) for unit, words in UNIT_WORDS.items()}
    comma = language != "en" and rng.random() < 0.8
    return Wording(
        language, headers, kinds, SIDES[language], rng.choice(OPENINGS[language]), units, rng.choice([*DATES]),
        rng.random() < 0.4, comma, rng.random() < 0.5, rng.random() < 0.5,
    )  # fmt: skip


def spelt(material: str) -> tuple[str, ...]:
    """A material as one clerk writes it, and as another does."""
    return material, material.lower().replace("-", " ")


def date_of(at: datetime, how: Wording, *, typed: bool, clock: bool) -> object:
    """A moment as the store writes it; a file of text alone holds no typed cells."""
    if how.dates in {"typed", "serial"}:
        if not typed:
            return at.strftime("%Y-%m-%d %H:%M" if clock else "%Y-%m-%d")
        moment = at if clock else at.replace(hour=0, minute=0)
        if how.dates == "serial":
            return (moment - _FIRST_DAY).total_seconds() / 86_400
        return moment
    return at.strftime(how.dates + (" %H:%M" if clock else ""))


def number_of(value: float | None, how: Wording, *, typed: bool) -> object:
    """A quantity as the store writes it: a number, or a text with its marks."""
    if value is None:
        return None if typed else ""
    value = round(value, 3)
    if typed and not how.as_text:
        return int(value) if value == int(value) else value
    text = f"{value:,.3f}".rstrip("0").rstrip(".") if how.grouped else f"{value:.3f}".rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,")) if how.comma else text

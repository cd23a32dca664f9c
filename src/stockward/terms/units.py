"""Units of quantity: what each is of, and how many base units one of it is.

Mass is by the kilogram. The pound is 0.45359237 kg by definition (international yard and pound agreement, 1959);
an ounce is 1/16 of it, a grain 1/7000.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from stockward.terms.spelling import folded

_POUND_KG = 0.45359237

MASS = {
    "kg": 1.0,
    "g": 1e-3,
    "t": 1e3,
    "lb": _POUND_KG,
    "oz": _POUND_KG / 16,
    "gr": _POUND_KG / 7000,
}
COUNT = {"each": 1.0}

UNITS: tuple[str, ...] = (*MASS, *COUNT)

_WRITTEN = {
    "kg": "kg; kgs; kilo; kilos; kilogram; kilograms; kilogramm; kilogramme; kilogrammes; kilogramo; kilogramos; kgm; "
    "кг; килограмм; 킬로그램",
    "g": "gm; gms; gram; grams; gramm; gramme; grammes; gramo; gramos; grm; гр; грамм; 그램",
    "t": "to; ton metric; tonne; tonnes; tonelada; toneladas; mt; metric ton; metric tons; metric tonne; "
    "metric tonnes; tne; тонна; тонн",
    "lb": "lb; lbs; pound; pounds; lbr",
    "oz": "oz; ounce; ounces; onz",
    "gr": "grain; grains",
    "each": "each; ea; pc; pcs; pce; pces; piece; pieces; st; stk; stck; stuck; nos; no; nr; unit; units; item; items; "
    "u; und; pz; pza; pzas; pieza; piezas; szt; шт; штук; adet; rd; rds; rnd; round; rounds; un; ud; uds; c62; h87; "
    "unite; unites; 개; 발; 个; 個",
}
"""How people and programs write each unit, in any letter case; of one letter alone the case counts."""

_PLAIN = ("kgs", "lbs", "pcs", "pc", "ea", "stk")
"""Units that are no other word, beside those of the format."""

_OF_SEVERAL = (
    "box; boxes; case; cases; carton; cartons; crate; crates; pallet; pallets; drum; drums; bag; bags; sack; sacks; "
    "pack; packs; packet; packets; package; packages; pkg; can; cans; tin; tins; tray; trays; container; containers; "
    "belt; belts; lot; lots; set; sets; kit; kits; pair; pairs; dozen; dz; doz; bx; cs; ctn; ctns; plt; pal; kiste; "
    "kisten; karton; kartons; palette; paletten; fass; fasser; sacke; paar; satz; dutzend; caisse; caisses; sac; sacs; "
    "fut; futs; boite; boites; caja; cajas; saco; sacos; bidon; bidones; kutu; sandik; koli; palet; cuval; ящик; "
    "ящики; коробка; коробки; кор; мешок; мешки; бочка; паллета; упак; 상자; 박스; 팔레트; 드럼; 포대; 箱"
)
"""Words for a number of things, or an amount, that only the site knows."""

_DOUBTFUL = {
    "T": "t for the tonne of 1000 kg",
    "ton": "t for the tonne of 1000 kg; a short ton is 2000 lb, a long one 2240 lb",
    "tons": "t for the tonne of 1000 kg; a short ton is 2000 lb, a long one 2240 lb",
    "G": "g for the gram, or gr for the grain of 0.0648 g",
    "gr": "g for the gram, or gr, in small letters and without a point, for the grain of 0.0648 g",
    "grs": "g for the gram, or gr for the grain of 0.0648 g",
    "M": "the quantity in each: M may be a thousand or a million",
    "C": "the quantity in each: C may be a hundred, or a case",
}
"""Units that may be two things, and what to write."""


def dimension(unit: str) -> str | None:
    """Return ``"mass"`` or ``"count"``; ``None`` for a unit that is not known."""
    if unit in MASS:
        return "mass"
    return "count" if unit in COUNT else None


@cache
def written_units() -> Mapping[str, str]:
    """The unit that each folded word is, of those that can be no other."""
    words = {folded(word): unit for unit, words in _WRITTEN.items() for word in words.split(";")}
    return {**words, **{unit: unit for unit in UNITS if unit != "gr"}}


def unit_written(text: str) -> str | None:
    """The unit that a text means; ``None`` where it is none, or may be two.

    >>> unit_written("Stück"), unit_written("KGS"), unit_written("gr"), unit_written("GR"), unit_written("T")
    ('each', 'kg', 'gr', None, None)
    """
    if text in UNITS:
        return text
    return None if doubtful_unit(text) else written_units().get(folded(text))


def doubtful_unit(text: str) -> str | None:
    """What to write in place of a unit that may be two things; ``None`` for any other text.

    >>> doubtful_unit("ton")
    't for the tonne of 1000 kg; a short ton is 2000 lb, a long one 2240 lb'
    """
    if text in UNITS:
        return None
    bare = folded(text)
    return _DOUBTFUL.get(text.strip(" .") if len(bare) == 1 else bare)


def is_plainly_a_unit(text: str) -> bool:
    """Whether a word is a unit wherever it stands, and no word of another column, as ``no`` and ``T`` may be."""
    return text in UNITS or (len(text) > 1 and folded(text) in {*UNITS, *_PLAIN})


def is_of_several(text: str) -> bool:
    """Whether a word stands for a number of things, or an amount, that only the site knows, such as ``box``."""
    return folded(text) in _boxes()


@cache
def _boxes() -> frozenset[str]:
    return frozenset(folded(word) for word in _OF_SEVERAL.split(";"))


def factor(unit: str, to: str) -> float | None:
    """How many ``to`` one ``unit`` is; ``None`` where they do not convert into each other.

    >>> factor("t", "kg")
    1000.0
    """
    for table in (MASS, COUNT):
        if unit in table and to in table:
            return 1.0 if unit == to else table[unit] / table[to]
    return None

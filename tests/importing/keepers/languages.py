"""The same two rows in books of several languages, which need no answer."""

from __future__ import annotations

from pathlib import Path

from tests.importing.keepers.books import Rows, came, went, workbook
from tests.importing.messy import Truth

_BOOKS: dict[str, Rows] = {
    "ukrainian": [
        ["Дата", "№ документа", "Найменування", "Од. вим.", "Склад", "Прибуло", "Вибуло", "Залишок"],
        ["05.01.2026", "1", "TNT", "кг", "A", "100", None, "100"],
        ["14.01.2026", "2", "TNT", "кг", "A", None, "30", "70"],
    ],
    "turkish": [
        ["Tarih", "Belge No", "Malzeme", "Birim", "Depo", "Giriş", "Çıkış", "Bakiye"],
        ["05.01.2026", "1", "TNT", "kg", "A", "100", None, "100"],
        ["14.01.2026", "2", "TNT", "kg", "A", None, "30", "70"],
    ],
    "arabic": [
        ["التاريخ", "رقم المستند", "المادة", "الوحدة", "المخزن", "وارد", "صادر", "الرصيد"],
        ["٠٥/٠١/٢٠٢٦", "1", "TNT", "kg", "A", "١٠٠", None, "١٠٠"],
        ["١٤/٠١/٢٠٢٦", "2", "TNT", "kg", "A", None, "٣٠", "٧٠"],
    ],
    "chinese": [
        ["日期", "单号", "品名", "单位", "仓库", "入库", "出库", "结存"],
        ["2026年1月5日", "1", "TNT", "kg", "A", 100, None, 100],
        ["2026年1月14日", "2", "TNT", "kg", "A", None, 30, 70],
    ],
    "french": [
        ["Date", "N° bon", "Désignation", "Unité", "Dépôt", "Entrées", "Sorties", "Solde"],
        ["05/01/2026", "1", "TNT", "kg", "A", "100,0", None, "100,0"],
        ["14/01/2026", "2", "TNT", "kg", "A", None, "30", "70"],
    ],
}
LANGUAGES = tuple(_BOOKS)


def in_language(language: str, folder: Path) -> Truth:
    """The book in one language."""
    truth = {came("2026-01-05", "TNT", 100, "A"), went("2026-01-14", "TNT", 30, "A")}
    return Truth(workbook(folder / f"{language}.xlsx", {"L": _BOOKS[language]}), truth)

"""English is told from other languages by its function words; the texts are written by people."""

import pytest

from edgewise.serve.scoring.language import is_english

ENGLISH = [
    (
        "The Company's results of operations for the year ended December 31, 2024 were affected by higher costs of raw "
        "materials and by the strike at the plant in Ohio, which we expect to be settled in the first quarter of 2025."
    ),
    (
        "On May 2, 2024, Acme Corp. issued a press release announcing its results for the quarter ended March "
        "31, 2024. A copy of the press release is furnished as Exhibit 99.1 to this Current Report on Form 8-K."
    ),
    "Item 8.01 Other Events. Net sales 4,120 3,980. Operating income 410 395. Diluted earnings per share 1.12 1.08.",
]
OTHERS = {
    "German": "Der Umsatz des Konzerns stieg im Berichtsjahr um vier Prozent auf zwei Milliarden, und das Ergebnis "
    "vor Steuern verbesserte sich gegenüber dem Vorjahr deutlich, vor allem wegen niedrigerer Kosten.",
    "French": "Le chiffre d'affaires du groupe a progressé de quatre pour cent par rapport à l'exercice précédent, et "
    "le résultat opérationnel courant s'est nettement amélioré grâce à la baisse des coûts de production.",
    "Spanish": "Las ventas del grupo crecieron un cuatro por ciento respecto al ejercicio anterior y el resultado de "
    "explotación mejoró de forma notable gracias a la reducción de los costes y a la demanda de los clientes.",
    "Indonesian": "Pendapatan perusahaan meningkat empat persen dibandingkan dengan tahun sebelumnya karena permintaan "
    "pelanggan yang kuat dan biaya produksi yang lebih rendah di semua wilayah usaha kami.",
    "Chinese": "公司本年度营业收入同比增长百分之四,主要由于客户需求强劲以及生产成本下降。" * 2,
    "Russian": "Выручка группы выросла на четыре процента по сравнению с предыдущим годом благодаря высокому спросу.",  # noqa: RUF001 - Cyrillic letters
}


@pytest.mark.parametrize("text", ENGLISH, ids=["report", "8-K", "figures"])
def test_english_is_english(text):
    assert is_english(text)


@pytest.mark.parametrize("text", OTHERS.values(), ids=list(OTHERS))
def test_another_language_is_not(text):
    assert not is_english(text)


@pytest.mark.parametrize("text", ["", "Umsatz stieg deutlich.", "4,120 3,980", "ACME CORP"])
def test_too_little_to_tell_is_not_called_foreign(text):
    assert is_english(text)


@pytest.mark.parametrize("sign", ["\u2014", "\u2019", "\u00a0", "\u2022", "\u00e9", "\u2028", "\u03b1"])
def test_letters_of_any_script_make_words_and_no_other_sign_does(sign):
    """With `sign` between them, 19 words and one are 20 only where it is no letter."""
    text = "und " * 18 + f"und{sign}und"
    assert is_english(text) is sign.isalpha()

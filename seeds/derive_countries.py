"""Derive `countries.csv` and `country_aliases.csv`: `python seeds/derive_countries.py`.

Codes and names are pycountry's copy of ISO 3166-1. ISO has no regions; the table
below is the grouping of the United Nations' "Standard country or area codes for
statistical use" (M49), at its finest geographical level. Not in M49: Taiwan, filed
where M49 has its neighbours; Kosovo (XK, the user-assigned code of the EU and the
IMF), because listeners name it; Antarctica has no sub-region there.
"""

import csv
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

import pycountry

from music_warehouse.names import normalise_name

UNKNOWN = "ZZ"

# Region, sub-region, members.
M49 = (
    ("Africa", "Northern Africa", "DZ EG EH LY MA SD TN"),
    (
        "Africa",
        "Eastern Africa",
        "BI DJ ER ET IO KE KM MG MU MW MZ RE RW SC SO SS TF TZ UG YT ZM ZW",
    ),
    ("Africa", "Middle Africa", "AO CD CF CG CM GA GQ ST TD"),
    ("Africa", "Southern Africa", "BW LS NA SZ ZA"),
    (
        "Africa",
        "Western Africa",
        "BF BJ CI CV GH GM GN GW LR ML MR NE NG SH SL SN TG",
    ),
    ("Americas", "Northern America", "BM CA GL PM US"),
    (
        "Americas",
        "Caribbean",
        "AG AI AW BB BL BQ BS CU CW DM DO GD GP HT JM KN KY LC MF MQ MS PR SX TC TT "
        "VC VG VI",
    ),
    ("Americas", "Central America", "BZ CR GT HN MX NI PA SV"),
    (
        "Americas",
        "South America",
        "AR BO BR BV CL CO EC FK GF GS GY PE PY SR UY VE",
    ),
    ("Antarctica", "Antarctica", "AQ"),
    ("Asia", "Central Asia", "KG KZ TJ TM UZ"),
    ("Asia", "Eastern Asia", "CN HK JP KP KR MN MO TW"),
    ("Asia", "South-eastern Asia", "BN ID KH LA MM MY PH SG TH TL VN"),
    ("Asia", "Southern Asia", "AF BD BT IN IR LK MV NP PK"),
    (
        "Asia",
        "Western Asia",
        "AE AM AZ BH CY GE IL IQ JO KW LB OM PS QA SA SY TR YE",
    ),
    ("Europe", "Eastern Europe", "BG BY CZ HU MD PL RO RU SK UA"),
    (
        "Europe",
        "Northern Europe",
        "AX DK EE FI FO GB GG IE IM IS JE LT LV NO SE SJ",
    ),
    (
        "Europe",
        "Southern Europe",
        "AD AL BA ES GI GR HR IT ME MK MT PT RS SI SM VA XK",
    ),
    ("Europe", "Western Europe", "AT BE CH DE FR LI LU MC NL"),
    ("Oceania", "Australia and New Zealand", "AU CC CX HM NF NZ"),
    ("Oceania", "Melanesia", "FJ NC PG SB VU"),
    ("Oceania", "Micronesia", "FM GU KI MH MP NR PW UM"),
    ("Oceania", "Polynesia", "AS CK NU PF PN TK TO TV WF WS"),
)

# Where ISO's name is inverted or long. Elsewhere the name shown is pycountry's common
# name, else ISO's name.
SHOWN_NAMES = {
    "BN": "Brunei",
    "BQ": "Caribbean Netherlands",
    "CD": "DR Congo",
    "CG": "Republic of the Congo",
    "FK": "Falkland Islands",
    "FM": "Micronesia",
    "MF": "Saint Martin",
    "PS": "Palestine",
    "RU": "Russia",
    "SH": "Saint Helena, Ascension and Tristan da Cunha",
    "SX": "Sint Maarten",
    "VA": "Vatican City",
    "VG": "British Virgin Islands",
    "VI": "U.S. Virgin Islands",
}

# Spellings that are neither ISO's nor derived from it below: everyday names, and
# former ISO names, which Last.fm's user profiles still show ("Virgin Islands, U.s.").
SPELLINGS = {
    "AE": ("UAE", "Emirates"),
    "BA": ("Bosnia", "Bosnia-Herzegovina"),
    "BN": ("Brunei Darussalam",),
    "BQ": ("Bonaire",),
    "BR": ("Brasil",),
    "CD": (
        "Congo, The Democratic Republic of The",
        "Congo (Kinshasa)",
        "Congo-Kinshasa",
        "Zaire",
        "ZR",
    ),
    "CG": ("Congo (Brazzaville)", "Congo-Brazzaville"),
    "CI": ("Ivory Coast",),
    "CN": ("Mainland China", "PRC"),
    "CV": ("Cape Verde",),
    # The Netherlands Antilles were dissolved in 2010. Curaçao held about three
    # quarters of the people, and the capital.
    "CW": ("Netherlands Antilles", "AN", "ANT"),
    "CZ": ("Czech Republic",),
    "DE": ("Deutschland",),
    "ES": ("España",),
    "FK": ("Malvinas",),
    "FM": ("Federated States of Micronesia",),
    "GB": ("UK", "U.K.", "Great Britain", "Britain", "England", "Scotland", "Wales"),
    "GS": ("South Georgia",),
    "HK": ("Hong Kong SAR", "Hong Kong SAR China"),
    "KP": ("Korea, Democratic People's Republic of",),
    "KR": ("Korea, Republic of", "Republic of Korea"),
    "LY": ("Libyan Arab Jamahiriya",),
    "MF": ("St. Martin",),
    "MK": (
        "Macedonia",
        "Macedonia, The Former Yugoslav Republic of",
        "Republic of Macedonia",
        "FYROM",
    ),
    "MM": ("Burma", "BU"),
    "MO": ("Macau", "Macao SAR"),
    "NL": ("The Netherlands", "Holland"),
    "PN": ("Pitcairn Islands",),
    "PS": ("Palestinian Territory", "Palestinian Territory, Occupied"),
    "RS": ("Serbia and Montenegro", "CS", "SCG", "Yugoslavia", "YU", "YUG"),
    "SH": ("Saint Helena",),
    "SJ": ("Svalbard",),
    "ST": ("Sao Tome",),
    "SZ": ("Swaziland",),
    "TL": ("East Timor", "TP", "TMP"),
    "TR": ("Turkey", "Republic of Turkey"),
    "TW": ("Taiwan, Republic of China", "ROC"),
    "US": ("USA", "U.S.A.", "U.S.", "United States of America", "America"),
    "VA": ("Holy See", "Holy See (Vatican City State)", "Vatican"),
    "VC": ("Saint Vincent",),
    "VG": ("Virgin Islands, British",),
    "VI": ("Virgin Islands, U.S.", "US Virgin Islands"),
    "XK": ("Republic of Kosovo", "XKX"),
    UNKNOWN: ("ZZ", "ZZZ", "Unknown"),
}


def countries() -> list[dict[str, str]]:
    """One row per country of ISO 3166-1, Kosovo and the unknown country."""
    regions = {
        code: (region, subregion)
        for region, subregion, codes in M49
        for code in codes.split()
    }
    iso = [(c.alpha_2, c.alpha_3, shown_name(c)) for c in pycountry.countries]
    rows = [*iso, ("XK", "XKX", "Kosovo")]
    unplaced = {code for code, _, _ in rows} ^ set(regions)
    if unplaced:
        raise SystemExit(f"The M49 table and ISO 3166 differ in {sorted(unplaced)}.")
    regions[UNKNOWN] = ("Unknown", "Unknown")
    return [
        {
            "country_code": code,
            "alpha3": alpha3,
            "country_name": name,
            "region": regions[code][0],
            "subregion": regions[code][1],
        }
        for code, alpha3, name in sorted([*rows, (UNKNOWN, "ZZZ", "Unknown")])
    ]


def shown_name(country: pycountry.db.Country) -> str:
    """The short English name by which a reader knows the country."""
    common_name: str = getattr(country, "common_name", country.name)
    return SHOWN_NAMES.get(country.alpha_2, common_name)


def aliases(rows: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """One row per normalised spelling; a spelling of two countries is an error."""
    found: dict[str, str] = {}
    for row in rows:
        code = row["country_code"]
        spellings = [code, row["alpha3"], row["country_name"]]
        spellings += SPELLINGS.get(code, ())
        country = pycountry.countries.get(alpha_2=code)
        if country is not None:
            spellings += [
                getattr(country, attribute, country.name)
                for attribute in ("name", "common_name", "official_name")
            ]
        for spelling in spellings:
            for variant in variants(spelling):
                if found.setdefault(variant, code) != code:
                    raise SystemExit(f"{variant!r} is {found[variant]} and {code}.")
    return [
        {"match_name": name, "country_code": found[name]}
        for name in sorted(found, key=lambda name: (found[name], name))
    ]


def variants(spelling: str) -> Iterator[str]:
    """The spelling, normalised, as people also type it: inverted names turned
    round, without accents, with "&", "St" for "Saint", a typographic apostrophe."""
    forms = {spelling}
    head, comma, tail = spelling.partition(", ")
    if comma and tail.endswith((" of", " of the")):
        forms.add(f"{tail} {head}")
    forms |= {without_accents(form) for form in forms}
    forms |= {form.replace(" and ", " & ") for form in forms}
    forms |= {form.replace("Saint ", "St. ") for form in forms}
    forms |= {form.replace("St. ", "St ") for form in forms}
    forms |= {form.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}") for form in forms}
    return (normalise_name(form) for form in forms)


def without_accents(text: str) -> str:
    """The text with combining marks dropped: "Curaçao" gives "Curacao"."""
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark))


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    """Write the rows with a header and Unix line ends."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main(folder: Path) -> None:
    """Write both seeds into the folder."""
    rows = countries()
    write_csv(folder / "countries.csv", rows)
    write_csv(folder / "country_aliases.csv", aliases(rows))


if __name__ == "__main__":
    main(Path(__file__).parent)

"""States and provinces of the countries where addresses name them, and their codes in the GeoNames data."""

from collections.abc import Mapping
from functools import cache

from fairway.core.letters import words

# code: (GeoNames admin1 code, name, other names…)
_US = """
AL Alabama, AK Alaska, AZ Arizona, AR Arkansas, CA California, CO Colorado, CT Connecticut, DE Delaware,
DC District of Columbia, FL Florida, GA Georgia, HI Hawaii, ID Idaho, IL Illinois, IN Indiana, IA Iowa, KS Kansas,
KY Kentucky, LA Louisiana, ME Maine, MD Maryland, MA Massachusetts, MI Michigan, MN Minnesota, MS Mississippi,
MO Missouri, MT Montana, NE Nebraska, NV Nevada, NH New Hampshire, NJ New Jersey, NM New Mexico, NY New York,
NC North Carolina, ND North Dakota, OH Ohio, OK Oklahoma, OR Oregon, PA Pennsylvania, RI Rhode Island,
SC South Carolina, SD South Dakota, TN Tennessee, TX Texas, UT Utah, VT Vermont, VA Virginia, WA Washington,
WV West Virginia, WI Wisconsin, WY Wyoming
"""
_STATES: dict[str, dict[str, tuple[str, ...]]] = {
    "US": {code: (code, name) for entry in _US.split(",") for code, _, name in [entry.strip().partition(" ")]},
    "CA": {
        "AB": ("01", "Alberta"),
        "BC": ("02", "British Columbia", "Colombie-Britannique"),
        "MB": ("03", "Manitoba"),
        "NB": ("04", "New Brunswick", "Nouveau-Brunswick", "Brunswick"),
        "NL": ("05", "Newfoundland and Labrador", "Newfoundland", "Terre-Neuve-et-Labrador"),
        "NS": ("07", "Nova Scotia", "Nouvelle-Écosse"),
        "ON": ("08", "Ontario"),
        "PE": ("09", "Prince Edward Island", "Île-du-Prince-Édouard"),
        "QC": ("10", "Quebec", "Québec"),
        "SK": ("11", "Saskatchewan"),
        "YT": ("12", "Yukon"),
        "NT": ("13", "Northwest Territories", "Territoires du Nord-Ouest"),
        "NU": ("14", "Nunavut"),
    },
    "AU": {
        "ACT": ("01", "Australian Capital Territory"),
        "NSW": ("02", "New South Wales"),
        "NT": ("03", "Northern Territory"),
        "QLD": ("04", "Queensland"),
        "SA": ("05", "South Australia"),
        "TAS": ("06", "Tasmania"),
        "VIC": ("07", "Victoria"),
        "WA": ("08", "Western Australia"),
    },
    "DE": {
        "BW": ("01", "Baden-Württemberg"),
        "BY": ("02", "Bayern", "Bavaria"),
        "HB": ("03", "Bremen"),
        "HH": ("04", "Hamburg"),
        "HE": ("05", "Hessen", "Hesse"),
        "NI": ("06", "Niedersachsen", "Lower Saxony"),
        "NW": ("07", "Nordrhein-Westfalen", "North Rhine-Westphalia", "NRW"),
        "RP": ("08", "Rheinland-Pfalz", "Rhineland-Palatinate"),
        "SL": ("09", "Saarland"),
        "SH": ("10", "Schleswig-Holstein"),
        "BB": ("11", "Brandenburg"),
        "MV": ("12", "Mecklenburg-Vorpommern", "Mecklenburg-Western Pomerania"),
        "SN": ("13", "Sachsen", "Saxony"),
        "ST": ("14", "Sachsen-Anhalt", "Saxony-Anhalt"),
        "TH": ("15", "Thüringen", "Thuringia"),
        "BE": ("16", "Berlin"),
    },
    "GB": {
        "ENG": ("ENG", "England"),
        "SCT": ("SCT", "Scotland"),
        "WLS": ("WLS", "Wales", "Cymru"),
        "NIR": ("NIR", "Northern Ireland"),
    },
    "FR": {
        "ARA": ("84", "Auvergne-Rhône-Alpes"),
        "BFC": ("27", "Bourgogne-Franche-Comté"),
        "BRE": ("53", "Bretagne", "Brittany"),
        "CVL": ("24", "Centre-Val de Loire"),
        "COR": ("94", "Corse", "Corsica"),
        "GES": ("44", "Grand Est"),
        "HDF": ("32", "Hauts-de-France"),
        "IDF": ("11", "Île-de-France"),
        "NOR": ("28", "Normandie", "Normandy"),
        "NAQ": ("75", "Nouvelle-Aquitaine"),
        "OCC": ("76", "Occitanie"),
        "PDL": ("52", "Pays de la Loire"),
        "PAC": ("93", "Provence-Alpes-Côte d'Azur"),
    },
}
# French addresses name the department; its number is the start of the postal code.
_DEPARTMENTS = {
    "84": "01 Ain, 03 Allier, 07 Ardèche, 15 Cantal, 26 Drôme, 38 Isère, 42 Loire, 43 Haute-Loire, 63 Puy-de-Dôme, "
    "69 Rhône, 73 Savoie, 74 Haute-Savoie",
    "27": "21 Côte-d'Or, 25 Doubs, 39 Jura, 58 Nièvre, 70 Haute-Saône, 71 Saône-et-Loire, 89 Yonne, "
    "90 Territoire de Belfort",
    "53": "22 Côtes-d'Armor, 29 Finistère, 35 Ille-et-Vilaine, 56 Morbihan",
    "24": "18 Cher, 28 Eure-et-Loir, 36 Indre, 37 Indre-et-Loire, 41 Loir-et-Cher, 45 Loiret",
    "94": "2A Corse-du-Sud, 2B Haute-Corse",
    "44": "08 Ardennes, 10 Aube, 51 Marne, 52 Haute-Marne, 54 Meurthe-et-Moselle, 55 Meuse, 57 Moselle, 67 Bas-Rhin, "
    "68 Haut-Rhin, 88 Vosges",
    "32": "02 Aisne, 59 Nord, 60 Oise, 62 Pas-de-Calais, 80 Somme",
    "11": "75 Paris, 77 Seine-et-Marne, 78 Yvelines, 91 Essonne, 92 Hauts-de-Seine, 93 Seine-Saint-Denis, "
    "94 Val-de-Marne, 95 Val-d'Oise",
    "28": "14 Calvados, 27 Eure, 50 Manche, 61 Orne, 76 Seine-Maritime",
    "75": "16 Charente, 17 Charente-Maritime, 19 Corrèze, 23 Creuse, 24 Dordogne, 33 Gironde, 40 Landes, "
    "47 Lot-et-Garonne, 64 Pyrénées-Atlantiques, 79 Deux-Sèvres, 86 Vienne, 87 Haute-Vienne",
    "76": "09 Ariège, 11 Aude, 12 Aveyron, 30 Gard, 31 Haute-Garonne, 32 Gers, 34 Hérault, 46 Lot, 48 Lozère, "
    "65 Hautes-Pyrénées, 66 Pyrénées-Orientales, 81 Tarn, 82 Tarn-et-Garonne",
    "52": "44 Loire-Atlantique, 49 Maine-et-Loire, 53 Mayenne, 72 Sarthe, 85 Vendée",
    "93": "04 Alpes-de-Haute-Provence, 05 Hautes-Alpes, 06 Alpes-Maritimes, 13 Bouches-du-Rhône, 83 Var, 84 Vaucluse",
}
for _region, _listed in _DEPARTMENTS.items():
    for _entry in _listed.split(", "):
        _number, _, _name = _entry.partition(" ")
        _STATES["FR"][_number] = (_region, _name)


def state_code(text: str | None, country: str) -> str | None:
    """The code of a state or province by its code or any of its names; None when it is none of that country."""
    return _by_key(country.upper()).get(_key(text or ""))


def state_name(code: str, country: str) -> str | None:
    state = _STATES.get(country.upper(), {}).get(code.upper())
    return state[1] if state else None


def states_of(country: str) -> Mapping[str, str]:
    """Name by code; empty where states are not kept."""
    return {code: state[1] for code, state in _STATES.get(country.upper(), {}).items()}


def admin1_of(text: str | None, country: str) -> str | None:
    """The GeoNames code of the state that a text names; None when it names none that is known."""
    code = state_code(text, country)
    return _STATES[country.upper()][code][0] if code else None


def _key(text: str) -> str:
    return "".join(words(text))


@cache
def _by_key(country: str) -> dict[str, str]:
    known: dict[str, str] = {}
    for code, (_admin1, *names) in _STATES.get(country, {}).items():
        for text in (code, f"{country}-{code}", *names):
            known.setdefault(_key(text), code)
    return known

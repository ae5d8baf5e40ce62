"""Companies that do not exist, leads of them, and the same leads as others would have written them.

Made from a seed alone. Nothing here is shared with what looks for doubles: the spellings, shortenings, legal forms
and alphabets are this module's own, so that a gap of the one is not a gap of the other.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace


def _split(text: str) -> list[str]:
    return text.split()


_NAMES = {
    "DE": (
        "Müller Schäfer Köhler Weiß Krüger Jäger Böhm Groß Vogel Lehmann Kröger Brandt Hübner Seidel Voß Lüders Öztürk "
        "Behrens Grünewald Heß Dörfler Strauß Wörner Kühn Pfeiffer Albrecht Zöller Marquardt Tietjen Wächter"
    ),
    "AT": "Gruber Pichler Höller Österreicher Wagner Moser Fürst Lechner Kößler Haslinger",
    "FR": (
        "Lefèvre Dubois Côté Gérard Bérenger Rousseau Garçon Français Béchard Lemaître Poirier Deschênes Fabre Aubry "
        "Crépin Noël Marchand Héritier Vallée Thévenot"
    ),
    "ES": "Núñez Ibáñez Peña Muñoz Gutiérrez Cortés Álvarez Rincón Vázquez Logroño Zúñiga Beltrán Carreño",
    "PL": "Wójcik Kamiński Dąbrowski Łuczak Żuraw Śliwa Gołębiewski Wróbel Jasiński Pająk",
    "SE": "Åberg Öberg Sjögren Björk Lindström Nyström Hägg Lövgren Ekström Wahlström",
    "DK": "Sørensen Jørgensen Møller Kjær Nørgaard Bæk Ågaard Østergaard Højgaard Thøgersen",
    "TR": "Yıldız Şahin Çelik Güneş Öztürk Aydoğan Kılıç Doğan Işık Taşkın",
    "RU": "Волков Кузнецов Жуков Шишкин Цветков Орлов Юрьев Соколов Чайкин Бережной",
    "GR": "Παπαδόπουλος Γεωργίου Νικολαΐδης Βασιλείου Χατζής Κωνσταντίνου",
    "US": (
        "Harper Whitfield Calloway Mercer Stanton Bridgewater Holloway Prescott Lancaster Kimball Thornton Ashford "
        "Delaney Winslow Garrison Hathaway Sinclair Pemberton Langley Beaumont Fairbanks Huxley Merritt Rockwell"
    ),
    "GB": (
        "Ainsworth Blackwood Cartwright Dunmore Eastwood Farnsworth Gladstone Hargreaves Kingsley Lockhart "
        "Merriweather Northcote Oakley Pendleton Ravenscroft Shackleton Thistlewood Underhill Wetherby Yardley"
    ),
    "IT": "Bianchi Ferrari Niccolò Moretti Cefalù Galli Colombo Cantù Forlì Marchesi Rinaldi Santorò",
}  # fmt: skip
_TRADES = {
    "DE": "Maschinenbau Logistik Elektrotechnik Systeme Werkzeuge Kältetechnik Druckerei Möbel Optik Lagertechnik "
    "Medizintechnik Gebäudetechnik Präzisionsteile Stahlbau Getränke",
    "FR": "Mécanique Logistique Électronique Menuiserie Transports Équipements Énergie Distribution Imprimerie Réseaux",
    "ES": "Logística Maquinaria Distribución Electrónica Ingeniería Muebles Envases Construcción Tecnología",
    "IT": "Meccanica Logistica Elettronica Mobili Impianti Trasporti Tecnologie Costruzioni Energia",
    "*": "Logistics Manufacturing Systems Engineering Electronics Distribution Solutions Technologies Industries "
    "Services Instruments Furniture Packaging Tooling Networks Freight Hydraulics Optics Ceramics Automation "
    "Laboratories Pharmaceuticals Bearings Plastics Chemicals Textiles Printing Robotics Sensors Software",
}  # fmt: skip
_FORMS = {
    "DE": ["GmbH", "AG", "KG", "GmbH & Co. KG", "e.K.", "OHG"], "AT": ["GmbH", "AG", "KG", "Ges.m.b.H."],
    "FR": ["SARL", "S.A.R.L.", "SAS", "S.A.", "EURL"], "ES": ["S.L.", "SL", "S.A.", "SLU"],
    "PL": ["Sp. z o.o.", "S.A."], "SE": ["AB", "HB"], "DK": ["ApS", "A/S"], "TR": ["A.Ş.", "Ltd. Şti."],
    "RU": ["ООО", "ЗАО"], "GR": ["A.E.", "E.Π.E."], "US": ["Inc.", "Inc", "LLC", "Corp.", "Corporation", "Co."],
    "GB": ["Ltd", "Limited", "PLC", "LLP"], "IT": ["S.r.l.", "SRL", "S.p.A.", "SPA"],
}  # fmt: skip
_TOWNS = {
    "DE": "Köln München Nürnberg Lübeck Göttingen Hamburg Dresden Kassel Osnabrück Saarbrücken Würzburg Jena Fürth",
    "AT": "Wien Graz Linz Sankt-Pölten Dornbirn Wels", "FR": "Orléans Nîmes Besançon Lyon Nantes Angoulême Béziers",
    "ES": "Málaga Cádiz León Zaragoza Gijón Logroño", "PL": "Łódź Kraków Gdańsk Poznań Wrocław Białystok",
    "SE": "Malmö Göteborg Västerås Örebro Umeå", "DK": "København Århus Ålborg Køge Hillerød",
    "TR": "İzmir Eskişehir Muğla Çorum Diyarbakır", "RU": "Казань Тверь Пермь Рязань Омск", "GR": "Πάτρα Βόλος Χανιά",
    "US": "Springfield Riverton Fairmont Lakewood Millbrook Ashland Clinton Georgetown Salem Burlington Dayton Auburn",
    "GB": "Leeds Bristol Swindon Reading Norwich Exeter Preston Coventry Luton", "IT": "Forlì Cantù Padova Lecce Pavia",
}  # fmt: skip
_STREETS = {
    "DE": "Hauptstraße Bahnhofstraße Industriestraße Schulstraße Gartenstraße Lindenallee Königstraße Mühlweg",
    "FR": "Rue_de_la_Gare Avenue_Foch Boulevard_Voltaire Rue_des_Écoles Place_du_Marché",
    "*": "High_Street Mill_Road Station_Road Park_Avenue Church_Lane Oak_Drive Industrial_Boulevard River_Street "
    "North_Main_Street Harbour_Square",
}  # fmt: skip
_GIVEN = [
    "Anna",
    "Peter",
    "Jürgen",
    "Björn",
    "Michael",
    "Susanne",
    "Hélène",
    "José",
    "Katarzyna",
    "Paweł",
    "Søren",
    "Elif",
    "Ivan",
    "Elena",
    "William",
    "Margaret",
    "Robert",
    "Christine",
    "Thomas",
    "Andreas",
    "Stephanie",
    "Jonathan",
    "Alexander",
    "Gabriele",
    "Martin",
    "Sofia",
    "Daniel",
    "Laura",
    "Victor",
    "Emma",
    "François",
]
_FREE = ["gmail.com", "web.de", "gmx.de", "yahoo.com", "outlook.com", "hotmail.com", "orange.fr", "icloud.com"]
_DIAL = {"DE": "+49", "AT": "+43", "FR": "+33", "ES": "+34", "PL": "+48", "SE": "+46", "DK": "+45", "TR": "+90",
         "RU": "+7", "GR": "+30", "US": "+1", "GB": "+44", "IT": "+39"}  # fmt: skip
_COUNTRIES = [*_DIAL]
_TWO_LETTERS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "æ": "ae"}
_ONE_LETTER = dict(zip(
    "äöüßøåæéèêëàâçñíïóôúáąćęłńśźżışğćčúù", "aousoaaeeeeaacniiooua" + "acelnszzisgccuu", strict=False,
)) | {"ş": "s", "ı": "i", "ğ": "g", "ù": "u", "ò": "o", "ì": "i", "î": "i", "ÿ": "y", "ž": "z", "ě": "e"}  # fmt: skip
_RUSSIAN = dict(zip(
    "абвгдезийклмнопрстуфхцчшщыэюяёжьъ",
    [*_split("""
    a b v g d e z i y k l m n o p r s t u f kh ts ch sh shch y e yu ya yo zh
"""), "", ""], strict=True,
))  # fmt: skip
_GREEK = dict(zip(
    "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊΐ",
    _split("""
    a v g d e z i th i k l m n x o p r s s t y f ch ps o a e i i o y o i i
"""), strict=True,
))  # fmt: skip
_SHORTER = {
    "International": "Intl.", "Manufacturing": "Mfg.", "Technologies": "Tech", "Systems": "Sys.", "Services": "Svcs",
    "Industries": "Ind.", "Engineering": "Eng.", "Solutions": "Sol.", "Distribution": "Dist.", "Brothers": "Bros.",
    "Laboratories": "Labs", "Maschinenbau": "Masch.", "Logistik": "Log.", "Elektrotechnik": "Elektrotechn.",
    "Systeme": "Sys", "Electronics": "Electr.", "Pharmaceuticals": "Pharma", "Group": "Grp", "Holding": "Hldg.",
}  # fmt: skip
_WAYS = {"Street": "St", "Road": "Rd.", "Avenue": "Ave", "Boulevard": "Blvd", "Drive": "Dr", "Lane": "Ln", "North": "N",
         "Square": "Sq", "Place": "Pl"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """A lead as somebody wrote it, and the number of the company it is of."""

    company_number: int
    company: str
    website: str
    email: str
    phone: str
    street: str
    postal_code: str
    city: str
    country: str
    first_name: str
    last_name: str


def _pick(chance: random.Random, table: dict[str, str], country: str) -> str:
    return chance.choice(table.get(country, table.get("*", "")).split())


def original(number: int, seed: int = 1) -> Written:
    """The lead of company `number`, the same each time."""
    chance = random.Random(f"{seed}/{number}")
    country = chance.choice(_COUNTRIES)
    core = _core_name(chance, country)
    form = chance.choice(_FORMS[country])
    name = f"{form} «{core}»" if country == "RU" else f"{core} {form}"
    label = _ascii_label(core, chance)
    tail = {"US": "com", "GB": "co.uk"}.get(country, country.lower())
    has_site = chance.random() < 0.78
    # A number keeps the names of sites apart, as their registries do.
    site = f"{label}{_letters(number)}.{tail}" if has_site else ""
    first, last = chance.choice(_GIVEN), _surname(chance, chance.choice(_COUNTRIES))
    person = f"{_ascii_label(first, chance)}.{_ascii_label(last, chance)}"
    asked = chance.random()
    if site and asked < 0.72:
        email = f"{person}@{site}"
    elif site and asked < 0.8:
        email = f"info@{site}"
    elif asked < 0.95:
        email = f"{person}{chance.randrange(1, 9999)}@{chance.choice(_FREE)}"
    else:
        email = ""
    shown = site if chance.random() < 0.7 else ""
    phone = f"{_DIAL[country]} {_number(chance, country)}" if chance.random() < 0.82 else ""
    town = chance.choice(_TOWNS[country].split()).replace("-", " ")
    has_address = chance.random() < 0.75
    street = _street(chance, country) if has_address and chance.random() < 0.85 else ""
    return Written(
        number, name, f"https://www.{shown}/" if shown else "", email, phone, street,
        _postcode(chance, country) if has_address else "", town, country, first, last,
    )  # fmt: skip


def colleague(lead: Written, chance: random.Random) -> Written:
    """Another person of the same company."""
    first, last = chance.choice(_GIVEN), _surname(chance, chance.choice(_COUNTRIES))
    host = lead.email.partition("@")[2]
    person = f"{_ascii_label(first, chance)}.{_ascii_label(last, chance)}"
    if host in _FREE:
        email = f"{person}{chance.randrange(1, 9999)}@{chance.choice(_FREE)}"
    else:
        email = f"{person}@{host}" if host else ""
    phone = lead.phone
    if phone and chance.random() < 0.5:
        phone = phone[:-2] + f"{chance.randrange(100):02}"
    return replace(lead, first_name=first, last_name=last, email=email, phone=phone)


def neighbour(number: int, lead: Written, chance: random.Random) -> Written:
    """Another company that looks like it: the same surname or trade, in the same town or even the same house."""
    other = original(number)
    words = lead.company.split()
    kind = chance.randrange(4)
    if kind == 0 and len(words) > 2:
        trade = _pick(chance, _TRADES, lead.country)
        return replace(other, company=f"{words[0]} {trade} {words[-1]}", city=lead.city, country=lead.country)
    if kind == 1:
        return replace(other, company=f"{lead.company} {chance.choice(['Nord', 'Süd', '2', 'West'])}", website="",
                       city=chance.choice(_TOWNS[lead.country].split()), country=lead.country, postal_code="",
                       street="")  # fmt: skip
    if kind == 2 and lead.street:  # the next door, or an office house
        return replace(other, street=lead.street, postal_code=lead.postal_code, city=lead.city, country=lead.country)
    return replace(other, first_name=lead.first_name, last_name=lead.last_name, city=lead.city, country=lead.country)


def rewritten(lead: Written, chance: random.Random) -> Written:
    """The same lead by another hand: each fact perhaps misspelled, shortened, respelled, or left out."""
    changed = replace(
        lead,
        company=_other_company(lead, chance),
        website=_other_site(lead.website, chance),
        phone=_other_phone(lead, chance),
        street=_other_street(lead.street, chance),
        city=_slip(_respelled(lead.city, chance), chance, 0.08),
        first_name=_other_first(lead.first_name, chance),
        last_name=_slip(_respelled(lead.last_name, chance), chance, 0.08),
        email=_other_mail(lead.email, chance),
    )
    lost = {name: "" for name, share in _LOST.items() if chance.random() < share}
    if changed.first_name and changed.last_name and chance.random() < 0.04:
        changed = replace(changed, first_name=changed.last_name, last_name=changed.first_name)
    return replace(changed, **lost)


_LOST = {"website": 0.4, "phone": 0.3, "street": 0.4, "postal_code": 0.15, "email": 0.12, "first_name": 0.1}


def new_leads(count: int, known: int, seed: int = 7, doubles: float = 0.4) -> Iterator[Written]:
    """New leads beside `known` kept ones: rewritten, colleagues', look-alikes of others, and plainly new.

    The number of a double is below `known`; of all others it is not.
    """
    chance = random.Random(f"new/{seed}")
    for place in range(count):
        lead = original(chance.randrange(known))
        drawn = chance.random()
        if drawn < doubles * 0.8:
            yield rewritten(lead, chance)
        elif drawn < doubles:
            yield rewritten(colleague(lead, chance), chance)
        elif drawn < doubles + 0.15:
            yield neighbour(known + place, lead, chance)
        else:
            yield original(known + place)


def _core_name(chance: random.Random, country: str) -> str:
    surname, trade = _surname(chance, country), _pick(chance, _TRADES, country)
    pattern = chance.random()
    if pattern < 0.35:
        return f"{surname} {trade}"
    if pattern < 0.5:
        return f"{surname} & {_surname(chance, country)} {trade}"
    if pattern < 0.6:
        return f"{_pick(chance, _TOWNS, country)} {trade}"
    # A made-up word, as most firms that want a name of their own have.
    return f"{_made_up(chance)} {trade}" if pattern < 0.85 else _made_up(chance)


def _made_up(chance: random.Random) -> str:
    parts = [
        "al",
        "ba",
        "cor",
        "den",
        "el",
        "far",
        "gra",
        "hel",
        "in",
        "jor",
        "kal",
        "lum",
        "mer",
        "nor",
        "ob",
        "pra",
        "qui",
        "ros",
        "sol",
        "tav",
        "ul",
        "ver",
        "wil",
        "xan",
        "yor",
        "zen",
    ]
    ends = [
        "ta",
        "ro",
        "nix",
        "via",
        "dan",
        "tec",
        "mar",
        "lis",
        "don",
        "vex",
        "gon",
        "ra",
        "ley",
        "mon",
        "ter",
        "sys",
        "cor",
    ]
    return "".join([chance.choice(parts).title(), chance.choice(parts), chance.choice(ends)])


def _surname(chance: random.Random, country: str) -> str:
    return chance.choice(_NAMES[country].split())


def _letters(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 26)
        text += chr(97 + digit)
    return text


def _number(chance: random.Random, country: str) -> str:
    """A number that the country's plan has: in the way its own people write it."""
    tail = f"{chance.randrange(10**7):07}"
    first = {
        "DE": "30 2", "AT": "1 5", "FR": "1 42", "ES": "91 2", "PL": "22 6", "SE": "8 5", "DK": "3", "TR": "212 2",
        "RU": "495 2", "GR": "210 2", "US": "2125", "GB": "20 7", "IT": "02 4",
    }[country]  # fmt: skip
    length = {"FR": 6, "ES": 6, "PL": 6, "GR": 6, "US": 6, "TR": 6, "RU": 6, "GB": 7}.get(country, 7)
    if country == "US":
        return f"212 5{tail[:2]} {tail[2:6]}"
    return first + tail[:length]


def _street(chance: random.Random, country: str) -> str:
    name = _pick(chance, _STREETS, country).replace("_", " ")
    house = chance.randrange(1, 240)
    return f"{name} {house}" if country in {"DE", "AT", "PL", "IT", "ES"} else f"{house} {name}"


def _postcode(chance: random.Random, country: str) -> str:
    if country == "GB":
        letters = "ABDEFGHJLNPQRSTUWXYZ"
        town, end = ("".join(chance.choices(letters, k=2)) for _ in range(2))
        return f"{town}{chance.randrange(1, 20)} {chance.randrange(1, 9)}{end}"
    digits = {"AT": 4, "DK": 4, "RU": 6}.get(country, 5)
    return f"{chance.randrange(10 ** (digits - 1), 10**digits)}"


def _ascii_label(text: str, chance: random.Random) -> str:
    spelled = "".join(_TWO_LETTERS.get(letter, letter) for letter in text.lower())
    plain = "".join(_RUSSIAN.get(x, _GREEK.get(x, _ONE_LETTER.get(x, x))) for x in spelled)
    joint = chance.choice(["", "-"])
    label = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in plain)
    return joint.join(label.split()[:2]) or "firm"


def _respelled(text: str, chance: random.Random) -> str:
    """In another alphabet or without its marks: Müller, Mueller or Muller."""
    if chance.random() < 0.4:
        return text
    two = chance.random() < 0.5
    out: list[str] = []
    for letter in text:
        low = letter.lower()
        new = _RUSSIAN.get(low, _GREEK.get(low, ""))
        if not new and low not in _RUSSIAN:
            new = _TWO_LETTERS[low] if two and low in _TWO_LETTERS else _ONE_LETTER.get(low, low)
        out.append(new.capitalize() if letter.isupper() and new else new)
    return "".join(out)


def _slip(text: str, chance: random.Random, share: float) -> str:
    """Perhaps one slip of the pen: a letter turned, lost, doubled or hit beside."""
    if chance.random() >= share or len(text) < 5:
        return text
    place = chance.randrange(1, len(text) - 1)
    kind = chance.randrange(4)
    if kind == 0:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    if kind == 1:
        return text[:place] + text[place + 1 :]
    if kind == 2:
        return text[:place] + text[place] + text[place:]
    return text[:place] + chance.choice("aeinrst") + text[place + 1 :]


def _other_company(lead: Written, chance: random.Random) -> str:
    name = lead.company.replace("«", '"').replace("»", '"')
    forms = sorted(_FORMS[lead.country], key=len, reverse=True)
    form = next((each for each in forms if name.endswith(f" {each}") or name.startswith(f"{each} ")), "")
    core = name.removesuffix(form).removeprefix(form).strip(' "')
    form = chance.choice([form, form, "", chance.choice(_FORMS[lead.country])])
    words = core.split()
    if chance.random() < 0.3:
        words = [_SHORTER.get(word, word) for word in words]
    elif chance.random() < 0.08 and len(words[-1]) > 7:
        words[-1] = words[-1][: chance.randrange(4, 6)] + "."
    core = " ".join(words)
    if "&" in core:
        core = core.replace("&", chance.choice(["&", "and", "u.", "+", "und"]))
    core = _slip(_respelled(core, chance), chance, 0.3)
    written = f"{core} {form}".strip()
    return chance.choice([written, written, written.upper(), written.replace(" ", "-", 1)])


def _other_site(site: str, chance: random.Random) -> str:
    bare = site.removeprefix("https://www.").rstrip("/")
    if not bare:
        return ""
    return chance.choice([site, bare, f"http://{bare}/kontakt", f"www.{bare}", f"shop.{bare}"])


def _other_phone(lead: Written, chance: random.Random) -> str:
    if not lead.phone:
        return ""
    code, _blank, rest = lead.phone.partition(" ")
    digits = rest.replace(" ", "")
    if chance.random() < 0.06:
        place = chance.randrange(3, len(digits))
        digits = digits[:place] + str(chance.randrange(10)) + digits[place + 1 :]
    trunk = "" if lead.country in {"US", "ES", "PL", "DK", "GR", "IT"} else "8" if lead.country == "RU" else "0"
    own = f"{trunk}{digits}"
    return chance.choice([
        f"{code}{digits}", f"{code} {digits[:3]} {digits[3:]}", own, f"{own[:4]}/{own[4:]}",
        f"{code.replace('+', '00')} {digits}", f"({own[:3]}) {own[3:6]}-{own[6:]}",
    ])  # fmt: skip


def _other_street(street: str, chance: random.Random) -> str:
    words = street.split()
    if chance.random() < 0.6:
        words = [_WAYS.get(word, word.replace("straße", chance.choice(["str.", "strasse"]))) for word in words]
    return _respelled(" ".join(words), chance)


def _other_first(name: str, chance: random.Random) -> str:
    drawn = chance.random()
    if drawn < 0.15:
        return f"{name[0]}."
    return _slip(_respelled(name, chance), chance, 0.05)


def _other_mail(email: str, chance: random.Random) -> str:
    person, at, host = email.partition("@")
    if not at:
        return ""
    drawn = chance.random()
    if drawn < 0.12:
        return f"{person[0]}{person.partition('.')[2]}@{host}" if "." in person else f"office@{host}"
    if drawn < 0.18:
        return f"{_slip(person, chance, 1.0)}@{host}"
    if drawn < 0.24:
        return f"{person}@{chance.choice(_FREE)}"
    return chance.choice([email, email.upper(), email.title()])

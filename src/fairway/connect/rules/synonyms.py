"""Other headers for fields that many tables have, in the languages of many tables. By field name."""

COMMON: dict[str, tuple[str, ...]] = {
    "external_id": (
        "id", "record id", "external id", "key", "number", "no", "nr", "kundennummer", "nummer", "código", "numéro",
    ),
    "company": (
        "company name", "account", "account name", "organization", "organisation", "business", "business name",
        "firm", "firma", "firmenname", "unternehmen", "kunde", "société", "entreprise", "raison sociale", "empresa",
        "azienda", "ragione sociale", "bedrijf", "bedrijfsnaam", "företag", "firmanavn", "nazwa firmy", "компания",
        "организация",
    ),
    "name": (
        "full name", "name", "bezeichnung", "nom", "nombre", "nome", "naam", "namn", "navn", "nazwa", "название",
    ),
    "first_name": (
        "firstname", "given name", "forename", "vorname", "prénom", "nombre de pila", "voornaam", "förnamn",
        "fornavn", "imię", "имя",
    ),
    "last_name": (
        "lastname", "surname", "family name", "nachname", "familienname", "nom de famille", "apellido", "apellidos",
        "cognome", "achternaam", "efternamn", "etternavn", "nazwisko", "фамилия",
    ),
    "person_name": (
        "contact", "contact name", "contact person", "person", "full name", "ansprechpartner", "kontakt",
        "interlocuteur", "contacto", "persona de contacto", "referente", "contactpersoon",
    ),
    "title": (
        "job title", "occupation", "beruf", "position", "role", "funktion", "fonction", "cargo", "ruolo", "functie",
        "befattning",
    ),
    "email": (
        "e-mail", "mail", "email address", "e-mail address", "e-mail-adresse", "courriel", "adresse e-mail", "correo",
        "correo electrónico", "posta elettronica", "e-mailadres", "e-post", "почта",
    ),
    "phone": (
        "telephone", "phone number", "tel", "mobile", "cell", "business phone", "telefon", "telefonnummer",
        "rufnummer", "téléphone", "teléfono", "telefono", "telefoon", "телефон",
    ),
    "website": (
        "web site", "url", "web", "homepage", "domain", "internet", "webseite", "site web", "sitio web", "sito",
    ),
    "address": (
        "street", "address line 1", "address 1", "street address", "straße", "strasse", "anschrift", "adresse", "rue",
        "dirección", "calle", "indirizzo", "via", "adres", "straat", "gatuadress", "ulica", "адрес",
    ),
    "city": (
        "town", "place", "ort", "stadt", "ville", "ciudad", "città", "plaats", "stad", "by", "miasto", "город",
    ),
    "postal_code": (
        "zip", "zip code", "postcode", "post code", "plz", "postleitzahl", "code postal", "código postal", "cp",
        "cap", "kod pocztowy", "индекс",
    ),
    "state": (
        "state", "province", "region", "state code", "county", "bundesland", "land", "département", "région",
        "provincia", "estado", "regione", "provincie", "województwo",
    ),
    "country": (
        "country", "country code", "nation", "land", "staat", "pays", "país", "paese", "kraj", "страна",
    ),
    "industry": (
        "sector", "vertical", "branche", "secteur", "industria", "settore", "sektor",
    ),
    "employees": (
        "number of employees", "headcount", "staff", "company size", "mitarbeiter", "mitarbeiterzahl", "effectif",
        "empleados", "dipendenti", "medewerkers", "anställda",
    ),
    "source": (
        "lead source", "channel", "quelle", "herkunft", "source du prospect", "origen", "fonte", "bron",
    ),
    "description": (
        "notes", "note", "comment", "comments", "message", "bemerkung", "notiz", "beschreibung", "remarque",
    ),
    "currency": (
        "currency code", "iso currency", "währung", "devise", "moneda", "divisa", "valuta",
    ),
    "amount": (
        "value", "total", "revenue", "betrag", "summe", "umsatz", "montant", "importe", "importo", "bedrag",
    ),
}  # fmt: skip
COMMON["state_code"] = COMMON["state_name"] = COMMON["state"]
COMMON["street"] = COMMON["address"]

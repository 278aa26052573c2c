"""Believable Italian names and addresses, the same for the same number. Pure."""

# ruff: noqa: SIM905 (words are easier to read than a list of texts)

import random
from collections.abc import Iterator
from typing import NamedTuple

FIRST = (
    "Maria Anna Giulia Francesca Sara Laura Chiara Elena Paola Silvia Martina Alessia Valentina Federica Giorgia "
    "Luca Marco Andrea Francesco Giuseppe Antonio Giovanni Roberto Stefano Paolo Matteo Davide Simone Lorenzo Nicolò"
).split()
ROOTS = (
    "Ross Bianch Verd Ner Ferr Esposit Roman Colomb Ricc Marin Grec Brun Gall Cont Mancin Cost Giordan Rizz Lombard "
    "Morett Barbier Fontan Santor Marian Rinald Carus Ferrar Gatt Testa Pellegrin Palumb Sann Guid Monti Bened Longh"
).split()
ENDINGS = ["i", "o", "a", "etti", "ini", "one", "elli", "ato", "ese", "ucci"]
TOWNS = [
    ("Milano", "20121", "MI"), ("Roma", "00184", "RM"), ("Torino", "10121", "TO"), ("Firenze", "50122", "FI"),
    ("Bologna", "40121", "BO"), ("Napoli", "80132", "NA"), ("Verona", "37121", "VR"), ("Bari", "70121", "BA"),
    ("Genova", "16121", "GE"), ("Trieste", "34121", "TS"), ("Padova", "35121", "PD"), ("Palermo", "90133", "PA"),
]  # fmt: skip
TRADES = ["Meccanica", "Alimentari", "Costruzioni", "Trasporti", "Grafica", "Elettronica", "Arredi", "Vini", "Servizi"]
FORMS = ["S.r.l.", "S.p.A.", "S.n.c."]
TITLES = ["Direttrice acquisti", "Responsabile vendite", "Titolare", "Amministrazione", "Ufficio tecnico", "Marketing"]
STREETS = ["Via Roma", "Corso Italia", "Via Garibaldi", "Piazza Dante", "Viale Europa", "Via Manzoni"]
TAGS = ["Fiera", "Newsletter", "VIP", "Da richiamare", "Rivenditore", "Estero"]
PLAIN = str.maketrans("ò", "o")


class Person(NamedTuple):
    """One sample. `company` is the number of the company, or None; `tag` is "" for most."""

    first_name: str
    last_name: str
    email: str
    phone: str
    title: str
    company: int | None
    street: str
    zip: str
    city: str
    state: str
    tag: str


def persons(count: int, start: int = 0) -> Iterator[Person]:
    """`count` persons from number `start` on; no two have the same email."""
    chance = random.Random(start)  # noqa: S311 (samples, not secrets)
    for n in range(start, start + count):
        first, last = chance.choice(FIRST), chance.choice(ROOTS) + chance.choice(ENDINGS)
        city, zip_, state = TOWNS[n % len(TOWNS)] if n % 2 else ("", "", "")
        yield Person(
            first_name=first, last_name=last, title=TITLES[n % len(TITLES)], zip=zip_, city=city, state=state,
            email=f"{first}.{last}{n}@posta{n % 997}.example".lower().translate(PLAIN),
            phone=f"+39 3{20 + n % 80} {1_000_000 + n * 7919 % 8_999_999}" if n % 3 else "",
            company=n % 1000 if n % 4 else None, street=f"{STREETS[n % 6]} {n % 180 + 1}" if n % 2 else "",
            tag=TAGS[n % len(TAGS)] if n % 5 == 0 else "",
        )  # fmt: skip


def company_name(number: int) -> str:
    """The name of company `number`; different for each below 10,000."""
    root, trade = ROOTS[number % len(ROOTS)], TRADES[number // len(ROOTS) % len(TRADES)]
    again = number // (len(ROOTS) * len(TRADES))
    return f"{root}i {trade}{f' {again + 1}' if again else ''} {FORMS[number % 3]}"

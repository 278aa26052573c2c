"""Headings that one program alone uses in its own sense (SPEC IMP-06), told by other headings beside them."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Program:
    """`marks`: headings that betray it, of which `enough` must be there. `table`: what its headings mean, over all
    other knowledge. Headings in the form of `headings.normal`."""

    name: str
    marks: frozenset[str]
    enough: int
    table: dict[str, str] = field(default_factory=dict)


def _program(name: str, enough: int, marks: str, table: str = "") -> Program:
    pairs = (line.split(": ") for line in table.splitlines() if line.strip())
    meanings = {h.strip(): target.strip() for target, titles in pairs for h in titles.split(",")}
    return Program(name, frozenset(m.strip() for m in marks.split(",")), enough, meanings)


# "-" stands for "not imported".
PROGRAMS = [
    _program(
        "Google Contacts",
        2,
        "email 1 value, phone 1 value, email 1 type, email 1 label, given name, file as, group membership, "
        "organization 1 name, phonetic first name, yomi name, organization name, address 1 formatted",
        """
company: organization 1 name, organization name
title: organization 1 title, organization title
tags: labels, group membership
-: name prefix, name suffix, nickname, short name, location, occupation, subject, billing information, file as
""",
    ),
    _program(
        "Outlook",
        3,
        "business street, business phone, home street, email display name, email type, other street, business fax, "
        "via uff, via ab, altra via, fax uff, nome visualizzato email, tipo email, titolo straniero, company yomi, "
        "business city, home city, citta uff, mobile phone, primary phone, home phone, anniversary, sensitivity",
        """
phone_work: ufficio, ufficio 2, telefono uff, telefono uff 2
phone_home: abitazione, abitazione 2, telefono ab, telefono ab 2
title: job title, posizione
tags: categories, categorie
-: title, titolo, titolo straniero, suffix, location, luogo, private, privato, account, profession, professione
-: keywords, parole chiave, billing information, user 1, user 2, user 3, user 4, office location, ubicazione ufficio
-: indirizzo uff casella, indirizzo ab casella, altro indirizzo casella, display name
""",
    ),
    _program("LinkedIn", 1, "connected on, collegato il, in contatto dal", "website_linkedin: url\ntitle: position"),
    _program(
        "Odoo",
        1,
        "is a company, company type, related company, parent id name, parent id, is company, category id, "
        "e un azienda, azienda collegata, parent id id, commercial company name, complete name",
        """
kind: company type, is a company, is company, e un azienda, tipo azienda
full_name: name, nome
company: related company, parent id name, parent id, azienda collegata
company_spare: company name, nome azienda, commercial company name
title: job position, function, posizione lavorativa
tags: tags, category id, category id name, etichette
notes: notes, comment, note, internal notes, note interne
address_state: state, state id, state id name, stato, provincia
address_country: country, country id, country id name, country id code, nazione, paese
-: title, titolo, display name, nome visualizzato, complete name, user id, user id name, type, tipo, address type
-: lang, language, lingua, company id, company, azienda, salesperson, parent id id, country id id, state id id
-: title name, category id id
""",
    ),
    _program(
        "HubSpot",
        1,
        "lifecycle stage, marketing contact status, hubspot score, record id contact, associated company, "
        "primary associated company, company domain name, lead status",
        """
company: company name, associated company, primary associated company
-: name prefix, associated deal, associated company ids, company domain name, type, notes count
""",
    ),
    _program(
        "Salesforce",
        2,
        "mailing street, mailing city, mailing state province, mailing zip, accountid, account id, ownerid, owner id, "
        "contact owner, account owner, salutation, mailing country, mailing state, mailingstreet, mailingcity, "
        "mailingpostalcode, mailingcountry, mobilephone, account name, lead source",
        """
company: account name, accountname, account.name
phone_mobile: mobile, mobilephone
phone_home: homephone
phone_other: otherphone
address_postal_street: mailingstreet
address_postal_city: mailingcity
address_postal_state: mailingstate
address_postal_zip: mailingpostalcode
address_postal_country: mailingcountry
address_other_street: otherstreet
address_other_city: othercity
address_other_state: otherstate
address_other_zip: otherpostalcode
address_other_country: othercountry
-: assistantphone, assistantname, assistant phone, type, ownerid, accountid, createddate, leadsource
""",
    ),
    _program(
        "Pipedrive",
        2,
        "person name, person id, person organization, person email work, person phone work, person owner, "
        "organization id, organization label, organization address, person label, organization open deals",
    ),
]

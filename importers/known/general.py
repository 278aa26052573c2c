"""Headings in English and Italian, and the words that headings are made of. All in the form of `headings.normal`."""

# One field a line, its headings after it. A field "" is known and not imported.
TABLE = """
first_name: first name, firstname, given name, forename, nome proprio, nome di battesimo, christian name, fname, first
first_name: vorname, prenom, contact first name, nome referente, person first name, first names, nome persona, givenname
middle_name: middle name, middlename, additional name, additional names, secondo nome, middle
last_name: last name, lastname, surname, family name, cognome, lname, sur name, familyname, nachname, last, cognomi
last_name: contact last name, cognome referente, person last name, last names, cognome persona, apellido, apellidos
full_name: full name, fullname, contact name, nome completo, nome e cognome, nome cognome, nominativo, complete name
full_name: first and last name, nome contatto, nome di contatto, nome del contatto, person name, name surname
full_name: nome e cognome referente, nome cliente, customer name, client name, name and surname, nome e cognome contatto
reversed_name: cognome e nome, cognome nome, last name first name, surname and name, surname name, last first
some_name: name, nome
display_name: display name, file as, nome visualizzato, archivia come
company: company, company name, azienda, nome azienda, nome dell azienda, societa, nome societa, ditta, impresa, ente
company: organization, organisation, organization name, organisation name, organizzazione, nome organizzazione
company: account name, account, ragione sociale, rag sociale, rag soc, denominazione, denominazione sociale, employer
company: datore di lavoro, business name, companyname, primary associated company, associated company, parent company
company: related company, azienda collegata, nome account, firm, nome ditta, company organization, business
company: azienda ragione sociale, ragione sociale azienda, azienda ente, societa ente, nome impresa, legal name
title: title, job title, jobtitle, position, job position, posizione, posizione lavorativa, role, ruolo, qualifica
title: mansione, funzione, function, carica, incarico, occupation, job, titolo professionale, job role, ruolo aziendale
type: contact type, tipo di contatto, tipo contatto, tipologia, tipologia contatto, tipologia di contatto, customer type
type: tipo cliente, tipologia cliente
some_type: type, tipo
kind: kind, person or company, persona o azienda, company or person, company person, person company, is company
kind: is a company, e un azienda, e azienda, company type, tipo persona azienda, type company person, persona azienda
kind: type person company, azienda persona, tipo azienda persona, type company or person, individual or company
temperature: temperature, temperatura, temperature level, livello di temperatura, contact stage
temperature: livelli di temperatura di contatto, livello di temperatura di contatto, livello di temperatura contatto
temperature: contact temperature level, contact temperature, temperatura contatto
tags: tags, tag, etichette, etichetta, labels, label, group membership, categories, categorie, categoria, category
tags: gruppi, groups, group, gruppo, contact tag list, contact tags, tag list, elenco delle etichette di contatti
tags: etichette di contatti, elenco etichette, keywords list
description: description, descrizione, about, background, background information, informazioni, bio, description text
notes: notes, note, comment, comments, commento, commenti, internal notes, note interne, osservazioni, annotazioni
notes: remarks, nota, appunti, memo, notizie, note varie, notes and comments
private: riservato, contatto riservato
website_linkedin: linkedin, linkedin url, linkedin profile, profilo linkedin, linkedin profile url, linkedin page
website_linkedin: linkedin link, linkedin bio
website_facebook: facebook, facebook url, facebook page, pagina facebook, profilo facebook, facebook company page
website_x: twitter, twitter username, twitter handle, twitter url, x twitter, twitter account
website_instagram: instagram, instagram url, instagram profile, profilo instagram, instagram username
website_github: github, github url, github username
website_skype: skype, skype id, skype name, skype username, contatto skype
phone_other: pager, cercapersone, car phone, telefono auto, telefono automobile, radio phone, radiotelefono, callback
phone_other: richiamata, richiamata automatica, isdn, telex, tty tdd phone, telefono tty tdd, pager number, direct line
address: full address, indirizzo completo, complete address, address formatted, formatted address, postal address full
address_street: street address, street name and number, via e numero civico, indirizzo e numero civico, via piazza
: id, record id, contact id, external id, uuid, line, reason, photo, foto, birthday, compleanno, data di nascita
: date of birth, created, created at, created on, create date, date created, data creazione, creato il, modified
: updated at, last modified date, data modifica, department, reparto, salutation, name prefix, prefix, prefisso
: name suffix, suffix, suffisso, nickname, initials, iniziali, gender, sesso, language, lingua, nome utente, titolo
: contact owner, company owner, account owner, record owner, responsabile, owner id, proprietario, assigned to
: assigned user, assigned user name, salesperson, lead source, lead status, lifecycle stage, status, stato, source
: owner name, nationality, industry, settore
vat_number: vat, vat number, vat id, vat code, vat no, partita iva, p iva, piva, numero di partita iva, numero iva
vat_number: cod iva, vat registration number, p iva azienda, partita iva azienda, ust idnr
tax_code: tax code, tax id, tax number, codice fiscale, cod fisc, cod fiscale, cf, fiscal code, c f
recipient_code: recipient code, codice destinatario, codice sdi, sdi, cod destinatario
recipient_code: codice univoco, codice univoco sdi
pec: pec, indirizzo pec, email pec, posta certificata, posta elettronica certificata, e mail pec, certified email
"""

EMAIL = {"email", "emails", "mail", "pec", "mails"}
PHONE = {"phone", "phones", "telephone", "tel", "telefono", "telefonico", "telefoni", "telephones", "recapito"}
PHONE_KINDS = {
    "mobile": {
        "mobile",
        "mobil",
        "cell",
        "cellulare",
        "cellulari",
        "cellphone",
        "cellular",
        "gsm",
        "handy",
        "whatsapp",
    },
    "fax": {"fax", "telefax", "facsimile"},
}
KINDS = {
    "work": {"work", "business", "office", "lavoro", "ufficio", "uff", "aziendale", "company", "societa", "direct",
             "azienda", "diretto", "professionale", "lavorativo", "lavorativa", "sede", "legale", "organization"},
    "home": {"home", "casa", "ab", "abitazione", "personal", "personale", "private", "privato", "privata", "residenza"},
    "other": {"other", "altro", "altra", "altri", "alternate", "alternative", "alternativo", "alternativa", "alt",
              "secondary", "secondario", "secondaria", "additional", "aggiuntivo", "aggiuntiva"},
}  # fmt: skip
ADDRESS_KINDS = {
    "billing": {"billing", "fatturazione", "invoice", "bill"},
    "postal": {"mailing", "postal", "postale", "corrispondenza", "shipping", "spedizione", "delivery", "consegna"},
}
PARTS = {
    "street": {"street", "via", "strada", "civico", "line", "po", "box", "extended", "house", "road", "casella"},
    "city": {"city", "citta", "comune", "localita", "town", "locality", "village"},
    "state": {"state", "province", "provincia", "prov", "region", "regione", "county"},
    "zip": {"zip", "cap", "postcode", "postalcode", "zipcode"},
    "country": {"country", "paese", "nazione"},
}
ADDRESS = {"address", "indirizzo", "addr", "indirizzi"}
WEB = {"website", "websites", "web", "sito", "url", "www", "homepage", "site", "pagina", "page", "siti"}
SOCIAL = {"linkedin": "linkedin", "facebook": "facebook", "twitter": "x", "instagram": "instagram", "github": "github",
          "skype": "skype"}  # fmt: skip
# Words that add nothing: "Numero di telefono" is "telefono".
NOISE = {"di", "del", "della", "dell", "de", "d", "the", "of", "e", "numero", "number", "nr", "num", "no", "n", "value",
         "valore", "contact", "contatto", "primary", "primario", "primaria", "principale", "main", "default", "o",
         "address", "indirizzo", "url", "internet", "indir", "formatted", "formattato", "fisso", "fissa"}  # fmt: skip
# Several words that mean one, replaced before the words are looked at.
PHRASES = {
    "(?:campo )?(?:obbligatori[oa]|required|mandatory|optional|facoltativ[oa]|opzionale)": "",
    "n tel": "tel",
    "e mail": "email",
    "posta elettronica": "email",
    "posta el": "email",
    "posta certificata": "pec",
    "linked in": "linkedin",
    "git hub": "github",
    "web site": "website",
    "home page": "homepage",
    "postal code": "zip",
    "post code": "zip",
    "postal zip code": "zip",
    "zip postal code": "zip",
    "zip code": "zip",
    "zip zip": "zip",
    "codice postale": "zip",
    "codice avviamento zip": "zip",
    "codice di avviamento postale": "zip",
    "country region": "country",
    "paese area geografica": "paese",
    "paese o altra area geografica": "paese",
    "paese regione": "paese",
    "state province": "state",
    "state region": "state",
    "stato provincia": "provincia",
    "provincia stato": "provincia",
    "casella postale": "casella",
    "cell phone": "cellphone",
    "street road name": "street",
    "city town village locality": "city",
    "state county": "state",
    "zip postal": "zip",
}
PERSON_WORDS = {"person", "persona", "individual", "people", "contact", "contatto", "p", "privato", "persona fisica",
                "individuo", "persone"}  # fmt: skip
COMPANY_WORDS = {"company", "azienda", "organization", "organisation", "c", "societa", "persona giuridica", "ditta",
                 "impresa", "organizzazione", "account", "business", "aziende"}  # fmt: skip

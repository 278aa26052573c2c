"""Headings of opportunities, tasks and cases in English and Italian, and those of the exports that we know: HubSpot,
Pipedrive, Salesforce, Odoo, ONLYOFFICE (SPEC IMP-06). All in the form of `headings.normal`."""

# One field a line, its headings after it. A field "" is known and not imported.
COMMON = """
contact: contact, contact name, client, client name, customer, customer name, account, account name, company name
contact: contatto, nome contatto, cliente, nome cliente, azienda, nome azienda, company, person, persona, organization
contact: person name, organization name, associated contact, associated company, partner, contact person, related to
contact: primary contact, referente, ragione sociale, associated contacts, associated companies, contact or company
contact_email: contact email, email, client email, customer email, email contatto, email cliente, email del contatto
description: description, descrizione, details, dettagli, body, testo, text, contenuto, about
participants: participants, participant, partecipanti, partecipante, members, membri, attendees, partecipano
tags: tags, tag, etichette, etichetta, labels, label, categorie, keywords
notes: notes, note, comment, comments, commenti, commento, annotazioni, osservazioni, internal notes, note interne
private: private, riservato, riservata, privato, privata, accesso limitato, limited access, restricted
owner: owner, responsible, responsible person, responsible user, responsabile, assigned to, assegnato a, assegnata a
owner: incaricato, assignee, salesperson, venditore, agente, commerciale, user, utente, proprietario, assigned user
owner: record owner, created for, assegnatario
co_owners: also responsible, co owners, altri responsabili, anche responsabili, corresponsabili
shared_with: shared with, condiviso con, condivisa con, accesso a
: id, record id, external id, uuid, line, reason, created, created at, create date, created on, creato il, modified
: data creazione, updated at, last modified date, changed at, modified on, creation date, last activity date, total
: totale, weighted value, valore ponderato, country, phone, telefono, last updated on, write date, activity state
"""
KINDS = {
    "opportunities": """
title: title, titolo, name, nome, opportunity, opportunity name, opportunita, nome opportunita, deal, deal name
title: deal title, subject, oggetto, trattativa, nome trattativa, opportunity title, titolo opportunita, affare
title: nome affare, titolo trattativa, nome dell opportunita, lead
stage: stage, stage name, fase, deal stage, opportunity stage, fase di vendita, sales stage, stadio
stage: pipeline stage, fase opportunita, fase trattativa
probability: probability, probabilita, success probability, probabilita di successo, chance, win probability
probability: deal probability, probabilita di chiusura
amount: amount, importo, value, valore, deal value, bid amount, bid value, expected revenue, ricavo previsto
amount: ricavi previsti, deal amount, revenue, budget, importo offerto, offerta, prezzo, valore previsto, somma
currency: currency, valuta, bid currency, currency code, amount currency, divisa, deal currency, codice valuta
currency: currency iso code, valuta offerta
budget_type: budget type, tipo di budget, tipo budget, bid type, tipo di offerta, tipo importo, tipo di importo
budget_type: tipo offerta
periods: periods, periodi, per period value, number of periods, numero di periodi, numero periodi, periods count
expected_close: expected close, estimated close, estimated close date, expected close date, expected closing
expected_close: chiusura prevista, data chiusura prevista, data di chiusura prevista, data prevista di chiusura
expected_close: chiusura stimata, data stimata di chiusura, due date, forecast close date, data prevista
closed_on: closed on, closed date, actual close date, actual close, chiusa il, chiusura effettiva, won time, lost time
closed_on: data effettiva di chiusura, data di chiusura effettiva, chiuso il, deal closed on, data chiusura effettiva
close_date: close date, closedate, data chiusura, data di chiusura, chiusura, closing date
lost_reason: lost reason, reason of loss, loss reason, motivo perdita, motivo della perdita, motivo di perdita
lost_reason: closed lost reason, reason lost, perche persa
owner: deal owner, opportunity owner, responsabile opportunita, responsabile trattativa
: pipeline, status, stato, type, tipo, deal type, next step, lead source, fiscal period, age, forecast category
: deal id, priority, sales team, team di vendita, probability type, fonte
""",
    "tasks": """
title: title, titolo, name, nome, task, task name, task title, attivita, nome attivita, titolo attivita, subject
title: oggetto, summary, riepilogo, compito, activity, cosa fare, to do, todo
category: category, categoria, type, tipo, task type, activity type, tipo di attivita, tipo attivita, task category
category: categoria attivita
contact: partecipante, deal contact person
opportunity: opportunity, opportunita, deal, deal title, deal name, trattativa, opportunity name, affare
opportunity: associated deal, associated deals
case: case, pratica, ticket, caso, case title, associated ticket, associated tickets
project: project, progetto, project name, nome progetto
due_on: due, due on, due date, scadenza, data scadenza, data di scadenza, deadline, entro, entro il, date, data
due_on: scade il, scade, due day
due_time: due time, time, ora, orario, ora scadenza, ora di scadenza, alle
reminder: reminder, promemoria, remind, avviso, ricordami, alert
rule: rule, repeat, recurrence, ricorrenza, ripetizione, regola, ripeti, rrule
closed: closed, done, completed, chiusa, chiuso, fatto, fatta, completata, completato, status, stato, task status
closed: is closed, stato attivita, completion, stato del compito
owner: task owner, task assigned to, activity owner
: priority, priorita, duration, durata, start date, data inizio, percent complete, completed at, queue, lead, role
: completed date, data completamento, date completed, reminder time, reminder date, reminder on off, project id
""",
    "cases": """
title: title, titolo, name, nome, case, pratica, case title, case name, caso, ticket, ticket name, subject, oggetto
title: nome pratica, titolo pratica, ticket title, nome caso
participants: contact, contatto, contact name, client, cliente, customer, associated contact, contatti, contacts
participants: nome contatto, nome cliente, account name, azienda, company
closed: closed, chiusa, chiuso, done, completed, status, stato, case status, ticket status, is closed, stato pratica
owner: case owner, ticket owner
: priority, priorita, pipeline, type, tipo, case number, ticket id, close date, data chiusura, case origin
""",
}
# Before all headings of a deal, in Pipedrive's exports.
PREFIXES = ("deal ", "activity ", "opportunita ", "opportunity ", "attivita ", "task ", "case ", "pratica ")
BUDGETS = {
    "fixed": "fixed, fixed price, fixed bid, fisso, prezzo fisso, importo fisso, a corpo, 0",
    "hour": "hour, hourly, per hour, ora, all ora, per ora, orario, ad ora, 1",
    "day": "day, daily, per day, giorno, al giorno, per giorno, giornaliero, 2",
    "week": "week, weekly, per week, settimana, alla settimana, a settimana, per settimana, settimanale, 3",
    "month": "month, monthly, per month, mese, al mese, per mese, mensile, 4",
    "year": "year, yearly, per year, anno, all anno, per anno, annuale, annuo, 5",
}
DONE = "closed, done, complete, completed, finished, solved, resolved, chiuso, chiusa, completato, completata, fatto"
DONE += ", fatta, finito, finita, terminato, terminata, risolto, risolta, cancelled, annullata, annullato"
UNDONE = (
    "open, opened, new, to do, todo, not started, in progress, pending, waiting, on hold, deferred, reopened, aperto"
)
UNDONE += ", aperta, nuovo, nuova, da fare, non iniziata, non iniziato, in corso, in attesa, rinviata, sospesa, sospeso"
UNDONE += ", planned, pianificata, waiting on us, waiting on contact, working, escalated"

"""Merges clean contacts into the CRM, row by row in the file's order (SPEC, Import policy 8)."""

from dataclasses import dataclass, field
from typing import Any

import psycopg
from flask_babel import gettext as _

from app.contacts.models import Kind
from app.core.access import Actor
from app.settings.models import PickList
from app.settings.service import names_of
from importers.memory import without_collector
from importers.merging import store, undoing
from importers.merging.candidates import Candidate, Candidates
from importers.merging.drafts import Draft, folded, lay_over, name_key, new_company, sort_name_of
from importers.merging.givens import principals_by_name, required_fields, users_by_name
from importers.merging.known import Known, NameKey
from importers.merging.rows import emails_of
from importers.options import Options


@dataclass(frozen=True)
class Settings:
    """What a run is bound to. `headings`: field name to the heading of its column, for refusals."""

    actor: Actor
    run_id: int
    options: Options
    dry: bool = False
    headings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """A refused row."""

    line: int
    heading: str
    reason: str
    raw: list[str]


@dataclass
class Outcome:
    """What became of a chunk's rows."""

    created: int = 0
    updated: int = 0
    skipped: int = 0
    problems: list[Problem] = field(default_factory=list)


class ContactMerge:
    """Called with one chunk after the other, each within the caller's transaction on `connection`.

    A constant number of statements a chunk, whatever its rows say. Nothing is written by a dry run but a temporary
    table of its own. Needs an application context and the actor's language. Raises psycopg.Error.
    `candidates.of` makes a chunk of a frame of clean rows; it needs no database and may be called ahead.
    """

    def __init__(self, connection: "psycopg.Connection[Any]", settings: Settings) -> None:
        self.connection, self.settings, self.options = connection, settings, settings.options
        self.known = Known(connection, settings.actor, settings.run_id, settings.dry)
        users = users_by_name()
        self.candidates = Candidates(settings.options, users, principals_by_name(users), settings.actor.user_id)
        self.required = required_fields()
        self.note_category = next(iter(names_of(PickList.HISTORY_CATEGORY).values()), None)
        self.last_shell = 0

    def __call__(self, candidates: list[Candidate]) -> Outcome:
        """Merge a chunk."""
        return _Chunk(self, candidates).merge()


class _Chunk:
    """One chunk: looked up, decided, written."""

    def __init__(self, run: ContactMerge, candidates: list[Candidate]) -> None:
        self.run, self.candidates, self.options, self.known = run, candidates, run.options, run.known
        self.rows = [candidate.row for candidate in candidates]
        self.outcome = Outcome()
        self.emails: dict[tuple[str, str], Draft] = {}
        self.names: dict[NameKey, Draft] = {}
        self.named: dict[Draft, NameKey] = {}
        self.companies: dict[str, Draft] = {}
        self.new: list[Draft] = []
        self.touched: dict[Draft, None] = {}
        self.by_the_way: set[Draft] = set()
        self.taken_over: list[int] = []

    def merge(self) -> Outcome:
        """Do all of it."""
        with without_collector():
            self._look_up()
            for candidate in self.candidates:
                self._take(candidate)
            self._dry_write() if self.run.settings.dry else self._write()
        return self.outcome

    # ------------------------------------------------------------ what is there

    def _look_up(self) -> None:
        found = {folded(r.company) for r in self.rows if r.company} | {folded(r.name) for r in self.rows if r.name}
        companies = self.known.companies(found)
        own = {folded(r.name) for r in self.rows if r.name}  # only a company's own row takes one over
        made = self.known.made_by_the_way(i for key, i in companies.items() if key in own)
        emails, names = self._matches()
        ids = {*emails.values(), *names.values(), *made}
        drafts = {i: Draft("", 0, True, id=i) for i in ids} if self.options.duplicates == "skip" else {}
        drafts |= self.known.load(made if drafts else ids)
        self.emails = {key: drafts[i] for key, i in emails.items() if i in drafts}
        self.names = {key: drafts[i] for key, i in names.items() if i in drafts}
        self.named = {draft: key for key, draft in self.names.items()}
        self.companies = {
            k: drafts.get(i) or Draft(Kind.COMPANY, 0, True, id=i, sort_name=k) for k, i in companies.items()
        }
        self.by_the_way = {drafts[i] for i in made if i in drafts}

    def _matches(self) -> tuple[dict[Any, int], dict[Any, int]]:
        if self.options.duplicates == "create":
            return {}, {}
        emails = self.known.by_email({email for r in self.rows for email in emails_of(r)})
        if self.options.match != "name_company":
            return emails, {}
        return emails, self.known.by_name({sort_name_of(r) for r in self.rows})

    # ------------------------------------------------------------ what becomes of a row

    def _take(self, candidate: Candidate) -> None:
        row, refused = candidate.row, candidate.refused
        target = None if refused else self._match(row)
        if target and self.options.duplicates == "skip":
            self.outcome.skipped += 1
            return
        if target and not refused:
            refused = self._access_refusal(target, row)
        if not refused and (target is None or row.custom):
            refused = self._lack(target, row)
        if refused:
            heading = self.run.settings.headings.get(refused[0], "")
            self.outcome.problems.append(Problem(row.line, heading, refused[1], list(row.raw)))
        elif target:
            self._change(target, row)
            self.outcome.updated += 1
        else:
            self._create(candidate)
            self.outcome.created += 1

    def _access_refusal(self, target: Draft, row: Any) -> tuple[str, str] | None:
        """Who may see a contact is changed by those alone who look after it, as in the form."""
        if target.manageable or self.options.duplicates != "update":
            return None
        if row.owner and self.run.candidates.user(row.owner) != target.owner_id:
            return "owner", _("You may see this, but not change it so.")
        if row.private is not None and bool(row.private) != target.private:
            return "private", _("You may see this, but not change it so.")
        if row.people:
            return next(iter(row.people)), _("You may see this, but not change it so.")
        return None

    def _lack(self, target: Draft | None, row: Any) -> tuple[str, str] | None:
        """A required custom field that stays empty refuses the row, as in the form (SET-08)."""
        for name, key, label in self.run.required.get(row.kind, ()):
            if {**(target.custom if target else {}), **row.custom}.get(key) in (None, False):
                return name, _("“%(name)s” is required.", name=label)
        return None

    def _match(self, row: Any) -> Draft | None:
        if self.options.duplicates == "create":
            return None
        for email in emails_of(row):
            if found := self.emails.get((row.kind, email)):
                return found
        if self.options.match == "name_company":
            return self.names.get((row.kind, sort_name_of(row), folded(row.company or "")))
        return None

    def _create(self, candidate: Candidate) -> None:
        row, draft = candidate.row, self._adopted(candidate.row)
        if draft is None:
            draft = candidate.draft
            draft.company = self._company(row.company) if row.company else None
            self.new.append(draft)
            self._register(draft)
            return
        self.by_the_way.discard(draft)
        self.taken_over += [draft.id] if draft.id else []
        self._give_access(draft, row)
        self._fill_in(draft, row, fill=False)

    def _adopted(self, row: Any) -> Draft | None:
        """The company that an earlier row of the file named: this is its own row."""
        draft = self.companies.get(folded(row.name)) if row.kind == Kind.COMPANY else None
        return draft if draft in self.by_the_way else None

    def _change(self, draft: Draft, row: Any) -> None:
        fill = self.options.duplicates == "fill"
        if not fill:
            self._give_access(draft, row)
        self._fill_in(draft, row, fill)

    def _give_access(self, draft: Draft, row: Any) -> None:
        if row.owner:
            draft.owner_id = self.run.candidates.user(row.owner) or draft.owner_id
        if row.private is not None:
            draft.private = bool(row.private)
        draft.people = self.run.candidates.people(row) or draft.people

    def _fill_in(self, draft: Draft, row: Any, fill: bool) -> None:
        company = self._company(row.company) if row.company else None
        lay_over(draft, row, {**self.run.candidates.links(row), "company": company}, fill)
        draft.fresh_tags.update(self.options.tags)
        if not (fill and draft.id < 0):  # the names of a shell are not known, and with `fill` don't change
            draft.index_words()
        self._register(draft)

    def _company(self, name: str) -> Draft:
        """The visible company of this name, or a new one, made once a run."""
        key = folded(name)
        if key not in self.companies:
            company = self.companies[key] = new_company(name, self.run.candidates.owner_id, self.options.private)
            self.by_the_way.add(company)
            self.new.append(company)
        return self.companies[key]

    def _register(self, draft: Draft) -> None:
        """Let later rows of the chunk find it."""
        self.touched[draft] = None
        for channel in draft.fresh_channels:
            if channel.medium == "email":
                self.emails.setdefault((draft.kind, channel.normal), draft)
        if draft.kind == Kind.COMPANY:
            self.companies.setdefault(draft.sort_name, draft)
        if self.options.match == "name_company":
            former = self.named.get(draft)
            if former and former != name_key(draft) and self.names.get(former) is draft:
                del self.names[former]
            self.named[draft] = name_key(draft)
            self.names.setdefault(self.named[draft], draft)

    # ------------------------------------------------------------ written

    def _write(self) -> None:
        connection, settings = self.run.connection, self.run.settings
        store.draw_ids(connection, self.new)
        store.insert(connection, self.new, settings.actor.user_id, settings.run_id)
        new, touched = set(self.new), list(self.touched)
        changed = [d for d in touched if d not in new and d.changed]
        gained = [d for d in touched if d.gains and d not in new]
        undoing.keep_former(connection, list({d.id for d in (*changed, *gained)}), settings.run_id)
        store.update(connection, changed, settings.actor.user_id)
        store.add_children(connection, touched, new)
        store.give_access(connection, [d for d in touched if d.people])
        store.add_notes(connection, touched, settings.actor.user_id, self.run.note_category)
        made = [d.id for d in self.new if d in self.by_the_way]
        store.keep_companies(connection, made, self.taken_over, settings.run_id)

    def _dry_write(self) -> None:
        for draft in self.new:
            self.run.last_shell -= 1
            draft.id = self.run.last_shell
        everyone = dict.fromkeys([*self.new, *self.touched])
        self.known.remember(everyone, self.by_the_way, self.taken_over)

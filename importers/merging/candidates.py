"""What a clean row would be if nobody were there yet. Pure: it is worked out while the database writes other rows."""

from typing import Any, NamedTuple

import pandas as pd
from flask_babel import gettext as _

from app.settings.models import PickList
from app.settings.service import names_of
from importers.memory import without_collector
from importers.merging.drafts import Draft, lay_over
from importers.merging.rows import rows_of, too_long_to_index
from importers.options import Options

Refusal = tuple[str, str]  # the field and the reason


class Candidate(NamedTuple):
    """A row, why it can't go in, and the new contact that it makes where it meets no other."""

    row: Any
    refused: Refusal | None
    draft: Draft


class Candidates:
    """Made once a run, in its requester's language. Raises LookupError for a responsible person who is nobody."""

    def __init__(
        self, options: Options, users: dict[str, int], principals: dict[str, int], requester: int | None
    ) -> None:
        self.options, self.users, self.principals = options, users, principals
        self.picks = {"type": names_of(PickList.CONTACT_TYPE), "temperature": names_of(PickList.TEMPERATURE)}
        chosen = self.user(options.owner) if options.owner else requester
        if chosen is None:
            raise LookupError(_("There is no user “%(name)s”.", name=options.owner or ""))
        self.owner_id: int = chosen

    def of(self, good: pd.DataFrame) -> list[Candidate]:
        """The candidates of a `Cleaned.good`, in the file's order."""
        with without_collector():
            return [self._candidate(row) for row in rows_of(good)]

    def user(self, name: str) -> int | None:
        """The id of the user that a cell names."""
        return self.users.get(name.strip().lower())

    def links(self, row: Any) -> dict[str, int | None]:
        """The row's pick-list values, as columns."""
        return {f"{key}_id": self._pick(key, getattr(row, key)) for key in self.picks}

    def people(self, row: Any) -> dict[str, list[int]] | None:
        """Whom the row makes responsible or lets see it, by column; None where it names nobody."""
        return row.people and {key: sorted(map(self._principal, names)) for key, names in row.people.items()}

    def _principal(self, name: str) -> int:
        return self.principals.get(name.lower(), 0)

    def _candidate(self, row: Any) -> Candidate:
        refused = self._refusal(row)
        private = self.options.private if row.private is None else bool(row.private)
        draft = Draft(row.kind, (row.owner and self.user(row.owner)) or self.owner_id, private)
        if not refused:
            lay_over(draft, row, self.links(row), fill=False)
            draft.fresh_tags.update(self.options.tags)
            draft.people = self.people(row)
            draft.index_words()
        return Candidate(row, refused, draft)

    def _pick(self, key: str, wanted: str | None) -> int | None:
        return self.picks[key][wanted.strip().lower()] if wanted else None

    def _refusal(self, row: Any) -> Refusal | None:
        for key, names in self.picks.items():
            wanted = getattr(row, key)
            if wanted and wanted.strip().lower() not in names:
                return key, _("“%(name)s” is not in the list.", name=wanted[:60])
        if row.owner and self.user(row.owner) is None:
            return "owner", _("There is no such user.")
        for key, named in (row.people or {}).items():
            if not all(self._principal(n) > 0 or (key == "shared_with" and self._principal(n)) for n in named):
                return key, _("One of these users or groups does not exist.")
        if too_long_to_index(row):
            return "", _("This value can't be stored.")
        return None

"""What can be exported. A room's entity joins by one `add`: where its rows come from, and how a row becomes cells."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask_appbuilder.models.filters import BaseFilter
from sqlalchemy import select

from app.core.db import db
from app.exports.cells import own_reader, people
from app.settings import custom

Cells = Sequence[Any]  # texts, numbers, days, instants, None
Ids = Sequence[int]
Columns = Mapping[str, Callable[[Any], Any]]  # heading -> what it reads from a row


class Table(Protocol):
    """The rows of one export. `phones`: positions of the columns with phone numbers, which need no guard."""

    @property
    def headings(self) -> Sequence[str]: ...

    @property
    def phones(self) -> Iterable[int]: ...

    def fetch(self, ids: Ids) -> Any:
        """What the database has to say of these ids. Called ahead, in another thread than `rows`."""

    def rows(self, ids: Ids, fetched: Any) -> Iterator[Cells]:
        """The rows with these ids that the actor may see, in the order of `ids`, of what was fetched for them."""


@dataclass(frozen=True)
class Source:
    """An entity. `view`: endpoint of its list; `permission`: what `read` must be granted on; `interface`: its list's
    data interface; `table`: from a query of the chosen ids to the Table; `searches`: arguments of the list's address
    beside its filters; `filters`: columns that can be filtered by beside those of the list's page; `order`: what the
    file is sorted by, before the id."""

    name: str
    label: Any
    model: type[Any]
    view: str
    permission: str
    interface: Callable[[], Any]
    table: Callable[[Any], Table]
    searches: Mapping[str, tuple[str, type[BaseFilter]]] = field(default_factory=dict)
    filters: tuple[str, ...] = ()
    order: tuple[Any, ...] = ()


SOURCES: dict[str, Source] = {}


def add(source: Source) -> None:
    """Let an entity be exported."""
    SOURCES[source.name] = source


class PlainTable:
    """Rows of one entity, each cell read from the entity by a function of its own."""

    phones: Iterable[int] = ()

    def __init__(
        self, model: type[Any], columns: Mapping[str, Callable[[Any], Any]], loads: Sequence[Any] = ()
    ) -> None:
        self.model, self.loads = model, loads
        self.headings, self.readers = list(columns), list(columns.values())

    def fetch(self, ids: Ids) -> dict[int, Cells]:
        """The cells of each row: reading them may need the database."""
        chosen = select(self.model).where(self.model.id.in_(ids)).options(*self.loads)
        found: dict[int, Cells] = {
            row.id: [read(row) for read in self.readers] for row in db.session.scalars(chosen).unique()
        }
        db.session.expunge_all()
        return found

    def rows(self, ids: Ids, fetched: dict[int, Cells]) -> Iterator[Cells]:
        """As `Table.rows`."""
        return (fetched[row_id] for row_id in ids if row_id in fetched)


def plain(
    model: type[Any], columns: Columns, loads: Sequence[Any] = (), entity: str = "", shared: bool = False
) -> Callable[[Any], Table]:
    """The `table` of a source with these columns, those of the people it is `shared` with, and those of the custom
    fields of `entity` that are exported."""

    def table(_chosen: Any) -> Table:
        own = [f for f in custom.fields_of(entity) if f.in_export and f.holds] if entity else []
        fields = {f"custom:{f.key}": own_reader(f) for f in own}
        return PlainTable(model, {**columns, **(people() if shared else {}), **fields}, loads)

    return table

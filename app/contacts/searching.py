"""Takes a search for duplicates to its end; it begins anew where a worker died, as nothing of it is seen before."""

import logging

from sqlalchemy import update

from app.contacts import duplicates
from app.contacts.pairs import DuplicateSearch
from app.core import clock, runs
from app.core.db import db
from app.core.jobs import RunState

log = logging.getLogger(__name__)


def work(run_id: int) -> None:
    """Claim the search and take it to its end; does nothing when somebody else has it. The caller acts as SYSTEM."""
    token = runs.claim(DuplicateSearch, run_id)
    if token is None:
        return
    run = db.session.get_one(DuplicateSearch, run_id)
    with runs.beating(DuplicateSearch, run_id, token):
        try:
            if run.stalls > runs.MOST_STALLS:
                _end(run_id, token, RunState.FAILED)
                return
            for step in duplicates.search():
                runs.progress(DuplicateSearch, run_id, token, done_rows=step)
            _end(run_id, token, RunState.DONE)
        except runs.Cancelled:
            db.session.rollback()
            _end(run_id, token, RunState.CANCELLED)
        except runs.Superseded:
            db.session.rollback()
            log.warning("search %s was taken over by another worker", run_id)


def _end(run_id: int, token: int, state: RunState) -> None:
    held = (DuplicateSearch.id == run_id, DuplicateSearch.attempts == token)
    closed = update(DuplicateSearch).where(*held).values(state=state, finished_at=clock.now(), stalls=0)
    if not db.session.execute(closed, execution_options={"synchronize_session": False}).rowcount:
        raise runs.Superseded
    db.session.commit()

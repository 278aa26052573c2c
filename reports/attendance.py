"""The attendance list of a case as PDF: who takes part, by name, with room to sign (CAS-03)."""

from flask import current_app

from app.cases import invitations, service
from app.cases.models import Case
from reports import documents

MOST = 500  # names on one list: the renderer slows with each (STACK.md, 7)


def pdf(case: Case) -> bytes:
    """The list of those whom the actor sees. Raises documents.NotMade."""
    people = service.participants(case, size=MOST)
    template = current_app.jinja_env.get_template("cases/attendance.html")
    text = template.render(case=case, when=invitations.shown_when(case), people=people, runs=documents.runs)
    return documents.pdf(text.replace("<style>", f"<style>{documents.fonts(text)}", 1))

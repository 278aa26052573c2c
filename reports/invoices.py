"""The PDF of an invoice (INV-07, INV-08): our template, the invoice's language, nothing but what is stored."""

from flask import current_app

from app.invoices import document
from app.invoices.models import Invoice
from reports import documents


def html(invoice: Invoice) -> str:
    """What the PDF is made from. Every text is escaped by the template."""
    shown = document.content(invoice)
    template = current_app.jinja_env.get_template("invoices/document.html")
    draw = {"runs": documents.runs, **shown}
    text = template.render(**draw)
    return text.replace("<style>", f"<style>{documents.fonts(text)}", 1)


def pdf(invoice: Invoice) -> bytes:
    """The PDF. Raises documents.NotMade."""
    return documents.pdf(html(invoice))

"""Invoices: draft to paid, exact to the cent; items, taxes, numbers, documents."""

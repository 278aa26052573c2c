"""Invoices: from the draft to the payment, exact to the cent. Items, taxes, the organization's profile, numbering."""

"""Clean rows become records: matched, decided in the file's order, written.

Contacts are written by COPY, the flat kinds by their rooms' services. The only place of the product with SQL of its
own; each question puts the actor's visibility into it (`known`), or goes through the session.
"""

from importers.merging.contacts import ContactMerge, Outcome, Problem, Settings
from importers.merging.flat import FlatMerge

__all__ = ["ContactMerge", "FlatMerge", "Outcome", "Problem", "Settings"]

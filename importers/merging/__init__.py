"""Clean rows become contacts: matched, decided in the file's order, written by COPY.

The only place of the product with SQL of its own; each question puts the actor's visibility into it (`known`).
"""

from importers.merging.contacts import ContactMerge, Outcome, Problem, Settings

__all__ = ["ContactMerge", "Outcome", "Problem", "Settings"]

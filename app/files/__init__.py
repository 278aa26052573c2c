"""Documents attached to contacts, opportunities, cases and projects, with their versions."""

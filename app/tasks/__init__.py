"""Tasks: something to do by a due date, with reminders, recurrences and a calendar."""

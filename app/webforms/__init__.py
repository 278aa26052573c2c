"""Forms for the firm's website: what visitors send becomes contacts, or a note on those who are known (WEB-01…04)."""

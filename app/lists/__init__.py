"""How each person reads the lists: saved views, chosen columns, and what is changed where it stands (GEN-09)."""

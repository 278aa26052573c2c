"""The bin: what was deleted, by whom, and the way back for 30 days (GEN-07)."""

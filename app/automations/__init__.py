"""Acts by itself (SET-10): when something happens to a record, and it fits, then do this and that, once."""

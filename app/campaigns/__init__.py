"""Mass mailings: one letter to many contacts, with templates, merge fields and unsubscription."""

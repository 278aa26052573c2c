"""What people are told: the bell in the top bar, mails in their own language, and what each wants to be told."""

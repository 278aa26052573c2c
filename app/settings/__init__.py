"""What an administrator changes: pick-lists now; company profile, currencies and the rest as their rooms arrive."""

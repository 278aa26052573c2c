"""Forms on the firm's website whose posts become contacts."""

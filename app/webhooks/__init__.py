"""Tells other programs what happened, signed (SET-10): a webhook is an address, a delivery is one telling."""

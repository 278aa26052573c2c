"""Outgoing mail: the queue that every mail of the product goes through, and its log. It knows no contact."""

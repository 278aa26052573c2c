"""Opportunities: possible sales that move through stages until won or lost, and their board."""

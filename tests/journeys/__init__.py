"""Walks from end to end in a real browser, with real web and worker processes behind it."""

"""Exports: a filtered list or everything, written by a worker into a file for the person who asked."""

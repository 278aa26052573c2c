"""Headings that we know by heart, as data: `general` for everybody's, `programs` for those of one program."""

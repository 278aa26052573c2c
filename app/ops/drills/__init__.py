"""Bounded drills: the product is started apart, hurt while it works, and its rows are counted afterwards.

`manage drill NAME` runs one in a folder of its own; nothing of the users' data is touched.
"""

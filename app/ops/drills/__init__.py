"""Bounded drills: the product is started apart, hurt while it works, and its rows are counted afterwards.

`manage drill NAME` plays one in a folder of its own, `manage drill all` all of them; nothing of the users' data is
touched. What else could fail is tested in tests/faults.
"""

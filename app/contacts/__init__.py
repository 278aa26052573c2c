"""Persons and companies: who they are, how they are reached, who may see them."""

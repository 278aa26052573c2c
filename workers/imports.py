"""Jobs of the imports room."""

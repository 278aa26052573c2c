"""Projects: the work that follows, made from an opportunity or by itself; with team, tasks and files."""

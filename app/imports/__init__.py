"""Files of records coming in: uploads, runs with their progress, and what was refused."""

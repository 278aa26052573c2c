"""Records going out: any list as CSV or Excel, or everything as one archive, for the person who asked alone."""

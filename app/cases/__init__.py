"""Cases: open questions and gatherings with their participants; closed when settled."""

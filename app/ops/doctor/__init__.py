"""`manage doctor`: looks at everything the product stands on, and tells each trouble with its cure in a sentence."""

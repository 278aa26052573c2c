"""Group operations: one verb done to many records at once, in the request or by a worker."""

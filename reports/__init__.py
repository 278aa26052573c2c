"""What leaves the product as a document: HTML of ours made into PDF. No HTTP, no network, nothing of its actor's."""

"""What happened with a contact: what people write down (notes, calls, meetings) and what the product saw by itself."""

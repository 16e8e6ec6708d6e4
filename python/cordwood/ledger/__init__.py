"""What became of every event: outcomes, split events, request counts, and what is written down of them."""

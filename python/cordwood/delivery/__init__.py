"""Requests on their way: the workers, the queue, what is retried, how fast, and when to stop."""

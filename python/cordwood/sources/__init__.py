"""What an upload reads from: events in memory, and the files that hold them."""

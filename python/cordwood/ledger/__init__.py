"""The outcome of every event: what was counted, and what is written down of it in dead letters and the journal."""

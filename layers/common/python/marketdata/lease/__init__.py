"""Who may use the source's sessions: leases on them, and the queue of those that wait."""

"""Who may use the source: its sessions by leases and a queue, and its requests by a budget."""

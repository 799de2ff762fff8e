"""What people read: the terminal, JSON, HTML."""

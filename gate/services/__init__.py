"""Every write at the gates."""

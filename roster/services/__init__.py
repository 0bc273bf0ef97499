"""Every write of the roster."""

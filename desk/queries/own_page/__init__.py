"""What one household sees on its own page, and nothing of anybody else's: every query begins at the household."""

"""What every JSON API of the project shares."""

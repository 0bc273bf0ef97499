"""What the roster's pages say."""

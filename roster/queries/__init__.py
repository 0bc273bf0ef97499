"""Reads that cross tables or are shaped for a page."""

"""Reads for the pages and for the decision."""

"""/h/<token>/: a household's own page. See access.py for who gets in, docs/household-page.md for what it is."""

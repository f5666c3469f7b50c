"""Life events: what each does to people and households, as pure rules."""

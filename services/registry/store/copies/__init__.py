"""Everything that is kept of one person, read for the copy that the person may ask for."""

"""Emergency accesses and their reviews as rows."""

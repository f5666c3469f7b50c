"""What the tasks service asks of its peers, in its own words."""

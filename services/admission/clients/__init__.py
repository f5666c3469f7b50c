"""What admission needs from its peers, in its own words."""

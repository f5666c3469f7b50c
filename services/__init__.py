"""The services of the suite: strangers to one another, sharing mechanisms only."""

"""The registers as rows: entries in versions, consents of residents, runs of retention."""

"""Proof of who read what: sealing, checkpoints, exporting and verifying access records."""

"""Proof of who read what: chains of access records, checkpoints, and what checks them.

Everything here needs the standard library and `cryptography` and nothing else, so that an auditor
can carry it: `onegrid audit verifier` packs it into one file.
"""

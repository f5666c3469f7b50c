"""Invented whistles: each lives through the real rules, in a few months of invented time.

Nothing here writes a state by hand. A story takes the steps of `journey`, at moments drawn from a
seeded generator, and stops where its plan says; so the demo cannot hold what the rules forbid.
"""

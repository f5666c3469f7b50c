"""What may enter a community, and at what price.

Owns: admission items and their approval, the money promised with them, the ledger, refusals.
Refuses to own: who people are (identity), where communities are (registry), what is done there
(tasks).
"""

"""Who may sign in and what the suite believes about them: accounts, clients, keys and tokens.

Owns: passwords, client proofs, signing keys, sessions and the log of sign-ins. Refuses to own: what
a role may do (each service's policy says) and where a person moves (no network address is kept).
"""

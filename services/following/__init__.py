"""What every service needs that keeps area codes: they follow the registry's.

Owns an inbox of changes and the moving of rows. Knows no service: who uses it says which columns.
"""

"""Decisions on plain values: no database, no network, no clock of its own."""

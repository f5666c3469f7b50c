"""Keeping the registers: entering, looking, taking a resident's consent, telling retention."""

"""Receivers of webhooks: addresses that departments gave us, so nothing about them is trusted."""

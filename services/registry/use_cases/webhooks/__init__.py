"""Webhooks: departments subscribe, and a courier brings them the feed."""

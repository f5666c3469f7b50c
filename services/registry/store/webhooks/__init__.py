"""Rows of webhooks: subscriptions and their deliveries."""

"""What the identity rooms do: prove a client, sign a person in, exchange, revoke, rotate."""

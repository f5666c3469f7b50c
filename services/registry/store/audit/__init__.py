"""Access records and the blocks that prove them; the file of checkpoints outside the database."""

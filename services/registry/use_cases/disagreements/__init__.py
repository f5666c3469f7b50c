"""When somebody says that a record is wrong: disputes of residents, verifications."""

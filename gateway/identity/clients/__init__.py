"""What the identity rooms need from others: another house's sign-in."""

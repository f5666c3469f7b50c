"""Keys at rest: which there are, what they seal, and sealing it again under the newest."""

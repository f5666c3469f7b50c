"""The HTTP surface: OAuth endpoints, the sign-in page, and what a signed-in person may ask."""

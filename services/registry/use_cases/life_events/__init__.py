"""Recording life events, taking them back, looking at them."""

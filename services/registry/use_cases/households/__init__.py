"""Looking at households in time, and filling the periods of older records."""

"""The one record of residents, households, areas and organisations; refuses to keep a second copy."""

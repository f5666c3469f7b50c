"""The one record of residents, households, areas and organisations; keeps no second copy."""

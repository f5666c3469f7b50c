"""The main job, walked through the public API as its users would, step by step."""

"""Core values -> what the page shows: HTML with everything of a user's or a model's escaped. Pure functions."""

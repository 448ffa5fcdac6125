"""By which channels people and administrators hear of what, and what administrators hear of on their own."""

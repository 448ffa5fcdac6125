"""Who works in the admin centre, and what they may do there."""

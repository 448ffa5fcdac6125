"""Registering: what policy needs, the first proof, re-confirmation."""

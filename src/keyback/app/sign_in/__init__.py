"""Signing in: the least of it."""

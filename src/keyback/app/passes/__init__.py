"""Temporary access passes."""

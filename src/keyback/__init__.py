"""Keyback: self-service password reset that an organisation runs itself."""

__version__ = "0.1.0"

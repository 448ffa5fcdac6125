"""How the organisation looks: its name, logo and accent."""

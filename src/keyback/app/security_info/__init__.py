"""What a person changes about the own methods and contacts."""

"""How it stands in the whole organisation: counted now and then, looked at often."""

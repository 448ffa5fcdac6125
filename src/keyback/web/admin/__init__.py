"""The admin centre: its pages declare themselves in `pages/`, one file each (decisions 35)."""

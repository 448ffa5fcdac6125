"""The pages of the admin centre, one file each: `ROUTES`, `PLACES` and `MESSAGES`. What several share begins with `_`."""

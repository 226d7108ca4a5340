"""The roles that the user can assume: where they come from and how often they are used."""

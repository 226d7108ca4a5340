"""Why a role can or cannot be assumed."""

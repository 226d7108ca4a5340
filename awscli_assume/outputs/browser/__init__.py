"""The user's browser, the page that leads it to a URL, and the clipboard."""

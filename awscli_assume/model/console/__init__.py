"""The AWS Management Console: its hosts, its pages and its sign-in URLs."""

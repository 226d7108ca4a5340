"""AWS STS: clients, requests, errors."""

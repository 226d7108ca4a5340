"""What people and programs read: pure text and data from values."""

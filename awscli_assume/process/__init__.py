"""The program that ``credential_process`` names: runs outside of aws, in a bare Python."""

"""The cached sessions in the CLI's cache folder, and the command line that reads one."""

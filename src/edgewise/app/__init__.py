"""Settings, the URL-to-adapter table, wiring and the command line: the one reader of environment and clock."""

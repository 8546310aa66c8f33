"""The forms as declarations, one TOML file each, and the one way to read them: a new form is a new file."""

"""Views: what was known of each security at the close of each session, a file each; factors make metrics of it."""

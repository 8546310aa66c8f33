"""The joins between sources, lake and the pure rooms. No formula lives here."""

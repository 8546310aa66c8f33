"""Items of a filing: found, ended, and judged."""

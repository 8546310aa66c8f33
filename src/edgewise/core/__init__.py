"""Words every room shares: identifiers, the clock, table schemas, errors and ports. Imports nothing of ours."""

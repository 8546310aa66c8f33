#!/bin/sh
# The journey by command: $1 is Python, the rest the options of ingest. Each command goes on where a killed one was.
set -e
python=$1
shift
"$python" -m edgewise "$@"
"$python" -m edgewise filings parse
exec "$python" -m edgewise filings score

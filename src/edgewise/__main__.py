"""`python -m edgewise`: the command line."""

from edgewise.app.main import main

main()

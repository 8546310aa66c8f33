"""A program whose worker never comes back, to be ended from outside: `python endless_program.py NOTE`."""

import sys

from edgewise.adapters.local import ProcessPool

if __name__ == "__main__":
    from errands import process_id_into

    with ProcessPool(2) as pool:
        list(pool.map(process_id_into, [sys.argv[1]]))

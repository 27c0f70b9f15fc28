"""`python -m turnlint`."""

import sys

from turnlint.cli import main

if __name__ == "__main__":
    sys.exit(main())

"""`python -m cleancut`."""

from cleancut.faces.cli import main

main()

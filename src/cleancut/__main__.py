"""The `cleancut` command, and `python -m cleancut`."""

import os

# Verification makes many small matrix products. Spread over threads they wait for each other, and on a busy machine a
# scan of one minute took six; set before numpy is imported, and left alone where the user chose otherwise.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from cleancut.faces.cli import main

if __name__ == "__main__":
    main()

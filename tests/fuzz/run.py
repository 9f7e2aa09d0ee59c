"""Feeds readers changed inputs and keeps what breaks one.

usage: run.py [TARGET …] [--count N] [--seed N]      (all targets, 10000 each, where left out)

Run as `.venv/bin/python tests/fuzz/run.py`. An input that makes a reader raise what it does not promise is written to
tests/fuzz/kept/<target>/, where the suite feeds it again from then on: mend the reader, and commit the input. Exit code
1 where anything broke.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1])]

from fuzz.mutate import mutated
from fuzz.targets import TARGETS, Target

KEPT = Path(__file__).parent / "kept"


def broken(target: Target, inputs: Iterator[bytes], folder: Path) -> Iterator[tuple[bytes, str]]:
    """The inputs over which the target raised what it does not promise, with the end of the trace."""
    for data in inputs:
        try:
            target.read(data, folder)
        except target.may_say:
            continue
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            yield data, f"{type(error).__name__}: {error} ({Path(last.filename).name}:{last.lineno})"


def inputs(target: Target, seed: int, count: int, folder: Path) -> Iterator[bytes]:
    """The same ones for the same seed, as far as the seeds of the target are the same."""
    seeds, chance = target.seeds(folder), random.Random(f"{target.name} {seed}")
    for _ in range(count):
        yield mutated(chance, seeds)


def kept(target: Target) -> list[Path]:
    return sorted((KEPT / target.name).glob("*"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(target.name for target in TARGETS))
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    if unknown := set(chosen.targets) - {target.name for target in TARGETS}:
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    found: dict[str, int] = {}
    for target in [target for target in TARGETS if not chosen.targets or target.name in chosen.targets]:
        since = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            for data, said in broken(target, inputs(target, chosen.seed, chosen.count, Path(folder)), Path(folder)):
                place = f"{target.name}: {said.partition('(')[2]}"
                found[place] = found.get(place, 0) + 1
                if found[place] == 1:  # one input for each place that breaks
                    (KEPT / target.name).mkdir(parents=True, exist_ok=True)
                    (KEPT / target.name / hashlib.sha256(data).hexdigest()[:12]).write_bytes(data)
                    print(f"{target.name}: {said}", flush=True)
        print(f"{target.name}: {chosen.count} inputs in {time.monotonic() - since:.0f} seconds", flush=True)
    for place, count in found.items():
        print(f"broke {count} times: {place}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

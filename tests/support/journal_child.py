"""A process that keeps a journal until it is killed, and tells on standard output what it does, before and after."""

import os
import random
import sys
import threading

from cordwood import Outcome
from cordwood._core import pack_positions, unpack_positions
from cordwood.journal import Journal, identify_file


def main(path: str, source: str, first: int, seed: int, threads: int) -> None:
    journal = Journal.open(path, sources=[identify_file(source)], options={}, destination={})
    doubtful = [unpack_positions(packed) for packed in journal.in_doubt]
    lock = threading.Lock()
    keys = iter(range(1_000_000))

    def work(randomness: random.Random) -> None:
        nonlocal first
        while True:
            with lock:
                key = next(keys)
                if doubtful:
                    positions = doubtful.pop()
                else:
                    positions = list(range(first, first + 3))
                    first += 3
            told = ",".join(map(str, positions))
            packed = pack_positions(positions)
            tell(f"intending {told}")
            journal.intend(key, packed)
            tell(f"intended {told}")
            match randomness.randrange(4):
                case 0:
                    tell(f"withdrawing {told}")
                    journal.withdraw(key)
                    tell(f"withdrawn {told}")
                case 1 | 2:
                    tell(f"settling {told}")
                    journal.settle(key, packed, {Outcome.ACCEPTED: len(positions)}, 0)
                    tell(f"settled {told}")

    for thread in range(threads):
        threading.Thread(target=work, args=(random.Random(seed * 100 + thread),), daemon=True).start()
    threading.Event().wait()


def tell(line: str) -> None:
    os.write(1, line.encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))

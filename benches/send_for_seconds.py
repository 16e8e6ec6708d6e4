"""Send full requests for some seconds of CPU, and nothing else: for a profiler to look at.

    perf record --no-inherit --delay 3500 --freq 4000 .venv/bin/python benches/send_for_seconds.py
    perf report --stdio --sort dso,sym

The endpoint is a process of its own, and a profile without what is inherited leaves it out.
"""

import argparse
import gc
import sys
import time

import answered
import cordwood
import cordwood.local

STREAM = "stream"


def main() -> int:
    """Send, and print what a request took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=6.0, help="of CPU")
    parser.add_argument("--requests", type=int, default=20, help="that one list of dicts is cut into")
    options = parser.parse_args()
    events = answered.recent(options.requests)
    with cordwood.local.spawn(keep_events="counts") as endpoint:
        endpoint.create(answered.GROUP_NAME, STREAM)
        send = answered.with_batches(endpoint.client(), STREAM)
        send(events)
        gc.disable()
        began, sent = time.process_time(), 0
        while time.process_time() - began < options.seconds:
            send(events)
            sent += options.requests
        took = time.process_time() - began
    print(f"{sent} requests, {1e3 * took / sent:.2f} ms of CPU each")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Strict FCFS on one pool in AccaSim: accasim_fcfs.py FILE.swf PROCESSORS. Prints jobs, CPU seconds, mean wait in s.

One node holds all processors, so that any of them make up any job. Nothing is written. AccaSim reads its file while it
simulates; the CPU seconds inside its reader are counted apart and taken off.
"""

import collections
import collections.abc
import json
import logging
import os
import sys
import tempfile
import time

# AccaSim 1.1.3 imports it from where Python 3.10 took it away.
collections.Mapping = collections.abc.Mapping

from accasim.base.allocator_class import FirstFit
from accasim.base.scheduler_class import FirstInFirstOut
from accasim.base.simulator_class import Simulator
from accasim.utils.reader_class import DefaultReader

reading = 0.0
plain_read = DefaultReader._read


def timed_read(self, *arguments, **named):
    global reading
    begin = time.process_time()
    try:
        return plain_read(self, *arguments, **named)
    finally:
        reading += time.process_time() - begin


DefaultReader._read = timed_read


def main():
    workload, processors = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        system = os.path.join(folder, "system.json")
        with open(system, "w") as file:
            pool = {
                "system_name": "pool",
                "start_time": 0,
                "equivalence": {"processor": {"core": 1}},
                "groups": {"node": {"core": processors, "mem": 0}},
                "resources": {"node": 1},
            }
            json.dump(pool, file)
        simulator = Simulator(
            workload,
            system,
            FirstInFirstOut(FirstFit()),
            scheduling_output=False,
            statistics_output=False,
            show_statistics=False,
            RESULTS_FOLDER_PATH=folder,
        )
        logging.disable(logging.CRITICAL)
        begin = time.process_time()
        simulator.start_simulation()
        seconds = time.process_time() - begin - reading
        waits = simulator.mapper.wtimes
        print(len(waits), f"{seconds:.4f}", f"{sum(waits) / max(1, len(waits)):.4f}", flush=True)


main()

"""Runs a command several times and prints the median wall time, CPU time and the largest peak of memory."""

import os
import statistics
import subprocess
import sys
import time

name, count, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
walls, cpus, peak = [], [], 0
for _ in range(count):
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    walls.append(time.monotonic() - started)
    cpus.append(usage.ru_utime + usage.ru_stime)
    peak = max(peak, usage.ru_maxrss)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{name}: ended with {os.waitstatus_to_exitcode(status)}: {' '.join(command)}")
print(
    f"  {name:24} wall {statistics.median(walls):6.2f} s   cpu {statistics.median(cpus):6.2f} s   "
    f"peak {peak / 1024:6.0f} MiB"
)

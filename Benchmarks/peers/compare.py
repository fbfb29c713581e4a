"""Runs the same strict FCFS in Assay, simpy and AccaSim, one after the other, and prints jobs per CPU second.

compare.py BENCH PYTHON FILE.swf:PROCESSORS[:JOBS] ...   (scripts/bench-peers calls it)

Each figure is the median CPU time of its runs, without reading the file. Every tool has to find the same mean wait, or
the comparison is refused. JOBS caps what AccaSim gets, whose time for a job grows with the queue; Assay then runs on
the same first jobs.
"""

import os
import statistics
import subprocess
import sys
import tempfile

RUNS = 3
HERE = os.path.dirname(os.path.abspath(__file__))


def python(interpreter, script, path, processors, runs):
    found = []
    for _ in range(runs):
        command = [interpreter, os.path.join(HERE, script), path, str(processors)]
        printed = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True)
        jobs, seconds, wait = printed.stdout.strip().splitlines()[-1].split()
        found.append((int(jobs), float(seconds), float(wait)))
    return found[0][0], statistics.median(run[1] for run in found), found[0][2]


def assay(bench, path, processors):
    printed = subprocess.run([bench, "swf", path, str(processors)], stdout=subprocess.PIPE, check=True, text=True)
    # fcfs 18239 jobs on 128: 0.0021 s mean wait 8.0047 s backfilled 0
    runs = [line.split() for line in printed.stdout.splitlines() if line.startswith("fcfs ")]
    return int(runs[0][1]), statistics.median(float(run[5]) for run in runs), float(runs[0][9])


def head(path, jobs, folder):
    """The first jobs of a trace, and whether it has more."""
    cut = os.path.join(folder, f"{jobs}-{os.path.basename(path)}")
    kept = 0
    with open(path) as lines, open(cut, "w") as file:
        for line in lines:
            kept += not line.startswith(";")
            if 0 < jobs < kept:
                return cut, True
            file.write(line)
    return path, False


def row(trace, tool, measured, ours):
    jobs, seconds, wait = measured
    if abs(wait - ours[2]) > 1e-3 * max(1.0, ours[2]) or jobs != ours[0]:
        sys.exit(f"{trace}: {tool} finds {jobs} jobs and a mean wait of {wait} s, Assay {ours[0]} and {ours[2]} s")
    factor = seconds / ours[1] if ours[1] > 0 else float("inf")
    print(f"{trace:<24} {tool:<16} {jobs:>7} {seconds:>11.4f} {jobs / seconds:>13,.0f} {factor:>9,.0f} {wait:>15.4f}")
    sys.stdout.flush()


def main():
    bench, interpreter, traces = sys.argv[1], sys.argv[2], sys.argv[3:]
    for argument in traces:
        path, *numbers = argument.split(":")
        if not os.path.isfile(path) or not 1 <= len(numbers) <= 2 or not all(number.isdigit() for number in numbers):
            sys.exit(f"{argument}: expected FILE.swf:GPUS[:JOBS], the file there and uncompressed")
    with open("/proc/loadavg") as file:
        load = file.read().split()[0]
    print(f"strict FCFS on one pool; median CPU seconds of {RUNS} runs (AccaSim: 1), reading excluded; load {load}")
    print(f"{'trace':<24} {'tool':<16} {'jobs':>7} {'CPU s':>11} {'jobs per s':>13} {'times us':>9} {'mean wait s':>15}")
    with tempfile.TemporaryDirectory() as folder:
        for argument in traces:
            path, processors, most = (argument.split(":") + ["0"])[:3]
            name = os.path.basename(path).removesuffix(".swf")
            ours = assay(bench, path, processors)
            row(name, "Assay", ours, ours)
            row(name, "simpy 4.1.2", python(interpreter, "simpy_fcfs.py", path, processors, RUNS), ours)
            short, is_cut = head(path, int(most), folder)
            if is_cut:
                name = f"{name}, first {most}"
                ours = assay(bench, short, processors)
                row(name, "Assay", ours, ours)
            row(name, "AccaSim 1.1.3", python(interpreter, "accasim_fcfs.py", short, processors, 1), ours)


main()

"""Measures the same host against itself, and a job against a slower one, many times; counts what assay says of it.

See bench-false-alarms and bench-slowdown, which call it.
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time

ASSAY = os.environ.get("ASSAY") or ".build/release/assay"
MORE = shlex.split(os.environ.get("MEASURE_OPTIONS", ""))
PROBES = os.environ.get("PROBES", "compute,memory-bandwidth,memory-latency,system-calls,page-faults,timers")


refused = 0


def run(*words):
    """What assay prints. A run that it refuses because something disturbed it is measured again, as its user would, and
    counted: what is kept is decided by the disturbance alone, before any result is seen."""
    global refused
    for _ in range(60):
        done = subprocess.run([ASSAY, *words], capture_output=True, text=True)
        if done.returncode == 0:
            return done.stdout
        if done.returncode != 3:
            break
        refused += 1
        time.sleep(2)
    sys.exit(f"{shlex.join([ASSAY, *words])}: exit {done.returncode}\n{done.stderr[-2000:]}")


def order(pairs):
    """AB, BA, AB, …: a drift of the machine meets both arms alike."""
    for pair in range(pairs):
        yield from ("ab" if pair % 2 == 0 else "ba")


def compare(records):
    words = ["compare", *records["a"]]
    for one in records["b"]:
        words += ["--with", one]
    return json.loads(run(*words, "--json"))


def said(metric):
    low, high = metric.get("low_percent"), metric.get("high_percent")
    interval = f" [{low:+.2f}, {high:+.2f}]" if low is not None else ""
    why = f" ({metric.get('reason')})" if metric["verdict_code"] == "invalid" else ""
    return f"{metric['name']} {metric.get('overhead_percent', float('nan')):+.2f} %{interval} {metric['verdict_code']}{why}"


def head(text):
    load = open("/proc/loadavg").read().split()[0]
    print(f"# {text}")
    print(f"# {run('--version').strip()}, {os.cpu_count()} processors, load {load}, {time.strftime('%Y-%m-%d')}", flush=True)


def false_alarms(repetitions, pairs, seconds):
    head(f"false alarms: {repetitions} repetitions of {pairs} pairs, {seconds} s a run, probes {PROBES} {shlex.join(MORE)}")
    alarms = blocked = 0
    worst = 1.0
    for repetition in range(repetitions):
        with tempfile.TemporaryDirectory() as folder:
            records = {"a": [], "b": []}
            for index, arm in enumerate(order(pairs)):
                path = f"{folder}/{index}{arm}.record.json"
                run("measure", "--probes", PROBES, "--rounds", "1", "--seconds", str(seconds),
                    "--seed", str(1 + 1000 * repetition + index), "-o", path, *MORE)
                records[arm].append(path)
            metrics = [m for m in compare(records)["metrics"] if m["role"] == "confirmatory"]
        false = [m for m in metrics if m["verdict_code"] in ("overhead", "faster")]
        stopped = [m for m in metrics if m["verdict_code"] == "invalid"]
        least = min((m["adjusted_p"] for m in metrics if "adjusted_p" in m), default=1.0)
        worst = min(worst, least)
        alarms += bool(false)
        blocked += bool(stopped)
        words = "; ".join(said(m) for m in false) or "none"
        print(f"{repetition + 1:3} of {len(metrics)} metrics, {len(stopped)} blocked by the control, "
              f"least adjusted p {least:.3f}, false: {words}", flush=True)
    print(f"false alarms in {alarms} of {repetitions} repetitions (at most one in eight); "
          f"a control blocked some metric in {blocked}; least adjusted p of all {worst:.4f}; "
          f"{refused} measurements repeated because they were disturbed")
    return alarms * 8 > repetitions


JOB = r"""
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
// Fixed work: 40 steps of so many turns as the file says; prints each step's time.
int main(int count, char **words) {
    FILE *file = fopen(words[1], "r");
    long turns;
    if (count < 2 || !file || fscanf(file, "%ld", &turns) != 1) return 1;
    double state = 1;
    for (int step = 0; step < 40; step++) {
        struct timespec from, to;
        clock_gettime(CLOCK_MONOTONIC, &from);
        for (long i = 0; i < turns; i++) state = state * 0.999999 + 1e-6 * (double)(i & 7);
        clock_gettime(CLOCK_MONOTONIC, &to);
        printf("step %.9f s\n", (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec));
    }
    return state == 0.0;
}
"""


def find(value, key):
    if isinstance(value, dict):
        if key in value:
            return value[key]
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            found = find(one, key)
            if found is not None:
                return found
    return None


def slowdown(repetitions, percent):
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/job.c", "w") as file:
            file.write(JOB)
        subprocess.run(["cc", "-O1", "-o", f"{folder}/job", f"{folder}/job.c"], check=True)
        # So many turns as take this machine 10 ms.
        turns, took = 1_000_000, 0.0
        while took < 0.01:
            turns = turns * 2
            write(folder, turns)
            lines = subprocess.run([f"{folder}/job", f"{folder}/turns"], capture_output=True, text=True, check=True)
            took = sorted(float(line.split()[1]) for line in lines.stdout.splitlines())[20]
        turns = int(turns * 0.01 / took)

        def measure(name, work, *options):
            write(folder, work)
            path = f"{folder}/{name}.record.json"
            out = run("measure", "--job", f"{folder}/job {folder}/turns", "--step-pattern", "step ([^ ,]+) s",
                      "-o", path, "--force", "--json", *options, *MORE)
            return path, json.loads(out)

        head(f"slowdown: {repetitions} repetitions of {percent} % more work, steps of {turns} turns {shlex.join(MORE)}")
        _, pilot = measure("pilot", turns, "--runs", "30", "--detect", f"{percent}%")
        pairs = find(pilot, "proposed_runs_per_arm")
        if not isinstance(pairs, int):
            sys.exit("the pilot proposed no number of runs: is the machine quiet?")
        print(f"proposed after a pilot of 30 runs: {pairs} runs of each arm", flush=True)
        counts = {}
        for slow in (percent, 0) if os.environ.get("NULL") == "1" else (percent,):
            found = 0
            for repetition in range(repetitions):
                records = {"a": [], "b": []}
                for index, arm in enumerate(order(pairs)):
                    work = turns if arm == "a" else round(turns * (1 + slow / 100))
                    path, _ = measure(f"{index}{arm}", work, "--one-run", "--warmup", "0")
                    records[arm].append(path)
                metric = next(m for m in compare(records)["metrics"] if m["name"] == "step_time")
                found += metric["verdict_code"] == "overhead"
                print(f"{repetition + 1:3} {slow} % more work: {said(metric)}", flush=True)
            counts[slow] = found
            bar = " (at least 17 in 20)" if slow else ""
            print(f"{slow} % more work was found in {found} of {repetitions} repetitions{bar}; "
                  f"{refused} measurements repeated so far because they were disturbed", flush=True)
        return counts[percent] * 20 < 17 * repetitions


def write(folder, turns):
    with open(f"{folder}/turns", "w") as file:
        file.write(f"{turns}\n")


if __name__ == "__main__":
    if sys.argv[1] == "false-alarms":
        sys.exit(false_alarms(int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
    sys.exit(slowdown(int(sys.argv[2]), float(sys.argv[3])))

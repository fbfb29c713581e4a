"""Strict FCFS on one pool in simpy: simpy_fcfs.py FILE.swf PROCESSORS. Prints jobs, CPU seconds, mean wait in seconds.

A container of processors serves its requests in order, and the first that cannot be served holds the others. One
process per job, made when the job arrives. The file is read before the clock starts.
"""

import sys
import time

import simpy

import swf


def job(environment, pool, run, processors, waits):
    arrived = environment.now
    yield pool.get(processors)
    waits.append(environment.now - arrived)
    yield environment.timeout(run)
    yield pool.put(processors)


def source(environment, pool, jobs, waits):
    for submit, run, processors in jobs:
        if submit > environment.now:
            yield environment.timeout(submit - environment.now)
        environment.process(job(environment, pool, run, processors, waits))


def main():
    jobs = swf.read(sys.argv[1])
    processors = int(sys.argv[2])
    begin = time.process_time()
    environment = simpy.Environment(initial_time=jobs[0][0])
    pool = simpy.Container(environment, capacity=processors, init=processors)
    waits = []
    environment.process(source(environment, pool, jobs, waits))
    environment.run()
    seconds = time.process_time() - begin
    print(len(waits), f"{seconds:.4f}", f"{sum(waits) / len(waits):.4f}")


main()

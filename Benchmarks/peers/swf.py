"""Jobs of a file in the Standard Workload Format: submission, run time and processors, in the order of the file."""


def read(path, most=None):
    jobs = []
    with open(path) as lines:
        for line in lines:
            if line.startswith(";"):
                continue
            fields = line.split()
            if len(fields) < 9 or int(fields[4]) <= 0:
                continue
            jobs.append((int(fields[1]), int(fields[3]), int(fields[4])))
            if len(jobs) == most:
                break
    return jobs

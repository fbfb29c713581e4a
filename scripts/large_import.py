"""Writes a large file of a form that `assay import` reads: large_import.py FORM MEBIBYTES FILE."""

import json
import random
import sys

form, size, path = sys.argv[1], int(sys.argv[2]) << 20, sys.argv[3]
generator = random.Random(1)
# Values repeat in blocks, so that writing is quick; where numbers must go up, they are put in.
values = [round(0.9 + 0.2 * generator.random(), 4) for _ in range(10_000)]


def lines(head, line, tail=""):
    """A file of lines: line(n) for n = 0, 1, … until it is large enough."""
    with open(path, "w", buffering=1 << 20) as file:
        written = file.write(head)
        number = 0
        while written < size:
            block = "".join(line(number + place) for place in range(10_000))
            number += 10_000
            written += file.write(block)
        file.write(tail)
    return number


def value(number):
    return values[number % len(values)]


def aiperf(number):
    start = 1_763_622_672_000_000_000 + number * 5_000_000
    record = {
        "metadata": {
            "session_num": number, "request_start_ns": start, "request_end_ns": start + 100_000_000, "worker_id": "w1",
            "benchmark_phase": "profiling", "was_cancelled": False,
        },
        "metrics": {
            "request_latency": {"value": 100 * value(number), "unit": "ms"},
            "time_to_first_token": {"value": 10 * value(number), "unit": "ms"},
            "output_sequence_length": {"value": 3, "unit": "tokens"},
        },
        "error": None,
    }
    return json.dumps(record) + "\n"


def event(number, key, content, milliseconds):
    fields = {
        "namespace": "", "time_ms": milliseconds, "event_type": "POINT_IN_TIME", "key": key, "value": content,
        "metadata": {"step": number},
    }
    return ":::MLLOG " + json.dumps(fields) + "\n"


def sockperf():
    """The head says how many messages follow, so they are counted first."""
    def row(number):
        sent = 0.001 * number
        return f"{number}, {sent:.9f}, {sent + 2e-6 * int(30 * value(number)):.9f}, {int(30 * value(number)):d}.000\n"

    count = 10_000 * (size // sum(len(row(n)) for n in range(5_000_000, 5_010_000)) + 1)
    with open("Tests/ImportingTests/Samples/sockperf/full-log.csv") as file:
        head = file.read().split("packet, txTime")[0].replace(" 20 ", f" {count} ").replace("=20", f"={count}")
    with open(path, "w", buffering=1 << 20) as file:
        file.write(head + "packet, txTime(sec), rxTime(sec), latency(usec)\n")
        for begin in range(0, count, 10_000):
            file.write("".join(row(begin + place) for place in range(10_000)))
        file.write("------------------------------\n")


match form:
    case "step-lines":
        # As many figures a step as trainers log, and so fewer than the ten million steps of one run that are taken.
        lines(
            "",
            lambda n: f'{{"step": {n}, "step_time": {value(n)}, "loss": 2.5, "grad_norm": 0.8, "learning_rate": 1e-05, '
            f'"tokens_per_second": 41000.0, "memory_gib": 61.2}}\n',
        )
    case "step-csv":
        lines(
            "step,seconds,loss,grad_norm,learning_rate,tokens_per_second,samples_per_second,memory_gib,data_seconds,tflops_per_gpu,epoch\n",
            lambda n: f"{n},{value(n)},2.500000,0.800000,0.0000100000,41000.000000,20.019531,61.200000,0.0100000,412.500000,{n / 1e6:.12f}\n",
        )
    case "aiperf":
        lines("", aiperf)
    case "megatron":
        lines(
            "",
            lambda n: f" [2026-11-20 23:41:12] iteration {n:8d}/99999999 | consumed samples: {16 * n:12d} | elapsed time per iteration (ms): "
            f"{1000 * value(n):.1f} | learning rate: 1.0E-05 | global batch size:    16 | number of nan iterations:   0 |\n",
        )
    case "mllog":
        began = 1_763_622_672_000
        lines(
            event(0, "run_start", None, began),
            lambda n: event(n, "tracked_stats", {"train_step_timing": value(n)}, began + n),
            event(0, "run_stop", None, began + 1_000_000_000),
        )
    case "sockperf":
        sockperf()
    case "prometheus":
        lines(
            "# TYPE DCGM_FI_PROF_GR_ENGINE_ACTIVE gauge\n",
            lambda n: f'DCGM_FI_PROF_GR_ENGINE_ACTIVE{{gpu="{n % 8}",UUID="GPU-{n % 8}",Hostname="node1"}} {value(n) / 2:.4f} '
            f"{1_700_000_000_000 + n // 8 * 1000}\n",
        )
    case "vllm":
        with open("Tests/ImportingTests/Samples/vllm-bench/detailed.json") as file:
            result = json.load(file)
        # As many digits as doubles have, and fewer than the ten million values of one JSON text that are taken.
        count = size // 56
        for key in ["input_lens", "output_lens", "ttfts", "itls", "generated_texts", "errors"]:
            result.pop(key)
        result |= {"num_prompts": count, "completed": count, "failed": 0, "queue_times": [0.0012345678901234567] * count}
        result["latencies"] = [value(number) + 1.2345678901e-9 for number in range(count)]
        with open(path, "w") as file:
            json.dump(result, file)
    case "fio":
        with open("Tests/ImportingTests/Samples/fio/plus.json") as file:
            result = json.load(file)
        job = json.dumps(result["jobs"][0])
        result["jobs"] = []
        head = json.dumps(result)[:-3] + "[\n"
        with open(path, "w", buffering=1 << 20) as file:
            written = file.write(head)
            while written < size:
                written += file.write(job + ",\n")
            file.write(job + "\n]}\n")
    case _:
        sys.exit(f"{form}: no such form")

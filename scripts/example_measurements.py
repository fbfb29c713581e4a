"""Writes the measurements of the examples.

The fintech and healthcare figures are made up, from the distributions below and fixed seeds: they show what a study looks
like and claim nothing about any product. The ten-thousand-gpus figures are public results; their source stands in the
example's README. The files of imported-evidence are made up too, each in the form that its tool writes.
"""

import csv
import datetime
import json
import math
import os
import random


def write(path, header, rows):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def fintech():
    """Step times of one training job on the same two hosts, a boot for each run in ABBA order, eight an arm, 60 steps.

    Bare metal 1.80 s a step; virtual machines 11 % slower. Run to run 0.4 %, step to step 1.5 %, five slow warm-up steps.
    """
    generator = random.Random(20_261)
    order = ["bare-metal", "vm-passthrough", "vm-passthrough", "bare-metal"] * 4
    rows = []
    for index, arm in enumerate(order):
        run_effect = generator.gauss(0, 0.004)
        mean = 1.80 * (1.11 if arm == "vm-passthrough" else 1.0) * math.exp(run_effect)
        started = f"2026-09-{14 + index // 4:02d}T{8 + 2 * (index % 4):02d}:00:00Z"
        for step in range(60):
            warm = 1.6 if step == 0 else 1.05 if step < 5 else 1.0
            value = mean * warm * math.exp(generator.gauss(0, 0.015))
            rows.append(["gpu01", f"boot-{index + 1:02d}", "1", step, f"{value:.4f}", arm, started])
    write(
        "Examples/fintech-training/measurements/step_time.csv",
        ["host", "boot", "run", "step", "value", "arm", "started"],
        rows,
    )

    # Component probes of the same boots: the loss is on the network path, not in the GPU.
    probes = {
        # name: (bare metal, factor in the virtual machine, run to run)
        "allreduce_bus_bandwidth": (372.0, 0.71, 0.008),
        "small_message_latency": (3.4, 1.42, 0.015),
        "gpu_matmul": (712.0, 0.997, 0.002),
        "host_to_device_bandwidth": (55.1, 0.988, 0.003),
    }
    rows = []
    for name, (base, factor, spread) in probes.items():
        for index, arm in enumerate(order):
            run_mean = base * (factor if arm == "vm-passthrough" else 1.0) * math.exp(generator.gauss(0, spread))
            started = f"2026-09-{14 + index // 4:02d}T{8 + 2 * (index % 4):02d}:40:00Z"
            for step in range(10):
                value = run_mean * math.exp(generator.gauss(0, spread))
                rows.append(
                    ["gpu01", f"boot-{index + 1:02d}", "1", step, f"{value:.4g}", arm, started, name]
                )
    write(
        "Examples/fintech-training/measurements/components.csv",
        ["host", "boot", "run", "step", "value", "arm", "started", "probe"],
        rows,
    )


def healthcare():
    """Latency of an inference service at the same offered load, a boot for each run, six an arm, 400 requests after warm-up.

    Bare metal: lognormal, median 31 ms, sigma 0.18; virtual machines 4 % slower with a longer tail.
    """
    generator = random.Random(77_003)
    order = ["bare-metal", "vm-passthrough", "vm-passthrough", "bare-metal"] * 3
    rows = []
    for index, arm in enumerate(order):
        virtual = arm == "vm-passthrough"
        median = 31.0 * (1.04 if virtual else 1.0) * math.exp(generator.gauss(0, 0.006))
        started = f"2026-08-{3 + index // 4:02d}T{9 + index % 4:02d}:00:00Z"
        for step in range(420):
            warm = 1.5 if step < 20 else 1.0
            slow = generator.random() < (0.012 if virtual else 0.008)
            value = median * warm * math.exp(generator.gauss(0, 0.20 if virtual else 0.18)) * (1.7 if slow else 1.0)
            rows.append(["icu01", f"boot-{index + 1:02d}", "1", step, f"{value:.3f}", arm, started])
    write(
        "Examples/healthcare/measurements/request_latency.csv",
        ["host", "boot", "run", "step", "value", "arm", "started"],
        rows,
    )


def ten_thousand():
    """Run-level results of MLPerf Training v3.1, GPT-3 175B, 10,752 H100 GPUs, three runs an arm."""
    figures = {
        ("time_to_train", "bare-metal"): [3.9156, 3.9172, 3.9337],
        ("time_to_train", "vm-passthrough"): [4.0085, 4.0079, 4.0244],
        ("mean_step_time", "bare-metal"): [0.9283, 0.9274, 0.9278],
        ("mean_step_time", "vm-passthrough"): [0.9501, 0.9523, 0.9542],
    }
    hosts = {"bare-metal": "eos-dfw_n1344", "vm-passthrough": "ND_H100_v5_n1344"}
    rows = [
        [hosts[arm], run, 0, value, arm, metric]
        for (metric, arm), values in figures.items()
        for run, value in enumerate(values)
    ]
    write(
        "Examples/ten-thousand-gpus/measurements/runs.csv",
        ["host", "run", "step", "value", "arm", "metric"],
        rows,
    )


def fio_bin(nanoseconds):
    """The middle of the bin that fio counts a latency in: 64 to a factor of two."""
    shift = max(0, nanoseconds.bit_length() - 7)
    return (nanoseconds >> shift << shift) + (1 << shift) // 2


def imported():
    """The files of six tools and a training log, four runs an arm in ABBA order on one host.

    What a virtual machine costs here: reads from storage 9 % (a second mode of late ones), the link to the peer 1 %, all-reduce 6 %,
    copies to the GPU 1 %, wake-ups 2.2 times as long with rare ones of 300 us, requests 5 %, steps of training 7 %.
    """
    generator = random.Random(50_005)
    folder = "Examples/imported-evidence/files"
    os.makedirs(folder, exist_ok=True)
    hours = {"bare-metal": [0, 3, 4, 7], "vm-passthrough": [1, 2, 5, 6]}
    for arm, slots in hours.items():
        virtual = arm == "vm-passthrough"
        for number, slot in enumerate(slots, 1):
            began = datetime.datetime(2026, 10, 5 + slot // 4, 8 + 2 * (slot % 4), tzinfo=datetime.timezone.utc)

            def put(name, text):
                with open(f"{folder}/{name}", "w", newline="") as file:
                    file.write(text)

            def drift(spread):
                return math.exp(generator.gauss(0, spread))

            # fio: 4 KiB at random, one under way, direct.
            middle = 81_000 * (1.07 if virtual else 1) * drift(0.004)
            nanoseconds = [
                int(middle * math.exp(generator.gauss(0, 0.09)) * (3.2 if generator.random() < (0.012 if virtual else 0.002) else 1))
                for _ in range(3000)
            ]
            bins = {}
            for value in sorted(nanoseconds):
                bins[str(fio_bin(value))] = bins.get(str(fio_bin(value)), 0) + 1
            mean = sum(nanoseconds) / len(nanoseconds)
            runtime = round(sum(nanoseconds) / 1e6)
            latency = {
                "min": min(nanoseconds), "max": max(nanoseconds), "mean": round(mean, 6),
                "stddev": round(math.sqrt(sum((v - mean) ** 2 for v in nanoseconds) / (len(nanoseconds) - 1)), 6),
                "N": len(nanoseconds),
            }
            none = {"io_bytes": 0, "bw_bytes": 0, "iops": 0.0, "runtime": 0, "total_ios": 0, "lat_ns": {"min": 0, "max": 0, "mean": 0.0, "stddev": 0.0, "N": 0}}
            read = {
                "io_bytes": 4096 * len(nanoseconds), "bw_bytes": int(4096 * len(nanoseconds) * 1000 / runtime),
                "iops": round(len(nanoseconds) * 1000 / runtime, 6), "runtime": runtime, "total_ios": len(nanoseconds),
                "clat_ns": {**latency, "bins": bins}, "lat_ns": latency,
            }
            job = {
                "jobname": "read4k", "groupid": 0, "error": 0, "elapsed": 1,
                "job options": {"name": "read4k", "rw": "randread", "bs": "4k", "size": "8g", "direct": "1", "ioengine": "libaio", "iodepth": "1"},
                "read": read, "write": none, "trim": none, "sync": {"total_ios": 0, "lat_ns": none["lat_ns"]},
            }
            seconds = int(began.timestamp())
            put(
                f"fio-{arm}-{number}.json",
                json.dumps(
                    {"fio version": "fio-3.33", "timestamp": seconds, "timestamp_ms": seconds * 1000, "time": began.strftime("%a %b %e %H:%M:%S %Y"), "jobs": [job]},
                    indent=1,
                )
                + "\n",
            )

            # iperf3: one stream of ten intervals of a second.
            rate = 93.1e9 / (1.01 if virtual else 1) * drift(0.002)
            intervals, total = [], 0
            for place in range(10):
                octets = int(rate * drift(0.003) / 8 / 131_072) * 131_072
                total += octets
                row = {
                    "start": place, "end": place + 1, "seconds": 1, "bytes": octets, "bits_per_second": octets * 8.0,
                    "retransmits": 0, "omitted": False, "sender": True,
                }
                intervals.append({"streams": [{"socket": 5, **row}], "sum": row})
            ends = {"start": 0, "end": 10, "seconds": 10, "bytes": total, "bits_per_second": total * 0.8}
            put(
                f"iperf3-{arm}-{number}.json",
                json.dumps(
                    {
                        "start": {
                            "connected": [], "version": "iperf 3.12", "system_info": "Linux",
                            "timestamp": {"time": began.strftime("%a, %d %b %Y %H:%M:%S GMT"), "timesecs": seconds},
                            "tcp_mss_default": 8948,
                            "test_start": {"protocol": "TCP", "num_streams": 1, "blksize": 131_072, "omit": 0, "duration": 10, "bytes": 0, "blocks": 0, "reverse": 0, "tos": 0},
                        },
                        "intervals": intervals,
                        "end": {
                            "sum_sent": {**ends, "retransmits": 0, "sender": True}, "sum_received": {**ends, "sender": True},
                            "cpu_utilization_percent": {
                                key: round(value * drift(0.02), 4)
                                for key, value in [("host_total", 61 if virtual else 48), ("host_user", 2.0), ("host_system", 59 if virtual else 46), ("remote_total", 52.0), ("remote_user", 2.5), ("remote_system", 49.5)]
                            },
                            "sender_tcp_congestion": "cubic",
                        },
                    },
                    indent=1,
                )
                + "\n",
            )

            # nccl-tests: all-reduce over two hosts of eight.
            lines = [
                "# nccl-tests version 2.17.6 nccl-headers=22809 nccl-library=22809",
                "# Collective test starting: all_reduce_perf",
                "# nThread 1 nGpus 1 minBytes 65536 maxBytes 1073741824 step: 128(factor) warmup iters: 5 iters: 100 agg iters: 1 validation: 1 graph: 0",
                "#",
                "# Using devices",
            ]
            lines += [
                f"#  Rank {rank:2d} Group  0 Pid {4100 + rank:6d} on gpu{7 + rank // 8:02d} device {rank % 8:2d} [0000:{0x18 + 16 * (rank % 8):02x}:00] NVIDIA H100 80GB HBM3"
                for rank in range(16)
            ]
            lines += [
                "#",
                "#                                                              out-of-place                       in-place          ",
                "#       size         count      type   redop    root     time   algbw   busbw  #wrong     time   algbw   busbw  #wrong ",
                "#        (B)    (elements)                               (us)  (GB/s)  (GB/s)             (us)  (GB/s)  (GB/s)         ",
            ]
            busses = []
            for size, time, factor in [(65_536, 52.0, 1.18), (8_388_608, 148.0, 1.09), (1_073_741_824, 5_430.0, 1.06)]:
                cells = []
                for _ in range(2):
                    took = time * (factor if virtual else 1) * drift(0.004)
                    speed = size / took / 1e3
                    busses.append(speed * 30 / 16)
                    cells.append(f"{took:8.2f} {speed:7.2f} {speed * 30 / 16:7.2f}       0")
                lines.append(f"{size:12d} {size // 4:13d}     float     sum      -1 {cells[0]} {cells[1]}")
            lines += ["# Out of bounds values : 0 OK", f"# Avg bus bandwidth    : {sum(busses) / len(busses):.3f} ", "#", "# Collective test concluded: all_reduce_perf", ""]
            put(f"nccl-{arm}-{number}.txt", "\n".join(lines))

            # nvbandwidth: copies between host and the eight GPUs.
            cases = []
            for name, words, level in [("host_to_device_memcpy_ce", "memcpy CE CPU(row) -> GPU(column) bandwidth (GB/s)", 55.4), ("device_to_host_memcpy_ce", "memcpy CE CPU(row) <- GPU(column) bandwidth (GB/s)", 54.6)]:
                row = [f"{level / (1.012 if virtual else 1) * drift(0.002):.2f}" for _ in range(8)]
                cases.append({"bandwidth_description": words, "bandwidth_matrix": [row], "name": name, "status": "Passed", "sum": round(sum(map(float, row)), 2)})
            put(
                f"nvbandwidth-{arm}-{number}.json",
                json.dumps(
                    {
                        "nvbandwidth": {
                            "CUDA Runtime Version": 12080, "Driver Version": "580.95.05",
                            "GPU Device list": [f"{gpu}: NVIDIA H100 80GB HBM3 (00000000:{0x18 + 16 * gpu:02x}:00): (gpu07)" for gpu in range(8)],
                            "Hostname": "gpu07", "git_version": "v0.8", "testcases": cases, "version": "v0.8",
                        }
                    },
                    indent=1,
                )
                + "\n",
            )

            # cyclictest: wake-ups of two threads in bins of a microsecond.
            threads = {}
            for thread in range(2):
                level = (4.6 if virtual else 2.1) * drift(0.02)
                waits = [
                    int(level * math.exp(generator.gauss(0, 0.35))) + (int(generator.expovariate(1 / 90)) if generator.random() < (0.002 if virtual else 0.0001) else 0)
                    for _ in range(20_000)
                ]
                histogram = {str(value): waits.count(value) for value in sorted(set(waits)) if value < 1000}
                threads[str(thread)] = {
                    "histogram": histogram, "cycles": len(waits), "min": min(waits), "max": max(waits),
                    "avg": round(sum(waits) / len(waits), 2), "cpu": thread, "node": 0,
                }
            put(
                f"cyclictest-{arm}-{number}.json",
                json.dumps(
                    {
                        "file_version": 1, "cmdline:": "cyclictest -q -m -a -t2 -p 90 -i 1000 -l 20000 -h 1000 --json=run.json", "rt_test_version:": "2.40",
                        "start_time": began.strftime("%a, %d %b %Y %H:%M:%S +0000"), "end_time": (began + datetime.timedelta(seconds=20)).strftime("%a, %d %b %Y %H:%M:%S +0000"),
                        "return_code": 0,
                        "sysinfo": {"sysname": "Linux", "nodename": "gpu07", "release": "6.1.0-38-amd64", "version": "#1 SMP PREEMPT_DYNAMIC", "machine": "x86_64", "realtime": 0},
                        "num_threads": 2, "resolution_in_ns": 0, "thread": threads,
                    },
                    indent=1,
                )
                + "\n",
            )

            # vLLM: 400 requests at 6 a second; even without details the file keeps latencies and the waits before sending.
            level = 1.62 * (1.05 if virtual else 1) * drift(0.005)
            latencies = [round(level * math.exp(generator.gauss(0, 0.16)), 6) for _ in range(400)]
            took = round(400 / 6 * drift(0.01), 2)
            put(
                f"vllm-{arm}-{number}.json",
                json.dumps(
                    {
                        "date": began.strftime("%Y%m%d-%H%M%S"), "endpoint_type": "openai-comp", "backend": "vllm", "label": None, "model_id": "example/model-8b",
                        "tokenizer_id": "example/model-8b", "num_prompts": 400, "request_rate": 6.0, "burstiness": 1.0, "max_concurrency": None, "duration": took,
                        "completed": 400, "failed": 0, "total_input_tokens": 204_800, "total_output_tokens": 51_200, "request_throughput": round(400 / took, 4),
                        "output_throughput": round(51_200 / took, 4), "total_token_throughput": round(256_000 / took, 4), "latencies": latencies,
                        "queue_times": [round(generator.expovariate(1 / 0.0006), 6) for _ in latencies],
                        "mean_e2el_ms": round(1000 * sum(latencies) / 400, 4),
                    }
                )
                + "\n",
            )

            # A training log in the style of Megatron-LM, every step.
            level = 742.0 * (1.07 if virtual else 1) * drift(0.004)
            steps = []
            for step in range(1, 81):
                took = level * (1.4 if step == 1 else 1.03 if step < 5 else 1) * math.exp(generator.gauss(0, 0.012))
                began += datetime.timedelta(milliseconds=took)
                steps.append(
                    f" [{began:%Y-%m-%d %H:%M:%S}] iteration {step:8d}/      80 | consumed samples: {step * 256:12d} | elapsed time per iteration (ms): {took:.1f} | "
                    f"learning rate: 1.500000E-05 | global batch size:   256 | number of nan iterations:   0 |"
                )
            put(f"training-{arm}-{number}.log", "\n".join(steps) + "\n")


fintech()
healthcare()
imported()
ten_thousand()

"""Writes the measurements of the examples.

The fintech and healthcare figures are made up, from the distributions below and fixed seeds: they show what a study looks
like and claim nothing about any product. The ten-thousand-gpus figures are public results; their source stands in the
example's README.
"""

import csv
import math
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


fintech()
healthcare()
ten_thousand()

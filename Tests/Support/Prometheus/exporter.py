"""Serves metrics as DCGM's exporter and kube-state-metrics do, and notes each scrape, so that a test knows what was told.

Usage: exporter.py PORT NOTES

A line of NOTES is: unix seconds, path, then name=value pairs of what was served. While a file NOTES.down is there, every
scrape is refused, as by an exporter that is gone.
"""

import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

port, notes = int(sys.argv[1]), sys.argv[2]
began = int(time.time())
counts = {}
lock = threading.Lock()


def note(path, values):
    with open(notes, "a") as file:
        pairs = " ".join(f"{name}={value}" for name, value in values.items())
        file.write(f"{time.time():.3f} {path} {pairs}\n")


def dcgm(n):
    """Two GPUs: one whole, held by a pod for the first half of every ten scrapes; one in two instances."""
    whole = [0.0, 0.5, 1.0, 0.25][n % 4]
    two, one = [0.6, 0.2][n % 2], [0.9, 0.0, 0.03][n % 3]
    labels = 'gpu="0",UUID="GPU-aaaa",device="nvidia0",modelName="NVIDIA H100 80GB HBM3",Hostname="node1"'
    pod = ',pod="train-0",namespace="research",container="main"' if n % 10 < 5 else ',pod="",namespace="",container=""'
    sliced = 'gpu="1",UUID="GPU-bbbb",device="nvidia1",modelName="NVIDIA A100-SXM4-40GB",Hostname="node1"'
    text = "# HELP DCGM_FI_PROF_GR_ENGINE_ACTIVE Ratio of time the graphics engine is active.\n"
    text += "# TYPE DCGM_FI_PROF_GR_ENGINE_ACTIVE gauge\n"
    text += f"DCGM_FI_PROF_GR_ENGINE_ACTIVE{{{labels}{pod}}} {whole:f}\n"
    for profile, number, value in [("2g.10gb", 3, two), ("1g.5gb", 9, one)]:
        text += f'DCGM_FI_PROF_GR_ENGINE_ACTIVE{{{sliced},GPU_I_PROFILE="{profile}",GPU_I_ID="{number}"}} {value:f}\n'
    text += "# TYPE DCGM_FI_DEV_GPU_UTIL gauge\n"
    text += f"DCGM_FI_DEV_GPU_UTIL{{{labels}{pod}}} {int(whole * 100)}\n"
    text += "# TYPE DCGM_FI_DEV_FB_USED gauge\n"
    text += f"DCGM_FI_DEV_FB_USED{{{labels}{pod}}} {1000 + 100 * (n % 5)}\n"
    note("dcgm", {"n": n, "whole": whole, "two": two, "one": one, "held": int(n % 10 < 5)})
    return text


def old(n):
    """The first releases: lower case, per cent, other labels."""
    busy = [80, 0, 40][n % 3]
    note("old", {"n": n, "busy": busy})
    return f'dcgm_gpu_utilization{{gpu="0",uuid="GPU-cccc"}} {busy}\ndcgm_fb_used{{gpu="0",uuid="GPU-cccc"}} 2048\n'


def pods(n):
    """Three pods: one that has ended, one that runs, one that is deleted after five scrapes; and one without GPUs."""
    text = ""
    for name, resource, amount, start, end in [
        ("done", "nvidia_com_gpu", 4, began - 7200, began - 3600),
        ("runs", "nvidia_com_mig_1g_10gb", 1, began - 600, None),
        ("gone", "nvidia_com_gpu", 1, began - 300, None),
    ]:
        if name == "gone" and n >= 5:
            continue
        who = f'namespace="research",pod="{name}",uid="uid-{name}"'
        request = "kube_pod_container_resource_requests"
        text += f'{request}{{{who},container="main",node="node1",resource="{resource}",unit="integer"}} {amount}\n'
        text += f'{request}{{{who},container="main",node="node1",resource="cpu",unit="core"}} 6\n'
        text += f'{request}{{{who},container="main",node="node1",resource="memory",unit="byte"}} 34359738368\n'
        text += f"kube_pod_created{{{who}}} {start - 30}\nkube_pod_start_time{{{who}}} {start}\n"
        if end:
            text += f"kube_pod_completion_time{{{who}}} {end}\n"
        for phase in ["Pending", "Running", "Succeeded", "Failed", "Unknown"]:
            on = phase == ("Succeeded" if end else "Running")
            text += f'kube_pod_status_phase{{{who},phase="{phase}"}} {int(on)}\n'
        text += f'kube_pod_info{{{who},node="node1",created_by_kind="Job",created_by_name="job-{name}"}} 1\n'
    text += 'kube_pod_container_resource_requests{namespace="web",pod="page",uid="uid-page",container="c",resource="cpu"} 1\n'
    text += f'kube_pod_start_time{{namespace="web",pod="page",uid="uid-page"}} {began - 9000}\n'
    note("pods", {"n": n, "began": began})
    return text


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.strip("/").split("?")[0]
        serve = {"dcgm": dcgm, "old": old, "pods": pods}.get(path)
        if serve is None or os.path.exists(notes + ".down"):
            self.send_error(404 if serve is None else 503)
            return
        with lock:
            number = counts.get(path, 0)
            counts[path] = number + 1
            body = serve(number).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()

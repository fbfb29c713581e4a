#!/usr/bin/env python3
"""Writes models/*.gpu, the fake's data, from the GPU catalogue; with --check only says whether they agree.

    models-from-catalogue.py [--check] CATALOGUE.json MODELS_FOLDER
"""
import json
import pathlib
import sys

ARCHITECTURES = {"Volta": 5, "Turing": 6, "Ampere": 7, "Ada": 8, "Ada Lovelace": 8, "Hopper": 9, "Blackwell": 10}


def value(gpu, key, default=None):
    fact = gpu.get(key)
    return fact["value"] if isinstance(fact, dict) else default


def geometry(gpu, by_id):
    mig = gpu.get("mig")
    while mig is None and "mig_same_as" in gpu:
        gpu = by_id[gpu["mig_same_as"]["value"]]
        mig = gpu.get("mig")
    return mig


def model(gpu, by_id):
    """The lines for one GPU, None where the catalogue does not know all of its MIG geometry."""
    lines = [f"# {gpu['name']}: written by models-from-catalogue.py, do not edit."]
    lines.append(f"name {(gpu.get('nvml_names') or [gpu['name']])[0]}")
    lines.append(f"architecture {ARCHITECTURES.get(value(gpu, 'architecture', ''), 0)}")
    lines.append("capability " + value(gpu, "compute_capability", "0.0").replace(".", " "))
    lines.append(f"device 0x{(value(gpu, 'pci_device_ids') or ['0000'])[0].lower()}10de")
    lines.append(f"memory_mib {value(gpu, 'memory_mib', value(gpu, 'memory_gb', 0) * 1024)}")
    lines.append(f"power_mw {value(gpu, 'tdp_w', 300) * 1000}")
    mig = geometry(gpu, by_id)
    if mig:
        if "memory_slices" not in mig or "compute_slices" not in mig:
            return None
        lines.append(
            f"slices memory={mig['memory_slices']['value']} compute={mig['compute_slices']['value']}"
            f" instances={mig['max_instances']['value']}")
        for p in mig["profiles"]:
            # What no source states is not made up: such a GPU is not in the fake.
            if any(p.get(key) is None for key in ("gi_profile_id", "placements", "memory_mib", "sm_count")):
                return None
            e = p["engines"]
            lines.append(
                f"profile nvml={p['nvml_profile']} id={p['gi_profile_id']} name={p['name']}"
                f" slices={p['compute_slices']} max={p['max_instances']} sm={p['sm_count']}"
                f" memory_mib={p['memory_mib']} ce={e.get('copy', 0)} dec={e.get('decoder', 0)}"
                f" enc={e.get('encoder', 0)} jpg={e.get('jpeg', 0)} ofa={e.get('ofa', 0)}"
                f" flags={','.join(p['flags']) or '-'} size={p['placements']['size']}"
                f" starts={','.join(str(s) for s in p['placements']['starts'])}")
    return "\n".join(lines) + "\n"


def main(arguments):
    check = arguments[:1] == ["--check"]
    catalogue, folder = (arguments[1:] if check else arguments)[:2]
    gpus = json.loads(pathlib.Path(catalogue).read_text())["gpus"]
    by_id = {gpu["id"]: gpu for gpu in gpus}
    differing = []
    for gpu in gpus:
        path = pathlib.Path(folder) / f"{gpu['id']}.gpu"
        text = model(gpu, by_id)
        if text is None:
            continue
        if check:
            if not path.exists() or path.read_text() != text:
                differing.append(path.name)
        else:
            path.write_text(text)
    if differing:
        print("not what the catalogue says: " + ", ".join(differing))
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

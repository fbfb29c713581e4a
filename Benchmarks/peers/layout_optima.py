"""Fewest GPUs for random demands of MIG instances, by OR-tools' CP-SAT: known answers for the planner's test.

    python3 Benchmarks/peers/layout_optima.py > Tests/SchedulingTests/Layouts/Optima/optima.csv
    python3 Benchmarks/peers/layout_optima.py SEED COUNT    # as many others, half of them of estates with two models

Needs ortools from PyPI. Patterns are enumerated here from the catalogue's placements, not taken from the planner: every
set of instances that fits one GPU, reduced to those that no other contains. The program over them is whole: one variable
a pattern, one row a profile. Solved to proven optimality or not written.
"""
import json
import pathlib
import random
import sys

from ortools.sat.python import cp_model

CATALOGUE = pathlib.Path(__file__).parents[2] / "Sources/Estate/Catalogue/gpus.json"


def patterns(mig, names):
    """Every multiset of the named profiles that fits one GPU and is contained in no other."""
    profiles = [p for p in mig["profiles"] if p["name"] in names]
    compute = mig["compute_slices"]["value"]
    most = mig["max_instances"]["value"]
    found = set()

    def media(one, other):
        for a, b in ((one, other), (other, one)):
            if "me.all" in a["flags"]:
                return "no-me" in b["flags"]
        return not ("me" in one["flags"] and "me" in other["flags"])

    def walk(index, mask, chosen, used):
        found.add(tuple(sorted(p["name"] for p in chosen)))
        for position in range(index, len(placements)):
            profile, start, bits = placements[position]
            if mask & bits or used + profile["compute_slices"] > compute or len(chosen) >= most:
                continue
            if sum(p is profile for p in chosen) >= profile["max_instances"]:
                continue
            if not all(media(p, profile) for p in chosen):
                continue
            walk(position + 1, mask | bits, chosen + [profile], used + profile["compute_slices"])

    placements = [
        (p, s, ((1 << p["placements"]["size"]) - 1) << s) for p in profiles for s in p["placements"]["starts"]
    ]
    walk(0, 0, [], 0)
    # Sorted, so that a seed draws the same demands each time: a set of strings has another order in every process.
    counts = sorted(tuple(m.count(n) for n in names) for m in found)
    return [a for a in counts if not any(a != b and all(x <= y for x, y in zip(a, b)) for b in counts)]


def optimum(columns, demand):
    """The least number of columns that cover the demand."""
    return least([(columns, sum(demand))], [demand])


def least(models, demand):
    """The least number of GPUs, of several models each with patterns and a supply; None where no number suffices.

    A row is a list with what is wanted by position in each model's patterns; None where the model cannot serve it.
    """
    model = cp_model.CpModel()
    taken = []
    for columns, supply in models:
        taken.append([model.new_int_var(0, supply, "") for _ in columns])
        model.add(sum(taken[-1]) <= supply)
    if len(models) == 1:
        rows = [([row], wanted) for row, wanted in enumerate(demand[0])]
    else:
        rows = demand
    # Who is served where: an instance serves one row, also where several rows want its profile.
    served = {}
    for places, wanted in rows:
        shares = []
        for index, place in enumerate(places):
            if place is None:
                continue
            shares.append(model.new_int_var(0, wanted, ""))
            served.setdefault((index, place), []).append(shares[-1])
        model.add(sum(shares) == wanted)
    for (index, place), shares in served.items():
        columns, _ = models[index]
        model.add(sum(column[place] * x for column, x in zip(columns, taken[index])) >= sum(shares))
    model.minimize(sum(x for counts in taken for x in counts))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = 60
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return None
    if status != cp_model.OPTIMAL:
        sys.exit(f"not proven: {demand}")
    return round(solver.objective_value)


def demand_of(draw, columns, names, size):
    """A demand that some GPUs hold, filled or with room."""
    is_full = draw.random() < 0.5
    demand = [0] * len(names)
    for _ in range(draw.randint(1, size)):
        for row, count in enumerate(draw.choice(columns)):
            demand[row] += count if is_full else draw.randint(0, count)
    return demand


def fresh(known, seed, count):
    """Estates of one or two models with demands of 1 to 60 GPUs: `gpu:supply …,profile[@gpu]=count …,gpus`."""
    draw = random.Random(seed)
    cache = {}

    def columns_of(gpu, names):
        if (gpu, names) not in cache:
            cache[gpu, names] = patterns(known[gpu], names)
        return cache[gpu, names]

    print("estate,demand,gpus")
    written = 0
    while written < count:
        gpus = draw.sample(sorted(known), 2 if written % 2 else 1)
        # (name, only on this model) -> wanted
        wanted = {}
        for gpu in gpus:
            every = [p["name"] for p in known[gpu]["profiles"]]
            plain = [p["name"] for p in known[gpu]["profiles"] if not p["flags"]]
            pool = plain if draw.random() < 0.7 else every
            names = tuple(sorted(draw.sample(pool, draw.randint(1, min(len(pool), 5))), key=every.index))
            only = len(gpus) == 2 and draw.random() < 0.3
            size = draw.choice([2, 3, 5, 12, 30])
            for name, n in zip(names, demand_of(draw, columns_of(gpu, names), names, size)):
                if n:
                    key = (name, gpu if only else None)
                    wanted[key] = wanted.get(key, 0) + n
        if not wanted:
            continue
        # Every name is one that some model has exactly, so only such models serve it.
        has = {gpu: {p["name"] for p in known[gpu]["profiles"]} for gpu in gpus}
        on = {gpu: tuple(sorted({n for n, only in wanted if n in has[gpu] and only in (None, gpu)})) for gpu in gpus}
        rows = [
            ([on[gpu].index(n) if n in on[gpu] and only in (None, gpu) else None for gpu in gpus], count)
            for (n, only), count in wanted.items()
        ]
        supplies = [draw.choice([200, 200, draw.randint(1, 40)]) for _ in gpus]
        if len(gpus) == 1:
            rows = [[0] * len(on[gpus[0]])]
            for (n, _), c in wanted.items():
                rows[0][on[gpus[0]].index(n)] += c
        result = least([(columns_of(g, on[g]) if on[g] else [], s) for g, s in zip(gpus, supplies)], rows)
        if result is None:
            continue
        estate = " ".join(f"{g}:{s}" for g, s in zip(gpus, supplies))
        text = " ".join(f"{n}{'@' + only if only else ''}={c}" for (n, only), c in wanted.items())
        print(f"{estate},{text},{result}")
        written += 1


def main():
    catalogue = json.loads(CATALOGUE.read_text())
    known = {
        g["id"]: g["mig"]
        for g in catalogue["gpus"]
        if "compute_slices" in g.get("mig", {}) and all("placements" in p for p in g["mig"]["profiles"])
    }
    if len(sys.argv) == 3:
        return fresh(known, int(sys.argv[1]), int(sys.argv[2]))
    draw = random.Random(2026)
    cache = {}
    print("gpu,demand,gpus")
    written = 0
    while written < 1000:
        gpu = draw.choice(sorted(known))
        mig = known[gpu]
        every = [p["name"] for p in mig["profiles"]]
        plain = [p["name"] for p in mig["profiles"] if not p["flags"]]
        pool = plain if draw.random() < 0.7 else every
        names = sorted(draw.sample(pool, draw.randint(1, min(len(pool), 7))), key=every.index)
        key = (gpu, tuple(names))
        if key not in cache:
            cache[key] = patterns(mig, names)
        columns = cache[key]
        # Sizes from one GPU to 200, small ones as often as large ones: rounding bites where demand is small.
        size = draw.choice([2, 3, 5, 8, 12, 20, 40, 80, 140, 200])
        demand = demand_of(draw, columns, names, size)
        if not any(demand):
            continue
        gpus = optimum(columns, demand)
        if gpus > 200:
            continue
        print(f"{gpu},{' '.join(f'{n}={c}' for n, c in zip(names, demand) if c)},{gpus}")
        written += 1


main()

#!/usr/bin/env python3
"""Writes 200 small components with their exact optima: the fixture of `tests/it/small_components.rs`.

usage: small_components.py tests/it/data/small_components.json

Two to twelve columns, three to five rows each; an edge wherever row and column are near (half of them) or at random; lots
of 5, 10 or 20 % of a column, a row's own now and then; 0, 20 or 40 % whole columns; partners without limit, at most
4 or 3; supply of 0.8, 1 or 1.3 of demand; half of them with groups of rows that may give less than their rows have.
Only connected ones. The optimum is HiGHS's, proven to less than one unit of value (all numbers are small enough for its
floating point), and its flow is checked in whole units.
"""
import json, random, sys, time
from limits import Instance, highs, value_of

COUNT = 200


def component(index):
    dice = random.Random(f"small component {index}")
    count = 2 + index % 11
    rows = count * dice.randint(3, 5)
    lot, supply = dice.choice((5, 10, 20)), dice.choice((80, 100, 130))
    whole = dice.choice((0, 0, 20, 40))
    partners = dice.choice((None, None, 4, 3))
    place = lambda: (dice.random(), dice.random())
    near = dice.random() < 0.5
    own = [100 + int(900 * dice.random() ** 2) for _ in range(rows)]
    wanted = [500 + int(1500 * dice.random() ** 2) for _ in range(count)]
    scale = sum(own) * 100 / supply / sum(wanted)
    wanted = [max(20, int(units * scale)) for units in wanted]
    row_places, column_places = [place() for _ in own], [place() for _ in wanted]
    edges = []
    for row, (x, y) in enumerate(row_places):
        own_lot = dice.choice((1, 1, 1, 50))
        far = [((x - a) ** 2 + (y - b) ** 2) ** 0.5 for a, b in column_places]
        reached = sorted(range(count), key=lambda c: far[c] if near else dice.random())[:dice.randint(2, 5)]
        for column in sorted(reached):
            value = int(1000 * (0.5 / (1 + 2 * far[column]) + 0.5 * dice.random())) if near else dice.randint(300, 1000)
            least = max(own_lot, wanted[column] * lot // 100, 1)
            if least <= min(own[row], wanted[column]):
                edges.append((row, column, value, least))
    row_group, groups = [], []
    if dice.random() < 0.5:
        row_group = [dice.randrange(max(1, rows // 3)) for _ in own]
        row_group = [sorted(set(row_group)).index(group) for group in row_group]
        sums = [0] * len(set(row_group))
        for group, units in zip(row_group, own):
            sums[group] += units
        groups = [total * dice.choice((70, 85, 100)) // 100 for total in sums]
    instance = Instance(rows=own, columns=wanted, partners=[partners] * count,
                        whole=[dice.randrange(100) < whole for _ in wanted], edges=edges,
                        row_group=row_group, groups=groups)
    # A lot that no group can give is no edge.
    instance.edges = [edge for edge in edges if edge[3] <= instance.most(edge)]
    return instance


def connected(instance):
    parent = {}
    def find(node):
        while parent.setdefault(node, node) != node:
            node = parent[node]
        return node
    for row, column, _, _ in instance.edges:
        parent[find(("row", row))] = find(("column", column))
        if instance.row_group:
            parent[find(("row", row))] = find(("group", instance.row_group[row]))
    nodes = [("column", column) for column in range(len(instance.columns))]
    nodes += [("row", row) for row in {edge[0] for edge in instance.edges}]
    return len({find(node) for node in nodes}) == 1


def main(path):
    found, index, slowest = [], 0, 0.0
    while len(found) < COUNT:
        instance, index = component(index), index + 1
        if not connected(instance):
            continue
        start = time.perf_counter()
        flow, bound = highs(instance, 600, exact=True)
        slowest = max(slowest, time.perf_counter() - start)
        value = value_of(instance, flow)
        assert bound < value + 1, f"component {index}: {value} of {bound}"
        found.append(dict(
            rows=instance.rows, columns=instance.columns, partners=instance.partners[0],
            whole=[column for column, whole in enumerate(instance.whole) if whole],
            row_group=instance.row_group, groups=instance.groups,
            edges=[number for edge in instance.edges for number in edge],
            optimum=value))
        print(index, len(instance.columns), len(instance.edges), value, f"{time.perf_counter() - start:.2f} s", flush=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(one, separators=(",", ":")) for one in found) + "\n]\n")
    print(f"slowest {slowest:.1f} s")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])

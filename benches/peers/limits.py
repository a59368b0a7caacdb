#!/usr/bin/env python3
"""Volumes under lots, partner limits and whole columns by general solvers: HiGHS and OR-Tools' CP-SAT.

usage: limits.py highs|cp-sat SECONDS FILE...      (the files: `cargo bench --bench limits -- write FOLDER`)

Prints a line a file: value, bound, gap = (bound - value) / value, seconds. A solution counts only if it keeps every
limit in whole units, by a check of its own. HiGHS (one thread) has continuous volumes: with what is open settled they are a
network's, hence whole at a vertex. CP-SAT (two workers) has whole ones.
"""
import os, sys, time
from dataclasses import dataclass, field


@dataclass
class Instance:
    """Rows serve columns over edges; edge e carries 0, or `lot[e]` to the least capacity it is under."""
    rows: list                  # capacity of every row
    columns: list               # capacity of every column
    partners: list              # most rows of every column, None for any number
    whole: list                 # columns that take all or nothing
    edges: list                 # (row, column, value of a unit, lot)
    row_group: list = field(default_factory=list)    # the group of every row; none of all if empty
    groups: list = field(default_factory=list)       # capacity of every group

    def most(self, edge):
        row, column, _, _ = edge
        group = [self.groups[self.row_group[row]]] if self.row_group else []
        return min([self.rows[row], self.columns[column]] + group)


def read(path):
    with open(path, encoding="utf-8") as file:
        numbers = [list(map(int, line.split())) for line in file]
    (rows, columns, _), numbers = numbers[0], numbers[1:]
    of_columns = numbers[rows:rows + columns]
    return Instance(
        rows=[capacity for capacity, in numbers[:rows]],
        columns=[capacity for capacity, _, _ in of_columns],
        partners=[most if most >= 0 else None for _, most, _ in of_columns],
        whole=[whole == 1 for _, _, whole in of_columns],
        edges=[tuple(edge) for edge in numbers[rows + columns:]],
    )


def value_of(instance, flow):
    """What a flow is worth, or an error if it breaks a limit."""
    row_sum, column_sum = [0] * len(instance.rows), [0] * len(instance.columns)
    group_sum, partners = [0] * len(instance.groups), [0] * len(instance.columns)
    value = 0
    for edge, units in zip(instance.edges, flow):
        row, column, worth, lot = edge
        assert units == 0 or lot <= units <= instance.most(edge), f"{units} on {edge}"
        row_sum[row] += units
        column_sum[column] += units
        partners[column] += units > 0
        if instance.row_group:
            group_sum[instance.row_group[row]] += units
        value += worth * units
    assert all(used <= capacity for used, capacity in zip(row_sum, instance.rows)), "a row"
    assert all(used <= capacity for used, capacity in zip(group_sum, instance.groups)), "a group"
    for used, capacity, opened, most, whole in zip(
            column_sum, instance.columns, partners, instance.partners, instance.whole):
        assert used <= capacity and (not whole or used in (0, capacity)), "a column"
        assert most is None or opened <= most, "partners"
    return value


def highs(instance, seconds, exact=False):
    """(flow or None, bound). `exact`: values are so small that an absolute gap below 1 proves an optimum."""
    import highspy
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("time_limit", float(seconds))
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("mip_rel_gap", 0.0)
    scale = 1 if exact else 1e6
    if exact:
        solver.setOptionValue("mip_abs_gap", 0.5)
        solver.setOptionValue("mip_feasibility_tolerance", 1e-9)
        solver.setOptionValue("primal_feasibility_tolerance", 1e-9)
    units = [solver.addVariable(0, instance.most(edge), edge[2] / scale) for edge in instance.edges]
    is_open = [solver.addBinary() for _ in instance.edges]
    filled = {column: solver.addBinary() for column, whole in enumerate(instance.whole) if whole}
    by_row, by_column, by_group = {}, {}, {}
    for at, edge in enumerate(instance.edges):
        by_row.setdefault(edge[0], []).append(at)
        by_column.setdefault(edge[1], []).append(at)
        if instance.row_group:
            by_group.setdefault(instance.row_group[edge[0]], []).append(at)
        solver.addConstr(units[at] <= instance.most(edge) * is_open[at])
        solver.addConstr(units[at] >= edge[3] * is_open[at])
    for rows, capacity in ((by_row, instance.rows), (by_group, instance.groups)):
        for at, edges in rows.items():
            solver.addConstr(sum(units[e] for e in edges) <= capacity[at])
    for column, edges in by_column.items():
        total, capacity = sum(units[e] for e in edges), instance.columns[column]
        if column in filled:
            solver.addConstr(total == capacity * filled[column])
        else:
            solver.addConstr(total <= capacity)
        if instance.partners[column] is not None:
            solver.addConstr(sum(is_open[e] for e in edges) <= instance.partners[column])
    solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
    solver.run()
    info = solver.getInfo()
    flow = None
    if info.primal_solution_status == 2:
        solution = solver.getSolution().col_value
        flow = [round(solution[variable.index]) for variable in units]
    return flow, info.mip_dual_bound * scale


def cp_sat(instance, seconds, workers=2):
    """(flow or None, bound)."""
    from ortools.sat.python import cp_model
    model = cp_model.CpModel()
    units, is_open = [], []
    by_row, by_column, by_group = {}, {}, {}
    for at, edge in enumerate(instance.edges):
        most = instance.most(edge)
        units.append(model.new_int_var(0, most, ""))
        is_open.append(model.new_bool_var(""))
        model.add(units[at] <= most * is_open[at])
        model.add(units[at] >= edge[3] * is_open[at])
        by_row.setdefault(edge[0], []).append(at)
        by_column.setdefault(edge[1], []).append(at)
        if instance.row_group:
            by_group.setdefault(instance.row_group[edge[0]], []).append(at)
    for rows, capacity in ((by_row, instance.rows), (by_group, instance.groups)):
        for at, edges in rows.items():
            model.add(sum(units[e] for e in edges) <= capacity[at])
    for column, edges in by_column.items():
        total, capacity = sum(units[e] for e in edges), instance.columns[column]
        if instance.whole[column]:
            model.add(total == capacity * model.new_bool_var(""))
        else:
            model.add(total <= capacity)
        if instance.partners[column] is not None:
            model.add(sum(is_open[e] for e in edges) <= instance.partners[column])
    model.maximize(sum(edge[2] * x for edge, x in zip(instance.edges, units)))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = float(seconds)
    solver.parameters.num_workers = workers
    status = solver.solve(model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return [solver.value(x) for x in units] if found else None, solver.best_objective_bound


def main(peer, seconds, paths):
    solve = {"highs": highs, "cp-sat": cp_sat}[peer]
    for path in paths:
        instance = read(path)
        start = time.perf_counter()
        flow, bound = solve(instance, float(seconds))
        seconds_used = time.perf_counter() - start
        try:
            value = value_of(instance, flow) if flow else 0
        except AssertionError as broken:
            value = f"broken: {broken}"
        gap = f"{(bound - value) / value * 100:.3f} %" if isinstance(value, int) and value > 0 else "-"
        print(f"{os.path.basename(path)} {peer} value {value} bound {bound:.0f} gap {gap} {seconds_used:.1f} s", flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 4 or sys.argv[1] not in ("highs", "cp-sat"):
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], sys.argv[3:])

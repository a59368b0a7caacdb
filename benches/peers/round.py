#!/usr/bin/env python3
"""A whole matching round with polars and OR-Tools, to be timed beside `lienket match`.

usage: round.py MARKET.json CATALOGUE.json ALLOCATION.json      (the catalogue: `lienket catalogue --json`)

The same work by the same rules (src/guide/CONTRACT.md, sections 3 to 5, default policy): products and groups,
substitutes, exclusions, windows, certificates with dates and chained acceptances, distances, prices, lots; the eight
criteria; whole kilograms at greatest score within volumes and capacities. Left out is what synthetic markets do not
have: contracts, limits on partners, all-or-nothing, certified volumes. And of the round: validation, prices that prove
the optimum, its check, reasons, metrics, and the criteria of every allocation in the document.
"""
import datetime, json, math, sys, time
import numpy as np
import polars as pl
from ortools.graph.python import min_cost_flow

WEIGHTS = dict(product=(1, 2), volume=(2, 2), certification=(1, 3), location=(2, 2), price=(3, 2), timing=(1, 1),
               services=(2, 0), relationship=(1, 1))
UNKNOWN, HALF_KM, FULL_MARGIN, BALANCE, EVER = 0.5, 100.0, 0.2, 0.5, 1 << 30
c, when = pl.col, pl.when


def main(market_path, catalogue_path, out_path):
    clock = [("start", time.perf_counter())]
    step = lambda name: clock.append((name, time.perf_counter()))
    with open(market_path, encoding="utf-8") as file:
        market = json.load(file)
    with open(catalogue_path, encoding="utf-8") as file:
        catalogue = json.load(file)
    step("read")
    pairs = candidates(market, catalogue)
    step("candidates and scores")
    objective, allocation = solve(market, pairs)
    step("optimum")
    offers, demands = [o["id"] for o in market["offers"]], [d["id"] for d in market["demands"]]
    rows = sorted((offers[o], demands[d], kg, score) for o, d, kg, score in allocation)
    with open(out_path, "w", encoding="utf-8") as file:
        json.dump([dict(offer=o, demand=d, volume_kg=kg, score=score / 1e6) for o, d, kg, score in rows], file, indent=1)
    step("write")
    seconds = {name: round(now - before, 3) for (_, before), (name, now) in zip(clock, clock[1:])}
    print(json.dumps(dict(candidates=len(pairs), objective=objective, allocations=len(rows), seconds=seconds)))


def day(text):
    return datetime.date.fromisoformat(text).toordinal()


def closure(acceptances, kinds):
    """(held, asked) -> spans of days on which a chain of acceptances of these kinds holds."""
    links = {}
    for a in acceptances:
        if a["kind"] in kinds:
            span = (day(a["from"]) if a.get("from") else -EVER, day(a["until"]) if a.get("until") else EVER)
            links.setdefault(a["holds"], []).append((a["for"], span))

    def walk(at, span, seen):
        yield at, span
        for to, (lo, hi) in links.get(at, []):
            lo, hi = max(lo, span[0]), min(hi, span[1])
            if to not in seen and lo <= hi:
                yield from walk(to, (lo, hi), seen | {to})

    return lambda held, span: walk(held, span, {held})


def holdings(market, catalogue, offer_party, bit):
    """One row for each way in which an offer satisfies a standard: for strict buyers and for open ones."""
    rows = []
    for wide, kinds in ((False, ("legal", "technical")), (True, ("legal", "technical", "market"))):
        follow = closure(catalogue["acceptances"] + market.get("catalogue", {}).get("acceptances", []), kinds)
        for o, (offer, party) in enumerate(zip(market["offers"], offer_party)):
            for held in party.get("certificates", ()):
                products, product, named = held.get("products"), offer["product"], offer.get("certified")
                if held.get("status", "active") != "active" or named is not None and held["standard"] not in named:
                    continue
                if products and not any(product == p or product.startswith(p + "/") for p in products):
                    continue
                span = (day(held["valid_from"]) if "valid_from" in held else -EVER,
                        day(held["valid_until"]) if "valid_until" in held else EVER)
                rows += [(o, wide, 1 << bit[standard], *span) for standard, span in follow(held["standard"], span)]
    return pl.DataFrame(rows, schema=dict(o=pl.Int32, open=pl.Boolean, standard=pl.UInt64, lo=pl.Int32, hi=pl.Int32),
                        orient="row")


def mask(words, bit):
    return sum(1 << bit[word] for word in set(words))


def distances(a, b):
    """Whole metres between points in degrees, by haversine."""
    a, b = np.radians(a), np.radians(b)
    lat, lon = (np.sin((b[None, :, k] - a[:, None, k]) / 2) for k in (0, 1))
    h = lat ** 2 + np.cos(a[:, 0])[:, None] * np.cos(b[:, 0])[None, :] * lon ** 2
    return np.floor(2 * 6371008.8 * np.arcsin(np.sqrt(np.minimum(h, 1))) + 0.5).astype(np.int32)


def candidates(market, catalogue):
    offers, demands = market["offers"], market["demands"]
    coops = {x["id"]: (i, x) for i, x in enumerate(market["cooperatives"])}
    firms = {x["id"]: (i, x) for i, x in enumerate(market["enterprises"])}
    offer_party = [coops[o["cooperative"]][1] for o in offers]
    bit = {s["id"]: i for i, s in enumerate(catalogue["standards"] + market.get("catalogue", {}).get("standards", []))}
    services = {}
    for word in sorted({w for x in offers for w in x.get("seeks", ())} | {w for x in demands for w in x.get("provides", ())}):
        services[word] = len(services)
    points = {p["id"]: (p["lat"], p["lon"]) for p in catalogue["places"] + market.get("catalogue", {}).get("places", [])}
    point = lambda place: points[place] if isinstance(place, str) else (place["lat"], place["lon"])
    spots = lambda entries, party: [point(x.get("place", party(x)["place"])) for x in entries]
    at_o, at_d = spots(offers, lambda x: coops[x["cooperative"]][1]), spots(demands, lambda x: firms[x["enterprise"]][1])
    known_o, known_d = {p: i for i, p in enumerate(dict.fromkeys(at_o))}, {p: i for i, p in enumerate(dict.fromkeys(at_d))}
    metres = distances(np.array(list(known_d)), np.array(list(known_o)))
    as_of = day(market["as_of"])

    def window(entry, key):
        return (day(entry[key]["from"]), day(entry[key]["to"])) if key in entry else (None, None)

    held = holdings(market, catalogue, offer_party, bit)
    any_held = held.group_by("o", "open").agg(held=c("standard").unique().sum())
    any_held = any_held.pivot("open", index="o", values="held").select("o", held_strict="false", held_open="true")
    supply = pl.DataFrame(dict(
        o=np.arange(len(offers), dtype=np.int32), coop=[coops[x["cooperative"]][0] for x in offers],
        product=[x["product"] for x in offers], spot=[known_o[p] for p in at_o], kg_o=[x["volume_kg"] for x in offers],
        lot_o=[x.get("min_lot_kg", 1) for x in offers], ask=[x.get("ask_vnd_per_kg") for x in offers],
        from_o=[window(x, "available")[0] for x in offers], to_o=[window(x, "available")[1] for x in offers],
        seeks=pl.Series([mask(x.get("seeks", ()), services) for x in offers], dtype=pl.UInt64),
    )).join(any_held, on="o", how="left").with_columns(c("held_strict", "held_open").fill_null(0))
    limit = np.array([x.get("max_distance_km", math.inf) for x in demands]) * 1000
    demand = pl.DataFrame(dict(
        d=np.arange(len(demands), dtype=np.int32), firm=[firms[x["enterprise"]][0] for x in demands],
        kg_d=[x["volume_kg"] for x in demands], lot_d=[x.get("min_lot_kg", 1) for x in demands],
        bid=[x.get("bid_vnd_per_kg") for x in demands], from_d=[window(x, "needed")[0] for x in demands],
        to_d=[window(x, "needed")[1] for x in demands], open=[x.get("accepts_market_equivalents", False) for x in demands],
        requires=pl.Series([mask(x.get("requires", ()), bit) for x in demands], dtype=pl.UInt64),
        prefers=pl.Series([mask(x.get("prefers", ()), bit) for x in demands], dtype=pl.UInt64),
        provides=pl.Series([mask(x.get("provides", ()), services) for x in demands], dtype=pl.UInt64),
    ))

    # Each demand with the products it takes, and with the places it reaches.
    below = {}
    for product in dict.fromkeys(x["product"] for x in offers):
        parts = product.split("/")
        for n in range(1, len(parts) + 1):
            below.setdefault("/".join(parts[:n]), []).append(product)
    taken = []
    for d, x in enumerate(demands):
        fits = {}
        for path, fit in [(s["product"], s["fit"]) for s in x.get("substitutes", ())]:
            for product in below.get(path, ()):
                fits[product] = max(fit, fits.get(product, 0.0))
        fits.update((product, 1.0) for product in below.get(x["product"], ()))
        taken += [(d, product, fit) for product, fit in fits.items()]
    taken = pl.DataFrame(taken, schema=dict(d=pl.Int32, product=pl.String, fit=pl.Float64), orient="row")
    spot_d = np.array([known_d[p] for p in at_d])
    near = [np.nonzero(metres[spot_d[k:k + 4096]] <= limit[k:k + 4096, None]) for k in range(0, len(demands), 4096)]
    near_d = np.concatenate([rows + 4096 * k for k, (rows, _) in enumerate(near)])
    near_o = np.concatenate([spots for _, spots in near])
    near = pl.DataFrame(dict(d=near_d.astype(np.int32), spot=near_o, km=metres[spot_d[near_d], near_o] / 1000.0))

    products = pl.Enum(supply["product"].unique().sort())
    excluded = pl.DataFrame([(coops[x["cooperative"]][0], firms[x["enterprise"]][0]) for x in market.get("exclusions", ())],
                            schema=dict(coop=pl.Int64, firm=pl.Int64), orient="row")
    known = pl.DataFrame([(coops[x["cooperative"]][0], firms[x["enterprise"]][0], x["reliability"])
                          for x in market.get("relations", ()) if "reliability" in x],
                         schema=dict(coop=pl.Int64, firm=pl.Int64, reliability=pl.Float64), orient="row")
    any_window = c("from_o").is_not_null() | c("from_d").is_not_null()
    first, last = pl.max_horizontal("from_o", "from_d"), pl.min_horizontal("to_o", "to_d")
    held_any = when("open").then("held_open").otherwise("held_strict")
    pairs = (
        taken.lazy().with_columns(c("product").cast(products)).join(near.lazy(), on="d")
        .join(supply.lazy().with_columns(c("product").cast(products)), on=["product", "spot"])
        .join(demand.lazy(), on="d")
        .filter(~any_window | (first <= last), c("ask").is_null() | c("bid").is_null() | (c("ask") <= c("bid")),
                pl.max_horizontal("lot_o", "lot_d") <= pl.min_horizontal("kg_o", "kg_d"),
                (c("requires") & held_any) == c("requires"))
        .join(excluded.lazy(), on=["coop", "firm"], how="anti").join(known.lazy(), on=["coop", "firm"], how="left")
        .with_columns(first=when(any_window).then(first).otherwise(as_of), last=when(any_window).then(last).otherwise(as_of),
                      likes=c("prefers") & held_any)
        .drop("held_strict", "held_open", "product", "spot", "lot_o", "lot_d", "coop", "firm")
        .collect(engine="streaming").with_row_index("pair")
    )

    # Certificates to the day, only where some are asked for and held at some time.
    def certified(asked):
        some = pairs.lazy().filter(c(asked) != 0).select("pair", "o", "open", "first", "last", asked)
        return (some.join(held.lazy(), on=["o", "open"])
                .filter((c(asked) & c("standard")) != 0, c("lo") <= c("first"), c("last") <= c("hi"))
                .group_by("pair").agg(c("standard").n_unique().alias(f"{asked}_held")).collect(engine="streaming"))

    pairs = (pairs.join(certified("requires"), on="pair", how="left").join(certified("likes"), on="pair", how="left")
             .with_columns(c("requires_held", "likes_held").fill_null(0))
             .filter(c("requires_held") == c("requires").bitwise_count_ones()))
    traded, margin = pl.min_horizontal("kg_o", "kg_d"), (c("bid") - c("ask")).cast(pl.Float64)
    shared = c("last") - c("first") + 1
    share = lambda part, whole: when(whole == 0).then(1.0).otherwise(part / whole)
    price = lambda base: (margin / (c(base) * FULL_MARGIN)).clip(0, 1).fill_null(UNKNOWN)
    timing = lambda side: (shared / (c(f"to_{side}") - c(f"from_{side}") + 1)).fill_null(1.0)
    values = dict(
        product=(c("fit"),) * 2, volume=(traded / c("kg_o"), traded / c("kg_d")),
        certification=(share(c("likes_held"), c("prefers").bitwise_count_ones()),) * 2,
        location=(HALF_KM / (HALF_KM + c("km")),) * 2, price=(price("ask"), price("bid")),
        timing=(timing("o"), timing("d")),
        services=(share((c("seeks") & c("provides")).bitwise_count_ones(), c("seeks").bitwise_count_ones()),) * 2,
        relationship=(c("reliability").fill_null(0.5),) * 2)
    side = lambda k: sum(WEIGHTS[name][k] * value[k] for name, value in values.items()) / sum(w[k] for w in WEIGHTS.values())
    joint = BALANCE * side(0) + (1 - BALANCE) * side(1)
    return pairs.select("o", "d", score=(joint.clip(0, 1) * 1e6 + 0.5).floor().cast(pl.Int64))


def solve(market, pairs):
    offers, demands = market["offers"], market["demands"]
    n, m = len(offers), len(demands)
    supply, wanted = (np.array([x["volume_kg"] for x in entries], dtype=np.int64) for entries in (offers, demands))
    o, d, score = (pairs[name].to_numpy().astype(np.int64) for name in ("o", "d", "score"))
    source, sink, nodes = n + m, n + m + 1, n + m + 2
    tail, head, capacity = [o], [n + d], [np.minimum(supply[o], wanted[d])]

    def add(t, h, kg):
        for to, values in ((tail, t), (head, h), (capacity, kg)):
            to.append(np.asarray(values, dtype=np.int64))

    for entries, party, own, first, into, hub in (
        (offers, "cooperative", "cooperatives", 0, True, source), (demands, "enterprise", "enterprises", n, False, sink)):
        limits = {x["id"]: x["capacity_kg"] for x in market[own] if "capacity_kg" in x}
        node = {name: nodes + k for k, name in enumerate(limits)}
        nodes += len(node)
        own_hub = [node.get(x[party], hub) for x in entries]
        index, volume = np.arange(len(entries)) + first, [x["volume_kg"] for x in entries]
        if into:
            add(own_hub, index, volume)
            add([hub] * len(node), list(node.values()), list(limits.values()))
        else:
            add(index, own_hub, volume)
            add(list(node.values()), [hub] * len(node), list(limits.values()))
    total = int(supply.sum())
    add([source], [sink], [total])
    flow = min_cost_flow.SimpleMinCostFlow()
    tail, head, capacity = (np.concatenate(x) for x in (tail, head, capacity))
    cost = np.zeros(len(tail), dtype=np.int64)
    cost[:len(score)] = -score
    flow.add_arcs_with_capacity_and_unit_cost(tail, head, capacity, cost)
    flow.set_nodes_supplies(np.array([source, sink]), np.array([total, -total]))
    if flow.solve() != flow.OPTIMAL:
        sys.exit("no optimum")
    kg = flow.flows(np.arange(len(score)))
    used = np.nonzero(kg)[0]
    return -flow.optimal_cost(), zip(o[used].tolist(), d[used].tolist(), kg[used].tolist(), score[used].tolist())


if __name__ == "__main__":
    main(*sys.argv[1:])

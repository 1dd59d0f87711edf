"""Golden values for `explain`: inputs and expected answers, from PyTorch float64 and its autograd.

Written from the formulas, not from the Java code: every loss is built as a differentiable
expression and the gradients are autograd's. Writes one JSON case a line.

    python explain_golden.py > jackpot/src/test/resources/io/jackpot/explain/golden.jsonl
"""

import json
import random

import torch

torch.set_default_dtype(torch.float64)

DEFAULTS = {
    "lambda": 1.0, "target": "new", "clipLow": 0.2, "clipHigh": 0.2, "c1": 3.0, "c2": 3.0,
    "topK": 20, "normalizer": "topk", "mask": "bernoulli",
    "actorCorrection": {"type": "truncated", "cap": 2.0},
    "distill": {"coefficient": 0.5, "direction": "forward"},
}


def top_k(logits, k):
    return sorted(range(len(logits)), key=lambda i: (-logits[i], i))[:k]


def correction(spec, ratio):
    kind = spec["type"]
    if kind == "none":
        return torch.ones_like(ratio)
    if kind == "identity":
        return ratio
    if kind == "truncated":
        return ratio.clamp(max=spec["cap"])
    inside = (ratio >= spec["low"]) & (ratio <= spec["high"])
    return torch.where(inside, ratio, torch.zeros_like(ratio))


def ppo(log_new, log_ref, advantage, o):
    ratio = torch.exp(log_new - log_ref)
    if o["clipLow"] is None or o["clipHigh"] is None:
        return ratio, ratio * advantage
    clipped = ratio.clamp(1 - o["clipLow"], 1 + o["clipHigh"])
    return ratio, torch.minimum(ratio * advantage, clipped * advantage)


def explain(case):
    o = {**DEFAULTS, **case.get("options", {})}
    tokens = case["tokens"]
    lam = o["lambda"]

    def logits(key):
        return torch.tensor([t[key] for t in tokens], dtype=torch.float64)

    policy = logits("policy").requires_grad_()
    actor = logits("actor").requires_grad_()
    log = {k: torch.log_softmax(v, -1) for k, v in {
        "inf": logits("inf"), "ref": logits("policyRef"), "new": policy,
        "actor_ref": logits("actorRef"), "actor": actor}.items()}
    action = torch.tensor([t["action"] for t in tokens])
    at = {k: v.gather(-1, action[:, None])[:, 0] for k, v in log.items()}
    advantage = torch.tensor([float(t["advantage"]) for t in tokens])
    u = torch.tensor([float(t.get("u", 0)) for t in tokens])

    with torch.no_grad():
        target = o["target"]
        overlap = torch.minimum(log["inf"].exp(), log[target].exp() / lam)
        z_exact = overlap.sum(-1)
        z_top = torch.stack([
            overlap[i, sorted(set(top_k(t["inf"], o["topK"])) | set(top_k(t["policy"], o["topK"])))]
            .sum() for i, t in enumerate(tokens)])
        r = torch.exp(at[target] - at["inf"])
        alpha = (r / lam).clamp(max=1)
        mask = alpha if o["mask"] == "expected" else (u < alpha).double()
        kappa = mask.mean() / z_top.mean()
        z = {"topk": kappa * z_top, "exact": z_exact,
             "empirical": mask.mean().expand(len(tokens))}[o["normalizer"]]
        w = z * r.clamp(min=lam)
        c1 = float("inf") if o["c1"] is None else o["c1"]
        c2 = float("inf") if o["c2"] is None else o["c2"]
        rho = w.clamp(max=c1) * torch.exp(at["ref"] - at[target]).clamp(max=c2)
        actor_weight = correction(o["actorCorrection"], torch.exp(at["actor_ref"] - at["inf"]))

    ratio, term = ppo(at["new"], at["ref"], advantage, o)
    _, actor_term = ppo(at["actor"], at["actor_ref"], advantage, o)
    policy_loss = -(mask * rho * term).mean()
    actor_loss = -(actor_weight * actor_term).mean()
    teacher = log["new"].detach()
    if o["distill"]["direction"] == "forward":
        divergence = (teacher.exp() * (teacher - log["actor"])).sum(-1)
    else:
        divergence = (log["actor"].exp() * (log["actor"] - teacher)).sum(-1)
    total = policy_loss + actor_loss + o["distill"]["coefficient"] * divergence.mean()
    total.backward()

    columns = {"acceptProbability": alpha, "mask": mask, "zTopK": z_top, "zExact": z_exact, "z": z,
               "obrsWeight": w, "rho": rho, "ratio": ratio, "ppo": term,
               "actorWeight": actor_weight, "actorPpo": actor_term, "distill": divergence}

    def short(x):
        return float(f"{x.item():.13g}")

    return {
        "tokens": [{k: short(v[i]) for k, v in columns.items()} for i in range(len(tokens))],
        "acceptance": short(mask.mean()), "kappa": short(kappa), "policyLoss": short(policy_loss),
        "actorLoss": short(actor_loss), "distillLoss": short(divergence.mean()),
        "totalLoss": short(total),
        "gradPolicy": [[short(x) for x in row] for row in policy.grad],
        "gradActor": [[short(x) for x in row] for row in actor.grad],
    }


def random_tokens(rng, vocabulary, count, spread=1.5, noise=0.6, ties=False):
    def row(base=None):
        digits = 0 if ties else 2
        if base is None:
            return [round(rng.gauss(0, spread), digits) for _ in range(vocabulary)]
        return [round(b + rng.gauss(0, noise), digits) for b in base]

    tokens = []
    for _ in range(count):
        policy_ref = row()
        inf = row(policy_ref)
        tokens.append({"inf": inf, "policyRef": policy_ref, "policy": row(policy_ref),
                       "actorRef": row(inf), "actor": row(inf),
                       "action": rng.randrange(vocabulary),
                       "advantage": round(rng.gauss(0, 1), 2), "u": round(rng.random() * .999, 3)})
    return tokens


def cases():
    rng = random.Random(7)
    sizes = [1, 2, 3, 5, 8, 13]

    def case(options, vocabulary=None, count=4, **how):
        return {"options": options,
                "tokens": random_tokens(rng, vocabulary or rng.choice(sizes[1:]), count, **how)}

    yield {"tokens": random_tokens(rng, 5, 3)}
    for vocabulary in sizes + [50]:
        yield case({"topK": 4}, vocabulary, 3)
    for target in ("ref", "new"):
        for normalizer in ("topk", "exact", "empirical"):
            for mask in ("bernoulli", "expected"):
                yield case({"target": target, "normalizer": normalizer, "mask": mask, "topK": 3,
                            "lambda": round(rng.uniform(0.5, 2), 2)}, 8)
    for f in ({"type": "none"}, {"type": "identity"}, {"type": "truncated", "cap": 1.1},
              {"type": "icepop", "low": 0.5, "high": 1.5}, {"type": "icepop", "low": 0, "high": 5}):
        for direction in ("forward", "reverse"):
            yield case({"actorCorrection": f,
                        "distill": {"coefficient": 0.9, "direction": direction}}, 5, noise=1.0)
    yield case({"clipLow": None, "clipHigh": None}, 8, noise=1.5)
    yield case({"clipLow": 0.1, "clipHigh": 0.28}, 8, 8, noise=1.0)
    yield case({"clipLow": 0.0, "clipHigh": 0.0}, 3)
    yield case({"c1": None, "c2": None}, 8, noise=1.5)
    yield case({"c1": 0.5, "c2": 0.9}, 8, noise=1.0)
    yield case({"c1": None, "c2": 1.2, "target": "ref"}, 8)
    yield case({"lambda": 0.01}, 8)
    yield case({"lambda": 40.0, "mask": "expected"}, 8)
    yield case({"topK": 1}, 8, ties=True)
    yield case({"topK": 3}, 13, ties=True, spread=0.8)
    yield case({"topK": 100}, 5)
    yield case({"distill": {"coefficient": 0, "direction": "forward"}}, 5)
    nothing = case({}, 5)
    for token in nothing["tokens"]:
        token["action"] = max(range(5), key=lambda i: token["inf"][i] - token["policy"][i])
        token["u"] = 0.999
    yield nothing
    yield {**nothing, "options": {"normalizer": "exact"}}
    yield {**nothing, "options": {"normalizer": "empirical"}}
    extreme = case({"c1": 5.0, "distill": {"coefficient": 0.1, "direction": "reverse"}}, 5, 6)
    for i, token in enumerate(extreme["tokens"]):
        for key in ("inf", "policy", "actor", "policyRef", "actorRef"):
            token[key][rng.randrange(5)] += rng.choice((-80, 80))
        token["advantage"] = [0.0, 1.0, -1.0][i % 3]
    yield extreme
    yield {"tokens": extreme["tokens"], "options": {"target": "ref", "mask": "expected"}}
    shifted = case({}, 5)
    for token in shifted["tokens"]:
        token["policy"] = [x + 800 for x in token["policy"]]
    yield shifted
    same = case({"lambda": 1.0}, 5)
    for token in same["tokens"]:
        for key in ("policyRef", "policy", "actorRef", "actor"):
            token[key] = token["inf"]
    yield same


for case in cases():
    print(json.dumps({"input": case, "expected": explain(case)}, separators=(",", ":")))

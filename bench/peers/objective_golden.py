"""Golden values for the joint objective: batches of scalars per token and what follows from them.

Written from the paper (Jackpot, Eqs. 2 to 8) and its formulas, not from the Java code, in PyTorch
float64. The losses are differentiable expressions and the coefficients are autograd's. It covers
what `explain_golden.py` does not reach: baselines, corrections of whole sequences, aggregation,
the watched metrics, and every option beside every other.

    python objective_golden.py > tasks/src/test/resources/io/jackpot/objective/golden.jsonl

A line is {"batch": {...}} or {"options": {...}, "batch": index, "expected": {...}}. Numbers have
the digits that identify a double. Infinities are the strings "Infinity" and "-Infinity"; null
turns a clip or a cap off, and as `actorCorrection` it means that the actor has no loss.

Conventions:
- A token whose weight has a factor 0 (rejected, or p_target = 0) is left out of the loss, even
  where another factor or the PPO term is infinite. 0/0 in p_ref/p_target is 0.
- Toward p_new, a baseline's F(p_new/p_inf) is multiplied by min(p_ref/p_new, c2); F = 1 is not.
- Acceptance, α, Z and κ of a baseline are those that OBRS would have.
- The ratio of a sequence is GSPO-token's (Zheng et al., 2025, Eq. 14): sg[s]·p_new/sg[p_new], with
  s the geometric mean of p_new/p_ref over the sequence; as verl's `compute_policy_loss_gspo`.
- The dual clip is that of Ye et al. (2020, Eq. 5), verl's `clip_ratio_c`: max(PPO, c·A) for A < 0.
- Tokens whose `lossMask` is 0 are in no loss and not in its N, and their weight counts as 0, as with
  TRL's `mask_truncated_completions`. What OBRS says of them (α, Z, κ) stays.
- Divergences from a reference are Schulman's k1, k2 and k3 of log p_new − log p_reference, without
  verl's clamps, or a given value. They and the entropy are averaged as the policy loss is.
- A ratio at a clip bound keeps its gradient. Beyond the bound it has none where the advantage
  would push it further.
"""

import itertools
import json
import math
import random

import torch

torch.set_default_dtype(torch.float64)
INF = float("inf")

LOGS = ("logInf", "logRef", "logNew", "actorLogRef", "actorLogNew", "logReference")
SCALARS = ("advantage", "uniform", "zTopK", "zExact", "divergence", "entropy", "referenceKl")
ZERO_NEW = 3  # the batch in which p_new is 0 for some tokens
ZERO_REF = 4  # the batch in which p_ref is 0 for some tokens, so that p_new/p_ref is infinite


def times(a, b):
    """The product in which 0 wins over infinity."""
    return torch.where((a == 0) | (b == 0), 0.0, a * b)


def correct(spec, log_ratio, sequence):
    """F of a token's ratio, or of its sequence's: their product or geometric mean (Eq. 2)."""
    if spec["type"] == "none":
        return torch.ones_like(log_ratio)
    if spec["level"] != "token":
        same = sequence[:, None] == sequence[None, :]
        log_ratio = torch.where(same, log_ratio[None, :], 0.0).sum(1)
        if spec["level"] == "geometric":
            log_ratio = log_ratio / same.sum(1)
    ratio = log_ratio.exp()
    if spec["type"] == "identity":
        return ratio
    if spec["type"] == "truncated":
        return ratio.clamp(max=spec["cap"])
    return torch.where((spec["low"] <= ratio) & (ratio <= spec["high"]), ratio, 0.0)


def at_cap(spec, log_ratio, sequence):
    """Where the cap of F cuts, or just meets, the ratio."""
    if spec["type"] != "truncated":
        return torch.zeros(len(sequence), dtype=torch.bool)
    return correct(spec, log_ratio, sequence) >= spec["cap"]


def clip_bounds(o):
    if o["clipLow"] is None or o["clipHigh"] is None:
        return -INF, INF
    return 1 - o["clipLow"], 1 + o["clipHigh"]


def policy_ratio(log_new, log_ref, sequence, o):
    """p_new/p_ref of each token, or GSPO-token's of its sequence."""
    own = log_new - log_ref
    if o["ratioLevel"] == "token":
        return torch.exp(own)
    same = sequence[:, None] == sequence[None, :]
    mean = torch.where(same, own.detach()[None, :], 0.0).sum(1) / same.sum(1)
    # A token of p_new = 0 has none of its own, and its sequence's mean is 0 as well.
    ratio = torch.where(log_new == -INF, 0.0, torch.exp(mean + log_new - log_new.detach()))
    return torch.where(mean == -INF, 0.0, ratio)


def ppo(ratio, advantage, o):
    """The clipped term of Eq. 1, bounded by the dual clip, and where each bound stops its gradient.

    This is min(ratio·A, clip(ratio)·A), written by cases: torch.minimum and clamp would halve the
    gradient of a ratio that is exactly at a bound.
    """
    low, high = clip_bounds(o)
    dual = INF if o["dualClip"] is None else o["dualClip"]
    stopped_low = (ratio < low) & (advantage < 0)
    stopped_high = (ratio > high) & (advantage > 0)
    stopped_dual = (ratio > dual) & (advantage < 0)
    bounded = torch.where(stopped_low, low, torch.where(stopped_high, high, ratio))
    bounded = torch.where(stopped_dual, dual, bounded)
    return bounded * advantage, stopped_low, stopped_high, stopped_dual


def loss(share, weight, log_new, log_ref, advantage, sequence, o):
    """−Σ share·weight·PPO over the tokens that have a weight; no gradient reaches the others."""
    kept = times(share, weight) != 0
    ratio = policy_ratio(torch.where(kept, log_new, log_new.detach()), log_ref, sequence, o)
    return -(share[kept] * weight[kept] * ppo(ratio[kept], advantage[kept], o)[0]).sum()


def estimate(log_new, log_reference, given, estimator):
    """KL(p_new ‖ p_reference) of each token."""
    x = log_new - log_reference
    if estimator == "k1":
        return x
    if estimator == "k2":
        return x * x / 2
    if estimator == "k3":
        return torch.exp(-x) - 1 + x
    return given


def evaluate(batch, o):
    b = {k: torch.tensor([float(x) for x in batch[k]]) for k in LOGS + SCALARS}
    sequence = torch.tensor(batch["sequence"])
    tokens = len(sequence)
    lam = o["lambda"]
    c1 = INF if o["c1"] is None else o["c1"]
    c2 = INF if o["c2"] is None else o["c2"]
    log_inf, log_ref, advantage = b["logInf"], b["logRef"], b["advantage"]

    log_target = log_ref if o["target"] == "ref" else b["logNew"]
    r = torch.exp(log_target - log_inf)
    alpha = (r / lam).clamp(max=1)
    accepted = alpha if o["mask"] == "expected" else (b["uniform"] < alpha).double()
    share_accepted = accepted.mean()
    z_mean = b["zTopK"].mean()
    kappa = share_accepted / z_mean if z_mean > 0 else torch.tensor(0.0)
    z = {"topk": kappa * b["zTopK"], "exact": b["zExact"],
         "empirical": share_accepted.expand(tokens)}[o["normalizer"]]
    w = z * r.clamp(min=lam)

    ref_over_target = torch.where(
        log_ref == -INF, 0.0, torch.exp(log_ref - log_target).clamp(max=c2))
    weighting = o["policyWeighting"]
    if weighting["type"] == "obrs":
        mask, rho = accepted, times(w.clamp(max=c1), ref_over_target)
    elif weighting["type"] == "tis-z":
        mask = torch.ones(tokens)
        rho = times((z * r).clamp(max=weighting["cap"]), ref_over_target)
    else:
        mask = torch.ones(tokens)
        rho = correct(weighting["correction"], log_target - log_inf, sequence)
        if o["target"] == "new" and weighting["correction"]["type"] != "none":
            rho = times(rho, ref_over_target)
    loss_mask = torch.tensor(batch["lossMask"], dtype=torch.float64)
    weight = times(loss_mask, times(mask, rho))
    cuts = {"obrs": lambda: w > c1, "tis-z": lambda: z * r > weighting["cap"],
             "corrected": lambda: at_cap(weighting["correction"], log_target - log_inf, sequence)}
    cut = cuts[weighting["type"]]() & (mask > 0) & (loss_mask > 0)

    if o["aggregation"] == "token-mean":
        share = loss_mask / loss_mask.sum()
    else:
        length = (sequence[:, None] == sequence[None, :]).sum(1)
        counted = {s for s, m in zip(batch["sequence"], batch["lossMask"]) if m}
        share = loss_mask / (len(counted) * length)
    share = torch.where(loss_mask > 0, share, 0.0)

    actor = o["actorCorrection"]
    actor_weight = (torch.zeros(tokens) if actor is None
                    else correct(actor, b["actorLogRef"] - log_inf, sequence))

    log_new, actor_log_new, divergence, entropy, given = (
        b[k].clone().requires_grad_()
        for k in ("logNew", "actorLogNew", "divergence", "entropy", "referenceKl"))
    policy_loss = loss(share, weight, log_new, log_ref, advantage, sequence, o)
    actor_loss = loss(
        share, actor_weight, actor_log_new, b["actorLogRef"], advantage, sequence, o)
    distill_loss = (share * divergence).sum()
    entropy_loss = -(share * entropy).sum()
    total = (policy_loss + actor_loss + o["distillCoefficient"] * distill_loss
             + o["entropyCoefficient"] * entropy_loss)
    reference = o["reference"]
    reference_kl = torch.zeros(tokens)
    reference_loss = torch.tensor(0.0)
    if reference is not None:
        reference_kl = estimate(log_new, b["logReference"], given, reference["estimator"])
        counted = share > 0
        reference_loss = (share[counted] * reference_kl[counted]).sum()
        total = total + reference["coefficient"] * reference_loss
    coefficients = torch.autograd.grad(
        total, (log_new, actor_log_new, divergence, entropy, given),
        allow_unused=True, materialize_grads=True)

    ratio = policy_ratio(b["logNew"], log_ref, sequence, o)
    actor_ratio = policy_ratio(b["actorLogNew"], b["actorLogRef"], sequence, o)
    term, stopped_low, stopped_high, stopped_dual = ppo(ratio, advantage, o)
    actor_term, *actor_stopped = ppo(actor_ratio, advantage, o)
    squares = (weight * weight).sum()
    return {
        "acceptProbability": alpha, "mask": mask, "z": z, "obrsWeight": w, "rho": rho,
        "ratio": ratio, "ppo": term, "actorWeight": actor_weight, "actorPpo": actor_term,
        "policyCoefficient": coefficients[0], "actorCoefficient": coefficients[1],
        "distillWeight": coefficients[2], "entropyWeight": coefficients[3],
        "referenceWeight": coefficients[4],
        "acceptance": share_accepted, "kappa": kappa, "policyLoss": policy_loss,
        "actorLoss": actor_loss, "distillLoss": distill_loss, "entropyLoss": entropy_loss,
        "referenceKl": reference_kl.mean(), "referenceKlLoss": reference_loss, "totalLoss": total,
        "nothingAccepted": not bool((weight != 0).any()), "lossTokens": loss_mask.sum(),
        "zMean": z.mean(), "weightMean": weight.mean(), "weightMax": weight.max(),
        "effectiveSampleSize": weight.sum() ** 2 / (tokens * squares) if squares > 0
        else torch.tensor(0.0),
        "weightZeroShare": (weight == 0).double().mean(), "weightCapShare": cut.double().mean(),
        "clipShareLow": stopped_low.double().mean(), "clipShareHigh": stopped_high.double().mean(),
        "dualClipShare": stopped_dual.double().mean(),
        "actorClipShare": sum(actor_stopped).bool().double().mean(),
        "ratioMin": ratio.min(), "ratioMax": ratio.max(),
        "zAboveBound": (z > min(1, 1 / lam) * (1 + 1e-6)).double().mean(),
    }


def random_batch(rng, sequence, noise=0.5):
    """Log-probs around a shared one, as those of related models are."""
    batch = {k: [] for k in LOGS + SCALARS}
    for _ in sequence:
        base = rng.uniform(-4, -1.5)
        for k in LOGS:
            batch[k].append(round(min(base + rng.gauss(0, noise), -0.01), 4))
        z = rng.uniform(0.3, 0.9)
        batch["zExact"].append(round(z, 4))
        batch["zTopK"].append(round(z * rng.uniform(0.8, 1), 4))
        batch["advantage"].append(round(rng.gauss(0, 1), 3))
        batch["uniform"].append(round(rng.random() * .9999, 4))
        batch["divergence"].append(round(rng.expovariate(3), 4))
        batch["entropy"].append(round(rng.expovariate(1), 4))
        batch["referenceKl"].append(round(rng.expovariate(2), 4))
    batch["sequence"] = sequence
    batch["lossMask"] = [1 for _ in sequence]
    return batch


def batches(rng):
    one = random_batch(rng, [0])
    one["uniform"] = [0.01]

    interleaved = random_batch(rng, [0, 3, 0, 7, 3, 3, 0, 7, 3, 7, 0, 3, 3])
    interleaved["logNew"][2] = interleaved["logRef"][2]
    interleaved["logRef"][4] = interleaved["logNew"][4] = interleaved["logInf"][4]
    interleaved["actorLogNew"][5] = interleaved["actorLogRef"][5]
    interleaved["advantage"][6] = 0.0

    sequence = [i for i, n in enumerate((1, 3, 5, 8, 10, 13)) for _ in range(n)]
    forty = random_batch(rng, sequence, noise=0.35)

    zero_new, zero_ref = random_batch(rng, [0, 0, 1, 1, 2]), random_batch(rng, [0, 0, 1, 1, 2])
    for batch, log in ((zero_new, "logNew"), (zero_ref, "logRef")):
        for i, advantage in ((1, 0.9), (3, -0.4)):
            batch[log][i] = -INF
            batch["advantage"][i] = advantage

    nothing = random_batch(rng, [0, 1, 1, 2, 2])
    for i, log in enumerate(nothing["logInf"]):
        nothing["logRef"][i] = round(log - 3 + rng.gauss(0, 0.2), 4)
        nothing["logNew"][i] = round(log - 3 + rng.gauss(0, 0.2), 4)
        nothing["uniform"][i] = 0.999

    no_overlap = random_batch(rng, [4, 4])
    no_overlap["zTopK"] = [0.0, 0.0]
    no_overlap["uniform"] = [0.0, 0.0]

    cut_off = random_batch(rng, [0, 3, 0, 7, 3, 3, 0, 7, 3, 7])
    cut_off["lossMask"] = [0 if s == 3 else 1 for s in cut_off["sequence"]]
    all_cut_off = random_batch(rng, [0, 0, 1])
    all_cut_off["lossMask"] = [0, 0, 0]
    return [one, interleaved, forty, zero_new, zero_ref, nothing, no_overlap, cut_off, all_cut_off]


def corrections():
    return [{"type": "none"}] + [
        {**spec, "level": level}
        for spec in ({"type": "identity"}, {"type": "truncated", "cap": 1.1},
                     {"type": "icepop", "low": 0.6, "high": 1.8})
        for level in ("token", "sequence", "geometric")]


def factors(batch_count):
    """Every option with its values."""
    return {
        "lambda": [0.4, 1.0, 1.6],
        "target": ["ref", "new"],
        "clip": [(0.2, 0.2), (0.1, 0.28), (0.0, 0.0), (None, None), (None, 0.2), (0.2, None)],
        "c1": [None, 3.0, 0.7],
        "c2": [None, 3.0, 0.9],
        "normalizer": ["topk", "exact", "empirical"],
        "mask": ["bernoulli", "expected"],
        "weighting": [{"type": "obrs"}, {"type": "tis-z", "cap": 0.8}]
        + [{"type": "corrected", "correction": c} for c in corrections()],
        "actorCorrection": [None] + corrections(),
        "distillCoefficient": [0.0, 0.5],
        "aggregation": ["token-mean", "sequence-mean"],
        "ratioLevel": ["token", "sequence"],
        "dualClip": [None, 1.15, 3.0],
        "entropyCoefficient": [0.0, 0.01],
        "reference": [None] + [{"coefficient": 0.1, "estimator": k} for k in
                               ("k1", "k2", "k3", "topk", "full")],
        "batch": list(range(batch_count)),
    }


def option_sets(rng, batch_count, how_many):
    """Pairwise-covering rows, chosen greedily, then random ones."""
    values = factors(batch_count)
    names = list(values)

    def draw():
        row = {k: rng.randrange(len(v)) for k, v in values.items()}
        weighting = values["weighting"][row["weighting"]]
        if (row["batch"] == ZERO_REF and weighting["type"] == "corrected"
                and weighting["correction"]["type"] == "none"):
            return draw()  # its loss is infinite
        if (row["batch"] in (ZERO_NEW, ZERO_REF)
                and (values["ratioLevel"][row["ratioLevel"]] == "sequence"
                     or values["reference"][row["reference"]] is not None)):
            return draw()  # a ratio of sequences or a divergence without a value
        return row

    def pairs(row):
        return {(a, row[a], b, row[b]) for a, b in itertools.combinations(names, 2)}

    missing = set().union(*(pairs(draw()) for _ in range(20_000)))
    rows = []
    while missing:
        best = max((draw() for _ in range(300)), key=lambda row: len(pairs(row) & missing))
        if pairs(best) & missing:
            rows.append(best)
            missing -= pairs(best)
    rows += [draw() for _ in range(how_many - len(rows))]
    for row in rows:
        o = {k: values[k][i] for k, i in row.items()}
        o["clipLow"], o["clipHigh"] = o.pop("clip")
        o["policyWeighting"] = o.pop("weighting")
        yield o.pop("batch"), o


def plain(x):
    if isinstance(x, bool) or x is None or isinstance(x, (str, int)):
        return x
    if isinstance(x, torch.Tensor):
        x = x.tolist()
    if isinstance(x, list):
        return [plain(y) for y in x]
    if math.isinf(x):
        return "Infinity" if x > 0 else "-Infinity"
    return x


def main():
    rng = random.Random(11)
    data = batches(rng)
    for batch in data:
        print(json.dumps({"batch": {k: plain(v) for k, v in batch.items()}},
                         separators=(",", ":")))
    for index, options in option_sets(rng, len(data), 120):
        expected = {k: plain(v) for k, v in evaluate(data[index], options).items()}
        print(json.dumps({"options": options, "batch": index, "expected": expected},
                         allow_nan=False, separators=(",", ":")))


if __name__ == "__main__":
    main()

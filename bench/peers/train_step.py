"""The steps of a run against an implementation in PyTorch, in double precision.

    bin/jackpot train … --token-log all --token-log-responses all --out RUN
    python bench/peers/train_step.py RUN [RUN …]

reads what such a run leaves (config.json, metrics.jsonl, tokens.jsonl, the models and optimizers in
token-log) and computes each logged step anew: transformers runs the models in float64, autograd
differentiates the losses through them, and AdamW makes the step to the next models. It is written
from the paper and DESIGN.md, section 2, not from the Java code. From tokens.jsonl it takes only what
was sampled: ids, rewards, uniforms and, of a sampler that rounds, p_inf as it was recorded.

It prints for each run the worst relative difference of each metric over its steps; that of a loss is
relative to the sum of its absolute terms. A metric whose values are all 0 in both is left out. The rows `moments` and `weights` are norms: of the difference
between AdamW's first moments, and between the weights that follow, rounded to float32, over those of
the moments and of the weights' change in PyTorch.
"""

import functools
import json
import math
import pathlib
import sys

import torch
import transformers
from safetensors.torch import load_file

from objective_golden import INF, at_cap, correct, loss, policy_ratio, ppo, times

torch.set_default_dtype(torch.float64)
transformers.utils.logging.disable_progress_bar()


def lines(file):
    return [json.loads(line) for line in file.open()]


class Sampled:
    """A response as it was sampled: the lines of tokens.jsonl from position 0 on."""

    def __init__(self, lines):
        first = lines[0]
        self.problem = first["rollout"], first["problem"]
        self.start = first["startStep"]
        self.prompt, self.reward, self.finished = first["prompt"], first["reward"], first["finished"]
        self.actions = [line["action"] for line in lines]
        self.recorded = [(line.get("topIds"), line.get("topInf"), line["inf"]) for line in lines]
        self.uniforms = [line["u"] for line in lines]
        self.advantage = None


def responses(tokens):
    """The responses of each step, with the advantages of their groups."""
    steps = {}
    for line in tokens:
        step = steps.setdefault(line["step"], [])
        if line["position"] == 0:
            step.append([])
        step[-1].append(line)
    return {step: [Sampled(each) for each in of] for step, of in steps.items()}


def set_advantages(steps, settings):
    groups = {}
    for of in steps.values():
        for response in of:
            groups.setdefault(response.problem, []).append(response)
    for group in groups.values():
        rewards = torch.tensor([response.reward for response in group])
        if len(group) < settings["samplesPerPrompt"]:
            continue  # the other responses belong to a mini-batch that the run did not come to
        centred = rewards - rewards.mean()
        advantages = {
            "grpo": centred / (rewards.std() + 1e-6),
            "dr-grpo": centred,
            "rloo": centred * len(group) / (len(group) - 1),
        }[settings["advantage"]]
        for response, advantage in zip(group, advantages.tolist()):
            response.advantage = 0.0 if rewards.eq(rewards[0]).all() else advantage


class Model:
    def __init__(self, run, step, name, temperature):
        folder = run / "token-log" / f"step-{step:06d}"
        if not folder.exists():
            folder = run / "checkpoints" / f"step-{step:06d}"
        self.folder, self.name, self.temperature = folder, name, temperature
        self.hf = transformers.AutoModelForCausalLM.from_pretrained(
            folder / name, dtype=torch.float64, attn_implementation="eager")

    def log_probs(self, sampled):
        """[response tokens, vocabulary], the responses one after another."""
        ids = [response.prompt + response.actions[:-1] for response in sampled]
        longest = max(map(len, ids))
        # What follows a sequence changes nothing before it, so padding needs no mask.
        logits = self.hf(torch.tensor([i + [0] * (longest - len(i)) for i in ids])).logits
        rows = [logits[n, len(response.prompt) - 1:len(ids[n])] for n, response in enumerate(sampled)]
        return torch.log_softmax(torch.cat(rows) / self.temperature, -1)

    def gradient(self, value):
        """Sets the gradients to those of value, and returns their norm."""
        self.hf.zero_grad()
        value.backward()
        return torch.sqrt(sum((p.grad ** 2).sum() for p in self.hf.parameters() if p.grad is not None))

    def adamw(self, settings, rate, norm):
        """What AdamW makes of weights and first moments, by name."""
        moments = load_file(self.folder / self.name / "optimizer.safetensors")
        updates = json.loads((self.folder / "state.json").read_text())[self.name + "Updates"] + 1
        clip = settings["gradClip"]
        scale = min(1.0, clip / norm) if clip > 0 else 1.0
        b1, b2 = settings["beta1"], settings["beta2"]
        after = {}
        for name, weight in self.hf.named_parameters():
            gradient = scale * weight.grad
            m = b1 * moments["m." + name].double() + (1 - b1) * gradient
            v = b2 * moments["v." + name].double() + (1 - b2) * gradient ** 2
            step = (m / (1 - b1 ** updates)) / ((v / (1 - b2 ** updates)).sqrt() + settings["epsilon"])
            decayed = weight.detach() * (1 - rate * settings["weightDecay"])
            after[name] = decayed - rate * step, m
        return after


def kl(log_p, log_q):
    return torch.where(log_p == -INF, 0.0, log_p.exp() * (log_p - log_q)).sum(-1)


def overlap(p_inf, p_target, lam):
    return torch.minimum(p_inf, p_target / lam)


def top(p, k):
    return torch.zeros_like(p, dtype=torch.bool).scatter_(-1, p.topk(min(k, p.shape[-1])).indices, True)


class Inf:
    """p_inf of some tokens.

    log_probs [tokens, vocabulary]: of a sampler that rounds, those recorded, and at other ids those
    of its model; of one that truncates, the model's renormalised over the ids that it kept.
    """

    def __init__(self, settings, model, sampled):
        self.rounds = settings["actorDtype"] != "f32" or settings["kvDtype"] != "f32"
        self.truncates = (settings["samplingTopP"] < 1 or settings["samplingTopK"] is not None
                          or settings["samplingMinP"] > 0)
        self.log_probs = model.clone()
        self.known = torch.ones_like(model, dtype=torch.bool)
        recorded = [token for response in sampled for token in response.recorded]
        self.of_action = None
        if self.rounds or self.truncates:
            self.known = torch.zeros_like(model, dtype=torch.bool)
            for t, (ids, logs, _) in enumerate(recorded):
                self.known[t, ids] = True
                if self.rounds:
                    self.log_probs[t, ids] = torch.tensor(logs)
        if self.rounds:
            self.of_action = torch.tensor([of_action for _, _, of_action in recorded])
        if self.truncates:
            self.log_probs[~self.known] = -INF
            if not self.rounds:
                self.log_probs = torch.log_softmax(self.log_probs, -1)

    def divergences(self, log_new):
        """KL(p_new‖p_inf), which may be unknown, and KL(p_inf‖p_new)."""
        if self.truncates:
            return None, kl(self.log_probs, log_new)
        if not self.rounds:
            return kl(log_new, self.log_probs), kl(self.log_probs, log_new)
        # Known at the recorded ids, in float32; all others are one event. Σ p·log(p/q) − p + q is the
        # divergence of two distributions, and the rounding of their sums cancels in it.
        def sum_of(p, q):
            log = torch.where(p > -INF, p - q, 0.0)
            return torch.where(p > -INF, p.exp() * (log + torch.expm1(-log)), q.exp()).sum(-1)
        def events(log_p):
            rest = (1 - torch.where(self.known, log_p.exp(), 0.0).sum(-1)).clamp(min=0)
            return torch.cat([torch.where(self.known, log_p, -INF), rest.log()[:, None]], -1)
        p, q = events(log_new), events(self.log_probs)
        both = (p > math.log(1e-6)) & (q > math.log(1e-6))
        both[:, :-1] = True
        p, q = torch.where(both, p, -INF), torch.where(both, q, -INF)
        return sum_of(p, q), sum_of(q, p)


def correction(settings, kind, whose):
    """F as objective_golden takes it."""
    spec = {"type": kind, "level": settings["correctionLevel"]}
    if kind == "truncated":
        spec["cap"] = settings[whose + "Cap"]
    if kind == "icepop":
        spec |= {"low": settings[whose + "Low"], "high": settings[whose + "High"]}
    return spec


def solve(ratios, acceptance):
    """λ for which the mean of min(1, r/λ) is the acceptance (Theorem 3.4)."""
    low, high = 0.0, ratios.mean().item() / acceptance
    for _ in range(200):
        middle = (low + high) / 2
        if (ratios / middle).clamp(max=1).mean() > acceptance:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def number(value):
    return INF if value is None else value


def evaluate(settings, step, sampled, models, lam):
    """All metrics of a step, the sums of the losses' absolute terms, and the models with their gradients."""
    two = settings["rolloutModel"] == "actor"
    policy = models(max(step - 1, 0), "policy")
    actor = models(max(step - 1, 0), "actor") if two else None
    start = sampled[0].start
    actions = torch.tensor([a for response in sampled for a in response.actions])[:, None]
    lengths = torch.tensor([len(response.actions) for response in sampled])
    sequence = torch.arange(len(sampled)).repeat_interleave(lengths)
    tokens = len(actions)
    advantage = torch.tensor([response.advantage for response in sampled])[sequence]
    uniform = torch.tensor([u for response in sampled for u in response.uniforms])

    all_new = policy.log_probs(sampled)
    all_actor = actor.log_probs(sampled) if two else None
    with torch.no_grad():
        all_ref = models(start, "policy").log_probs(sampled)
        all_actor_ref = models(start, "actor").log_probs(sampled) if two else all_ref
    inf = Inf(settings, all_actor_ref, sampled)

    def of_action(log_probs):
        return log_probs.gather(-1, actions)[:, 0]

    log_new, log_ref = of_action(all_new), of_action(all_ref)
    log_inf = of_action(inf.log_probs) if inf.of_action is None else inf.of_action
    new, detached = log_new.detach(), all_new.detach()
    all_target = all_ref if settings["target"] == "ref" else detached
    log_target = of_action(all_target)
    c1, c2 = number(settings["c1"]), number(settings["c2"])

    r = (log_target - log_inf).exp()
    alpha = (r / lam).clamp(max=1)
    accepted = alpha if settings["mask"] == "expected" else (uniform < alpha).double()
    acceptance = accepted.mean()
    p_inf, p_target = inf.log_probs.exp(), all_target.exp()
    # Of a sampler that rounds, top-k(p_inf) are the ids that it recorded.
    top_inf = inf.known if inf.rounds and not inf.truncates else top(p_inf, settings["topK"])
    union = top_inf | top(detached.exp(), settings["topK"])
    parts = overlap(p_inf, p_target, lam)
    z_top = torch.where(union, parts, 0.0).sum(-1)
    kappa = acceptance / z_top.mean()
    z = {"topk": kappa * z_top, "exact": parts.sum(-1),
         "empirical": acceptance.expand(tokens)}[settings["normalizer"]]
    w = z * r.clamp(min=lam)
    ref_over_target = (log_ref - log_target).exp().clamp(max=c2)

    kind = settings["policyCorrection"]
    if kind == "obrs":
        mask, rho, cut = accepted, times(w.clamp(max=c1), ref_over_target), w > c1
    elif kind == "tis-z":
        cap = settings["policyCap"]
        mask, rho, cut = torch.ones(tokens), times((z * r).clamp(max=cap), ref_over_target), z * r > cap
    else:
        spec = correction(settings, kind, "policy")
        mask = torch.ones(tokens)
        rho = correct(spec, log_target - log_inf, sequence)
        cut = at_cap(spec, log_target - log_inf, sequence)
        if settings["target"] == "new" and kind != "none":
            rho = rho * ref_over_target
    counted = torch.tensor([float(response.finished or not settings["maskTruncated"]) for response in sampled])
    loss_mask = counted[sequence]
    weight = loss_mask * mask * rho

    share = loss_mask / loss_mask.sum()
    if settings["aggregation"] == "sequence-mean":
        share = loss_mask / (counted.sum() * lengths[sequence])
    policy_loss = loss(share, weight, log_new, log_ref, advantage, sequence, settings)
    actor_loss, distill_loss = torch.zeros(()), torch.zeros(())
    result = {"gradNormActor": 0.0, "actorClipShare": 0.0,
              "klPolicyActorNow": 0.0, "klActorPolicyNow": 0.0}
    if two:
        log_actor, log_actor_ref = of_action(all_actor), of_action(all_actor_ref)
        if settings["actorLoss"]:
            spec = correction(settings, settings["actorCorrection"], "actor")
            actor_weight = correct(spec, log_actor_ref - log_inf, sequence)
            actor_loss = loss(
                share, actor_weight, log_actor, log_actor_ref, advantage, sequence, settings)
        to_actor, to_policy = kl(detached, all_actor), kl(all_actor, detached)
        distill_loss = (share * (to_actor if settings["distillDirection"] == "forward" else to_policy)).sum()
        of_models = actor_loss + settings["distillCoefficient"] * distill_loss
        if settings["actorLoss"] or settings["distillCoefficient"] > 0:
            result["gradNormActor"] = actor.gradient(of_models)
        actor_ratio = policy_ratio(log_actor.detach(), log_actor_ref, sequence, settings)
        actor_term, *stopped = ppo(actor_ratio, advantage, settings)
        result |= {"klPolicyActorNow": to_actor.mean(), "klActorPolicyNow": to_policy.mean(),
                   "actorClipShare": sum(stopped).bool().double().mean()}

    ppo_ratio = policy_ratio(new, log_ref, sequence, settings)
    term, low, high, dual = ppo(ppo_ratio, advantage, settings)
    to_inf, from_inf = inf.divergences(detached)
    ratio = (new - log_inf).exp()
    result |= {
        "klPolicyActor": None if to_inf is None else to_inf.mean(), "klActorPolicy": from_inf.mean(),
        "entropy": -torch.where(detached == -INF, 0.0, detached.exp() * detached).sum(-1).mean(),
        "lambda": lam, "acceptance": acceptance, "kappa": kappa, "z": z.mean(),
        "weightMean": weight.mean(), "weightMax": weight.max(),
        "effectiveSampleSize": weight.sum() ** 2 / (tokens * (weight ** 2).sum()),
        "weightZeroShare": (weight == 0).double().mean(),
        "weightCapShare": (cut & (mask > 0) & (loss_mask > 0)).double().mean(),
        "clipShareLow": low.double().mean(), "clipShareHigh": high.double().mean(),
        "ratioP01": ratio.quantile(0.01), "ratioP05": ratio.quantile(0.05),
        "ratioSecondMoment": (ratio ** 2).mean(),
        "policyLoss": policy_loss, "actorLoss": actor_loss, "distillLoss": distill_loss,
        "totalLoss": policy_loss + actor_loss + settings["distillCoefficient"] * distill_loss,
        "gradNormPolicy": policy.gradient(policy_loss),
        "reward": sum(response.reward for response in sampled) / len(sampled), "tokens": tokens,
    }
    if settings["ratioLevel"] == "sequence":
        result |= {"sequenceRatioMin": ppo_ratio.min(), "sequenceRatioMax": ppo_ratio.max()}
    if settings["dualClip"] is not None:
        result["dualClipShare"] = dual.double().mean()
    terms = {"policyLoss": (share * weight * term).abs().sum()}
    if two and settings["actorLoss"]:
        terms["actorLoss"] = (share * actor_weight * actor_term).abs().sum()
    terms["totalLoss"] = sum(terms.values()) + settings["distillCoefficient"] * distill_loss.detach()
    return {key: value.item() if isinstance(value, torch.Tensor) else value
            for key, value in result.items()}, terms, policy, actor


def lambdas(settings, steps, models):
    """λ of each rollout, by the step whose models sampled it."""
    if settings["acceptance"] is None:
        return {of[0].start: settings["lambda"] for of in steps.values()}
    rollouts = {}
    for step, of in steps.items():
        rollouts.setdefault((step == 0, of[0].start), []).extend(of)
    solved = {}
    for key, sampled in rollouts.items():
        actions = torch.tensor([a for response in sampled for a in response.actions])[:, None]
        with torch.no_grad():
            ref = models(key[1], "policy").log_probs(sampled)
            two = settings["rolloutModel"] == "actor"
            inf = Inf(settings, models(key[1], "actor").log_probs(sampled) if two else ref, sampled)
        log_inf = inf.log_probs.gather(-1, actions)[:, 0] if inf.of_action is None else inf.of_action
        ratios = (ref.gather(-1, actions)[:, 0] - log_inf).exp()
        solved[key] = solve(ratios, settings["acceptance"])
    return solved


def norm(tensors):
    return math.sqrt(sum((tensor ** 2).sum().item() for tensor in tensors))


def step_differences(settings, model, following, rate, gradient_norm):
    """‖difference‖/‖PyTorch's‖ of AdamW's first moments and of the change of the weights."""
    after = model.adamw(settings, rate, gradient_norm)
    before = dict(model.hf.named_parameters())
    weights = dict(following.hf.named_parameters())
    moments = load_file(following.folder / following.name / "optimizer.safetensors")
    return {
        "moments": norm(moments["m." + n].double() - m for n, (_, m) in after.items())
        / norm(m for _, m in after.values()),
        "weights": norm((weights[n] - w.float()).detach() for n, (w, _) in after.items())
        / norm((before[n] - w).detach() for n, (w, _) in after.items()),
    }


def compare(run):
    settings = json.loads((run / "config.json").read_text())
    for key in ("referenceKl", "entropyCoefficient"):
        if settings.get(key, 0) != 0:
            raise SystemExit(f"{run}: {key} {settings[key]}: not computed here, expected 0")
    metrics = {line["step"]: line for line in lines(run / "metrics.jsonl")}
    steps = responses(lines(run / "tokens.jsonl"))
    set_advantages(steps, settings)

    @functools.cache
    def models(step, name):
        return Model(run, step, name, settings["temperature"])

    lam = lambdas(settings, steps, models)
    worst = {}
    for step, sampled in steps.items():
        line = metrics[step]
        if any(response.advantage is None for response in sampled):
            raise SystemExit(f"{run}: step {step}: a problem's responses are not all logged")
        start = sampled[0].start
        solved = lam[(step == 0, start)] if settings["acceptance"] is not None else lam[start]
        expected, terms, policy, actor = evaluate(settings, step, sampled, models, solved)
        for key, value in expected.items():
            found = line[key]
            if value is None or found is None:
                assert value is found, (run, step, key, value, found)
                continue
            if found != value:
                # A loss is a sum with both signs, which may be 0 but for rounding.
                scale = abs(float(terms.get(key, value)))
                difference = abs(found - value) / scale if scale else INF
                worst[key] = max(worst.get(key, 0.0), difference)
            elif value:
                worst.setdefault(key, 0.0)
        if step > 0:
            rate = line["learningRate"]
            updated = [("policy", policy, rate, expected["gradNormPolicy"])]
            if actor is not None and expected["gradNormActor"] > 0:
                peak = settings["actorLearningRate"]
                ratio = 1 if peak is None else peak / settings["learningRate"]
                updated.append(("actor", actor, rate * ratio, expected["gradNormActor"]))
            for name, model, own, gradient_norm in updated:
                if gradient_norm > 0:
                    differences = step_differences(
                        settings, model, models(step, name), own, gradient_norm)
                    for key, difference in differences.items():
                        worst[f"{key}.{name}"] = max(worst.get(f"{key}.{name}", 0.0), difference)
    return settings, len(steps), worst


def main():
    for run in map(pathlib.Path, sys.argv[1:]):
        settings, steps, worst = compare(run)
        print(json.dumps({"run": run.name, "arm": settings["arm"], "steps": steps,
                          "worst": {key: float(f"{value:.2g}") for key, value in worst.items()}}))
        sys.stdout.flush()


if __name__ == "__main__":
    main()

"""Times one joint Jackpot step in PyTorch, phase by phase, for the comparison in docs/notes.md.

    python bench/peers/step_time.py --policy DIR --actor DIR --lengths FILE [--steps 20] [--threads 2]

DIR is a Qwen3 folder with tied embeddings (as this project ships and saves them). FILE is JSON,
{"promptTokens": 12, "samplesPerPrompt": 8, "responseTokens": [..one a sample..]}, as the Java step
benchmark writes it, so that both sides sample and train the same number of tokens. The step is the
default job's: rollout by the actor with a KV cache (prompts prefilled once each, finished samples
leave the batch), one update of both models with OBRS, top-k normalizer, kappa, PPO, distillation,
gradient clipping and AdamW. Prints one JSON line: medians in seconds.
"""

import argparse
import json
import os
import statistics
import time

import torch
import torch.nn.functional as F
from safetensors.torch import load_file


def rope_tables(config, length):
    theta = config.get("rope_theta") or config["rope_parameters"]["rope_theta"]
    half = config["head_dim"] // 2
    frequency = theta ** (-torch.arange(half, dtype=torch.float64) / half)
    angle = torch.arange(length, dtype=torch.float64)[:, None] * frequency
    return angle.cos().float(), angle.sin().float()


def rope(x, cos, sin):
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)


class Qwen3:
    def __init__(self, folder, longest):
        self.config = json.load(open(os.path.join(folder, "config.json")))
        weights = load_file(os.path.join(folder, "model.safetensors"))
        self.w = {name: t.float().requires_grad_() for name, t in weights.items()}
        self.cos, self.sin = rope_tables(self.config, longest)

    def norm(self, x, name):
        return F.rms_norm(x, (x.shape[-1],), self.w[name], self.config["rms_norm_eps"])

    def logits(self, ids, position=0, cache=None):
        """ids [batch, tokens]; with a cache, keys and values are appended at `position`."""
        c, w = self.config, self.w
        batch, tokens = ids.shape
        cos, sin = self.cos[position : position + tokens], self.sin[position : position + tokens]
        x = F.embedding(ids, w["model.embed_tokens.weight"])
        for layer in range(c["num_hidden_layers"]):
            p = f"model.layers.{layer}."
            h = self.norm(x, p + "input_layernorm.weight")
            q = F.linear(h, w[p + "self_attn.q_proj.weight"]).view(batch, tokens, -1, c["head_dim"])
            k = F.linear(h, w[p + "self_attn.k_proj.weight"]).view(batch, tokens, -1, c["head_dim"])
            v = F.linear(h, w[p + "self_attn.v_proj.weight"]).view(batch, tokens, -1, c["head_dim"])
            q = rope(self.norm(q, p + "self_attn.q_norm.weight").transpose(1, 2), cos, sin)
            k = rope(self.norm(k, p + "self_attn.k_norm.weight").transpose(1, 2), cos, sin)
            v = v.transpose(1, 2)
            if cache is not None:
                keys, values = cache[layer]
                keys[:, :, position : position + tokens] = k
                values[:, :, position : position + tokens] = v
                k, v = keys[:, :, : position + tokens], values[:, :, : position + tokens]
            grouped = c["num_key_value_heads"] != c["num_attention_heads"]
            o = F.scaled_dot_product_attention(q, k, v, is_causal=tokens > 1, enable_gqa=grouped)
            x = x + F.linear(o.transpose(1, 2).reshape(batch, tokens, -1), w[p + "self_attn.o_proj.weight"])
            h = self.norm(x, p + "post_attention_layernorm.weight")
            gate = F.silu(F.linear(h, w[p + "mlp.gate_proj.weight"]))
            x = x + F.linear(gate * F.linear(h, w[p + "mlp.up_proj.weight"]), w[p + "mlp.down_proj.weight"])
        return F.linear(self.norm(x, "model.norm.weight"), w["model.embed_tokens.weight"])


@torch.no_grad()
def rollout(actor, prompts, samples, lengths, top_k):
    c = actor.config
    count, prompt_tokens = prompts.shape[0] * samples, prompts.shape[1]
    longest = int(lengths.max())
    shape = (c["num_key_value_heads"], prompt_tokens + longest, c["head_dim"])
    once = [tuple(torch.zeros(len(prompts), *shape) for _ in "kv") for _ in range(c["num_hidden_layers"])]
    last = actor.logits(prompts, 0, once)[:, -1]
    cache = [tuple(t.repeat_interleave(samples, 0) for t in layer) for layer in once]
    last = last.repeat_interleave(samples, 0)
    ids = torch.zeros(count, longest, dtype=torch.long)
    log_probs = torch.zeros(count, longest)
    top_ids = torch.zeros(count, longest, top_k, dtype=torch.long)
    top = torch.zeros(count, longest, top_k)
    rows = torch.arange(count)
    for t in range(longest):
        row_log_probs = F.log_softmax(last, -1)
        action = torch.multinomial(row_log_probs.exp(), 1)
        ids[rows, t] = action[:, 0]
        log_probs[rows, t] = row_log_probs.gather(1, action)[:, 0]
        best = row_log_probs.topk(top_k, -1)
        top_ids[rows, t], top[rows, t] = best.indices, best.values
        going = lengths[rows] > t + 1
        if not bool(going.any()):
            break
        if not bool(going.all()):
            rows, action = rows[going], action[going]
            cache = [tuple(x[going] for x in layer) for layer in cache]
        last = actor.logits(action, prompt_tokens + t, cache)[:, -1]
    return ids, log_probs, top_ids, top


def update(policy, actor, optimizers, batch, advantages, lengths, prompt_tokens, lam=1.0, clip=0.2, cap=3.0):
    ids, inf, top_ids, top = batch["ids"], batch["log_probs"], batch["top_ids"], batch["top"]
    mask = torch.arange(ids.shape[1])[None] < lengths[:, None]
    tokens = mask.sum()
    full = torch.cat((batch["prompts"], ids), 1)
    new_all = F.log_softmax(policy.logits(full[:, :-1])[:, prompt_tokens - 1 :], -1)
    actor_all = F.log_softmax(actor.logits(full[:, :-1])[:, prompt_tokens - 1 :], -1)
    new = new_all.gather(2, ids[..., None])[..., 0]
    actor_new = actor_all.gather(2, ids[..., None])[..., 0]
    with torch.no_grad():
        ratio = (new - inf).exp()
        accept = (ratio / lam).clamp(max=1)
        keep = (torch.rand_like(accept) < accept) & mask
        best = new_all.topk(top.shape[-1], -1)
        union = torch.cat((top_ids, best.indices), -1)
        fresh = ~(best.indices[..., :, None] == top_ids[..., None, :]).any(-1)
        once = torch.cat((torch.ones_like(top, dtype=torch.bool), fresh), -1)
        p_inf = torch.cat((top, actor_all.gather(2, best.indices)), -1).exp()
        z = (torch.minimum(p_inf, new_all.gather(2, union).exp() / lam) * once).sum(-1)
        kappa = keep.sum() / (z * mask).sum()
        weight = (kappa * z * ratio.clamp(min=lam)).clamp(max=cap) * keep
        truncated = (actor_new - inf).exp().clamp(max=2.0)
    a = advantages[:, None]

    def ppo(log_prob):
        r = (log_prob - log_prob.detach()).exp()
        return torch.minimum(r * a, r.clamp(1 - clip, 1 + clip) * a)

    policy_loss = -(weight * ppo(new) * mask).sum() / tokens
    teacher = new_all.detach()
    divergence = (teacher.exp() * (teacher - actor_all)).sum(-1)
    actor_loss = (-(truncated * ppo(actor_new)) * mask).sum() / tokens + (divergence * mask).sum() / tokens
    for optimizer in optimizers:
        optimizer.zero_grad()
    (policy_loss + actor_loss).backward()
    for model, optimizer in zip((policy, actor), optimizers):
        torch.nn.utils.clip_grad_norm_(model.w.values(), 1.0)
        optimizer.step()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--policy", required=True)
    parser.add_argument("--actor", required=True)
    parser.add_argument("--lengths", required=True)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--warmup", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--top-k", type=int, default=18)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    spec = json.load(open(args.lengths))
    lengths = torch.tensor(spec["responseTokens"])
    samples, prompt_tokens = spec["samplesPerPrompt"], spec["promptTokens"]
    longest = prompt_tokens + int(lengths.max())
    policy, actor = Qwen3(args.policy, longest), Qwen3(args.actor, longest)
    vocabulary = policy.config["vocab_size"]
    optimizers = [
        torch.optim.AdamW(m.w.values(), lr=3e-4, betas=(0.9, 0.95), weight_decay=0.0, fused=True)
        for m in (policy, actor)
    ]
    seconds = {"rollout": [], "train": [], "step": []}
    for step in range(args.warmup + args.steps):
        prompts = torch.randint(vocabulary, (len(lengths) // samples, prompt_tokens))
        start = time.perf_counter()
        ids, log_probs, top_ids, top = rollout(actor, prompts, samples, lengths, min(args.top_k, vocabulary))
        middle = time.perf_counter()
        batch = {"ids": ids, "log_probs": log_probs, "top_ids": top_ids, "top": top,
                 "prompts": prompts.repeat_interleave(samples, 0)}
        update(policy, actor, optimizers, batch, torch.randn(len(lengths)), lengths, prompt_tokens)
        end = time.perf_counter()
        if step >= args.warmup:
            seconds["rollout"].append(middle - start)
            seconds["train"].append(end - middle)
            seconds["step"].append(end - start)
    print(json.dumps({name + "Seconds": statistics.median(values) for name, values in seconds.items()}))


if __name__ == "__main__":
    main()

"""Times training and sampling of Qwen3-shaped models in eager PyTorch on a GPU, with the models and sizes of
ModelBenchmark (tasks/src/tornado/java/io/jackpot/tasks/ladder), and products of matrices.

    python bench/peers/gpu_models.py [tiny] [0.1b] [0.5b] [1.5b] [--batch 8] [--length 512] [--slots 32]
        [--prompt 128] [--response 64] [--rounds 3] [--device cuda]

FP32 is without TF32, which ModelBenchmark's kernels do not use either; TF32 and BF16 say what tensor cores
would give. Where there is no torch or no GPU, says so and ends well.
"""

import argparse
import statistics
import time

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    torch = None

# vocabulary, hidden, intermediate, layers, heads, key and value heads, width of a head
MODELS = {
    "tiny": (512, 64, 192, 2, 4, 2, 16),
    "0.1b": (32768, 768, 2048, 12, 12, 4, 64),
    "0.5b": (151936, 896, 4864, 24, 14, 2, 64),
    "1.5b": (151936, 1536, 8960, 28, 12, 2, 128),
}


class Qwen3:
    def __init__(self, shape, longest, device, dtype):
        self.vocabulary, self.hidden, inner, self.layers, self.heads, self.kv_heads, self.dim = shape
        q, kv = self.heads * self.dim, self.kv_heads * self.dim

        def weight(*size):
            return (torch.randn(*size, device=device) * 0.02).to(dtype).requires_grad_()

        def ones(size):
            return torch.ones(size, device=device, dtype=dtype).requires_grad_()

        self.embedding, self.norm = weight(self.vocabulary, self.hidden), ones(self.hidden)
        self.blocks = [
            {
                "norm": ones(self.hidden), "q": weight(q, self.hidden), "k": weight(kv, self.hidden),
                "v": weight(kv, self.hidden), "q_norm": ones(self.dim), "k_norm": ones(self.dim),
                "o": weight(self.hidden, q), "post": ones(self.hidden), "gate": weight(inner, self.hidden),
                "up": weight(inner, self.hidden), "down": weight(self.hidden, inner),
            }
            for _ in range(self.layers)
        ]
        half = self.dim // 2
        frequency = 1e6 ** (-torch.arange(half, dtype=torch.float64) / half)
        angle = torch.arange(longest, dtype=torch.float64)[:, None] * frequency
        self.cos, self.sin = angle.cos().to(device, dtype), angle.sin().to(device, dtype)

    def parameters(self):
        return [self.embedding, self.norm] + [w for block in self.blocks for w in block.values()]

    def rope(self, x, position):
        tokens = x.shape[2]
        cos, sin = self.cos[position : position + tokens], self.sin[position : position + tokens]
        a, b = x.chunk(2, dim=-1)
        return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)

    def logits(self, ids, position=0, cache=None, last=False):
        batch, tokens = ids.shape
        x = F.embedding(ids, self.embedding)
        for layer, w in enumerate(self.blocks):
            h = F.rms_norm(x, (self.hidden,), w["norm"], 1e-6)
            q = F.linear(h, w["q"]).view(batch, tokens, self.heads, self.dim)
            k = F.linear(h, w["k"]).view(batch, tokens, self.kv_heads, self.dim)
            v = F.linear(h, w["v"]).view(batch, tokens, self.kv_heads, self.dim).transpose(1, 2)
            q = self.rope(F.rms_norm(q, (self.dim,), w["q_norm"], 1e-6).transpose(1, 2), position)
            k = self.rope(F.rms_norm(k, (self.dim,), w["k_norm"], 1e-6).transpose(1, 2), position)
            if cache is not None:
                keys, values = cache[layer]
                keys[:, :, position : position + tokens] = k
                values[:, :, position : position + tokens] = v
                k, v = keys[:, :, : position + tokens], values[:, :, : position + tokens]
            o = F.scaled_dot_product_attention(q, k, v, is_causal=tokens > 1, enable_gqa=True)
            x = x + F.linear(o.transpose(1, 2).reshape(batch, tokens, -1), w["o"])
            h = F.rms_norm(x, (self.hidden,), w["post"], 1e-6)
            x = x + F.linear(F.silu(F.linear(h, w["gate"])) * F.linear(h, w["up"]), w["down"])
        x = F.rms_norm(x[:, -1:] if last else x, (self.hidden,), self.norm, 1e-6)
        return F.linear(x, self.embedding)


def wait(device):
    if device == "cuda":
        torch.cuda.synchronize()


def median(run, rounds, device):
    run()
    seconds = []
    for _ in range(rounds):
        wait(device)
        start = time.perf_counter()
        run()
        wait(device)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def train(model, args):
    ids = torch.randint(model.vocabulary, (args.batch, args.length), device=args.device)
    actions = torch.randint(model.vocabulary, (args.batch * args.length,), device=args.device)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=1e-4, betas=(0.9, 0.95), weight_decay=0.0, fused=True)

    def step():
        loss = F.cross_entropy(model.logits(ids).flatten(0, 1), actions)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)

    return median(step, args.rounds, args.device)


@torch.no_grad() if torch else (lambda function: function)
def generate(model, prompts, new, args):
    longest = prompts.shape[1] + new
    size = (prompts.shape[0], model.kv_heads, longest, model.dim)
    cache = [
        tuple(torch.zeros(size, device=args.device, dtype=model.cos.dtype) for _ in "kv")
        for _ in range(model.layers)
    ]
    last = model.logits(prompts, 0, cache, last=True)
    for t in range(new):
        action = torch.multinomial(F.softmax(last[:, -1].float(), -1), 1)
        if t + 1 < new:
            last = model.logits(action, prompts.shape[1] + t, cache, last=True)


def sample(model, args):
    prompts = torch.randint(model.vocabulary, (args.slots, args.prompt), device=args.device)
    whole = median(lambda: generate(model, prompts, 1 + args.response, args), args.rounds, args.device)
    first = median(lambda: generate(model, prompts, 1, args), args.rounds, args.device)
    return first, (whole - first) / args.response


def matmul(size, dtype, args):
    a, b = (torch.randn(size, size, device=args.device, dtype=dtype) for _ in "ab")
    return 2e-12 * size**3 / median(lambda: torch.matmul(a, b), 10, args.device)


def precision(name):
    torch.backends.cuda.matmul.allow_tf32 = name == "TF32"
    return torch.bfloat16 if name == "BF16" else torch.float32


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("models", nargs="*")
    parser.add_argument("--device", default="cuda")
    for name, value in (("batch", 8), ("length", 512), ("slots", 32), ("prompt", 128), ("response", 64), ("rounds", 3)):
        parser.add_argument("--" + name, type=int, default=value)
    args = parser.parse_args()
    if torch is None:
        print("left out: this Python has no torch")
        return
    if args.device == "cuda" and not torch.cuda.is_available():
        print(f"left out: torch {torch.__version__} finds no CUDA device")
        return
    print(f"torch {torch.__version__} on", torch.cuda.get_device_name() if args.device == "cuda" else args.device)
    for size in (2048, 4096) if args.device == "cuda" else (256,):
        speeds = {name: matmul(size, precision(name), args) for name in ("FP32", "TF32", "BF16")}
        print(f"matmul {size}³, TFLOP/s:", ", ".join(f"{k} {v:.2f}" for k, v in speeds.items()), flush=True)
    tokens = args.batch * args.length
    for name in args.models:
        for kind in ("FP32", "TF32", "BF16"):
            longest = max(args.length, args.prompt + args.response + 1)
            model = Qwen3(MODELS[name], longest, args.device, precision(kind))
            count = sum(w.numel() for w in model.parameters())
            seconds = train(model, args)
            for w in model.parameters():
                w.grad = None
            first, each = sample(model, args)
            print(
                f"{name} {kind}: {1e-6 * count:.1f} M parameters; training {seconds:.4f} s a step,"
                f" {tokens / seconds:.0f} tokens/s, {6e-12 * count * tokens / seconds:.3f} TFLOP/s;"
                f" sampling: prompts {first:.4f} s, {each:.4f} s a token, {args.slots / each:.0f} tokens/s",
                flush=True,
            )
            del model
            if args.device == "cuda":
                torch.cuda.empty_cache()


if __name__ == "__main__":
    main()

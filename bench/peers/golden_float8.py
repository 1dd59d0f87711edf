"""Golden values of E4M3 and bfloat16 from PyTorch for io.jackpot.tensor.Float8Test.

    python bench/peers/golden_float8.py tensor/src/test/resources/golden
"""

import struct
import sys
from pathlib import Path

import torch


def main(folder: Path) -> None:
    codes = torch.arange(256, dtype=torch.uint8).view(torch.float8_e4m3fn)
    numbers = codes.to(torch.float32)
    (folder / "float8-codes.bin").write_bytes(numbers.numpy().astype("<f4").tobytes())

    finite = numbers[:127].double()
    middles = ((finite[1:] + finite[:-1]) / 2).float()
    ties = [middles, torch.nextafter(middles, torch.tensor(0.0)), torch.nextafter(middles, torch.tensor(1e9))]
    generator = torch.Generator().manual_seed(1)
    random = torch.randn(1000, generator=generator) * torch.exp2(
        torch.randint(-14, 7, (1000,), generator=generator).float()
    )
    tiny = torch.tensor([0.0, 1e-45, 1e-40, 2.0**-10, 2.0**-11, 2.0**-30, 448.0])
    x = torch.cat(ties + [random.clamp(-448, 448), tiny])
    x = torch.cat([x, -x])
    low = x.to(torch.float8_e4m3fn).view(torch.uint8)
    half = x.to(torch.bfloat16).view(torch.int16)
    with open(folder / "float8-rounding.bin", "wb") as out:
        for value, code, bits in zip(x.tolist(), low.tolist(), half.tolist()):
            out.write(struct.pack("<fBh", value, code, bits))


main(Path(sys.argv[1]))

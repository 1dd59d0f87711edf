"""Golden files for the GGUF reader, made by the Python library gguf.

    python bench/peers/gguf_golden.py weights-loader/src/test/resources/golden/gguf

blocks.gguf    a tensor of random bytes for each encoding, its scales among them special numbers of
               float16, and metadata of every type
blocks.json    the values as float32 bits in hexadecimal (every NaN as 7fc00000), and the metadata
"""

import json
import pathlib
import sys

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(5)

# Where float16 scales are in a block.
scales = {
    Type.F16: [0], Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0], Type.Q5_1: [0, 2], Type.Q8_0: [0],
    Type.Q2_K: [80, 82], Type.Q3_K: [108], Type.Q4_K: [0, 2], Type.Q5_K: [0, 2], Type.Q6_K: [208],
}
special = [0x0000, 0x8000, 0x3C00, 0x0001, 0x03FF, 0x0400, 0x7BFF, 0xFBFF, 0x7C00, 0xFC00, 0x7E00, 0x1234]

writer = gguf.GGUFWriter(out / "blocks.gguf", "llama")
expected = {}
for kind in [Type.F32, Type.BF16, *scales]:
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    count = {1: 64, 32: 16, 256: 4}[elements]
    blocks = random.integers(0, 256, (count, size), dtype=np.uint8)
    for place, at in enumerate(scales.get(kind, [])):
        for block in range(count):
            # Most scales of usual size, the others special; both scales of a block take turns.
            usual = np.float16(random.uniform(-2, 2)).view(np.uint16)
            pick = special[(block + place * 5 + size) % len(special)]
            value = pick if block % 2 == 0 or elements == 256 and block == 1 else int(usual)
            blocks[block, at:at + 2] = [value & 255, value >> 8]
    rows = blocks.reshape(2, -1)
    with np.errstate(all="ignore"):
        values = gguf.dequantize(rows.view({Type.F32: np.float32, Type.F16: np.float16}.get(kind, np.uint8)), kind)
    values = np.ascontiguousarray(values, dtype=np.float32)
    bits = np.where(np.isnan(values), np.uint32(0x7FC00000), values.view(np.uint32))
    expected[kind.name] = {"shape": list(values.shape), "bits": "".join(f"{b:08x}" for b in bits.ravel())}
    data = rows.view({Type.F32: np.float32, Type.F16: np.float16}.get(kind, np.uint8))
    writer.add_tensor(kind.name, data, raw_dtype=None if kind in (Type.F32, Type.F16) else kind)

writer.add_uint8("a.u8", 255)
writer.add_int8("a.i8", -128)
writer.add_uint16("a.u16", 65535)
writer.add_int16("a.i16", -32768)
writer.add_uint32("a.u32", 4294967295)
writer.add_int32("a.i32", -2147483648)
writer.add_uint64("a.u64", 2**63 - 1)
writer.add_int64("a.i64", -(2**63))
writer.add_float32("a.f32", 1e-6)
writer.add_float64("a.f64", 1e-6)
writer.add_bool("a.true", True)
writer.add_bool("a.false", False)
writer.add_string("a.text", "ünï 😀\n")
writer.add_array("a.texts", ["", "a", "▁the", "😀"])
writer.add_array("a.ints", [1, -2, 3])
writer.add_array("a.floats", [0.5, -1.25])
writer.add_array("a.bools", [True, False])
writer.add_key_value("a.u8s", [1, 255], gguf.GGUFValueType.ARRAY, sub_type=gguf.GGUFValueType.UINT8)
writer.add_key_value("a.u32s", [1, 4294967295], gguf.GGUFValueType.ARRAY, sub_type=gguf.GGUFValueType.UINT32)
writer.add_custom_alignment(64)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
(out / "blocks.json").write_text(json.dumps(expected) + "\n")

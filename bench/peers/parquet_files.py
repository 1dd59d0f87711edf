"""Writes the Parquet files that ParquetRowsTest reads, as data sets are published.

    python bench/peers/parquet_files.py problems/src/test/resources/io/jackpot/problems

Needs pyarrow (written with 25.0). All hold the same four problems unless their name says otherwise.
"""

import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = [
    {"problem": "What is $1+1$?", "solution": "It is $\\boxed{2}$.", "answer": "2", "level": 1},
    {"problem": "Wie viel ist ½·½?", "solution": None, "answer": "\\frac14", "level": None},
    {"problem": "漢字 and 𝛑\n\tand a tab", "solution": "none", "answer": None, "level": 3},
    {"problem": "x" * 300, "solution": "", "answer": "1,000", "level": 4},
]


def main(folder: Path) -> None:
    table = pa.Table.from_pylist(ROWS)
    for codec in ("none", "snappy", "gzip", "zstd", "lz4", "brotli"):
        pq.write_table(table, folder / f"{codec}.parquet", compression=codec)
    # Several row groups, pages of the second version, no dictionaries, other encodings.
    pq.write_table(
        table,
        folder / "version2.parquet",
        compression="zstd",
        row_group_size=2,
        data_page_version="2.0",
        use_dictionary=False,
        column_encoding={"problem": "DELTA_BYTE_ARRAY", "answer": "DELTA_LENGTH_BYTE_ARRAY"},
    )
    large = table.set_column(0, "problem", table["problem"].cast(pa.large_string()))
    large = large.set_column(2, "answer", large["answer"].dictionary_encode())
    pq.write_table(large, folder / "large-string.parquet", compression="snappy")
    # As GSM8K, DAPO and others are prepared for verl.
    verl = [
        {
            "data_source": "openai/gsm8k",
            "prompt": [
                {"role": "system", "content": "Think."},
                {"role": "user", "content": f"{i} + {i}?"},
            ],
            "ability": "math",
            "reward_model": {"style": "rule", "ground_truth": str(2 * i)},
            "extra_info": {"index": i, "answer": f"#### {2 * i}", "question": f"{i} + {i}?"},
        }
        for i in range(3)
    ]
    pq.write_table(pa.Table.from_pylist(verl), folder / "verl.parquet", compression="snappy")
    unsigned = {"problem": ["a", "b"], "answer": pa.array([4_000_000_000, 7], pa.uint32())}
    unsigned["seed"] = pa.array([2**64 - 1, 0], pa.uint64())
    pq.write_table(pa.table(unsigned), folder / "unsigned.parquet")
    # The largest number of each width, within structs, lists and maps.
    widths = {f"u{bits}": 2**bits - 1 for bits in (8, 16, 32, 64)}
    types = {"u8": pa.uint8(), "u16": pa.uint16(), "u32": pa.uint32(), "u64": pa.uint64()}
    inner = pa.struct([(name, type) for name, type in types.items()])
    nested = {
        "problem": pa.array(["a"]),
        "reward_model": pa.array([widths], inner),
        "lists": pa.array(
            [{name: [value, 0] for name, value in widths.items()}],
            pa.struct([(name, pa.list_(type)) for name, type in types.items()]),
        ),
        "maps": pa.array([[("deep", widths)]], pa.map_(pa.string(), inner)),
        "rows": pa.array([[widths]], pa.list_(inner)),
    }
    pq.write_table(pa.table(nested), folder / "unsigned-nested.parquet")
    # As AMC has its answers, and what else an answer may be.
    numbers = pa.table(
        {
            "id": pa.array([0, 1, 2], pa.int32()),
            "Problem": ["a", "b", "c"],
            "Answer": pa.array([142.0, -0.5, None], pa.float64()),
            "picture": pa.array([b"\xff\xd8", None, b""], pa.binary()),
        }
    )
    pq.write_table(numbers, folder / "numbers.parquet", compression="snappy")
    lists = pa.table(
        {
            "question": ["a", "b", "c", "d"],
            "final_answer": [["2"], ["1", "-1"], [], None],
            "flags": pa.array([[("k", 1)], [], None, []], pa.map_(pa.string(), pa.int64())),
        }
    )
    pq.write_table(lists, folder / "lists.parquet", compression="gzip")
    pq.write_table(table.slice(0, 0), folder / "empty.parquet")


main(Path(sys.argv[1]))

"""Files that pandas and PyArrow wrote: numbers, texts, times, days and nulls, packed and not. Writes tables/."""

import datetime
import os

import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tables")
FRAME = pd.DataFrame(
    {
        "x": [1.5, None, 3],
        "n": pd.array([1, 2**40, None], dtype="Int64"),
        "text": ["a", None, "ü"],
        "time": pd.to_datetime(["2024-01-02", "2024-05-06T07:08:09.123", None], format="ISO8601", utc=True),
        "day": [datetime.date(2020, 2, 29), None, datetime.date(1969, 12, 31)],
        "yes": [True, False, True],
        "kind": pd.Categorical(["u", "v", "u"]),
    }
)

os.makedirs(HERE, exist_ok=True)
table = pa.Table.from_pandas(FRAME).replace_schema_metadata(None)
for codec in ["snappy", "gzip", "zstd", "brotli", "lz4"]:
    parquet.write_table(table, os.path.join(HERE, f"{codec}.parquet"), compression=codec)
for codec in ["uncompressed", "lz4"]:
    feather.write_feather(table, os.path.join(HERE, f"{codec}.arrow"), compression=codec)
print("pandas", pd.__version__, "pyarrow", pa.__version__)

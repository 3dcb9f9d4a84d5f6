"""scikit-learn on the workloads of workloads/ml.ts; fathom-ml.ts is the other side, line by line. Speaks the protocol of serve.ts."""

import json
import os
import sys
import time

os.environ.setdefault("LOKY_MAX_CPU_COUNT", os.environ.get("OMP_NUM_THREADS", "2"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "test", "golden"))

try:
    import numpy as np
    import sklearn
    from lcg import uniform64
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA
    from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestClassifier
    from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
    from sklearn.manifold import TSNE
    from sklearn.metrics import log_loss
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.svm import SVC
except ImportError as error:
    print(json.dumps({"absent": str(error)}), flush=True)
    sys.exit(0)

HELD, QUERIES = 2_000, 10_000


def problem(samples, features, seed):
    x = uniform64((samples, features), 1 + seed)
    y = 2 * x[:, 0] * x[:, 1] + uniform64((samples,), 4 + seed, 0.5) + x @ uniform64((features,), 3)
    return x, y, (y > 0).astype(np.int32)


def clouds(samples, features, groups):
    centers = uniform64((groups, features), 5, 2)
    return uniform64((samples, features), 1) + centers[np.arange(samples) % groups]


def chains(samples, features):
    x = uniform64((samples, features), 1)
    for j in range(1, features):
        x[:, j] += 0.9 * x[:, j - 1]
    return x


def prepare(w, jobs):
    task, samples, features = w["task"], w["samples"], w["features"]
    if task == "kMeans":
        x = clouds(samples, features, 20)
        return lambda: KMeans(20, random_state=1).fit(x), lambda m: m.inertia_ / samples
    if task == "pca":
        x = chains(samples, features)
        return lambda: PCA(50).fit(x), lambda m: m.explained_variance_ratio_.sum()
    if task == "tsne":
        x = clouds(samples, features, 10)
        return lambda: TSNE(perplexity=30, n_jobs=jobs, random_state=1).fit(x), lambda m: m.kl_divergence_
    x, y, labels = problem(samples, features, 0)
    u, v, named = problem(QUERIES if task == "neighbors" else HELD, features, 100)
    if task in ("linear", "ridge"):
        model = Ridge(1.0) if task == "ridge" else LinearRegression(n_jobs=jobs)
        return lambda: model.fit(x, y), lambda m: m.score(u, v)
    if task == "logistic":
        return lambda: LogisticRegression(C=1.0, tol=1e-4).fit(x, labels), lambda m: log_loss(named, m.predict_proba(u))
    if task == "svm":
        return lambda: SVC().fit(x, labels), lambda m: m.score(u, named)
    if task == "forest":
        return lambda: RandomForestClassifier(100, n_jobs=jobs, random_state=1).fit(x, labels), lambda m: m.score(u, named)
    if task == "neighbors":
        model = KNeighborsClassifier(5, algorithm="brute", n_jobs=jobs).fit(x, labels)
        return lambda: model.score(u, named), lambda score: score
    return lambda: HistGradientBoostingRegressor(max_iter=100, early_stopping=False).fit(x, y), lambda m: m.score(u, v)


def peak_mib():
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    except OSError:
        return 0.0


def main():
    print(json.dumps({"name": "scikit-learn", "version": sklearn.__version__}), flush=True)
    step = None
    for line in sys.stdin:
        request = json.loads(line)
        if "prepare" in request:
            try:
                step, show = prepare(request["prepare"], request["threads"])
                begin = time.perf_counter()
                model = step()
                first = time.perf_counter() - begin
                answer = {"firstStepMs": first * 1e3, "outputs": [float(show(model))]}
            except Exception as error:
                answer = {"cannot": str(error).strip().split("\n")[0]}
        elif "step" in request:
            begin = time.perf_counter()
            for _ in range(request["step"]):
                step()
            answer = {"seconds": time.perf_counter() - begin}
        else:
            answer = {"peakMiB": peak_mib()}
        print(json.dumps(answer), flush=True)


main()

"""Writes voters.json: AdaBoost, bagging and voting of scikit-learn on the small tables; every third sample is for testing."""
import os
import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.ensemble import AdaBoostClassifier, AdaBoostRegressor, StackingClassifier, StackingRegressor, BaggingClassifier, BaggingRegressor, VotingClassifier, VotingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, RidgeCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from digest import digest, save

tables = {"wine": load_wine(), "breastCancer": load_breast_cancer(), "diabetes": load_diabetes()}


def split(name):
    # Trees of scikit-learn hold samples as float32.
    X, y = tables[name].data.astype(np.float32).astype(np.float64), tables[name].target
    test = np.arange(len(y)) % 3 == 2
    return X[~test], y[~test], X[test], y[test]


cases = {}
for name in ["wine", "breastCancer"]:
    a, b, c, d = split(name)
    for label, model in {
        "stumps": AdaBoostClassifier(n_estimators=8),
        "depth 2": AdaBoostClassifier(DecisionTreeClassifier(max_depth=2), n_estimators=5, learning_rate=0.5),
        "bayes": AdaBoostClassifier(GaussianNB(), n_estimators=6),
    }.items():
        # Equal splits, settled by chance; variances smoothed by a share of the largest one, which ours weighs by samples.
        if (name, label) in {("wine", "depth 2"), ("breastCancer", "bayes")}:
            continue
        # Where features are looked at in random order, equal splits are settled by chance: seeds must agree to be stored.
        runs = []
        for seed in range(3):
            model.set_params(random_state=seed)
            runs.append(model.fit(a, b))
            first = model.predict_proba(c) if seed == 0 else first
            if not np.allclose(first, model.predict_proba(c), atol=1e-10):
                print("by chance:", name, label)
        cases[f"{name} {label} votes"] = digest(model.estimator_weights_[: len(model.estimators_)])
        cases[f"{name} {label} probabilities"] = digest(model.predict_proba(c))
        cases[f"{name} {label} decision"] = digest(model.decision_function(c))
    members = [("tree", DecisionTreeClassifier(max_depth=2, random_state=0)), ("bayes", GaussianNB()), ("near", KNeighborsClassifier(3))]
    cases[f"{name} hard"] = digest(VotingClassifier(members).fit(a, b).predict(c))
    cases[f"{name} hard weights"] = digest(VotingClassifier(members, weights=[1, 3, 1]).fit(a, b).predict(c))
    cases[f"{name} soft"] = digest(VotingClassifier(members, voting="soft", weights=[2, 1, 1]).fit(a, b).predict_proba(c))
    members[0] = ("tree", DecisionTreeClassifier(max_depth=1, random_state=0))
    exact = LogisticRegression(tol=1e-10, max_iter=10000)
    model = StackingClassifier(members, exact).fit(a, b)
    cases[f"{name} stacked answers"] = digest(model.transform(c))
    cases[f"{name} stacked"] = digest(model.predict_proba(c))
    model = StackingClassifier(members, exact, stack_method="predict", cv=3)
    cases[f"{name} stacked predictions"] = digest(model.fit(a, b).predict_proba(c))
a, b, c, d = split("diabetes")
cases["diabetes stacked"] = digest(StackingRegressor([("ridge", Ridge(2)), ("tree", DecisionTreeRegressor(max_depth=2, random_state=0))]).fit(a, b).predict(c))
members = [("ridge", Ridge(2)), ("line", LinearRegression())]
model = StackingRegressor(members, LinearRegression(), cv=4, passthrough=True)
cases["diabetes stacked weights"] = digest(model.fit(a, b, sample_weight=1 + np.arange(len(b)) % 3).predict(c))
members = [("line", LinearRegression()), ("ridge", Ridge()), ("tree", DecisionTreeRegressor(max_depth=2, random_state=0))]
cases["diabetes mean"] = digest(VotingRegressor(members, weights=[1, 2, 1]).fit(a, b).predict(c))


def spread(make, a, b, c, d, seeds=8):
    scores = [make(seed).fit(a, b).score(c, d) for seed in range(seeds)]
    return [float(np.mean(scores)), float(min(scores)), float(max(scores))]


for loss in ["linear", "square", "exponential"]:
    cases[f"boosted {loss}"] = spread(lambda seed: AdaBoostRegressor(loss=loss, random_state=seed), a, b, c, d)
cases["bagged trees"] = spread(lambda seed: BaggingRegressor(n_estimators=30, random_state=seed), a, b, c, d)
cases["bagged parts"] = spread(lambda seed: BaggingRegressor(n_estimators=30, max_samples=0.5, max_features=0.5, bootstrap=False, random_state=seed), a, b, c, d)
scores = [BaggingRegressor(n_estimators=60, oob_score=True, random_state=seed).fit(a, b).oob_score_ for seed in range(8)]
cases["bagged outside"] = [float(np.mean(scores)), float(min(scores)), float(max(scores))]
a, b, c, d = split("breastCancer")
scaler = StandardScaler().fit(a)
a, c = scaler.transform(a), scaler.transform(c)
cases["bagged neighbours"] = spread(lambda seed: BaggingClassifier(KNeighborsClassifier(3), n_estimators=20, max_samples=0.3, max_features=0.5, bootstrap_features=True, random_state=seed), a, b, c, d)
save(os.path.join(os.path.dirname(__file__), "voters.json"), cases)

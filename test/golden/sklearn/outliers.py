"""Writes outliers.json: scikit-learn's outlier detectors on wine and on breast cancer, whose malignant samples are rare."""
import os
import numpy as np
from sklearn.datasets import load_breast_cancer, load_iris, load_wine
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import LocalOutlierFactor
from digest import digest, save

iris, wine, cancer = load_iris().data, load_wine().data, load_breast_cancer()
cases = {}
for k in [5, 20]:
    m = LocalOutlierFactor(n_neighbors=k, contamination=0.1).fit(wine)
    cases[f"LocalOutlierFactor {k} factors"] = -m.negative_outlier_factor_
    cases[f"LocalOutlierFactor {k} outliers"] = m.fit_predict(wine)
    m = LocalOutlierFactor(n_neighbors=k, novelty=True).fit(wine[::2])
    cases[f"LocalOutlierFactor {k} decision"] = m.decision_function(wine[1::2])
# Benign samples and every tenth of the malignant ones.
rare = np.concatenate([np.flatnonzero(cancer.target == 1), np.flatnonzero(cancer.target == 0)[::10]])
x, y = cancer.data[rare], cancer.target[rare]
scores = np.mean([IsolationForest(random_state=s).fit(x).score_samples(x) for s in range(40)], 0)
areas = [roc_auc_score(y, IsolationForest(random_state=s).fit(x).score_samples(x)) for s in range(40)]
cases["IsolationForest mean scores"] = scores
cases["IsolationForest area"] = np.mean(areas)
print(np.mean(areas), np.min(areas))
save(os.path.join(os.path.dirname(__file__), "outliers.json"), {name: digest(v) for name, v in cases.items()})

"""Prints what scikit-learn scores in the lessons beside this file, on the same samples: every fourth tests, the others teach."""
import numpy as np
import sklearn
from sklearn.cluster import KMeans
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LassoCV, LinearRegression, LogisticRegression, RidgeCV
from sklearn.metrics import adjusted_rand_score, roc_auc_score
from sklearn.model_selection import cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

print("scikit-learn", sklearn.__version__)


def parts(table):
    test = np.arange(len(table.target)) % 4 == 0
    return table.data[~test], table.target[~test], table.data[test], table.target[test]


a, b, c, d = parts(load_diabetes())
for model in [LinearRegression(), RidgeCV([0.01, 0.1, 1, 10]), LassoCV(tol=1e-10, max_iter=100000)]:
    model.fit(a, b)
    print("linear-regression", type(model).__name__, model.score(c, d), getattr(model, "alpha_", ""))
a, b, c, d = parts(load_breast_cancer())
model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, tol=1e-8)).fit(a, b)
print("logistic-regression", model.score(c, d), roc_auc_score(d, model.predict_proba(c)[:, 1]), GaussianNB().fit(a, b).score(c, d))
a, b, c, d = parts(load_iris())
for depth in [3, None]:
    trees = [DecisionTreeClassifier(max_depth=depth, random_state=s).fit(a, b) for s in range(20)]
    print("decision-tree", depth, np.mean([t.score(c, d) for t in trees]), {t.get_n_leaves() for t in trees})
a, b, c, d = parts(load_wine())
forests = [RandomForestClassifier(200, oob_score=True, random_state=s).fit(a, b) for s in range(10)]
print("random-forest", np.mean([f.score(c, d) for f in forests]), np.mean([f.oob_score_ for f in forests]))
a, b, c, d = parts(load_digits())
for k in [1, 3, 5, 7, 9]:
    print("nearest-neighbors", k, cross_val_score(KNeighborsClassifier(k), a, b).mean(), KNeighborsClassifier(k).fit(a, b).score(c, d))
pca = PCA(2, svd_solver="full").fit(a)
few = make_pipeline(PCA(20, svd_solver="full"), KNeighborsClassifier()).fit(a, b)
print("principal-components", pca.explained_variance_ratio_.sum(), few.score(c, d), KNeighborsClassifier().fit(a, b).score(c, d))
groups = [KMeans(10, n_init=20, random_state=s).fit(a) for s in range(5)]
print("k-means", np.mean([g.inertia_ / len(a) for g in groups]), np.mean([adjusted_rand_score(b, g.labels_) for g in groups]), np.mean([adjusted_rand_score(d, g.predict(c)) for g in groups]))

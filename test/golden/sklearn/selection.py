"""Writes selection.json: Bayes, discriminants, splits, cross-validation, calibration and scores of descent in scikit-learn."""
import os
import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression, Perceptron, Ridge, SGDClassifier, SGDRegressor
from sklearn.model_selection import (GridSearchCV, GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold, TimeSeriesSplit, cross_val_predict,
                                     cross_val_score, learning_curve, validation_curve)
from sklearn.naive_bayes import BernoulliNB, CategoricalNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from digest import digest, save

digits, iris, wine, cancer, sugar = load_digits(), load_iris(), load_wine(), load_breast_cancer(), load_diabetes()
X, y = digits.data[:500], digits.target[:500]
w = np.arange(500) % 3
i = np.arange(60)
labels = (i * i) % 7 % 3
groups = np.repeat(np.arange(6), [5, 20, 3, 14, 7, 11])


def parts(splitter, **about):
    fold = np.full(60, -1)
    for k, (_, test) in enumerate(splitter.split(np.zeros((60, 1)), about.get("y"), about.get("groups"))):
        fold[test] = k
    return fold


cases = {
    "MultinomialNB": MultinomialNB(alpha=0.5).fit(X, y, sample_weight=w).predict_proba(X),
    "ComplementNB": ComplementNB().fit(X, y).predict_proba(X),
    "ComplementNB norm": ComplementNB(norm=True).fit(X, y).predict_proba(X),
    "BernoulliNB": BernoulliNB(binarize=7).fit(X, y).predict_proba(X),
    "CategoricalNB": CategoricalNB(alpha=0.3).fit(X.astype(int) // 4, y, sample_weight=1 + w).predict_proba(X.astype(int) // 4),
    "GaussianNB": GaussianNB().fit(wine.data, wine.target).predict_proba(wine.data),
    "GaussianNB weights": GaussianNB(priors=[0.5, 0.3, 0.2], var_smoothing=0).fit(wine.data, wine.target, sample_weight=np.arange(178) % 4).predict_proba(wine.data),
    "LDA": LinearDiscriminantAnalysis().fit(wine.data, wine.target).predict_proba(wine.data),
    "LDA transform": np.abs(LinearDiscriminantAnalysis().fit(wine.data, wine.target).transform(wine.data)),
    "LDA two": LinearDiscriminantAnalysis(priors=[0.3, 0.7]).fit(cancer.data, cancer.target).decision_function(cancer.data),
    "LDA shrinkage": LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.3).fit(wine.data, wine.target).predict_proba(wine.data),
    "LDA shrinkage auto": LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(cancer.data, cancer.target).predict_proba(cancer.data),
    "QDA": QuadraticDiscriminantAnalysis().fit(wine.data, wine.target).predict_proba(wine.data),
    "QDA regularized": QuadraticDiscriminantAnalysis(reg_param=0.1).fit(cancer.data, cancer.target).decision_function(cancer.data),
    "KFold": parts(KFold(7)),
    "StratifiedKFold": parts(StratifiedKFold(4), y=labels),
    "GroupKFold": parts(GroupKFold(3), groups=groups),
    "StratifiedGroupKFold": parts(StratifiedGroupKFold(3), y=labels, groups=groups),
    "TimeSeriesSplit": [len(t) * 1000 + s[0] for t, s in TimeSeriesSplit(4, gap=2, max_train_size=25).split(i)],
    "crossValScore": cross_val_score(LinearDiscriminantAnalysis(), iris.data, iris.target, cv=10),
    "crossValScore rmse": cross_val_score(Ridge(0.1), sugar.data, sugar.target, scoring="neg_root_mean_squared_error"),
    "crossValScore rocAuc": cross_val_score(GaussianNB(), cancer.data, cancer.target, scoring="roc_auc"),
    "crossValScore logLoss": cross_val_score(LinearDiscriminantAnalysis(), iris.data, iris.target, scoring="neg_log_loss"),
    "crossValScore f1Macro": cross_val_score(GaussianNB(), wine.data, wine.target, scoring="f1_macro"),
    "crossValPredict": cross_val_predict(LinearDiscriminantAnalysis(), iris.data, iris.target),
    "crossValPredict proba": cross_val_predict(LinearDiscriminantAnalysis(), iris.data, iris.target, method="predict_proba"),
    "crossValPredict numbers": cross_val_predict(Ridge(0.1), sugar.data, sugar.target),
    "learningCurve": learning_curve(Ridge(0.1), sugar.data, sugar.target)[2],
    "learningCurve train": learning_curve(Ridge(0.1), sugar.data, sugar.target)[1],
    "validationCurve": validation_curve(Ridge(), sugar.data, sugar.target, param_name="alpha", param_range=[0.01, 0.1, 1])[1],
    "gridSearch": GridSearchCV(Ridge(), {"alpha": [0.01, 0.1, 1, 10], "fit_intercept": [True, False]}).fit(sugar.data, sugar.target).cv_results_["mean_test_score"],
    "IsotonicRegression": IsotonicRegression(out_of_bounds="clip").fit(sugar.data[:, 2], sugar.target, sample_weight=1 + np.arange(442) % 3).predict(np.linspace(-0.2, 0.2, 50)),
    "IsotonicRegression falling": IsotonicRegression(increasing=False, y_min=100, y_max=200).fit(sugar.data[:, 6], sugar.target).predict(sugar.data[:, 6]),
    "CalibratedClassifier": CalibratedClassifierCV(GaussianNB()).fit(cancer.data, cancer.target).predict_proba(cancer.data),
    "CalibratedClassifier isotonic": CalibratedClassifierCV(LinearDiscriminantAnalysis(), method="isotonic").fit(cancer.data, cancer.target).predict_proba(cancer.data),
    "CalibratedClassifier SVC": CalibratedClassifierCV(SVC(tol=1e-8), ensemble=False).fit(iris.data, iris.target).predict_proba(iris.data),
    "CalibratedClassifier classes": CalibratedClassifierCV(LinearDiscriminantAnalysis(), cv=3).fit(wine.data, wine.target).predict_proba(wine.data),
}
logistic = make_pipeline(StandardScaler(), LogisticRegression(tol=1e-8, max_iter=10000))
for name, data in [("iris", iris), ("wine", wine), ("cancer", cancer)]:
    cases[f"logistic {name}"] = cross_val_score(logistic, data.data, data.target)
scores = {
    "SGDClassifier": [make_pipeline(StandardScaler(), SGDClassifier(random_state=s)) for s in range(5)],
    "SGDClassifier log": [make_pipeline(StandardScaler(), SGDClassifier(loss="log_loss", penalty="l1", alpha=1e-3, random_state=s)) for s in range(5)],
    "SGDClassifier average": [make_pipeline(StandardScaler(), SGDClassifier(loss="modified_huber", average=True, random_state=s)) for s in range(5)],
    "Perceptron": [make_pipeline(StandardScaler(), Perceptron(random_state=s)) for s in range(5)],
}
for name, models in scores.items():
    cases[name] = np.mean([cross_val_score(model, cancer.data, cancer.target).mean() for model in models])
for name, options in {"SGDRegressor": {}, "SGDRegressor adaptive": dict(learning_rate="adaptive", loss="huber", epsilon=20, eta0=0.1)}.items():
    models = [make_pipeline(StandardScaler(), SGDRegressor(random_state=s, **options)) for s in range(5)]
    cases[name] = np.mean([cross_val_score(model, sugar.data, sugar.target).mean() for model in models])
save(os.path.join(os.path.dirname(__file__), "selection.json"), {name: digest(x) for name, x in cases.items()})

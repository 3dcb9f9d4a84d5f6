"""Writes neural.json: mean scores of scikit-learn's multi-layer perceptrons over folds and ten seeds, and their spread over seeds."""
import os
import warnings
import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_wine
from sklearn.model_selection import cross_val_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from digest import save

warnings.simplefilter("ignore")
digits, wine, cancer, sugar = load_digits(), load_wine(), load_breast_cancer(), load_diabetes()
z = (sugar.target - sugar.target.mean()) / sugar.target.std()
models = {
    "adam": (lambda s: MLPClassifier((30,), max_iter=60, random_state=s), digits.data[:500] / 16, digits.target[:500]),
    "sgd": (lambda s: MLPClassifier((20,), solver="sgd", activation="tanh", learning_rate_init=0.1, max_iter=60, random_state=s), wine.data, wine.target),
    "early stopping": (lambda s: MLPClassifier((20, 10), learning_rate_init=0.01, early_stopping=True, random_state=s), cancer.data, cancer.target),
    "adaptive": (lambda s: MLPClassifier((10,), solver="sgd", activation="logistic", learning_rate="adaptive", learning_rate_init=0.5, max_iter=100, n_iter_no_change=3, random_state=s), wine.data, wine.target),
    "regressor": (lambda s: MLPRegressor(hidden_layer_sizes=(20,), activation="tanh", alpha=10, solver="lbfgs", max_iter=300, random_state=s), sugar.data, z),
    "regressor adam": (lambda s: MLPRegressor(hidden_layer_sizes=(20,), learning_rate_init=0.01, max_iter=20, random_state=s), sugar.data, z),
}
cases = {}
for name, (make, x, y) in models.items():
    means = [cross_val_score(make_pipeline(StandardScaler(), make(s)), x, y, cv=3).mean() for s in range(10)]
    cases[name] = [[], float(np.mean(means)), float(np.std(means))]
    print(name, cases[name])
save(os.path.join(os.path.dirname(__file__), "neural.json"), cases)

"""Prints what scikit-learn scores in support-vectors.ts and penguins.ts. Takes the path of palmerpenguins' table as vega-datasets' penguins.json has it."""
import json
import sys
import numpy as np
import sklearn
from scipy.stats import loguniform
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RandomizedSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures, StandardScaler
from sklearn.svm import SVC

print("scikit-learn", sklearn.__version__)
birds = json.load(open(sys.argv[1]))
gap = lambda value: np.nan if value is None else value
NUMBERS = ["Beak Length (mm)", "Beak Depth (mm)", "Flipper Length (mm)", "Body Mass (g)"]
numbers = np.array([[gap(bird[name]) for name in NUMBERS] for bird in birds], dtype=float)
species = np.array([bird["Species"] for bird in birds])
island = np.array([bird["Island"] for bird in birds])
sex = np.array([str(bird["Sex"]).lower() for bird in birds])

known = ~np.isnan(numbers[:, 0])
x, y = numbers[known][:, :2], species[known]
test = np.arange(len(y)) % 4 == 0
for machine in [SVC(C=10), SVC(kernel="linear")]:
    print("support-vectors", make_pipeline(StandardScaler(), machine).fit(x[~test], y[~test]).score(x[test], y[test]))

known = np.isin(sex, ["female", "male"])
x = np.column_stack([numbers.astype(object), species, island])[known]
best = []
for seed in range(5):
    prepare = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler(), PolynomialFeatures(include_bias=False)), [0, 1, 2, 3]),
        (OneHotEncoder(handle_unknown="ignore"), [4, 5]),
    )
    pipe = make_pipeline(prepare, LogisticRegression(max_iter=10000))
    choices = {
        "logisticregression__C": loguniform(1e-2, 1e3),
        "columntransformer__pipeline__polynomialfeatures__degree": [1, 2],
        "columntransformer__pipeline__simpleimputer__strategy": ["mean", "median"],
    }
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    best.append(RandomizedSearchCV(pipe, choices, n_iter=20, cv=folds, random_state=seed).fit(x, sex[known]).best_score_)
print("penguins", np.mean(best), np.std(best))

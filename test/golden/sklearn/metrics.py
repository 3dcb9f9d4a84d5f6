"""Writes metrics.json: scikit-learn's metrics of made-up predictions; metrics are named as Fathom names them."""
import os
import numpy as np
from sklearn import metrics as m
from sklearn.calibration import calibration_curve
from sklearn.datasets import load_iris
from digest import digest, save

i = np.arange(60)
truth = (i * i) % 7 % 3
guess = np.where(i % 4 == 0, (truth + i) % 3, truth)
weight = 1 + i % 3
yes = ((i * i) % 7 < 3).astype(int)
taken = np.where(i % 5 == 0, 1 - yes, yes)
score = ((i * 29) % 60 / 60 + yes) / 2
score = np.round(score, 1)
table = 1 + (np.outer(i, [3, 5, 7]) + i[:, None] ** 2) % 11 + 6 * np.eye(3)[truth]
table = table / table.sum(1, keepdims=True)
y = np.sin(i) * 3 + 4
p = y + np.cos(i * 3) * 0.7
y2, p2 = np.stack([y, y**2], 1), np.stack([p, p**2 + 0.3], 1)
groups = (i * 3) % 5
iris = load_iris()
iris_groups = np.where(iris.data[:, 2] < 2.5, 7, np.where(iris.data[:, 3] < 1.7, 3, 5))
relevance = (np.outer(i[:10] + 1, np.arange(6) + 2) ** 2) % 5
ranked = (np.outer(i[:10] + 3, np.arange(6) + 1) ** 3) % 17
wanted = (relevance > 2).astype(int)
wanted[:, 0] = 1

cases = {}
cases["accuracy"] = m.accuracy_score(truth, guess)
cases["accuracy weighted"] = m.accuracy_score(truth, guess, sample_weight=weight)
cases["balancedAccuracy"] = m.balanced_accuracy_score(truth, guess)
cases["confusionMatrix"] = m.confusion_matrix(truth, guess, sample_weight=weight)
for average in ["micro", "macro", "weighted"]:
    cases[f"precision {average}"] = m.precision_score(truth, guess, average=average)
    cases[f"recall {average}"] = m.recall_score(truth, guess, average=average, sample_weight=weight)
    cases[f"f1 {average}"] = m.f1_score(truth, guess, average=average)
    cases[f"jaccard {average}"] = m.jaccard_score(truth, guess, average=average)
cases["precision binary"] = m.precision_score(yes, taken)
cases["recall binary"] = m.recall_score(yes, taken, pos_label=0)
cases["fBeta"] = m.fbeta_score(yes, taken, beta=2)
cases["matthews"] = m.matthews_corrcoef(truth, guess)
cases["cohenKappa"] = m.cohen_kappa_score(truth, guess)
cases["cohenKappa quadratic"] = m.cohen_kappa_score(truth, guess, weights="quadratic", sample_weight=weight)
fpr, tpr, thresholds = m.roc_curve(yes, score, drop_intermediate=False)
cases["rocCurve fpr"], cases["rocCurve tpr"] = fpr, tpr
cases["rocAuc"] = m.roc_auc_score(yes, score)
cases["rocAuc weighted"] = m.roc_auc_score(yes, score, sample_weight=weight)
cases["rocAuc ovr"] = m.roc_auc_score(truth, table, multi_class="ovr")
cases["rocAuc ovr weighted"] = m.roc_auc_score(truth, table, multi_class="ovr", average="weighted")
cases["rocAuc ovo"] = m.roc_auc_score(truth, table, multi_class="ovo")
cases["rocAuc ovo weighted"] = m.roc_auc_score(truth, table, multi_class="ovo", average="weighted")
precision, recall, thresholds = m.precision_recall_curve(yes, score)
cases["precisionRecallCurve precision"], cases["precisionRecallCurve recall"], cases["precisionRecallCurve thresholds"] = precision, recall, thresholds
cases["averagePrecision"] = m.average_precision_score(yes, score, sample_weight=weight)
cases["logLoss"] = m.log_loss(truth, table, sample_weight=weight)
cases["logLoss binary"] = m.log_loss(yes, score)
cases["brier"] = m.brier_score_loss(yes, score)
cases["brier classes"] = m.brier_score_loss(truth, table)
cases["hinge"] = m.hinge_loss(yes, score * 4 - 2)
cases["hinge classes"] = m.hinge_loss(truth, table * 5)
cases["topKAccuracy"] = m.top_k_accuracy_score(truth, table, k=2)
cases["calibrationCurve observed"], cases["calibrationCurve predicted"] = calibration_curve(yes, score * 0.97, n_bins=4)
cases["mse"] = m.mean_squared_error(y, p, sample_weight=weight)
cases["mse outputs"] = m.mean_squared_error(y2, p2)
cases["rmse outputs"] = m.root_mean_squared_error(y2, p2)
cases["mae"] = m.mean_absolute_error(y, p)
cases["mape"] = m.mean_absolute_percentage_error(y, p)
cases["msle"] = m.mean_squared_log_error(y, p)
cases["medianAe"] = m.median_absolute_error(y2, p2)
cases["maxError"] = m.max_error(y, p)
cases["r2"] = m.r2_score(y, p, sample_weight=weight)
cases["r2 outputs"] = m.r2_score(y2, p2)
cases["explainedVariance"] = m.explained_variance_score(y2, p2, sample_weight=weight)
cases["poissonDeviance"] = m.mean_poisson_deviance(y, p)
cases["pinball"] = m.mean_pinball_loss(y, p, alpha=0.9)
for name in ["rand_score", "adjusted_rand_score", "fowlkes_mallows_score", "mutual_info_score", "normalized_mutual_info_score",
             "adjusted_mutual_info_score", "homogeneity_score", "completeness_score", "v_measure_score"]:
    cases[name] = getattr(m, name)(truth, groups)
    cases[name + " iris"] = getattr(m, name)(iris.target, iris_groups)
cases["silhouette"] = m.silhouette_score(iris.data, iris_groups)
cases["calinskiHarabasz"] = m.calinski_harabasz_score(iris.data, iris_groups)
cases["daviesBouldin"] = m.davies_bouldin_score(iris.data, iris_groups)
cases["dcg"] = m.dcg_score(relevance, ranked)
cases["ndcg"] = m.ndcg_score(relevance, ranked)
cases["ndcg k"] = m.ndcg_score(relevance, ranked, k=3, sample_weight=weight[:10])
cases["coverageError"] = m.coverage_error(wanted, ranked)
cases["labelRankingAveragePrecision"] = m.label_ranking_average_precision_score(wanted, ranked)
cases["labelRankingLoss"] = m.label_ranking_loss(wanted, ranked)
save(os.path.join(os.path.dirname(__file__), "metrics.json"), {name: digest(x) for name, x in cases.items()})

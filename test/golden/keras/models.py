"""
Small models that Keras saves in each of its formats, with inputs and what Keras answers.
    KERAS_BACKEND=torch python models.py
"""
import json
import sys

import h5py
import keras
import numpy as np
import torch
from keras import layers as L

print("keras", keras.__version__, "torch", torch.__version__, "h5py", h5py.__version__, file=sys.stderr)
keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)


def cnn():
    return keras.Sequential([
        L.Input((9, 8, 2)),
        L.Rescaling(0.5, offset=-0.1),
        L.Conv2D(4, 3, strides=2, padding="same", activation="relu", name="first conv"),
        L.BatchNormalization(),
        L.ZeroPadding2D(((1, 0), (0, 2))),
        L.DepthwiseConv2D(3, depth_multiplier=2, padding="same", activation="elu"),
        L.MaxPooling2D(2, padding="same"),
        L.SeparableConv2D(6, 2, activation="gelu"),
        L.UpSampling2D(2),
        L.AveragePooling2D(3, strides=2, padding="same"),
        L.Conv2DTranspose(3, 3, strides=2, padding="same", activation="leaky_relu"),
        L.LeakyReLU(negative_slope=0.1),
        L.Dropout(0.5),
        L.Flatten(),
        L.Dense(5, activation="softplus"),
        L.LayerNormalization(),
        L.Dense(3, use_bias=False),
        L.Softmax(),
    ])


def signal():
    return keras.Sequential([
        L.Input((12, 3)),
        L.Conv1D(4, 3, dilation_rate=2, padding="same", activation="silu"),
        L.BatchNormalization(scale=False),
        L.MaxPooling1D(2),
        L.Conv1DTranspose(3, 4, strides=2),
        L.Permute((2, 1)),
        L.Reshape((6, 7)),
        L.GlobalAveragePooling1D(),
        L.Dense(2, activation="tanh"),
    ])


def recurrent():
    return keras.Sequential([
        L.Input((6,)),
        L.Embedding(9, 4),
        L.Bidirectional(L.LSTM(3, return_sequences=True)),
        L.GRU(4, return_sequences=True),
        L.SimpleRNN(3, return_sequences=True),
        L.Bidirectional(L.GRU(2)),
        L.Dense(2),
    ])


def functional():
    x = keras.Input((6, 6, 3), name="picture")
    y = L.Conv2D(4, 3, padding="same", name="a")(x)
    z = L.Activation("relu")(y)
    z = L.Conv2D(4, 3, padding="same", groups=2)(z)
    z = L.Add()([y, z])
    z = L.Concatenate()([z, x, L.Multiply()([y, y])])
    z = L.GlobalMaxPooling2D()(z)
    return keras.Model(x, L.Dense(3, activation="sigmoid", name="out")(z))


golden = {"keras": keras.__version__, "torch": torch.__version__, "h5py": h5py.__version__, "models": {}}
for make in (cnn, signal, recurrent, functional):
    model = make()
    model.set_weights([
        np.abs(w) + 0.5 if "variance" in v.path else w
        for v, w in ((v, rng.normal(0, 0.4, v.shape).astype("f4")) for v in model.weights)
    ])
    name = make.__name__
    shape = (2, *model.input_shape[1:])
    x = rng.integers(0, 9, shape).astype("f4") if name == "recurrent" else rng.normal(0, 1, shape).astype("f4").round(3)
    y = np.asarray(model(x, training=False).detach().cpu())
    model.save(f"{name}.keras")
    model.save(f"{name}.h5")
    if name == "functional":
        model.save_weights(f"{name}.weights.h5")
    golden["models"][name] = {
        "input": {"shape": x.shape, "values": x.ravel().tolist()},
        "output": {"shape": y.shape, "values": y.ravel().astype(float).tolist()},
        "sums": {v.path: float(np.abs(w).sum()) for v, w in zip(model.weights, model.get_weights())},
    }
with open("models.json", "w") as out:
    json.dump(golden, out)

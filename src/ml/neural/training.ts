/**
 * How a network learns: Adam or descent with momentum on mini-batches, one compiled step for each, or L-BFGS on all samples.
 */
import { raise, ValueError } from '../../base/errors.ts';
import { Adam } from '../../optim/adam.ts';
import type { Optimizer } from '../../optim/optimizer.ts';
import { SGD } from '../../optim/sgd.ts';
import { Cell } from '../../tensor/cell.ts';
import { compile } from '../../tensor/compile.ts';
import { tensor } from '../../tensor/creation.ts';
import { gradients } from '../../tensor/gradients.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { lbfgs } from '../lbfgs.ts';
import type { Matrix } from '../matrix.ts';
import { requireNumber, requireOneOf, requireWhole } from '../options.ts';
import { Random } from '../random.ts';
import { type Activation, activations, type Layers, Network } from './network.ts';

const solvers = ['adam', 'sgd', 'lbfgs'] as const;
const schedules = ['constant', 'invscaling', 'adaptive'] as const;

export interface MLPOptions {
  /** Sizes of the hidden layers. Default [100]. */
  readonly hidden?: readonly number[];
  /** After each hidden layer. Default relu. */
  readonly activation?: Activation;
  /** L-BFGS is for few samples: it looks at all of them each time. Default adam. */
  readonly solver?: (typeof solvers)[number];
  /** The weight of ½ Σ w² / n in the loss. Default 0.0001. */
  readonly alpha?: number;
  /** Default: 200, or all samples if there are fewer. */
  readonly batchSize?: number;
  /** Default 0.001. */
  readonly learningRate?: number;
  /**
   * Of `sgd`: always the same, divided by (samples seen)^power, or divided by 5 whenever the loss has not fallen for a while.
   * Default constant.
   */
  readonly schedule?: (typeof schedules)[number];
  /** Default 0.5. */
  readonly power?: number;
  /** Of `sgd`. Default 0.9. */
  readonly momentum?: number;
  /** Of `sgd` with momentum. Default true. */
  readonly nesterov?: boolean;
  /** Passes over the samples, at most; of L-BFGS its steps. Default 200. */
  readonly maxEpochs?: number;
  /** Stop when the loss, or the score of early stopping, is not better by this for `patience` passes. Default 0.0001. */
  readonly tolerance?: number;
  /** Default 10. */
  readonly patience?: number;
  /** Keep some samples aside, stop when their score no longer rises, and take the weights that scored best. Default false. */
  readonly earlyStopping?: boolean;
  /** The share kept aside. Default 0.1. */
  readonly validationShare?: number;
  /** Of weights and order. Default 0. */
  readonly seed?: number;
}

export type MLPSettings = Required<Omit<MLPOptions, 'batchSize'>> & { readonly batchSize: number | undefined };

/** @throws ValueError for an option that makes no sense */
export function settingsOf(owner: string, options: MLPOptions): MLPSettings {
  const {
    hidden = [100],
    activation = 'relu',
    solver = 'adam',
    alpha = 1e-4,
    batchSize,
    learningRate = 1e-3,
  } = options;
  const { schedule = 'constant', power = 0.5, momentum = 0.9, nesterov = true, maxEpochs = 200 } = options;
  const { tolerance = 1e-4, patience = 10, earlyStopping = false, validationShare = 0.1, seed = 0 } = options;
  hidden.forEach((size, l) => requireWhole(owner, `hidden[${l}]`, size, 1));
  requireOneOf(owner, 'activation', activation, activations);
  requireOneOf(owner, 'solver', solver, solvers);
  requireNumber(owner, 'alpha', alpha, { low: 0 });
  if (batchSize !== undefined) requireWhole(owner, 'batchSize', batchSize, 1);
  requireNumber(owner, 'learningRate', learningRate, { low: 0, open: true });
  requireOneOf(owner, 'schedule', schedule, schedules);
  requireNumber(owner, 'power', power, { low: 0 });
  requireNumber(owner, 'momentum', momentum, { low: 0, high: 1 });
  requireWhole(owner, 'maxEpochs', maxEpochs, 1);
  requireNumber(owner, 'tolerance', tolerance, { low: 0 });
  requireWhole(owner, 'patience', patience, 1);
  requireNumber(owner, 'validationShare', validationShare, { low: 0, high: 1, open: true });
  requireWhole(owner, 'seed', seed);
  if (earlyStopping && solver === 'lbfgs')
    raise(new ValueError(`${owner}: earlyStopping goes with the solvers adam and sgd, not with lbfgs`));
  return {
    ...{ hidden: [...hidden], activation, solver, alpha, batchSize, learningRate, schedule, power, momentum },
    ...{ nesterov, maxEpochs, tolerance, patience, earlyStopping, validationShare, seed },
  };
}

/** From outputs (n, k) and targets (n, k) to a loss a sample, (n,). */
export type SampleLoss = (outputs: Tensor, targets: Tensor) => Tensor;

/** What is learned from. */
export interface Lesson {
  readonly x: Matrix;
  /** (n, outputs) */
  readonly y: Matrix;
  readonly weights: Float64Array | undefined;
}

/** What an optimizer remembers between calls. */
export interface Memory {
  readonly state: Readonly<Record<string, Tensor>>;
  /** Samples seen so far. */
  readonly seen: number;
}

export interface Trained {
  readonly layers: Layers;
  /** The loss after each pass. */
  readonly losses: Float64Array<ArrayBuffer>;
  /** Undefined after L-BFGS. */
  readonly memory: Memory | undefined;
}

/** Mean loss over samples by their weights, and ½ α Σ w² over their sum. */
function lossOf(network: Network, loss: SampleLoss, alpha: number, x: Tensor, y: Tensor, weights: Tensor): Tensor {
  const total = weights.sum();
  return loss(network.forward(x), y)
    .mul(weights)
    .sum()
    .add(network.squares().mul(0.5 * alpha))
    .div(total);
}

function weightsTensor({ x, weights }: Lesson): Tensor {
  return tensor(Float64Array.from(weights ?? new Float64Array(x.rows).fill(1)));
}

/**
 * Passes over mini-batches until the loss, or the score of what was kept aside, rests.
 * @param judge the score of layers on samples kept aside, for early stopping
 */
export function descend(
  owner: string,
  start: Layers,
  lesson: Lesson,
  loss: SampleLoss,
  settings: MLPSettings,
  {
    memory,
    judge,
    epochs = settings.maxEpochs,
  }: {
    readonly memory?: Memory | undefined;
    readonly judge?: ((layers: Layers) => number) | undefined;
    readonly epochs?: number;
  } = {},
): Trained {
  const { x, y } = lesson;
  const network = new Network(start);
  const optimizer = optimizerOf(network, settings);
  if (memory !== undefined) optimizer.load(memory.state);
  const all = weightsTensor(lesson).dataSync();
  const sum = new Cell(tensor(Float64Array.of(0), { shape: [] }));
  const step = compile((batch: Tensor, targets: Tensor, weights: Tensor) => {
    const value = lossOf(network, loss, settings.alpha, batch, targets, weights);
    sum.value = sum.value.add(value.mul(batch.shape[0]!));
    optimizer.minimize(value);
  });
  const size = Math.min(settings.batchSize ?? 200, x.rows);
  const random = new Random(settings.seed, 1);
  const losses: number[] = [];
  let [best, waited, seen] = [judge === undefined ? Infinity : -Infinity, 0, memory?.seen ?? 0];
  let kept: Layers | undefined;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = random.permutation(x.rows);
    const before = sum.value.itemSync();
    for (let from = 0; from < x.rows; from += size) {
      const rows = order.subarray(from, from + size);
      const weights = Float64Array.from(rows, (i) => all[i]!);
      step(x.takeRows(rows).toTensor(), y.takeRows(rows).toTensor(), tensor(weights));
    }
    const mean = (sum.value.itemSync() - before) / x.rows;
    if (!Number.isFinite(mean))
      raise(
        new ValueError(`${owner}: the loss grew without bound; scale the features, or take a smaller learningRate`),
      );
    losses.push(mean);
    seen += x.rows;
    if (settings.solver === 'sgd' && settings.schedule === 'invscaling')
      optimizer.lr = settings.learningRate / (seen + 1) ** settings.power;
    const layers = judge === undefined ? undefined : network.layers();
    const value = judge === undefined || layers === undefined ? mean : judge(layers);
    const isBetter = judge === undefined ? value < best - settings.tolerance : value > best + settings.tolerance;
    waited = isBetter ? 0 : waited + 1;
    if (judge === undefined) best = Math.min(best, value);
    else if (value > best) [best, kept] = [value, layers];
    if (waited <= settings.patience) continue;
    if (settings.solver !== 'sgd' || settings.schedule !== 'adaptive' || optimizer.lr <= 1e-6) break;
    optimizer.lr /= 5;
    waited = 0;
  }
  return {
    layers: kept ?? network.layers(),
    losses: Float64Array.from(losses),
    memory: { state: optimizer.state(), seen },
  };
}

function optimizerOf(network: Network, { solver, learningRate: lr, momentum, nesterov }: MLPSettings): Optimizer {
  if (solver === 'adam') return new Adam(network.parameters(), { lr });
  return new SGD(network.parameters(), { lr, momentum, nesterov: nesterov && momentum > 0 });
}

/** All samples at each step. (Liu and Nocedal 1989.) */
export function solve(start: Layers, lesson: Lesson, loss: SampleLoss, settings: MLPSettings): Trained {
  const network = new Network(start);
  const parameters = network.parameters();
  const [x, y, weights] = [lesson.x.toTensor(), lesson.y.toTensor(), weightsTensor(lesson)];
  const closure = compile(() => {
    const value = lossOf(network, loss, settings.alpha, x, y, weights);
    return [value, ...gradients(value, parameters)] as const;
  });
  const sizes = parameters.map(({ value }) => value.size);
  const flat = new Float64Array(sizes.reduce((a, b) => a + b, 0));
  let offset = 0;
  for (const { value } of parameters) {
    flat.set(value.dataSync(), offset);
    offset += value.size;
  }
  const write = (vector: Float64Array) => {
    let at = 0;
    parameters.forEach((parameter, i) => {
      parameter.value = tensor(vector.slice(at, at + sizes[i]!), { shape: parameter.shape });
      at += sizes[i]!;
    });
  };
  const { x: found, value } = lbfgs(
    (vector, gradient) => {
      write(vector);
      const [height, ...slopes] = closure();
      let at = 0;
      for (const slope of slopes) {
        gradient.set(slope.dataSync(), at);
        at += slope.size;
      }
      return height.itemSync();
    },
    flat,
    { tolerance: settings.tolerance, maxIterations: settings.maxEpochs },
  );
  write(found);
  return { layers: network.layers(), losses: Float64Array.of(value), memory: undefined };
}

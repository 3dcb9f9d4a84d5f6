/**
 * Reverse-mode rules of the routines, as vjp.ts has them for the other primitives: given the gradient of a routine's result, the gradient of
 * each of its inputs. Rules build graph; many use routines again.
 */
import { binary, constant, iota, reshape, routine, scatterAdd, shrink, where } from '../ir/build.ts';
import type { Node, NodeOf } from '../ir/node.ts';
import type { RoutineName, RoutineOf } from '../ir/routine.ts';
import { like, mul, shifted } from './derivatives.ts';
import * as linalg from './linalg-vjp.ts';
import * as special from './special-vjp.ts';

/** The gradient of one input, from the gradient `g` of the result `y` and the routine's parameters. */
type InputRule<K extends RoutineName> = (g: Node, y: NodeOf<'routine'> & Node, call: RoutineOf<K>) => Node;

/** One entry per input; where there is none, no gradient flows. */
type Rules = { readonly [K in RoutineName]: readonly (InputRule<K> | undefined)[] };

/** The result is places: flat almost everywhere. */
const flat: readonly undefined[] = [];

const rules: Rules = {
  argsort: flat,
  argtopk: flat,
  // Each element's gradient goes back to where it came from.
  sort: [
    (g, y) => {
      const x = y.inputs[0]!;
      const axis = x.shape.length - 1;
      return scatterAdd(g, routine({ name: 'argsort', descending: false }, [x]), axis, x.shape[axis]!);
    },
  ],
  searchsorted: flat,

  cumsum: [(g, _, { reverse }) => cumsum(g, !reverse)],
  cumprod: [(g, y) => cumulativeProduct(g, y)],
  cumargmax: flat,

  cholesky: [linalg.choleskyGradient],
  triangularSolve: [linalg.triangularLeftGradient, linalg.triangularRightGradient],
  solve: [linalg.solveLeftGradient, linalg.solveRightGradient],
  lu: [linalg.luGradient],
  det: [linalg.detGradient],
  cofactors: [linalg.cofactorsGradient],
  slogdet: [linalg.slogdetGradient],
  qr: [linalg.qrGradient],
  svd: [linalg.svdGradient],
  svdvals: [linalg.svdvalsGradient],
  eigh: [linalg.eighGradient],
  eigvalsh: [linalg.eigvalshGradient],
  eig: [linalg.eigGradient],
  eigvals: [linalg.eigvalsGradient],
  pinv: [linalg.pinvGradient],
  expm: [linalg.expmGradient],

  // The adjoint of Σ x e^(−iωt) is Σ g e^(iωt).
  fft: [(g, _, call) => complexRow(backwards(g, call), 0), (g, _, call) => complexRow(backwards(g, call), 1)],
  // A spectrum without its conjugate half is one with it, halved wherever there are two.
  rfft: [
    (g, y) => {
      const n = y.inputs[0]!.shape.at(-1)!;
      const halved = mul(g, pairs(g, n, 0.5));
      return routine({ name: 'irfft', n }, [complexRow(halved, 0), complexRow(halved, 1)]);
    },
  ],
  irfft: [(g, _, { n }) => complexRow(frequencies(g, n), 0), (g, _, { n }) => complexRow(frequencies(g, n), 1)],

  polygamma: [special.polygammaGradient],
  gammainc: [special.gammaincShapeGradient, special.gammaincGradient],
  gammaincDensity: [special.gammaincDensityShapeGradient, special.gammaincDensityGradient],
  gammaincShapeDerivative: [special.refuseSecond, special.gammaincShapeDerivativeGradient],
  gammaincinv: [special.gammaincinvShapeGradient, special.gammaincinvGradient],
  betainc: [special.betaincFirstGradient, special.betaincSecondGradient, special.betaincGradient],
  betaincDensity: [
    special.betaincDensityFirstGradient,
    special.betaincDensitySecondGradient,
    special.betaincDensityGradient,
  ],
  betaincShapeDerivative: [special.refuseSecond, special.refuseSecond, special.betaincShapeDerivativeGradient],
  betaincinv: [special.betaincinvFirstGradient, special.betaincinvSecondGradient, special.betaincinvGradient],
};

function backwards(g: Node, { inverse }: RoutineOf<'fft'>): Node {
  return routine({ name: 'fft', inverse: !inverse }, [complexRow(g, 0), complexRow(g, 1)]);
}

function frequencies(g: Node, n: number): Node {
  const spectrum = routine({ name: 'rfft' }, [g]);
  return mul(spectrum, pairs(spectrum, n, 2));
}

/** 1 for the frequencies 0 and n/2 of a real signal of n elements, which stand alone; `other` for those that are one of two. */
function pairs(x: Node, n: number, other: number): Node {
  const place = iota(x.shape, x.shape.length - 1);
  const at = (value: number): Node => binary('eq', place, constant(value, x.shape, 'int32'));
  const isAlone = n % 2 === 0 ? binary('or', at(0), at(n / 2)) : at(0);
  return where(isAlone, like(x, 1), like(x, other));
}

/** The real (0) or the imaginary row (1) of (…, 2, n). */
function complexRow(x: Node, row: number): Node {
  const outer = x.shape.slice(0, -2);
  const n = x.shape.at(-1)!;
  return reshape(shrink(x, [...outer.map(() => 0), row, 0], [...outer, 1, n]), [...outer, n]);
}

/** The rules of a routine's node in the form that vjp.ts uses. */
export function routineRules(
  node: NodeOf<'routine'>,
): readonly (((g: Node, y: NodeOf<'routine'>) => Node) | undefined)[] {
  const { attributes } = node;
  // The table is typed routine by routine; looking up by the node's own name is what correlates the two.
  const own = rules[attributes.name] as readonly (InputRule<RoutineName> | undefined)[];
  return own.map((rule) => (rule === undefined ? undefined : (g, y) => rule(g, y, attributes)));
}

function cumsum(x: Node, reverse: boolean): Node {
  return routine({ name: 'cumsum', reverse }, [x]);
}

/**
 * y_j = Π_{i ≤ j} x_i, so x_i gets Π_{k < i} x_k · s_i, where s_i = g_i + x_{i+1} s_{i+1}: what is behind, from the end. The recurrence is solved
 * by doubling, in log₂ n steps. Without dividing, so it is right to every order where elements are 0.
 */
function cumulativeProduct(g: Node, y: NodeOf<'routine'>): Node {
  const count = y.shape.at(-1)!;
  let sum = g;
  let factor = shifted(y.inputs[0]!, -1, 0);
  for (let step = 1; step < count; step *= 2) {
    sum = binary('add', sum, mul(factor, shifted(sum, -step, 0)));
    factor = mul(factor, shifted(factor, -step, 0));
  }
  return mul(shifted(y, 1, 1), sum);
}

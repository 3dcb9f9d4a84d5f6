/**
 * Reverse-mode rules of the routines, as vjp.ts has them for the other primitives: given the gradient of a routine's result, the gradient of
 * each of its inputs. Rules build graph; many use routines again.
 */
import { binary, cast, constant, routine, scatterAdd, where } from '../ir/build.ts';
import type { Node, NodeOf } from '../ir/node.ts';
import type { RoutineName, RoutineOf } from '../ir/routine.ts';

/** The gradient of one input, from the gradient `g` of the result `y` and the routine's parameters. */
type InputRule<K extends RoutineName> = (g: Node, y: NodeOf<'routine'>, call: RoutineOf<K>) => Node;

/** One entry per input; where there is none, no gradient flows. */
type Rules = { readonly [K in RoutineName]: readonly (InputRule<K> | undefined)[] };

/** The result is places: flat almost everywhere. */
const flat: readonly undefined[] = [];

const rules: Rules = {
  argsort: flat,
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
};

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

function mul(a: Node, b: Node): Node {
  return binary('mul', a, b);
}

function like(x: Node, value: number): Node {
  return constant(value, x.shape, x.dtype);
}

/**
 * y_j = Π_{i ≤ j} x_i, so ∂y_j/∂x_i = y_j / x_i for j ≥ i: sums from the end of g·y, divided by x. From the first zero on every y is 0: what
 * the first zero itself would have let through is found with a 1 in its place, and what comes after it has no gradient.
 */
function cumulativeProduct(g: Node, y: NodeOf<'routine'>): Node {
  const x = y.inputs[0]!;
  const one = like(x, 1);
  const isZero = binary('eq', x, like(x, 0));
  const zeros = cumsum(cast(isZero, 'int32'), false);
  const isBefore = binary('eq', zeros, like(zeros, 0));
  const isFirst = binary('and', isZero, binary('eq', zeros, like(zeros, 1)));
  const past = (product: Node): Node => cumsum(mul(g, product), true);
  const before = binary('div', past(y), where(isZero, one, x));
  const first = past(routine({ name: 'cumprod' }, [where(isFirst, one, x)]));
  return where(isBefore, before, where(isFirst, first, like(x, 0)));
}

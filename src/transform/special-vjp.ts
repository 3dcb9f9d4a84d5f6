/**
 * Gradients of the polygamma and the incomplete gamma and beta functions; g is the gradient of the result. Second derivatives in
 * a shape parameter do not exist here and are refused; all others do, to any order.
 */
import { raise, TraceError } from '../base/errors.ts';
import { binary, constant, routine, unary, where } from '../ir/build.ts';
import type { Node, NodeOf } from '../ir/node.ts';
import type { RoutineOf } from '../ir/routine.ts';
import { like, mul, subtract } from './derivatives.ts';

type Result = NodeOf<'routine'> & Node;

const add = (a: Node, b: Node): Node => binary('add', a, b);
const div = (a: Node, b: Node): Node => binary('div', a, b);

/** f(x) where x > 0, 0 elsewhere: at the ends of a support the densities that these factors go with are 0 or ∞. */
function wherePositive(x: Node, f: (x: Node) => Node): Node {
  const isPositive = binary('lt', like(x, 0), x);
  return where(isPositive, f(where(isPositive, x, like(x, 1))), like(x, 0));
}

const log = (x: Node): Node => wherePositive(x, (v) => unary('log', v));
const reciprocal = (x: Node): Node => wherePositive(x, (v) => div(like(v, 1), v));
const oneMinus = (x: Node): Node => subtract(like(x, 1), x);

function polygamma(order: number, x: Node): Node {
  return routine({ name: 'polygamma', order }, [x]);
}

export function polygammaGradient(g: Node, y: Result, { order }: RoutineOf<'polygamma'>): Node {
  return mul(g, polygamma(order + 1, y.inputs[0]!));
}

/** Of the derivative in a shape parameter, in a shape parameter. */
export function refuseSecond(_: Node, __: Node, { name }: { readonly name: string }): never {
  const family = name.startsWith('gamma') ? 'gammainc' : 'betainc';
  return raise(
    new TraceError(
      `${family}: second derivatives in its shape parameters are not available; differentiate them once, or .detach() them`,
    ),
  );
}

// P(a, x) and Q(a, x)

const gammaDensity = (a: Node, x: Node): Node => routine({ name: 'gammaincDensity' }, [a, x]);
const gammaShape = (a: Node, x: Node): Node => routine({ name: 'gammaincShapeDerivative' }, [a, x]);
/** ∂ log density / ∂a. */
const gammaRate = (a: Node, x: Node): Node => subtract(log(x), polygamma(0, a));
const signed = (x: Node, upper: boolean): Node => (upper ? unary('neg', x) : x);

export function gammaincShapeGradient(g: Node, y: Result, { upper }: RoutineOf<'gammainc'>): Node {
  const [a, x] = y.inputs as [Node, Node];
  return mul(g, signed(gammaShape(a, x), upper));
}

export function gammaincGradient(g: Node, y: Result, { upper }: RoutineOf<'gammainc'>): Node {
  const [a, x] = y.inputs as [Node, Node];
  return mul(g, signed(gammaDensity(a, x), upper));
}

export function gammaincDensityShapeGradient(g: Node, y: Result): Node {
  const [a, x] = y.inputs as [Node, Node];
  return mul(g, mul(y, gammaRate(a, x)));
}

export function gammaincDensityGradient(g: Node, y: Result): Node {
  const [a, x] = y.inputs as [Node, Node];
  return mul(g, mul(y, subtract(mul(subtract(a, like(a, 1)), reciprocal(x)), like(x, 1))));
}

export function gammaincShapeDerivativeGradient(g: Node, y: Result): Node {
  const [a, x] = y.inputs as [Node, Node];
  return mul(g, mul(gammaDensity(a, x), gammaRate(a, x)));
}

/** P(a, x) = p holds while a moves: dx/da = −(∂P/∂a) / (∂P/∂x). */
export function gammaincinvShapeGradient(g: Node, x: Result): Node {
  const a = x.inputs[0]!;
  return mul(g, unary('neg', div(gammaShape(a, x), gammaDensity(a, x))));
}

export function gammaincinvGradient(g: Node, x: Result, { upper }: RoutineOf<'gammaincinv'>): Node {
  return div(g, signed(gammaDensity(x.inputs[0]!, x), upper));
}

// I(a, b, x)

type Three = [a: Node, b: Node, x: Node];

const betaDensity = (a: Node, b: Node, x: Node): Node => routine({ name: 'betaincDensity' }, [a, b, x]);
const betaShape = (a: Node, b: Node, x: Node, second: boolean): Node =>
  routine({ name: 'betaincShapeDerivative', second }, [a, b, x]);
/** ∂ log density / ∂a, or / ∂b. */
function betaRate(a: Node, b: Node, x: Node, second: boolean): Node {
  const own = second ? subtract(log(oneMinus(x)), polygamma(0, b)) : subtract(log(x), polygamma(0, a));
  return add(own, polygamma(0, add(a, b)));
}

export function betaincFirstGradient(g: Node, y: Result, { upper }: RoutineOf<'betainc'>): Node {
  return mul(g, signed(betaShape(...(y.inputs as Three), false), upper));
}

export function betaincSecondGradient(g: Node, y: Result, { upper }: RoutineOf<'betainc'>): Node {
  return mul(g, signed(betaShape(...(y.inputs as Three), true), upper));
}

export function betaincGradient(g: Node, y: Result, { upper }: RoutineOf<'betainc'>): Node {
  return mul(g, signed(betaDensity(...(y.inputs as Three)), upper));
}

export function betaincDensityFirstGradient(g: Node, y: Result): Node {
  return mul(g, mul(y, betaRate(...(y.inputs as Three), false)));
}

export function betaincDensitySecondGradient(g: Node, y: Result): Node {
  return mul(g, mul(y, betaRate(...(y.inputs as Three), true)));
}

export function betaincDensityGradient(g: Node, y: Result): Node {
  const [a, b, x] = y.inputs as Three;
  const one = constant(1, x.shape, x.dtype);
  const fromA = mul(subtract(a, one), reciprocal(x));
  return mul(g, mul(y, subtract(fromA, mul(subtract(b, one), reciprocal(oneMinus(x))))));
}

export function betaincShapeDerivativeGradient(
  g: Node,
  y: Result,
  { second }: RoutineOf<'betaincShapeDerivative'>,
): Node {
  const inputs = y.inputs as Three;
  return mul(g, mul(betaDensity(...inputs), betaRate(...inputs, second)));
}

export function betaincinvFirstGradient(g: Node, x: Result): Node {
  return inverseShapeGradient(g, x, false);
}

export function betaincinvSecondGradient(g: Node, x: Result): Node {
  return inverseShapeGradient(g, x, true);
}

function inverseShapeGradient(g: Node, x: Result, second: boolean): Node {
  const [a, b] = x.inputs as Three;
  return mul(g, unary('neg', div(betaShape(a, b, x, second), betaDensity(a, b, x))));
}

export function betaincinvGradient(g: Node, x: Result): Node {
  const [a, b] = x.inputs as Three;
  return div(g, betaDensity(a, b, x));
}

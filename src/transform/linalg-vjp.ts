/**
 * Gradients of matrix factorizations and what is made of them. A is the input, g the gradient of the result. Where a gradient does not exist
 * (vectors of equal eigenvalues or singular values), its undetermined part counts as 0, so that what does exist still comes through.
 * @see Giles 2008; Seeger et al. 2017; Walter and Lehmann 2018; PyTorch's FunctionsManual.cpp
 */
import { raise, ValueError } from '../base/errors.ts';
import { constant, gather, pad, reduce, reshape } from '../ir/build.ts';
import type { Node, NodeOf } from '../ir/node.ts';
import type { RoutineOf } from '../ir/routine.ts';
import { like, mul, scale, subtract } from './derivatives.ts';
import {
  add,
  asColumns,
  asMatrices,
  asRows,
  band,
  batchOf,
  block,
  columnsOf,
  diagonal,
  identity,
  inverseOrZero,
  lower,
  matmul,
  rowsOf,
  run,
  solve,
  solveTriangular,
  symmetric,
  transpose,
  unpack,
  upper,
} from './matrix.ts';

type Result = NodeOf<'routine'>;

const inputOf = (y: Result): Node => y.inputs[0]!;

/** A = L Lᵀ: gA = L⁻ᵀ Φ(Lᵀ g) L⁻¹, made symmetric; Φ takes the lower triangle and half the diagonal. */
export function choleskyGradient(g: Node, l: Node): Node {
  const product = lower(matmul(transpose(l), g));
  const half = subtract(product, scale(band(product, 0, 0), 0.5));
  const left = solveTriangular(l, half, { lower: true, transpose: true });
  return symmetric(transpose(solveTriangular(l, transpose(left), { lower: true, transpose: true })));
}

/** A⁻ᵀ. */
function inverseTransposed(a: Node): Node {
  return solve(transpose(a), identity(a, rowsOf(a)));
}

/** X of A X = B: gB = A⁻ᵀ g. */
export function solveRightGradient(g: Node, y: Result): Node {
  return solve(transpose(inputOf(y)), g);
}

/** gA = −gB Xᵀ. */
export function solveLeftGradient(g: Node, y: Result & Node): Node {
  return scale(matmul(solveRightGradient(g, y), transpose(y)), -1);
}

export function triangularRightGradient(g: Node, y: Result, call: RoutineOf<'triangularSolve'>): Node {
  return run({ ...call, transpose: !call.transpose }, inputOf(y), g);
}

export function triangularLeftGradient(g: Node, y: Result & Node, call: RoutineOf<'triangularSolve'>): Node {
  const right = triangularRightGradient(g, y, call);
  const whole = call.transpose ? matmul(y, transpose(right)) : matmul(right, transpose(y));
  const inset = call.unitDiagonal ? 1 : 0;
  return scale(call.lower ? lower(whole, -inset) : upper(whole, inset), -1);
}

/** P A = L U: gA = Pᵀ L⁻ᵀ (tril(Lᵀ g, −1) + triu(g Uᵀ)) U⁻ᵀ, L and U made square by an identity. */
export function luGradient(packed: Node, y: Result & Node): Node {
  const a = inputOf(y);
  const [m, n] = [rowsOf(a), columnsOf(a)];
  const k = Math.min(m, n);
  const [factors, order] = unpack(y, [[m, n], [m]]);
  const [g] = unpack(packed, [[m, n], [m]]);
  const square = (part: Node, size: number): Node => {
    const zeros = part.shape.map(() => 0);
    return pad(part, { low: zeros, high: part.shape.map((has, i) => (i < part.shape.length - 2 ? 0 : size - has)) });
  };
  const l = add(square(lower(block(factors!, 0, 0, m, k), -1), m), identity(a, m));
  const rest = band(
    subtract(constant(1, [...batchOf(a), n, n], a.dtype), square(constant(1, [...batchOf(a), k, k], a.dtype), n)),
    0,
    0,
  );
  const u = add(square(upper(block(factors!, 0, 0, k, n)), n), rest);
  const middle = add(lower(matmul(transpose(l), g!), -1), upper(matmul(g!, transpose(u))));
  const left = solveTriangular(l, middle, { lower: true, transpose: true, unitDiagonal: true });
  const moved = transpose(solveTriangular(u, transpose(left), { lower: false }));
  // Row i of the factors is row order[i] of A; sorting the order gives the way back.
  const back = run({ name: 'argsort', descending: false }, order!);
  return gather(moved, asRows(back, n), a.shape.length - 2);
}

export function detGradient(g: Node, y: Result): Node {
  const a = inputOf(y);
  return mul(asMatrices(g, rowsOf(a), columnsOf(a)), run({ name: 'cofactors' }, a));
}

/** C = det(A) A⁻ᵀ: gA = ⟨g, A⁻ᵀ⟩ C − A⁻ᵀ gᵀ C. Of regular matrices only. */
export function cofactorsGradient(g: Node, y: Result & Node): Node {
  const inverse = inverseTransposed(inputOf(y));
  const rank = g.shape.length;
  const along = asMatrices(reduce('sum', mul(g, inverse), [rank - 2, rank - 1]), rowsOf(y), columnsOf(y));
  return subtract(mul(along, y), matmul(matmul(inverse, transpose(g)), y));
}

export function slogdetGradient(packed: Node, y: Result): Node {
  const a = inputOf(y);
  const [, g] = unpack(packed, [[1], [1]]);
  const one = reshape(g!, batchOf(a));
  return mul(asMatrices(one, rowsOf(a), columnsOf(a)), inverseTransposed(a));
}

/** A = Q R, tall or square: gA = (gQ + Q copyltu(M)) R⁻ᵀ with M = R gRᵀ − gQᵀ Q. */
function tallQrGradient(q: Node, r: Node, gq: Node, gr: Node): Node {
  const m = subtract(matmul(r, transpose(gr)), matmul(transpose(gq), q));
  const copied = add(lower(m), transpose(lower(m, -1)));
  const inner = add(gq, matmul(q, copied));
  return transpose(solveTriangular(r, transpose(inner), { lower: false }));
}

export function qrGradient(packed: Node, y: Result & Node, { complete }: RoutineOf<'qr'>): Node {
  const a = inputOf(y);
  const [m, n] = [rowsOf(a), columnsOf(a)];
  if (complete && m > n)
    raise(new ValueError(`qr: the ${m - n} columns that complete Q have no gradient; use mode 'reduced'`));
  const k = Math.min(m, n);
  const cores = [
    [m, k],
    [k, n],
  ];
  const [q, r] = unpack(y, cores);
  const [gq, gr] = unpack(packed, cores);
  if (m >= n) return tallQrGradient(q!, r!, gq!, gr!);
  // A = [X Y] and R = [U V]: X = Q U decides Q, and V = Qᵀ Y follows.
  const gv = block(gr!, 0, m, m, n - m);
  const rest = block(a, 0, m, m, n - m);
  const gx = tallQrGradient(q!, block(r!, 0, 0, m, m), add(gq!, matmul(rest, transpose(gv))), block(gr!, 0, 0, m, m));
  return beside(gx, matmul(q!, gv));
}

/** [a b]. */
function beside(a: Node, b: Node): Node {
  const zeros = a.shape.map(() => 0);
  const last = a.shape.length - 1;
  return add(
    pad(a, { low: zeros, high: zeros.with(last, columnsOf(b)) }),
    pad(b, { low: zeros.with(last, columnsOf(a)), high: zeros }),
  );
}

/** A = U S Vᵀ: gA = U (F∘skew(UᵀgU) S + S F∘skew(VᵀgV) + gS) Vᵀ, F = 1/(sⱼ² − sᵢ²), and what of gU and gV lies beside U and V. */
export function svdGradient(packed: Node, y: Result & Node, { full }: RoutineOf<'svd'>): Node {
  const a = inputOf(y);
  const [m, n] = [rowsOf(a), columnsOf(a)];
  if (full && m !== n)
    raise(new ValueError(`svd: the vectors that complete U or V have no gradient; leave fullMatrices out`));
  const k = Math.min(m, n);
  const cores = [[m, k], [k], [k, n]];
  const [u, s, vt] = unpack(y, cores);
  const [gu, gs, gvt] = unpack(packed, cores);
  const square = mul(s!, s!);
  const f = inverseOrZero(subtract(asColumns(square, k), asRows(square, k)));
  const skew = (x: Node): Node => mul(subtract(x, transpose(x)), f);
  const byU = mul(skew(matmul(transpose(u!), gu!)), asColumns(s!, k));
  const byV = mul(skew(matmul(vt!, transpose(gvt!))), asRows(s!, k));
  const inner = add(add(byU, byV), diagonal(gs!));
  let result = matmul(matmul(u!, inner), vt!);
  const inverse = inverseOrZero(s!);
  if (m > k) {
    const outside = subtract(gu!, matmul(u!, matmul(transpose(u!), gu!)));
    result = add(result, matmul(mul(outside, asColumns(inverse, m)), vt!));
  }
  if (n > k) {
    const outside = subtract(gvt!, matmul(matmul(gvt!, transpose(vt!)), vt!));
    result = add(result, matmul(u!, mul(outside, asRows(inverse, n))));
  }
  return result;
}

/** gA = U diag(g) Vᵀ. */
export function svdvalsGradient(g: Node, y: Result): Node {
  const a = inputOf(y);
  const [m, n, k] = [rowsOf(a), columnsOf(a), columnsOf(g)];
  const [u, , vt] = unpack(run({ name: 'svd', full: false }, a), [[m, k], [k], [k, n]]);
  return matmul(mul(u!, asColumns(g, m)), vt!);
}

/** A = V W Vᵀ: gA = V (gW + F∘(Vᵀ gV)) Vᵀ, made symmetric; F = 1/(wⱼ − wᵢ). */
export function eighGradient(packed: Node, y: Result & Node): Node {
  const n = rowsOf(inputOf(y));
  const cores = [[n], [n, n]];
  const [w, v] = unpack(y, cores);
  const [gw, gv] = unpack(packed, cores);
  const f = inverseOrZero(subtract(asColumns(w!, n), asRows(w!, n)));
  const inner = add(mul(matmul(transpose(v!), gv!), f), diagonal(gw!));
  return symmetric(matmul(matmul(v!, inner), transpose(v!)));
}

/** gA = V diag(g) Vᵀ. */
export function eigvalshGradient(g: Node, y: Result): Node {
  const a = inputOf(y);
  const n = rowsOf(a);
  const [, v] = unpack(run({ name: 'eigh' }, a), [[n], [n, n]]);
  return matmul(mul(v!, asColumns(g, n)), transpose(v!));
}

/** A complex matrix as its real and imaginary part. */
interface Complex {
  readonly re: Node;
  readonly im: Node;
}

function times(a: Complex, b: Complex): Complex {
  return {
    re: subtract(matmul(a.re, b.re), matmul(a.im, b.im)),
    im: add(matmul(a.re, b.im), matmul(a.im, b.re)),
  };
}

const adjoint = ({ re, im }: Complex): Complex => ({ re: transpose(re), im: scale(transpose(im), -1) });

/** [[Re, −Im], [Im, Re]] [Xr; Xi] = [Br; Bi]. */
function solveComplex({ re, im }: Complex, b: Complex): Complex {
  const n = rowsOf(re);
  const above = (top: Node, bottom: Node): Node => transpose(beside(transpose(top), transpose(bottom)));
  const matrix = above(beside(re, scale(im, -1)), beside(im, re));
  const x = solve(matrix, above(b.re, b.im));
  return { re: block(x, 0, 0, n, columnsOf(b.re)), im: block(x, n, 0, n, columnsOf(b.re)) };
}

/** The real part of V⁻ᴴ M Vᴴ. */
function similar(v: Complex, middle: Complex): Node {
  const vh = adjoint(v);
  return times(solveComplex(vh, middle), vh).re;
}

/** A V = V W with columns of length 1: gA = V⁻ᴴ (gW + (Vᴴ gV − VᴴV ∘ Re diag(Vᴴ gV)) / (wⱼ − wᵢ)*) Vᴴ. */
export function eigGradient(packed: Node, y: Result & Node): Node {
  const n = rowsOf(inputOf(y));
  const cores = [[n], [n], [n, n], [n, n]];
  const [wr, wi, vr, vi] = unpack(y, cores);
  const [gwr, gwi, gvr, gvi] = unpack(packed, cores);
  const v = { re: vr!, im: vi! };
  const along = times(adjoint(v), { re: gvr!, im: gvi! });
  const own = times(adjoint(v), v);
  const rank = y.shape.length;
  const onDiagonal = asColumns(reduce('sum', band(along.re, 0, 0), [rank - 1]), n);
  const top = { re: subtract(along.re, mul(own.re, onDiagonal)), im: subtract(along.im, mul(own.im, onDiagonal)) };
  // Divided by conj(d): times d / |d|².
  const d = { re: subtract(asColumns(wr!, n), asRows(wr!, n)), im: subtract(asColumns(wi!, n), asRows(wi!, n)) };
  const by = inverseOrZero(add(mul(d.re, d.re), mul(d.im, d.im)));
  const middle = {
    re: add(mul(subtract(mul(top.re, d.re), mul(top.im, d.im)), by), diagonal(gwr!)),
    im: add(mul(add(mul(top.re, d.im), mul(top.im, d.re)), by), diagonal(gwi!)),
  };
  return similar(v, middle);
}

export function eigvalsGradient(packed: Node, y: Result): Node {
  const a = inputOf(y);
  const n = rowsOf(a);
  const [, , re, im] = unpack(run({ name: 'eig' }, a), [[n], [n], [n, n], [n, n]]);
  const [gwr, gwi] = unpack(packed, [[n], [n]]);
  return similar({ re: re!, im: im! }, { re: diagonal(gwr!), im: diagonal(gwi!) });
}

/** P = A⁺: gA = −Pᵀ g Pᵀ + (I − A P) gᵀ P Pᵀ + Pᵀ P gᵀ (I − P A). @see Golub and Pereyra 1973 */
export function pinvGradient(g: Node, p: Result & Node): Node {
  const a = inputOf(p);
  const pt = transpose(p);
  const gt = transpose(g);
  const inside = matmul(matmul(pt, g), pt);
  const before = matmul(gt, matmul(p, pt));
  const behind = matmul(matmul(pt, p), gt);
  const outside = add(subtract(before, matmul(a, matmul(p, before))), subtract(behind, matmul(matmul(behind, p), a)));
  return subtract(outside, inside);
}

/** The adjoint of the Fréchet derivative: the corner of exp [[Aᵀ, g], [0, Aᵀ]]. @see Mathias 1996 */
export function expmGradient(g: Node, y: Result): Node {
  const at = transpose(inputOf(y));
  const n = rowsOf(at);
  const zeros = like(at, 0);
  const double = transpose(beside(transpose(beside(at, g)), transpose(beside(zeros, at))));
  return block(run({ name: 'expm' }, double), 0, n, n, n);
}

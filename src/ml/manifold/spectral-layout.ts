/**
 * Where UMAP's points begin: along the slowest waves of the graph, the eigenvectors of its normalised Laplacian, part by part
 * where it falls apart. (Belkin and Niyogi 2003.)
 */
import { eigenOf } from '../decomposition/spectral.ts';
import { Matrix } from '../matrix.ts';
import { Random } from '../random.ts';
import type { NeighborGraph } from './neighbor-graph.ts';

/** How many steps Lanczos takes at most. */
const STEPS = 120;

/** (n, dimensions), about 10 wide, with a little chance so that no points coincide. */
export function spectralLayout(graph: NeighborGraph, dimensions: number, seed: number): Matrix {
  const n = graph.starts.length - 1;
  const parts = partsOf(graph);
  const random = new Random(seed);
  const layout = new Matrix(n, dimensions);
  const centers = centersFor(parts.length, dimensions);
  parts.forEach((members, part) => {
    const own = members.length > dimensions + 1 ? waves(graph, members, dimensions, random) : undefined;
    let largest = 0;
    own?.data.forEach((value) => (largest = Math.max(largest, Math.abs(value))));
    // Parts lie beside each other.
    const width = parts.length === 1 ? 1 : 0.4;
    members.forEach((i, r) => {
      for (let c = 0; c < dimensions; c++) {
        const wave = own === undefined || largest === 0 ? 0.1 * random.normal() : own.at(r, c) / largest;
        layout.data[i * dimensions + c] = 10 * (centers.at(part, c) + width * wave) + 1e-4 * random.normal();
      }
    });
  });
  return layout;
}

/** The connected parts, each as the samples in it. */
export function partsOf({ starts, ids }: NeighborGraph): Int32Array[] {
  const n = starts.length - 1;
  const part = new Int32Array(n).fill(-1);
  let count = 0;
  const waiting: number[] = [];
  for (let first = 0; first < n; first++) {
    if (part[first]! >= 0) continue;
    part[first] = count;
    waiting.push(first);
    while (waiting.length > 0) {
      const i = waiting.pop()!;
      for (let p = starts[i]!; p < starts[i + 1]!; p++) {
        if (part[ids[p]!]! >= 0) continue;
        part[ids[p]!] = count;
        waiting.push(ids[p]!);
      }
    }
    count++;
  }
  return Array.from({ length: count }, (_, k) => Int32Array.from(part.keys()).filter((i) => part[i] === k));
}

/** One part in the middle, more of them on a grid of distance 1. */
function centersFor(parts: number, dimensions: number): Matrix {
  const centers = new Matrix(parts, dimensions);
  const side = Math.ceil(parts ** (1 / dimensions));
  for (let part = 0; part < parts; part++) {
    for (let c = 0, rest = part; c < dimensions; c++, rest = Math.floor(rest / side)) {
      centers.data[part * dimensions + c] = (rest % side) - (side - 1) / 2;
    }
  }
  return centers;
}

/**
 * The eigenvectors of D^−½ A D^−½ after the first, by Lanczos' method with every vector kept orthogonal to all before it, and
 * to the first, which is known: √degree.
 */
function waves(graph: NeighborGraph, members: Int32Array, dimensions: number, random: Random): Matrix {
  const n = members.length;
  const place = new Map(Array.from(members, (i, r) => [i, r]));
  const degrees = Float64Array.from(members, (i) => {
    let sum = 0;
    for (let p = graph.starts[i]!; p < graph.starts[i + 1]!; p++) sum += graph.values[p]!;
    return Math.sqrt(sum);
  });
  const apply = (v: Float64Array) => {
    const result = new Float64Array(n);
    members.forEach((i, r) => {
      let sum = 0;
      for (let p = graph.starts[i]!; p < graph.starts[i + 1]!; p++) {
        const other = place.get(graph.ids[p]!)!;
        sum += (graph.values[p]! * v[other]!) / (degrees[r]! * degrees[other]!);
      }
      result[r] = sum;
    });
    return result;
  };
  const known = normalized(degrees);
  const basis: Float64Array[] = [];
  const cleared = (v: Float64Array) => {
    // Twice is enough. (Giraud, Langou and Rozložník 2005.)
    for (let round = 0; round < 2; round++) for (const one of [known, ...basis]) remove(v, one);
    return v;
  };
  const steps = Math.min(STEPS, n - 1);
  const diagonal: number[] = [];
  const beside: number[] = [];
  let next = normalized(cleared(Float64Array.from({ length: n }, () => random.normal())));
  while (basis.length < steps) {
    basis.push(next);
    const image = apply(next);
    diagonal.push(dot(image, next));
    const rest = cleared(image);
    const length = Math.sqrt(dot(rest, rest));
    if (length < 1e-10) break;
    beside.push(length);
    next = rest.map((value) => value / length);
  }
  const size = basis.length;
  const small = new Matrix(size, size);
  for (let k = 0; k < size; k++) {
    small.data[k * size + k] = diagonal[k]!;
    if (k + 1 < size) small.data[k * size + k + 1] = small.data[(k + 1) * size + k] = beside[k]!;
  }
  const { vectors } = eigenOf(small);
  const result = new Matrix(n, dimensions);
  for (let c = 0; c < Math.min(dimensions, size); c++) {
    for (let k = 0; k < size; k++) {
      const share = vectors.at(c, k);
      for (let r = 0; r < n; r++) result.data[r * dimensions + c]! += share * basis[k]![r]!;
    }
  }
  return result;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function remove(v: Float64Array, direction: Float64Array): void {
  const share = dot(v, direction);
  for (let i = 0; i < v.length; i++) v[i]! -= share * direction[i]!;
}

function normalized(v: Float64Array): Float64Array {
  const length = Math.sqrt(dot(v, v));
  return v.map((value) => value / length);
}

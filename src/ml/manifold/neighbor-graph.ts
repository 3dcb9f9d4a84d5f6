/**
 * Who is near whom, as a sparse symmetric matrix by rows: what t-SNE and UMAP want to keep.
 */

/** Rows in a row: row i is from starts[i] to starts[i + 1]. */
export interface NeighborGraph {
  readonly starts: Int32Array<ArrayBuffer>;
  readonly ids: Int32Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
}

/**
 * A directed graph made symmetric: for each pair `join(aᵢⱼ, aⱼᵢ)`, where one of them may be 0.
 * @param ids (n, k) neighbours of each sample @param values (n, k) @returns rows in ascending order of ids
 */
export function symmetric(
  ids: Int32Array,
  values: Float64Array,
  k: number,
  join: (forth: number, back: number) => number,
): NeighborGraph {
  const n = ids.length / k;
  const forth = Array.from({ length: n }, () => new Map<number, number>());
  for (let i = 0; i < n; i++) {
    for (let p = i * k; p < (i + 1) * k; p++) if (values[p]! > 0) forth[i]!.set(ids[p]!, values[p]!);
  }
  const rows = forth.map((row) => new Map(row));
  forth.forEach((row, i) => {
    for (const [j, value] of row) {
      const back = forth[j]!.get(i) ?? 0;
      const both = join(value, back);
      rows[i]!.set(j, both);
      if (back === 0) rows[j]!.set(i, both);
    }
  });
  const starts = new Int32Array(n + 1);
  rows.forEach((row, i) => (starts[i + 1] = starts[i]! + row.size));
  const graph = { starts, ids: new Int32Array(starts[n]!), values: new Float64Array(starts[n]!) };
  rows.forEach((row, i) => {
    let at = starts[i]!;
    for (const j of Array.from(row.keys()).sort((a, b) => a - b)) {
      graph.ids[at] = j;
      graph.values[at++] = row.get(j)!;
    }
  });
  return graph;
}

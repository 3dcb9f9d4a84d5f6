/**
 * In which order the operands of a product are multiplied two at a time. The order does not change the result but may change
 * the work by orders of magnitude: (M, 1)·(1, M)·(M, 1) takes M² products from the left and 2M from the right.
 */

/** The names of one operand's axes. */
type Names = readonly string[];

/** Up to this many operands the best order is found, beyond it a good one. */
const EXHAUSTIVE = 7;

/**
 * Pairs of positions: the two operands leave the list and their product goes to its end, until one is left. The cost of a pair
 * is the number of products, the sizes of all names in either multiplied.
 * @param output names that are kept   @param sizes of every name
 * @example contractionOrder([['a', 'b'], ['b', 'c'], ['c']], ['a'], sizes) // [[1, 2], [0, 1]]
 */
export function contractionOrder(
  operands: readonly Names[],
  output: Names,
  sizes: ReadonlyMap<string, number>,
): [number, number][] {
  if (operands.length < 2) return [];
  return operands.length <= EXHAUSTIVE ? best(operands, output, sizes) : greedy(operands, output, sizes);
}

function workOf(names: Iterable<string>, sizes: ReadonlyMap<string, number>): number {
  let work = 1;
  for (const name of names) work *= sizes.get(name) ?? 1;
  return work;
}

/** What is left of a group's names when everything that nobody else needs is summed. */
function leftOver(group: readonly Names[], others: readonly Names[], output: Names): string[] {
  const needed = new Set([...output, ...others.flat()]);
  return [...new Set(group.flat())].filter((name) => needed.has(name));
}

/** Dynamic programming over subsets: the cheapest way to make the product of each. */
function best(operands: readonly Names[], output: Names, sizes: ReadonlyMap<string, number>): [number, number][] {
  const n = operands.length;
  const all = (1 << n) - 1;
  const members = (set: number): Names[] => operands.filter((_, i) => set & (1 << i));
  const names = Array.from({ length: all + 1 }, (_, set) => leftOver(members(set), members(all & ~set), output));
  const cost = new Array<number>(all + 1).fill(Infinity);
  const cut = new Array<number>(all + 1).fill(0);
  for (let i = 0; i < n; i++) cost[1 << i] = 0;
  for (let set = 1; set <= all; set++) {
    for (let part = (set - 1) & set; part > 0; part = (part - 1) & set) {
      const rest = set & ~part;
      if (part < rest) continue; // each cut once
      const total = cost[part]! + cost[rest]! + workOf(new Set([...names[part]!, ...names[rest]!]), sizes);
      if (total < cost[set]!) [cost[set], cut[set]] = [total, part];
    }
  }
  const list = operands.map((_, i) => 1 << i);
  const order: [number, number][] = [];
  const make = (set: number): void => {
    if (list.includes(set)) return;
    const part = cut[set]!;
    make(part);
    make(set & ~part);
    const pair = [list.indexOf(part), list.indexOf(set & ~part)].sort((a, b) => a - b);
    order.push([pair[0]!, pair[1]!]);
    list.splice(pair[1]!, 1);
    list.splice(pair[0]!, 1);
    list.push(set);
  };
  make(all);
  return order;
}

/** Always the pair whose product saves most elements, the cheaper one among equals. */
function greedy(operands: readonly Names[], output: Names, sizes: ReadonlyMap<string, number>): [number, number][] {
  const list: Names[] = operands.map((names) => [...new Set(names)]);
  const order: [number, number][] = [];
  while (list.length > 1) {
    let choice: { pair: [number, number]; names: string[]; growth: number; work: number } | undefined;
    for (let i = 0; i < list.length; i++) {
      for (let j = i + 1; j < list.length; j++) {
        const [a, b] = [list[i]!, list[j]!];
        const others = list.filter((_, k) => k !== i && k !== j);
        const names = leftOver([a, b], others, output);
        const growth = workOf(names, sizes) - workOf(a, sizes) - workOf(b, sizes);
        const work = workOf(new Set([...a, ...b]), sizes);
        if (choice === undefined || growth < choice.growth || (growth === choice.growth && work < choice.work)) {
          choice = { pair: [i, j], names, growth, work };
        }
      }
    }
    const [i, j] = choice!.pair;
    order.push([i, j]);
    list.splice(j, 1);
    list.splice(i, 1);
    list.push(choice!.names);
  }
  return order;
}

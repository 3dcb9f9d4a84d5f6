/**
 * Trees: arrays and plain objects, nested, with leaves of any kind. The transforms take and return them.
 */

/** A value made of tensors, such as a complex one: transforms go through it as through an object, and put another of its class together. */
export abstract class Compound {
  abstract members(): Readonly<Record<string, unknown>>;
  /** The same with other members. */
  abstract withMembers(members: Readonly<Record<string, unknown>>): Compound;
}

/** A plain object or an array, whose members are trees. Instances of other classes than Compound are leaves. */
export function isBranch(x: unknown): x is readonly unknown[] | Readonly<Record<string, unknown>> {
  if (typeof x !== 'object' || x === null) return false;
  const prototype: unknown = Object.getPrototypeOf(x);
  return Array.isArray(x) || prototype === Object.prototype || prototype === null;
}

/** The same tree with every leaf mapped. */
export function mapTree(tree: unknown, map: (leaf: unknown) => unknown): unknown {
  if (tree instanceof Compound) return tree.withMembers(mapMembers(tree.members(), map));
  if (!isBranch(tree)) return map(tree);
  if (Array.isArray(tree)) return tree.map((member) => mapTree(member, map));
  return mapMembers(tree, map);
}

function mapMembers(tree: object, map: (leaf: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(tree).map(([key, member]) => [key, mapTree(member, map)]));
}

/** As mapTree, for leaves that are replaced by others of their own type. */
export function replaceLeaves<T>(tree: T, map: (leaf: unknown) => unknown): T;
export function replaceLeaves(tree: unknown, map: (leaf: unknown) => unknown): unknown {
  return mapTree(tree, map);
}

/** The leaves from left to right, appended to `into`. */
export function leavesOf(tree: unknown, into: unknown[] = []): unknown[] {
  if (tree instanceof Compound) leavesOf(tree.members(), into);
  else if (!isBranch(tree)) into.push(tree);
  else for (const member of Array.isArray(tree) ? tree : Object.values(tree)) leavesOf(member, into);
  return into;
}

/** The tree's form with each leaf described: equal texts mean equal trees up to the leaves' descriptions. */
export function describeTree(tree: unknown, describe: (leaf: unknown) => string): string {
  if (tree instanceof Compound) return `${tree.constructor.name}${describeTree(tree.members(), describe)}`;
  if (!isBranch(tree)) return describe(tree);
  if (Array.isArray(tree)) return `[${tree.map((member) => describeTree(member, describe)).join()}]`;
  return `{${Object.entries(tree)
    .map(([key, member]) => `${JSON.stringify(key)}:${describeTree(member, describe)}`)
    .join()}}`;
}

/**
 * For each leaf of a tree what a smaller tree of the same form says of it: where the smaller one ends, its leaf speaks for
 * everything below. Undefined if the forms differ.
 * @example spreadPrefix([0, null], [{ a, b }, c]) // [0, 0, null]
 */
export function spreadPrefix(prefix: unknown, tree: unknown): unknown[] | undefined {
  if (tree instanceof Compound)
    return spreadPrefix(prefix instanceof Compound ? prefix.members() : prefix, tree.members());
  if (!isBranch(prefix)) return leavesOf(tree).map(() => prefix);
  if (!isBranch(tree) || Array.isArray(prefix) !== Array.isArray(tree)) return undefined;
  const [wanted, members] = [Object.entries(prefix), new Map<string, unknown>(Object.entries(tree))];
  if (wanted.length !== members.size || wanted.some(([key]) => !members.has(key))) return undefined;
  const below = new Map(wanted);
  const found: unknown[] = [];
  for (const [key, member] of members) {
    const part = spreadPrefix(below.get(key), member);
    if (part === undefined) return undefined;
    found.push(...part);
  }
  return found;
}

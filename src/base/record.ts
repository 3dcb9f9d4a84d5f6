/**
 * Records of values by name, as states of models and counts of metrics are.
 */

/** The same names with mapped values. @example mapRecord({ a: 1 }, (n) => n + 1) // { a: 2 } */
export function mapRecord<A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A, name: string) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}

/** Members of several records as one: `{ a: { x } }` → `{ 'a.x' }`. @example flattenRecord({ model: model.state() }) */
export function flattenRecord<T>(record: Readonly<Record<string, Readonly<Record<string, T>>>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, inner]) =>
      Object.entries(inner).map(([key, value]) => [`${name}.${key}`, value] as const),
    ),
  );
}

/** The members below `name.`, without that. @example under({ 'model.weight': w }, 'model') // { weight: w } */
export function under<T>(record: Readonly<Record<string, T>>, name: string): Record<string, T> {
  const prefix = `${name}.`;
  return Object.fromEntries(
    Object.entries(record).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value] as const] : [],
    ),
  );
}

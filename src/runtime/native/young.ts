/**
 * Has the garbage collector look for dropped results among the youngest objects, often enough that their memory is used again while a
 * cache still holds it. By itself the collector comes when its own small objects have filled their space, after many large results.
 */

/** Bytes of large results after which to look. A look takes about 0.05 ms; half of this is what a core's caches hold. */
const LOOK_AFTER = 16 << 20;

interface Engine {
  setFlagsFromString(flags: string): void;
}

interface Contexts {
  runInNewContext(code: string): unknown;
}

type Collect = (options: { readonly type: 'minor' }) => void;

let since = 0;
/** null: not looked for yet. */
let collect: Collect | undefined | null = null;

/** To be called before `bytes` of memory for a result are asked for. */
export function lookForDropped(bytes: number): void {
  since += bytes;
  if (since < LOOK_AFTER) return;
  since = 0;
  if (collect === null) collect = findCollect();
  collect?.({ type: 'minor' });
}

/** V8's own function, which the flag puts into contexts made after it; undefined in another engine. */
function findCollect(): Collect | undefined {
  const module = globalThis.process?.getBuiltinModule;
  const engine: Engine | undefined = module?.('node:v8');
  const contexts: Contexts | undefined = module?.('node:vm');
  if (engine === undefined || contexts === undefined) return undefined;
  engine.setFlagsFromString('--expose-gc');
  const found = contexts.runInNewContext('gc');
  engine.setFlagsFromString('--no-expose-gc');
  return isCollect(found) ? found : undefined;
}

function isCollect(value: unknown): value is Collect {
  return typeof value === 'function';
}

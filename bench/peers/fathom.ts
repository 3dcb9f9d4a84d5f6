/** Our engine as a child process: `fathom.ts native` or `fathom.ts wasm`. Protocol: serve.ts. */

import { sayAbsent, serve } from './serve.ts';

try {
  const name = process.argv[2] === 'wasm' ? 'wasm' : 'native';
  const { device } = await import('../../src/index.ts');
  const { prepare } = await import('../contenders/fathom.ts');
  device(name);
  await serve(name, 'this checkout', prepare);
} catch (error) {
  sayAbsent(error);
}

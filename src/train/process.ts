/**
 * What training asks of the process, in Node: to be told of Ctrl-C, and how much memory is in use. Loaded only while training.
 */

/**
 * Calls back at the first Ctrl-C (SIGINT) instead of ending the process; a second one ends it at once, with exit code 130.
 * @returns stops listening; afterwards Ctrl-C does what it did before
 */
export function onInterrupt(interrupt: () => void): () => void {
  let isFirst = true;
  const listen = (): void => {
    if (!isFirst) process.exit(130);
    isFirst = false;
    process.exitCode = 130;
    interrupt();
  };
  process.on('SIGINT', listen);
  return () => process.off('SIGINT', listen);
}

/** Bytes of memory that the process occupies. */
export function residentBytes(): number {
  return process.memoryUsage.rss();
}

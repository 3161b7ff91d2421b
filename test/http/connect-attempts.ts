import { createHook } from 'node:async_hooks';
import { onTestFinished } from 'vitest';

/** Counts, until the test ends, how often this process asks the system for a TCP connection, to anywhere. */
export function countConnectAttempts(): () => number {
  let attempts = 0;
  const hook = createHook({
    init: (_id, type) => {
      if (type === 'TCPCONNECTWRAP') attempts += 1;
    },
  }).enable();
  onTestFinished(() => {
    hook.disable();
  });
  return () => attempts;
}

/** Aborts when the process is asked to end: by Ctrl-C, by a service manager, or by its terminal going away. */
export function interruption(): AbortSignal {
  const asked = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => asked.abort());
  return asked.signal;
}

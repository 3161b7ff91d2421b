import type { Duplex } from 'node:stream';
import type { Clock } from '../../base/index.ts';

/** Two sockets that pass on what they get. */
export interface Tunnel {
  close(): void;
  /** Once both ends are closed. */
  readonly closed: Promise<void>;
}

/** The connections of a gateway, and what some of them were switched to. */
export interface Switched {
  /** As they were accepted: without TLS. */
  readonly sockets: Set<Duplex>;
  readonly tunnels: Set<Tunnel>;
  /** No tunnel is begun any more. */
  draining: boolean;
}

/** How long a tunnel may last, ms. */
export interface TunnelLimits {
  /** With nothing passing through. */
  readonly idleMs: number;
  /** At most. */
  readonly lifeMs: number;
}

/** Joins two sockets, each as fast as the other reads. One that ends or breaks takes the other along. */
export function join(
  client: Duplex,
  upstream: Duplex,
  { idleMs, lifeMs }: TunnelLimits,
  clock: Clock,
): Tunnel {
  const over = new AbortController();
  const endsAt = clock.now() + lifeMs;
  let movedAt = clock.now();
  const close = (): void => {
    over.abort();
    client.destroy();
    upstream.destroy();
  };
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    from.on('data', () => {
      movedAt = clock.now();
    });
    from.on('error', close).on('close', close);
    from.pipe(to);
  }
  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const left = Math.min(movedAt + idleMs, endsAt) - clock.now();
      if (left <= 0) return close();
      await clock.after(left, over.signal);
    }
  };
  const closed = watch();
  return { close, closed };
}

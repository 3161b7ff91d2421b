import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What became of a request: forwarded for a token or for nothing, charged for, refused, or failed behind us. */
export type Outcome = 'paid' | 'free' | 'charged' | 'refused' | 'upstream_failed' | 'client_left';

const OUTCOMES: readonly Outcome[] = [
  'paid',
  'free',
  'charged',
  'refused',
  'upstream_failed',
  'client_left',
];
/** Upper bounds of the histogram, in seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** What is true at the moment of asking. */
export interface Gauges {
  readonly connections: number;
  readonly tunnels: number;
}

/** The figures of one gateway since it opened. Their names are few and fixed, whatever clients send. */
export interface Metrics {
  /** One request is over after some ms. */
  count(outcome: Outcome, ms: number): void;
  /** A use was given back. */
  returned(): void;
  /** A connection was turned away because there were too many. */
  dropped(): void;
  /** The Prometheus text format, version 0.0.4. */
  text(gauges: Gauges): string;
  close(): void;
}

/** Begins to count. */
export function openMetrics(): Metrics {
  const requests = new Map<Outcome, number>(OUTCOMES.map(outcome => [outcome, 0]));
  const buckets: number[] = BUCKETS.map(() => 0);
  const totals = { seconds: 0, requests: 0, returned: 0, dropped: 0 };
  const delay = monitorEventLoopDelay();
  delay.enable();
  return {
    count(outcome, ms) {
      requests.set(outcome, (requests.get(outcome) ?? 0) + 1);
      totals.requests += 1;
      totals.seconds += ms / 1000;
      const bucket = BUCKETS.findIndex(bound => ms / 1000 <= bound);
      if (bucket >= 0) buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    },
    returned() {
      totals.returned += 1;
    },
    dropped() {
      totals.dropped += 1;
    },
    text: gauges =>
      [
        ...family(
          'tollkeeper_gateway_requests_total',
          'counter',
          'Requests by what became of them.',
        ),
        ...[...requests].map(
          ([outcome, n]) => `tollkeeper_gateway_requests_total{outcome="${outcome}"} ${n}`,
        ),
        ...histogram(buckets, totals),
        ...single('uses_returned_total', 'counter', 'Uses given back.', totals.returned),
        ...single('connections_dropped_total', 'counter', 'Turned away.', totals.dropped),
        ...single('connections', 'gauge', 'Open now.', gauges.connections),
        ...single('tunnels', 'gauge', 'WebSockets open now.', gauges.tunnels),
        ...machine(delay),
        '',
      ].join('\n'),
    close: () => delay.disable(),
  };
}

function histogram(
  buckets: readonly number[],
  totals: { readonly seconds: number; readonly requests: number },
): readonly string[] {
  const name = 'tollkeeper_gateway_request_seconds';
  let sum = 0;
  return [
    ...family(name, 'histogram', 'From the header section to the end of the answer.'),
    ...BUCKETS.map((bound, at) => {
      sum += buckets[at] ?? 0;
      return `${name}_bucket{le="${bound}"} ${sum}`;
    }),
    `${name}_bucket{le="+Inf"} ${totals.requests}`,
    `${name}_sum ${totals.seconds}`,
    `${name}_count ${totals.requests}`,
  ];
}

/** The longest block of the event loop since the last look: what every request had to wait for. */
function machine(delay: ReturnType<typeof monitorEventLoopDelay>): readonly string[] {
  const seconds = delay.max / 1e9;
  delay.reset();
  const { rss } = process.memoryUsage();
  return [
    ...single('event_loop_delay_max_seconds', 'gauge', 'Since the last look.', seconds),
    ...single('resident_memory_bytes', 'gauge', 'Of the process.', rss),
  ];
}

function single(name: string, kind: string, help: string, value: number): readonly string[] {
  const full = `tollkeeper_gateway_${name}`;
  return [...family(full, kind, help), `${full} ${value}`];
}

function family(name: string, kind: string, help: string): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`];
}

import { ok } from '../../src/base/index.ts';
import { openEgress } from '../../src/http/index.ts';

/**
 * A buyer in a process of its own (run with --expose-gc), so that its memory is measured and nobody else's.
 * Arguments: the limits as JSON, a harmless URL to warm up with, the URL of the bomb. Prints a Measured as JSON.
 */
export interface Measured {
  readonly code: string;
  readonly reached: boolean;
  readonly ms: number;
  /** The highest resident memory above that before the exchange, in bytes. */
  readonly growth: number;
}

const [limits = '', harmless = '', bomb = ''] = process.argv.slice(2);
const egress = openEgress(JSON.parse(limits));
const buy = (url: string) =>
  egress.exchange({ url, method: 'GET', headers: {}, redirects: 'follow' }, () =>
    ok({ privateAddresses: true, plainHttp: true }),
  );

for (let i = 0; i < 20; i++) await buy(harmless);
globalThis.gc?.();
const before = process.memoryUsage.rss();
const peakBefore = peakOfLife();
let highest = before;
const sampling = setInterval(() => {
  highest = Math.max(highest, process.memoryUsage.rss());
}, 5);
const start = performance.now();
const answer = await buy(bomb);
const ms = performance.now() - start;
clearInterval(sampling);
// The kernel's own high-water mark, if the exchange raised it, catches what the samples missed.
const peak =
  peakOfLife() > peakBefore ? peakOfLife() : Math.max(highest, process.memoryUsage.rss());
const measured: Measured = {
  code: answer.ok ? 'ok' : answer.code,
  reached: answer.ok || answer.reached,
  ms,
  growth: peak - before,
};
process.stdout.write(JSON.stringify(measured));
await egress.close();

/** The highest resident memory of the process so far, in bytes. */
function peakOfLife(): number {
  return process.resourceUsage().maxRSS * 1024;
}

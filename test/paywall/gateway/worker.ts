import { createInterface } from 'node:readline';
import { compose } from '../../../src/server/compose.ts';
import { findHome } from '../../../src/server/home.ts';
import { openSelling } from '../../../src/server/selling.ts';

// The gateway of a data directory, wired as `tollkeeper gateway` wires it, in a process that can be killed. It says
// its origin, and then for each line that it is told how much memory it needs. It ends with its standard input.
const tollkeeper = await compose(findHome(process.argv[2], {}));
const { url } = await openSelling(tollkeeper);
process.stdout.write(`${url}\n`);
for await (const _line of createInterface({ input: process.stdin })) {
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.stdout.write(`${JSON.stringify({ rss, heap: heapUsed + external })}\n`);
}
process.exit();

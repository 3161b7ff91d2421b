import { readFileSync } from 'node:fs';
import { systemClock } from '../../../src/base/index.ts';
import { type Manifest, prepare } from '../../../src/node/index.ts';

/** What a process that prepares is told. */
export interface WorkerOrder {
  readonly home: string;
  readonly manifest: Manifest;
  readonly archive?: string;
  readonly mirror?: string;
  /** It dies when it is about to write down what it unpacked. */
  readonly diesBeforeRecord?: boolean;
}

const order: WorkerOrder = JSON.parse(readFileSync(0, 'utf8'));
const clock = {
  ...systemClock,
  now: () => {
    if (order.diesBeforeRecord === true) process.kill(process.pid, 'SIGKILL');
    return systemClock.now();
  },
};
const { home, manifest, archive, mirror } = order;
const made = await prepare({ home, manifest, target: 'linux-amd64', clock, archive, mirror });
process.stdout.write(JSON.stringify(made));

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MINUTE, SECOND, systemClock } from '../../src/base/index.ts';
import type { FactKind } from '../../src/task/index.ts';
import { type Behaviour, openSandbox, type Sandbox } from '../../src/wallet/index.ts';
import type { Death } from './dying-buyer.ts';
import { openSeller, type Seller } from './seller.ts';

// The crash matrix: a process dies at its worst moment, the next one finishes, and the ledger shows one debit.

let home: string;
let sandbox: Sandbox;
let seller: Seller;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'tollkeeper-crash-'));
  sandbox = await openSandbox({ home, clock: systemClock });
  seller = await openSeller(sandbox);
});
afterEach(async () => {
  await seller.close();
  await sandbox.close();
  await rm(home, { recursive: true });
});

interface End {
  readonly status: string;
  readonly code?: string;
  readonly money: string;
  readonly kinds: readonly FactKind[];
}

/** Has a process of its own buy; `ahead` ms later than now. Returns its signal if it died, else what it told. */
async function buy(death: Death, ahead = 0): Promise<NodeJS.Signals | End> {
  const program = join(import.meta.dirname, 'dying-buyer.ts');
  const args = [program, home, `${seller.origin}/a`, death, String(ahead)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [told, [, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return signal ?? JSON.parse(told);
}

const late: Behaviour = { kind: 'settles_after_timeout', ms: 30 * SECOND };
const delivered = { status: 'completed', money: 'moved' };
const released = { status: 'failed', code: 'PaymentFailedError', money: 'not_moved' };

test.each<[Death, string, Behaviour, object]>([
  ['C0', 'while its sum is being held', { kind: 'instant' }, delivered],
  ['C1', 'after its sum is held, before the wallet hears of it', { kind: 'instant' }, delivered],
  ['C2', 'while its payment is on its way', late, delivered],
  ['C3', 'when its payment was settled, before that is written', { kind: 'instant' }, delivered],
  ['C5', 'after its payment, before the goods are fetched', { kind: 'instant' }, delivered],
  ['C8', 'when its payment failed, before that is written', { kind: 'fail' }, released],
])(
  '%s: a purchase whose process dies %s is finished by the next',
  async (death, _when, ...rest) => {
    const [behaviour, end] = rest;
    await sandbox.setBehaviour(behaviour);
    expect(await buy(death)).toBe('SIGKILL');
    const told = await buy('never', MINUTE);
    expect(told).toMatchObject(end);
    const { kinds } = told as End;
    const once: readonly FactKind[] = ['reserved', end === released ? 'released' : 'settled'];
    for (const kind of once) expect(kinds.filter(each => each === kind)).toHaveLength(1);
    expect((await sandbox.counts()).payments).toBe(end === released ? 0 : 1);
    const unpaid = seller.requests.filter(({ authorization }) => authorization === undefined);
    expect(unpaid).toHaveLength(1);
  },
);

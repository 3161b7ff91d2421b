import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, type TestContext } from 'vitest';
import type { Clock } from '../../src/base/index.ts';
import type { WrittenSettings } from '../../src/policy/index.ts';
import type { Store } from '../../src/store/index.ts';
import { storeAt } from '../store/place.ts';
import { openSeller, type Seller } from '../task/seller.ts';
import { type Bank, bankAt } from './bank-port.ts';
import type { Life } from './buyer-port.ts';
import { type Child, startBuyer, startProgram } from './child.ts';
import { machineClock, setAhead } from './machine-clock.ts';

/** A machine with a data directory, sellers, and a bank that nobody kills. Buyers' processes come and go. */
export interface Rig {
  readonly home: string;
  /** The bank's socket. */
  readonly socket: string;
  readonly bank: Bank;
  /** The one clock of all processes here. */
  readonly clock: Clock;
  /** Puts that clock forward, ms. */
  pass(ms: number): void;
  /** An honest seller; `issue` makes its invoices, by default the bank. */
  seller(issue?: Bank['issue']): Promise<Seller>;
  start(life?: Pick<Life, 'halt' | 'human'>): Promise<Child>;
  /** The record as it is, opened beside whichever process works on it. */
  readonly store: Store;
}

/** How buyers reach the bank's money: by a wallet of the bank's own, or by the product's wallet of an lnd. */
export type Way = 'bank' | 'lnd';
/** What ends with a test; one of several concurrent tests has to say which it is. */
type Ending = Pick<TestContext, 'onTestFinished'>;
/** Who holds the money, and how buyers' processes reach it. */
export type Money = Pick<Rig, 'bank' | 'socket'> & Pick<Life, 'lnd'>;

/** Builds a rig that ends with its test, whose bank is a process of its own. */
export function openRig(
  settings: WrittenSettings,
  test: Ending = { onTestFinished },
  way: Way = 'bank',
): Promise<Rig> {
  return openRigWith(settings, test, async (place, clockFile) => {
    const socket = join(place, 'bank.sock');
    const lnd = way === 'lnd' ? join(place, 'lnd.json') : undefined;
    const files = [join(place, 'bank'), clockFile, socket, ...(lnd ? [lnd] : [])];
    const bank = startProgram('bank', ...files);
    const closed = once(bank, 'close');
    test.onTestFinished(async () => {
      bank.stdin?.end();
      await closed;
    });
    await once(bank.stdout!, 'data');
    return { bank: bankAt(socket), socket, lnd };
  });
}

/** Builds a rig whose money is somewhere else. */
export async function openRigWith(
  settings: WrittenSettings,
  test: Ending,
  openMoney: (place: string, clockFile: string) => Promise<Money>,
): Promise<Rig> {
  const place = await mkdtemp(join(tmpdir(), 'tollkeeper-crash-'));
  test.onTestFinished(() => rm(place, { recursive: true }));
  const [home, clockFile] = [join(place, 'home'), join(place, 'clock')];
  let ahead = 0;
  setAhead(clockFile, ahead);
  const clock = machineClock(clockFile);
  const { bank, socket, lnd } = await openMoney(place, clockFile);
  const store = await storeAt(home, clock);
  test.onTestFinished(() => store.close());
  return {
    home,
    socket,
    bank,
    clock,
    store,
    pass(ms) {
      ahead += ms;
      setAhead(clockFile, ahead);
    },
    async seller(issue = bank.issue) {
      const seller = await openSeller({ issue });
      test.onTestFinished(() => seller.close());
      return seller;
    },
    async start(life) {
      const child = await startBuyer({ home, socket, lnd, clockFile, settings, ...life });
      test.onTestFinished(async () => {
        child.kill('SIGKILL');
        await child.gone;
      });
      return child;
    },
  };
}

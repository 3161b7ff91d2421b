import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuthenticatedLnd } from 'ln-service';
import { expect, onTestFinished, test } from 'vitest';
import {
  type Code,
  DAY,
  HOUR,
  SECOND,
  systemClock,
  TollkeeperError,
} from '../../src/base/index.ts';
import { codeOf, type NodeAddress, openLine, rpc } from '../../src/node/index.ts';
import { selfSigned } from '../lnd/certificate.ts';
import { type FakeLnd, type FakePlace, openFakeLnd } from '../lnd/lnd.ts';
import { movedClock } from '../wallet/play.ts';

async function start(options: Pick<FakePlace, 'shows'> = {}): Promise<FakeLnd> {
  const home = await mkdtemp(join(tmpdir(), 'tollkeeper-line-'));
  const lnd = await openFakeLnd({ home, clock: systemClock, ...options });
  onTestFinished(async () => {
    await lnd.close();
    await rm(home, { recursive: true });
  });
  return lnd;
}

function lineTo(whereabouts: () => NodeAddress | Promise<NodeAddress>) {
  const clock = movedClock();
  let dialled = 0;
  const line = openLine(async () => {
    dialled += 1;
    return whereabouts();
  }, clock);
  onTestFinished(() => line.close());
  return { line, clock, dialled: () => dialled };
}

/** Asks for the network, which takes a macaroon that may read. */
const info = (lnd: AuthenticatedLnd): Promise<string> =>
  new Promise((resolve, reject) => {
    lnd.default.getInfo({}, (error: unknown, answer: { chains: { network: string }[] }) =>
      error ? reject(error) : resolve(answer.chains[0]!.network),
    );
  });

const ANSWER = { ok: true, value: 'regtest' };

interface Trouble {
  readonly name: string;
  readonly code: Code;
  readonly shows?: FakePlace['shows'];
  readonly address?: (lnd: FakeLnd) => Partial<NodeAddress>;
  readonly make?: (lnd: FakeLnd) => Promise<void> | void;
  readonly condition?: FakeLnd['node']['condition'];
}

const expired = selfSigned(systemClock.now() - HOUR);
const TROUBLES: readonly Trouble[] = [
  {
    name: 'shows another certificate than the pinned one',
    code: 'node_certificate_invalid',
    address: () => ({ certificate: selfSigned().certificate }),
  },
  { name: 'shows an expired certificate', code: 'node_certificate_invalid', shows: expired },
  {
    name: 'has a pinned certificate that is none',
    code: 'node_certificate_invalid',
    address: () => ({ certificate: 'not a certificate' }),
  },
  {
    name: 'does not know the macaroon',
    code: 'node_macaroon_refused',
    address: () => ({ macaroon: Buffer.from('0201036c6e64', 'hex') }),
  },
  {
    name: 'finds that the macaroon has expired',
    code: 'node_macaroon_refused',
    address: ({ authority }) => ({ macaroon: authority.bake(undefined, 1) }),
  },
  {
    name: 'finds that the macaroon lacks the right',
    code: 'node_macaroon_refused',
    address: ({ authority }) => ({ macaroon: authority.bake(['onchain:read']) }),
  },
  { name: 'is silent', code: 'node_unreachable', make: ({ relay }) => relay.silence(true) },
  { name: 'is not there', code: 'node_unreachable', make: ({ relay }) => relay.shut() },
  { name: 'has a locked wallet', code: 'node_locked', condition: 'locked' },
  { name: 'has no wallet', code: 'node_not_initialized', condition: 'no wallet' },
  { name: 'is still starting', code: 'node_unsynced', condition: 'starting' },
];

test.each(TROUBLES)('a node that $name is told apart, in bounded time: $code', async trouble => {
  const lnd = await start(trouble.shows ? { shows: trouble.shows } : {});
  const address = lnd.address(trouble.address?.(lnd));
  await trouble.make?.(lnd);
  lnd.node.condition = trouble.condition ?? 'active';
  const { line, clock } = lineTo(() => address);
  const started = performance.now();
  const answer = await line.ask(2 * SECOND, info);
  if (answer.ok) throw new Error('it answered');
  expect(await codeOf(answer.failure, address, clock)).toBe(trouble.code);
  expect(performance.now() - started).toBeLessThan(9 * SECOND);
});

test('a connection that breaks during a call ends it at once', async () => {
  const lnd = await start();
  lnd.node.mangle = () => {
    lnd.relay.drop();
    return {};
  };
  const { line } = lineTo(() => lnd.address());
  const answer = await line.ask(DAY, info);
  expect(answer).toMatchObject({ ok: false, failure: { kind: 'unreachable' } });
});

test('a call that gets no answer ends in time, and is told that nobody waits any more', async () => {
  const lnd = await start();
  const { line } = lineTo(() => lnd.address());
  const told = Promise.withResolvers<void>();
  const answer = await line.ask(50, (_lnd, over) => {
    over.addEventListener('abort', () => told.resolve());
    return Promise.withResolvers<never>().promise;
  });
  expect(answer).toMatchObject({ ok: false, failure: { kind: 'timeout' } });
  await told.promise;
});

test('nothing is said to a node for a call that has ended', async () => {
  const lnd = await start();
  const { line } = lineTo(() => lnd.address());
  const late = Promise.withResolvers<unknown>();
  await line.ask(50, (on, over) => {
    over.addEventListener('abort', () =>
      late.resolve(rpc(on.default, 'getInfo', {}, over).catch(({ name }: Error) => name)),
    );
    return Promise.withResolvers<never>().promise;
  });
  expect(await late.promise).toBe('AbortError');
});

test('a node that comes back is reached again, there or elsewhere, at the first call', async () => {
  const lnd = await start();
  const { line, clock } = lineTo(() => lnd.address());
  expect(await line.ask(5 * SECOND, info)).toEqual(ANSWER);
  for (const port of [undefined, 0]) {
    const { port: before } = lnd.relay;
    await lnd.relay.shut();
    expect(await line.ask(5 * SECOND, info)).toMatchObject({ ok: false });
    await lnd.relay.open(port);
    expect(lnd.relay.port === before).toBe(port === undefined);
    clock.move(SECOND);
    expect(await line.ask(5 * SECOND, info)).toEqual(ANSWER);
  }
});

test('a line that stays broken is dialled once a second at most', async () => {
  const lnd = await start();
  await lnd.relay.shut();
  const { line, clock, dialled } = lineTo(() => lnd.address());
  for (const _ of 'four') await line.ask(5 * SECOND, info);
  expect(dialled()).toBe(1);
  clock.move(SECOND);
  for (const _ of 'four') await line.ask(5 * SECOND, info);
  expect(dialled()).toBe(2);
});

test('calls that come at once dial once', async () => {
  const lnd = await start();
  const { line, dialled } = lineTo(() => lnd.address());
  const answers = await Promise.all(Array.from('four', () => line.ask(5 * SECOND, info)));
  expect(answers).toEqual([ANSWER, ANSWER, ANSWER, ANSWER]);
  expect(dialled()).toBe(1);
});

test('dialling anew for one call leaves another that is under way alone', async () => {
  const lnd = await start();
  const held = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  lnd.node.mangle = async (_method, answer) => {
    lnd.node.mangle = (_other, plain) => plain;
    arrived.resolve();
    await held.promise;
    return answer;
  };
  const { line, clock, dialled } = lineTo(() => lnd.address());
  const slow = line.ask(20 * SECOND, info);
  await arrived.promise;
  await line.ask(1, () => Promise.withResolvers<never>().promise);
  clock.move(SECOND);
  expect(await line.ask(5 * SECOND, info)).toEqual(ANSWER);
  expect(dialled()).toBe(2);
  held.resolve();
  expect(await slow).toEqual(ANSWER);
});

test('where there is nothing to dial, a call rejects with the reason', async () => {
  const nothing = new TollkeeperError('node_not_initialized');
  const { line } = lineTo(() => Promise.reject(nothing));
  await expect(line.ask(SECOND, info)).rejects.toBe(nothing);
});

test('a line that is closed while it is dialled stays closed', async () => {
  const lnd = await start();
  const found = Promise.withResolvers<NodeAddress>();
  const { line } = lineTo(() => found.promise);
  const asked = line.ask(5 * SECOND, info);
  line.close();
  found.resolve(lnd.address());
  expect(await asked).toMatchObject({ ok: false, failure: { kind: 'unreachable' } });
});

test('what a call throws by itself is an answer too', async () => {
  const lnd = await start();
  const { line } = lineTo(() => lnd.address());
  const answer = await line.ask(SECOND, () => {
    throw new Error('a slip');
  });
  expect(answer).toMatchObject({ ok: false, failure: { kind: 'refused', said: 'a slip' } });
});

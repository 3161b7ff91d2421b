import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { sats, silent, ZERO } from '../../src/base/index.ts';
import { fundsOf, newAddress } from '../../src/node/funds.ts';
import {
  bear,
  closeChannel,
  listChannels,
  type Operator,
  openChannel,
  openOperator,
} from '../../src/node/index.ts';
import { Refusal } from '../lnd/wire.ts';
import { movedClock } from '../wallet/play.ts';
import { NEW_WALLET, type OperatedLnd, openOperatedLnd } from './operated-lnd.ts';

const PEER = `02${'ab'.repeat(32)}`;
const POINT = `${'cd'.repeat(32)}:1`;

let lnd: OperatedLnd;
let admin: Operator;
beforeAll(async () => {
  lnd = await openOperatedLnd();
  await bear(lnd.nursery, NEW_WALLET);
  admin = lnd.as('admin');
});
beforeEach(() => lnd.forget());
afterAll(() => lnd.close());

const open = (change: object = {}) => ({
  active: true,
  remote_pubkey: PEER,
  channel_point: POINT,
  capacity: '100000',
  local_balance: '60000',
  remote_balance: '37000',
  local_constraints: { chan_reserve_sat: '1000' },
  remote_constraints: { chan_reserve_sat: '2000' },
  private: false,
  ...change,
});
const pending = (change: object = {}) => ({
  channel: {
    remote_node_pub: PEER,
    channel_point: POINT,
    capacity: '100000',
    local_balance: '60000',
    remote_balance: '37000',
    local_chan_reserve_sat: '1000',
    remote_chan_reserve_sat: '2000',
    private: true,
    ...change,
  },
});

describe('the channels of a node', () => {
  test('are listed with what can move in them, open ones first', async () => {
    lnd.says('listChannels', { channels: [open(), open({ active: false })] });
    lnd.says('pendingChannels', {
      pending_open_channels: [pending()],
      pending_force_closing_channels: [pending()],
      waiting_close_channels: [pending()],
    });
    const listed = await listChannels(admin);
    if (!listed.ok) throw new Error(listed.code);
    const [active] = listed.value;
    expect(active).toEqual({
      point: POINT,
      peer: PEER,
      state: 'active',
      capacity: sats(100_000),
      ours: sats(60_000),
      outbound: sats(59_000),
      inbound: sats(35_000),
      isPrivate: false,
    });
    expect(listed.value.map(({ state, outbound, ours }) => [state, outbound, ours])).toEqual([
      ['active', sats(59_000), sats(60_000)],
      ['inactive', sats(59_000), sats(60_000)],
      ['opening', sats(59_000), sats(60_000)],
      ['closing by force', ZERO, sats(60_000)],
      ['waiting to close', ZERO, sats(60_000)],
    ]);
  });

  test('never hold less than nothing, whatever lnd says, and are not listed without end', async () => {
    const odd = open({ local_balance: '5', remote_balance: '-7', capacity: '9'.padEnd(19, '0') });
    lnd.says('listChannels', { channels: Array.from({ length: 700 }, () => odd) });
    const listed = await listChannels(admin);
    if (!listed.ok) throw new Error(listed.code);
    expect(listed.value).toHaveLength(500);
    expect(listed.value[0]).toMatchObject({ capacity: ZERO, outbound: ZERO, inbound: ZERO });
  });
});

describe('the funds of a node', () => {
  test('are what is on the chain, and what can move in channels whose other side is there', async () => {
    lnd.says('walletBalance', { confirmed_balance: '1234', unconfirmed_balance: '5' });
    lnd.says('listChannels', { channels: [open(), open(), open({ active: false })] });
    expect(await fundsOf(admin)).toEqual({
      ok: true,
      value: {
        onChain: sats(1234),
        arriving: sats(5),
        outbound: sats(118_000),
        inbound: sats(70_000),
      },
    });
    expect(await fundsOf(lnd.as('keeper'))).toMatchObject({ ok: true });
  });

  test('are sent to a native SegWit address', async () => {
    lnd.says('newAddress', { address: 'bcrt1q' });
    expect(await newAddress(admin)).toEqual({ ok: true, value: 'bcrt1q' });
    expect(lnd.requestsOf('newAddress')).toEqual([{ type: 'WITNESS_PUBKEY_HASH', account: '' }]);
  });
});

const OPENING = {
  pubkey: PEER,
  host: '127.0.0.1:9735',
  sats: 100_000,
  pushSats: 5,
  feeRate: 3,
  isPrivate: true,
};

describe('a channel that is opened', () => {
  test('is asked for once its peer is connected, and told by the transaction that funds it', async () => {
    lnd.says('openChannelSync', {
      funding_txid_bytes: Buffer.from('01'.padEnd(64, '0'), 'hex'),
      output_index: 2,
    });
    expect(await openChannel(admin, OPENING)).toEqual({
      ok: true,
      value: `${'01'.padStart(64, '0')}:2`,
    });
    expect(lnd.calls.slice(-2)).toMatchObject([
      {
        method: 'connectPeer',
        request: { addr: { pubkey: PEER, host: '127.0.0.1:9735' }, perm: false },
      },
      {
        method: 'openChannelSync',
        request: {
          node_pubkey: Buffer.from(PEER, 'hex'),
          local_funding_amount: '100000',
          push_sat: '5',
          sat_per_vbyte: '3',
          private: true,
        },
      },
    ]);
  });

  test('goes to a peer that is connected already, by itself or by us', async () => {
    lnd.says('openChannelSync', { funding_txid_bytes: Buffer.alloc(32), output_index: 0 });
    lnd.says('connectPeer', new Refusal(`already connected to peer: ${PEER}@127.0.0.1:9735`));
    expect(await openChannel(admin, OPENING)).toMatchObject({ ok: true });
    expect(await openChannel(admin, { ...OPENING, host: undefined })).toMatchObject({ ok: true });
    expect(lnd.requestsOf('connectPeer')).toHaveLength(1);
  });

  test.each([
    ['dial tcp 127.0.0.1:21799: connect: connection refused', 'cannot be reached'],
    ['lookup no.such.host.invalid on 10.255.255.53:53: no such host', 'cannot be reached'],
    ['dial tcp 192.0.2.1:9735: i/o timeout', 'cannot be reached'],
    ['EOF', 'Another node answers'],
    ['invalid public key: x >= field prime', 'no public key'],
    ['cannot make connection to self', 'this node itself'],
  ])('is refused in our words when lnd, connecting, says “%s”', async (said, detail) => {
    lnd.says('connectPeer', new Refusal(said));
    expect(await openChannel(admin, OPENING)).toEqual({
      ok: false,
      code: 'node_refused',
      detail: expect.stringContaining(detail),
    });
    expect(lnd.requestsOf('openChannelSync')).toEqual([]);
  });

  test.each([
    [
      'not enough witness outputs to create funding transaction, need 0.002 BTC only have 0 BTC available',
      'not enough confirmed money',
    ],
    ['channels cannot be created before the wallet is fully synced', 'caught up'],
    [`peer ${PEER} is not online`, 'not connected'],
    [`peer ${PEER} disconnected`, 'not connected'],
    ['channel is too small, the minimum channel size is: 20000 SAT', '20,000 sats at least'],
    ['funding amount is too large, the max channel size is: 0.16777215 BTC', 'at most'],
    [
      'received funding error from x: err=chan size of 0.0002 BTC is below min chan size of 1 BTC',
      'wants larger',
    ],
    [
      'received funding error from x: err=chan size of 1 BTC exceeds maximum chan size of 0.1 BTC',
      'wants smaller',
    ],
    [
      'amount pushed to remote peer for initial state must be below the local funding amount',
      'cannot be given',
    ],
    [
      'funder balance too small (-3469000) with fee=2810 sat, minimum=708 sat required',
      'cannot be given',
    ],
    [
      'received funding error from x: err=Number of pending channels exceed maximum',
      'confirmed first',
    ],
    ['received funding error from x: err=Synchronizing blockchain', 'has not caught up'],
    ['received funding error from x: err=<b>pay me</b>', 'does not want'],
  ])('is refused in our words when lnd says “%s”', async (said, detail) => {
    lnd.says('openChannelSync', new Refusal(said));
    const refused = await openChannel(admin, OPENING);
    expect(refused).toEqual({
      ok: false,
      code: 'node_refused',
      detail: expect.stringContaining(detail),
    });
    expect(JSON.stringify(refused)).not.toContain('pay me');
    expect(lnd.logged.join()).toContain(JSON.stringify(said).slice(1, -1));
  });

  test('whose end nobody heard of is looked up before it is asked for again', async () => {
    lnd.says('openChannelSync', Object.assign(new Refusal('Connection dropped'), { code: 14 }));
    expect(await openChannel(admin, OPENING)).toEqual({
      ok: false,
      code: 'node_unreachable',
      detail: expect.stringContaining('node channel list'),
    });
  });

  test('is not asked for while lnd has a code of its own for why not', async () => {
    lnd.says('connectPeer', new Refusal('server is still in the process of starting'));
    expect(await openChannel(admin, OPENING)).toEqual({ ok: false, code: 'node_unsynced' });
    lnd.says('connectPeer', new Refusal('wallet locked, unlock it to enable full RPC access'));
    expect(await openChannel(admin, OPENING)).toEqual({ ok: false, code: 'node_locked' });
  });
});

/** Has lnd have one channel, and closing it end as a test says. */
function withChannel(state: 'listed' | 'closing'): void {
  if (state === 'listed') lnd.says('listChannels', { channels: [open()] });
  else lnd.says('pendingChannels', { waiting_close_channels: [pending()] });
}

describe('a channel that is closed', () => {
  test.each([
    [false, { target_conf: 6, force: false }],
    [true, { force: true }],
  ])('by force: %s, is told by the transaction that does it', async (force, request) => {
    withChannel('listed');
    lnd.says('closeChannel', { close_pending: { txid: Buffer.alloc(32, 7), output_index: 0 } });
    expect(await closeChannel(admin, POINT, force)).toEqual({ ok: true, value: '07'.repeat(32) });
    expect(lnd.requestsOf('closeChannel')).toMatchObject([
      {
        ...request,
        channel_point: {
          funding_txid_bytes: Buffer.from('cd'.repeat(32), 'hex').reverse(),
          output_index: 1,
        },
      },
    ]);
  });

  test.each(['', 'cd:1', `${'cd'.repeat(32)}`, `${'CD'.repeat(32)}:1`, `${POINT} `])(
    'is not found by “%s”',
    async point => {
      expect(await closeChannel(admin, point, false)).toMatchObject({ code: 'invalid_input' });
      expect(lnd.requestsOf('closeChannel')).toEqual([]);
    },
  );

  test('has to be one of ours', async () => {
    withChannel('listed');
    expect(await closeChannel(admin, `${'cd'.repeat(32)}:2`, true)).toEqual({
      ok: false,
      code: 'node_refused',
      detail: 'There is no such channel.',
    });
  });

  test('without a word of lnd is one of which nobody knows, and keeps no connection', async () => {
    withChannel('listed');
    lnd.says('closeChannel', () => Promise.withResolvers<object>().promise);
    const clock = movedClock();
    clock.hurry(60);
    const { place, vault } = lnd;
    const hasty = openOperator({ place, vault, clock, log: silent }, 'admin');
    expect(await closeChannel(hasty, POINT, false)).toMatchObject({
      code: 'node_unreachable',
      detail: expect.stringContaining('not known'),
    });
    await vi.waitUntil(() => lnd.open.size === 0);
    hasty.close();
  });

  test('already is closed no second time, but by force', async () => {
    withChannel('closing');
    lnd.says('closeChannel', { close_pending: { txid: Buffer.alloc(32, 7), output_index: 0 } });
    expect(await closeChannel(admin, POINT, false)).toMatchObject({
      detail: 'It is being closed already.',
    });
    expect(lnd.requestsOf('closeChannel')).toEqual([]);
    expect(await closeChannel(admin, POINT, true)).toMatchObject({ ok: true });
  });

  test.each([
    [
      'unable to gracefully close channel while peer is offline (try force closing it instead)',
      'only --force',
    ],
    ['cannot coop close channel with active htlcs (number of active htlcs: 1)', 'A payment'],
    ['channel is already in the process of being force closed', 'already'],
    ['cannot close channel with state: ChanStatusRestored', 'only its other side'],
  ])('is refused in our words when lnd says “%s”', async (said, detail) => {
    withChannel('listed');
    lnd.says('closeChannel', new Refusal(said));
    expect(await closeChannel(admin, POINT, false)).toEqual({
      ok: false,
      code: 'node_refused',
      detail: expect.stringContaining(detail),
    });
  });
});

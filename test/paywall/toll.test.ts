import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, msat, SECOND, sha256, silent } from '../../src/base/index.ts';
import {
  addCaveat,
  decodeMacaroon,
  encodeMacaroon,
  parseChallenge,
  parseCredential,
} from '../../src/l402/index.ts';
import { openSeller, openToll, type Wanted } from '../../src/paywall/index.ts';
import type { Standing } from '../../src/paywall/issuer.ts';
import { storeAt } from '../store/place.ts';
import { askAt, type Counter, openCounter } from './counter.ts';

let counter: Counter;
beforeEach(async () => {
  counter = await openCounter();
});
afterEach(() => counter.close());

const TEN_SATS = { fixedAmountMsats: 10_000 };
const open = (policy: object = {}) => counter.open({ policy: { ...TEN_SATS, ...policy } });
const with_ = (credential: string, more: object = {}) => ({ authorization: [credential], ...more });

const WANTED = { method: 'GET', host: 'api.example', target: '/v1/reports' } as const;

describe('a request without a credential', () => {
  test('is charged for, at the price of its route, with a token that ends after the invoice does', async () => {
    const paywall = await open();
    const answer = await counter.ask();
    expect(answer).toMatchObject({ kind: 'charged', amount: 10_000n, code: 'payment_required' });
    if (answer.kind !== 'charged') return;
    const challenge = parseChallenge(answer.challenge);
    if (!challenge.ok) throw new Error(challenge.detail);
    const { invoice, macaroon } = challenge.value;
    expect(invoice).toMatchObject({ amount: 10_000n, description: 'Reports' });
    expect(macaroon?.identifier).toHaveLength(66);
    expect(macaroon?.caveats).toEqual([
      `services=${paywall.id}:0`,
      `${paywall.id}_capabilities=${paywall.routes[0]!.id}`,
      `${paywall.id}_path=/v1/reports`,
      `${paywall.id}_uses=1`,
      `${paywall.id}_valid_until=${(invoice.expiresAt + HOUR) / SECOND}`,
    ]);
  });

  test.each<[what: string, wanted: Partial<Wanted>, answer: object]>([
    ['no such host', { host: 'other.example' }, { status: 404, code: 'route_not_found' }],
    ['no such path', { target: '/v2' }, { status: 404, code: 'route_not_found' }],
    ['a malformed host', { host: 'a b' }, { status: 400, code: 'invalid_input' }],
    ['a second spelling', { target: '/v1/%2e%2e/x' }, { status: 400, code: 'invalid_input' }],
    ['an absolute target', { target: 'http://api.example/v1' }, { status: 400 }],
    ['an unknown method', { method: 'BREW' }, { status: 405, code: 'method_not_allowed' }],
    ['a method that is not sold', { method: 'DELETE' }, { status: 405, allow: ['GET', 'HEAD'] }],
  ])('is sent away for %s, and nothing is minted', async (_what, wanted, answer) => {
    const methods = ['GET', 'HEAD'] as const;
    const route = { hostPattern: 'api.example', pathPattern: '/v1/**', upstream: 'api' };
    await counter.open({ routes: [{ ...route, methods: [...methods] }] });
    expect(await counter.ask(wanted)).toMatchObject({ kind: 'refused', ...answer });
    expect(counter.node.issued).toBe(0);
  });

  test('to a long path is not sold what no header could carry', async () => {
    await open();
    const target = `/v1/${'a'.repeat(1100)}`;
    expect(await counter.ask({ target })).toMatchObject({ kind: 'refused', status: 400 });
  });

  test('gets what is free, so many times a day and client network, and is charged for then', async () => {
    await open({ freeRequestsPerDay: 2 });
    const ask = (address: string) => counter.ask({}, { address });
    expect(await ask('203.0.113.7')).toMatchObject({ kind: 'admitted', by: 'free', freeLeft: 1 });
    expect(await ask('203.0.113.8')).toMatchObject({ kind: 'admitted', freeLeft: 0 });
    expect(await ask('203.0.113.9')).toMatchObject({ kind: 'charged' });
    expect(await ask('203.0.114.9')).toMatchObject({ kind: 'admitted', freeLeft: 1 });
    counter.now += DAY;
    expect(await ask('203.0.113.7')).toMatchObject({ kind: 'admitted', freeLeft: 1 });
    counter.now -= DAY;
    await ask('203.0.113.7');
    expect(await ask('203.0.113.7')).toMatchObject({ kind: 'charged' });
  });

  test('gets a free one back that nothing was delivered for', async () => {
    await open({ freeRequestsPerDay: 1 });
    const first = await counter.ask();
    if (first.kind !== 'admitted') throw new Error(first.code);
    expect(await first.giveBack()).toBe(true);
    expect(await first.giveBack()).toBe(true);
    expect(await counter.ask()).toMatchObject({ kind: 'admitted', freeLeft: 0 });
    expect(await counter.ask()).toMatchObject({ kind: 'charged' });
  });
});

describe('a request that was paid for', () => {
  test('passes to the upstream, with its secret headers and nothing but the canonical path', async () => {
    await open();
    const wanted = { target: '/v1/%72eports?q=%2F..//' };
    const bought = await counter.buy(wanted);
    expect(await counter.ask(wanted, with_(bought))).toMatchObject({
      kind: 'admitted',
      by: 'token',
      usesLeft: 0,
      url: 'http://127.0.0.1:3000/v1/reports?q=%2F..//',
      headers: { 'x-key': 'canary' },
      timeoutMs: 15_000,
      access: { privateAddresses: true, plainHttp: true },
    });
  });

  test('passes once, and is charged for then', async () => {
    await open();
    const bought = await counter.buy();
    expect(await counter.ask({}, with_(bought))).toMatchObject({ kind: 'admitted' });
    expect(await counter.ask({}, with_(bought))).toMatchObject({
      kind: 'charged',
      code: 'token_spent',
    });
  });

  test('passes again when its use was given back', async () => {
    await open();
    const bought = await counter.buy();
    const pass = await counter.ask({}, with_(bought));
    if (pass.kind !== 'admitted') throw new Error(pass.code);
    expect(await Promise.all([pass.giveBack(), pass.giveBack()])).toEqual([true, true]);
    expect(await counter.ask({}, with_(bought))).toMatchObject({ kind: 'admitted' });
    expect(await counter.ask({}, with_(bought))).toMatchObject({ kind: 'charged' });
  });

  test('gets no more back than it took, however often that is said', async () => {
    await open({ usesPerToken: 3 });
    const bought = await counter.buy();
    const passes = [];
    for (let at = 0; at < 3; at += 1) passes.push(await counter.ask({}, with_(bought)));
    const [first] = passes;
    if (first?.kind !== 'admitted') throw new Error();
    for (let at = 0; at < 3; at += 1) await first.giveBack();
    expect(await counter.ask({}, with_(bought))).toMatchObject({ kind: 'admitted', usesLeft: 0 });
    expect(await counter.ask({}, with_(bought))).toMatchObject({ kind: 'charged' });
  });

  test('passes exactly as often as was bought, however many come at once and to whichever process', async () => {
    await open({ usesPerToken: 5 });
    const bought = await counter.buy();
    const other = counter.another();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        askAt(at % 2 === 0 ? counter.toll : other, {}, with_(bought)),
      ),
    );
    expect(answers.filter(({ kind }) => kind === 'admitted')).toHaveLength(5);
    expect(answers.filter(({ kind }) => kind === 'charged')).toHaveLength(15);
  });

  test('passes any number of times until the token ends, where uses are not counted', async () => {
    await open({ usesPerToken: null });
    const bought = await counter.buy();
    for (let at = 0; at < 10; at += 1) {
      const pass = await counter.ask({}, with_(bought));
      expect(pass).toMatchObject({ kind: 'admitted', usesLeft: undefined });
      if (pass.kind === 'admitted') expect(await pass.giveBack()).toBe(false);
    }
    counter.now += HOUR + 10 * MINUTE;
    expect(await counter.ask({}, with_(bought))).toMatchObject({
      kind: 'charged',
      code: 'token_expired',
    });
  });

  test.each<[what: string, policy: object, wanted: Partial<Wanted>, code: string]>([
    ['another path', {}, { target: '/v1/other' }, 'token_out_of_scope'],
    ['a longer path', {}, { target: '/v1/reports/1' }, 'token_out_of_scope'],
    ['another route', { tokenScope: 'route' }, { target: '/v2' }, 'token_out_of_scope'],
    ['another method', { bindMethod: true }, { method: 'POST' }, 'token_out_of_scope'],
  ])('does not pass to %s', async (_what, policy, wanted, code) => {
    const route = { hostPattern: 'api.example', upstream: 'api' };
    const routes = ['/v1/**', '/v2'].map(pathPattern => ({ ...route, pathPattern }));
    await counter.open({ policy: { ...TEN_SATS, ...policy }, routes });
    const bought = await counter.buy();
    expect(await counter.ask(wanted, with_(bought))).toMatchObject({ kind: 'charged', code });
    expect(await counter.ask({}, with_(bought))).toMatchObject({ kind: 'admitted' });
  });

  test('passes on all of its route, where that was sold', async () => {
    await open({ tokenScope: 'route', usesPerToken: null });
    const bought = await counter.buy();
    for (const target of ['/v1', '/v1/', '/v1/a/b?c']) {
      expect(await counter.ask({ target }, with_(bought))).toMatchObject({ kind: 'admitted' });
    }
  });

  test('passes with the very body alone that it was bought for', async () => {
    await open({ bindBody: true });
    const [body, other] = ['ab'.repeat(32), 'cd'.repeat(32)];
    const bought = await counter.buy({ method: 'POST' }, { bodyDigest: body });
    const send = (bodyDigest?: string) =>
      counter.ask({ method: 'POST' }, with_(bought, { bodyDigest }));
    expect(await send(other)).toMatchObject({ kind: 'charged', code: 'token_out_of_scope' });
    expect(await send()).toMatchObject({ kind: 'refused', status: 400 });
    expect(await send(body)).toMatchObject({ kind: 'admitted' });
  });

  test('has its body read for more than a digest only if it may pass', async () => {
    await open({ bindBody: true, usesPerToken: null });
    const bought = await counter.buy({}, { bodyDigest: sha256('mine') });
    const foresee = async (more: object, target: string = WANTED.target) => {
      const place = await counter.toll.find({ ...WANTED, target });
      if ('kind' in place) throw new Error(place.code);
      return counter.toll.foresee(place, { authorization: [], address: '203.0.113.7', ...more });
    };
    expect(await foresee({})).toEqual({ kind: 'foreseen', needsBody: false });
    expect(await foresee(with_('L402 garbage'))).toMatchObject({ kind: 'refused', status: 401 });
    expect(await foresee(with_(bought))).toEqual({ kind: 'foreseen', needsBody: true });
    expect(await foresee(with_(bought), '/v1/other')).toMatchObject({ needsBody: false });
  });

  test('passes with the key of the client alone that had it bound', async () => {
    await open();
    const bought = await counter.buy({}, { clientKey: 'mine' });
    const stolen = await counter.ask({}, with_(bought));
    expect(stolen).toMatchObject({ kind: 'charged', code: 'token_out_of_scope' });
    expect(await counter.ask({}, with_(bought, { clientKey: 'a guess' }))).toMatchObject({
      kind: 'charged',
    });
    expect(await counter.ask({}, with_(bought, { clientKey: 'mine' }))).toMatchObject({
      kind: 'admitted',
    });
  });

  test('keeps its price and its end, whatever the paywall asks and gives meanwhile', async () => {
    const { id } = await open();
    const demand = await counter.ask();
    const dearer = { fixedAmountMsats: 50_000, tokenTtlSeconds: 60 };
    await counter.seller.order('alice', {
      kind: 'update',
      input: { paywallId: id, policy: dearer },
    });
    expect(await counter.ask()).toMatchObject({ kind: 'charged', amount: 50_000n });
    const bought = await counter.pay(demand);
    counter.now += 30 * MINUTE;
    expect(await counter.ask({}, with_(bought))).toMatchObject({ kind: 'admitted' });
  });

  test('passes in another process, and after a restart', async () => {
    await open();
    const bought = await counter.buy();
    await counter.toll.close();
    expect(await askAt(counter.another(), {}, with_(bought))).toMatchObject({ kind: 'admitted' });
  });

  test('is told by every form of a credential', async () => {
    await open({ usesPerToken: null });
    const bought = await counter.buy();
    const [, token = '', preimage = ''] = /^L402 (.*):(.*)$/.exec(bought) ?? [];
    const bytes = Buffer.from(token, 'base64');
    const macaroon = decodeMacaroon(bytes);
    if (!macaroon.ok) throw new Error(macaroon.detail);
    const proven = addCaveat(macaroon.value, `preimage=${preimage}`);
    const hex = Buffer.from(encodeMacaroon(proven)).toString('hex');
    const forms = [
      { authorization: [`LSAT ${token}:${preimage}`] },
      { authorization: [`L402 macaroon="${token}", preimage="${preimage}"`] },
      { authorization: [`L402 token="${token}", preimage="${preimage}"`] },
      { authorization: [`LSAT ${token}:${preimage}`, bought] },
      { authorization: ['Basic abc', bought] },
      { authorization: [], grpcMacaroon: hex },
      { authorization: [], macaroon: hex.toUpperCase() },
    ];
    for (const form of forms) {
      expect(await counter.ask({}, form)).toMatchObject({ kind: 'admitted', by: 'token' });
    }
  });
});

describe('a credential', () => {
  test.each([
    ['is malformed', 'L402 garbage'],
    ['is empty', 'L402'],
    ['was never issued', `L402 ${Buffer.alloc(120, 7).toString('base64')}:${'ab'.repeat(32)}`],
  ])('that %s is refused, not charged for', async (_what, credential) => {
    await open();
    const answer = await counter.ask({}, with_(credential));
    expect(answer).toMatchObject({ kind: 'refused', status: 401, code: 'authorization_denied' });
    expect(counter.node.issued).toBe(0);
  });

  test('with a preimage of something else is refused', async () => {
    await open({ usesPerToken: null });
    const [mine, other] = [await counter.buy(), await counter.buy({ target: '/v1/b' })];
    const crossed = mine.replace(/:.*/, other.slice(other.lastIndexOf(':')));
    expect(await counter.ask({}, with_(crossed))).toMatchObject({
      status: 401,
      code: 'missing_proof',
    });
    expect(await counter.ask({}, with_(mine))).toMatchObject({ kind: 'admitted' });
  });

  test.each<[how: string, standing: Standing]>([
    ['at all', { status: 'open' }],
    ['in full', { status: 'settled', amount: msat(9999), settledAt: 1 }],
  ])('whose preimage leaked before the node was paid %s opens nothing', async (_how, standing) => {
    await open();
    const answer = await counter.ask();
    const bought = await counter.pay(answer);
    const lied = { ...counter.issuer, lookUp: async () => standing };
    const { store, rules, clock } = counter;
    const means = { paywalls: store.paywalls, rules, issuer: async () => lied, clock, log: silent };
    const toll = openToll(means);
    expect(await askAt(toll, {}, with_(bought))).toMatchObject({
      status: 401,
      code: 'missing_proof',
    });
    counter.settings = { seller: { requireSettled: false } };
    counter.now += SECOND;
    expect(await askAt(toll, {}, with_(bought))).toMatchObject({ kind: 'admitted' });
    await toll.close();
  });

  test('is looked up at the node once, and the record remembers what it said', async () => {
    await open({ usesPerToken: null });
    const bought = await counter.buy();
    for (let at = 0; at < 3; at += 1) await counter.ask({}, with_(bought));
    await askAt(counter.another(), {}, with_(bought));
    expect(counter.node.looked).toBe(1);
  });

  test('narrowed by its holder passes only where both it and what was sold allow', async () => {
    await open({ tokenScope: 'route', usesPerToken: null });
    const bought = await counter.buy();
    const service = `pw_${/services=pw_([0-9a-f-]+)/.exec(caveatsOf(bought).join())?.[1]}`;
    const narrow = (caveat: string) => narrowed(bought, caveat);
    const passes = async (credential: string, wanted: Partial<Wanted> = {}) =>
      (await counter.ask(wanted, with_(credential))).kind === 'admitted';
    expect(await passes(narrow(`${service}_path=/v1/reports`))).toBe(true);
    expect(await passes(narrow(`${service}_path=/v1/other`))).toBe(false);
    expect(await passes(narrow(`${service}_method=HEAD`))).toBe(false);
    expect(await passes(narrow(`${service}_valid_until=1`))).toBe(false);
    expect(await passes(narrow(`${service}_valid_until=99999999999`))).toBe(true);
    expect(await passes(narrow(`${service}_capabilities=route_other`))).toBe(false);
    expect(await passes(narrow('services=other:0'))).toBe(false);
    const once = narrow(`${service}_uses=1`);
    expect(await passes(once)).toBe(true);
    expect(await passes(once)).toBe(false);
  });

  test('that its holder tied to another preimage is refused with the right one', async () => {
    await open({ usesPerToken: null });
    const bought = await counter.buy();
    const preimage = bought.slice(-64);
    const tied = (to: string) => counter.ask({}, with_(narrowed(bought, `preimage=${to}`)));
    expect(await tied(preimage)).toMatchObject({ kind: 'admitted' });
    expect(await tied('ab'.repeat(32))).toMatchObject({ status: 401, code: 'missing_proof' });
  });

  test('with a caveat that is not known here is refused, whatever it says', async () => {
    await open({ usesPerToken: null });
    const bought = await counter.buy();
    const [service] = /pw_[0-9a-f-]+/.exec(caveatsOf(bought).join()) ?? [];
    for (const caveat of [`${service}_ip=1.2.3.4`, 'method=GET', 'nothing', '=x', 'a=b']) {
      expect(await counter.ask({}, with_(narrowed(bought, caveat)))).toMatchObject({
        kind: 'refused',
        status: 401,
      });
    }
  });
});

describe('the next request', () => {
  test('meets a pause, a kill, a new price and settings that were tightened', async () => {
    const paywall = await open({ usesPerToken: null });
    const bought = await counter.buy();
    const status = async () => {
      const answer = await counter.ask({}, with_(bought));
      return answer.kind === 'refused' ? answer.code : answer.kind;
    };
    const command = (kind: 'pause' | 'resume') =>
      counter.seller.order('alice', { kind, input: { paywallId: paywall.id } });
    expect(await status()).toBe('admitted');
    await command('pause');
    expect(await status()).toBe('paywall_inactive');
    await command('resume');
    expect(await status()).toBe('admitted');
    await counter.store.killSwitch.pause();
    expect(await status()).toBe('kill_switch_active');
    await counter.store.killSwitch.resume();
    expect(await status()).toBe('admitted');
    for (const [seller, code] of [
      [{ paused: true }, 'kill_switch_active'],
      [{ hosts: ['other.example'] }, 'paywall_inactive'],
      [{ maxPriceSats: 9 }, 'paywall_inactive'],
      [{ upstreams: { loopback: false } }, 'paywall_inactive'],
    ] as const) {
      counter.settings = { seller: seller as object };
      counter.now += SECOND;
      expect(await status()).toBe(code);
    }
    counter.settings = {};
    counter.now += SECOND;
    expect(await status()).toBe('admitted');
    counter.broken = true;
    counter.now += SECOND;
    expect(await status()).toBe('kill_switch_active');
  });

  test('meets what another process changed', async () => {
    const { id } = await open();
    expect(await counter.ask()).toMatchObject({ kind: 'charged' });
    const other = await storeAt(counter.home, counter.clock);
    const { clock, rules } = counter;
    const seller = openSeller({ paywalls: other.paywalls, rules, clock });
    await seller.ask('alice', { kind: 'pause', input: { paywallId: id } }, 'a test');
    expect(await counter.ask()).toMatchObject({ kind: 'refused', code: 'paywall_inactive' });
    await other.killSwitch.pause();
    expect(await counter.ask()).toMatchObject({ code: 'kill_switch_active' });
    other.close();
  });

  test('meets what changed while its body came: a pause, and a new price', async () => {
    const { id } = await open({ bindBody: true });
    const place = await counter.toll.find(WANTED);
    if ('kind' in place) throw new Error(place.code);
    const visitor = { authorization: [], address: '203.0.113.7', bodyDigest: sha256('') };
    const dearer = { ...TEN_SATS, fixedAmountMsats: 20_000, bindBody: true };
    const input = { paywallId: id, policy: dearer };
    await counter.seller.order('alice', { kind: 'update', input });
    expect(await counter.toll.admit(place, visitor)).toMatchObject({ amount: 20_000n });
    await counter.seller.order('alice', { kind: 'pause', input: { paywallId: id } });
    expect(await counter.toll.admit(place, visitor)).toMatchObject({ code: 'paywall_inactive' });
  });

  test('is not charged for what could not be delivered: its upstream is gone since the body began', async () => {
    await open({ bindBody: true });
    const place = await counter.toll.find(WANTED);
    if ('kind' in place) throw new Error(place.code);
    await counter.seller.order('alice', { kind: 'remove_upstream', name: 'api' });
    const visitor = { authorization: [], address: '203.0.113.7', bodyDigest: sha256('') };
    const inactive = { status: 403, code: 'paywall_inactive' };
    expect(await counter.toll.admit(place, visitor)).toMatchObject(inactive);
    expect(await counter.ask()).toMatchObject(inactive);
    expect(counter.node.issued).toBe(0);
  });
});

describe('a quota', () => {
  test('by the minute or the day sends away what is beyond it, and takes no use for that', async () => {
    await open({ quotaPerMinute: 2, quotaPerDay: 3, usesPerToken: 4 });
    const bought = await counter.buy();
    const ask = () => counter.ask({}, with_(bought));
    await ask();
    expect(await ask()).toMatchObject({ usesLeft: 2 });
    counter.now += 15 * SECOND;
    expect(await ask()).toMatchObject({
      kind: 'refused',
      status: 429,
      code: 'rate_limited',
      retryAfterSeconds: 45,
    });
    expect(await counter.ask({ target: '/v1/b' })).toMatchObject({ status: 429 });
    counter.now += 45 * SECOND;
    expect(await ask()).toMatchObject({ usesLeft: 1 });
    counter.now += MINUTE;
    expect(await ask()).toMatchObject({ status: 429, retryAfterSeconds: 12 * 3600 - 120 });
  });

  test('counts on after a restart, and what was refused does not count', async () => {
    await open({ quotaPerDay: 2, usesPerToken: null });
    const bought = await counter.buy();
    await counter.ask({}, with_(bought));
    await counter.ask({}, with_('L402 garbage'));
    await counter.toll.close();
    const next = counter.another();
    expect(await askAt(next, {}, with_(bought))).toMatchObject({ kind: 'admitted' });
    expect(await askAt(next, {}, with_(bought))).toMatchObject({ status: 429 });
    counter.now += DAY / 2;
    expect(await askAt(next, {}, with_(bought))).toMatchObject({ kind: 'charged' });
  });

  test('is not touched by who has no use left, nor given anew by a clock that goes back', async () => {
    await open({ quotaPerMinute: 2, usesPerToken: 1 });
    const spent = await counter.buy();
    for (let at = 0; at < 5; at += 1) await counter.ask({}, with_(spent));
    const [second, third] = [await counter.buy(), await counter.buy({ target: '/v1/b' })];
    expect(await counter.ask({}, with_(second))).toMatchObject({ kind: 'admitted' });
    counter.now -= MINUTE;
    const last = await counter.ask({ target: '/v1/b' }, with_(third));
    expect(last).toMatchObject({ kind: 'refused', status: 429 });
  });

  test('lets through no more than it says, however many come at once', async () => {
    await open({ quotaPerMinute: 3, usesPerToken: null });
    const bought = await counter.buy();
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => counter.ask({}, with_(bought))),
    );
    expect(answers.filter(({ kind }) => kind === 'admitted')).toHaveLength(3);
  });
});

describe('the mint', () => {
  const demandOf = async (visitor: object = {}, wanted: object = {}) => {
    const answer = await counter.ask(wanted, visitor);
    return answer.kind === 'charged' ? answer.challenge[0] : answer;
  };

  test('offers a client the same unpaid invoice again, and anyone else another', async () => {
    await open();
    const first = await demandOf();
    expect(await demandOf()).toEqual(first);
    expect(await Promise.all([demandOf(), demandOf()])).toEqual([first, first]);
    expect(counter.node.issued).toBe(1);
    const others = await Promise.all([
      demandOf({ address: '203.0.113.8' }),
      demandOf({}, { target: '/v1/b' }),
      demandOf({ clientKey: 'mine' }),
    ]);
    expect(new Set([first, ...others]).size).toBe(4);
  });

  test('makes another for another method or body, where a token is for one alone', async () => {
    await open({ bindMethod: true, bindBody: true });
    const [one, other] = ['ab'.repeat(32), 'cd'.repeat(32)];
    const demands = await Promise.all([
      demandOf({ bodyDigest: one }, { method: 'PUT' }),
      demandOf({ bodyDigest: one }, { method: 'POST' }),
      demandOf({ bodyDigest: other }, { method: 'POST' }),
    ]);
    expect(new Set(demands).size).toBe(3);
  });

  test('makes one invoice for a burst of the same client', async () => {
    await open();
    const demands = await Promise.all(Array.from({ length: 20 }, () => demandOf()));
    expect(new Set(demands).size).toBe(1);
    expect(counter.node.issued).toBe(1);
  });

  test('offers no invoice that was paid, or will soon be over', async () => {
    await open();
    const first = await demandOf();
    const bought = await counter.buy();
    await counter.ask({}, with_(bought));
    const second = await demandOf();
    expect(second).not.toEqual(first);
    counter.now += 8 * MINUTE + SECOND;
    expect(await demandOf()).not.toEqual(second);
  });

  test('limits what one network may ask for, and lets others go on', async () => {
    await open();
    counter.settings = { seller: { mint: { perClient: 2 } } };
    const ask = (host: number) => counter.ask({}, { address: `203.0.113.${host}` });
    for (const host of [1, 2]) expect(await ask(host)).toMatchObject({ kind: 'charged' });
    expect(await ask(3)).toMatchObject({
      kind: 'refused',
      status: 429,
      code: 'rate_limited',
      retryAfterSeconds: 30,
    });
    expect(await ask(1)).toMatchObject({ kind: 'charged' });
    expect(await counter.ask({}, { address: '198.51.100.1' })).toMatchObject({ kind: 'charged' });
    counter.now += 30 * SECOND;
    expect(await ask(3)).toMatchObject({ kind: 'charged' });
    expect(counter.node.issued).toBe(4);
  });

  test('limits what all together may ask for, before the node hears of it', async () => {
    await open();
    counter.settings = { seller: { mint: { perMinute: 5, perClient: 5 } } };
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, at) =>
        counter.ask({}, { address: `10.${at}.0.1`, authorization: [] }),
      ),
    );
    expect(answers.filter(({ kind }) => kind === 'charged')).toHaveLength(5);
    expect(counter.node.issued).toBe(5);
  });

  test('lets only so many invoices wait to be paid', async () => {
    await open();
    counter.settings = { seller: { mint: { open: 2 } } };
    const ask = (net: number) => counter.ask({}, { address: `10.${net}.0.1` });
    const answers = await Promise.all([1, 2, 4, 5, 6].map(ask));
    expect(answers.filter(({ kind }) => kind === 'charged')).toHaveLength(2);
    expect(await ask(3)).toMatchObject({ status: 429 });
    counter.now += 10 * MINUTE;
    expect(await ask(3)).toMatchObject({ kind: 'charged' });
  });

  test('says that it cannot while the node is down, and goes on when it is back', async () => {
    await open({ usesPerToken: null });
    const bought = await counter.buy({ target: '/v1/b' });
    counter.node.down = true;
    expect(await counter.ask()).toMatchObject({
      kind: 'refused',
      status: 503,
      code: 'wallet_unavailable',
    });
    expect(await counter.ask({ target: '/v1/b' }, with_(bought))).toMatchObject({ status: 503 });
    counter.node.down = false;
    expect(await counter.ask()).toMatchObject({ kind: 'charged' });
    expect(await counter.ask({ target: '/v1/b' }, with_(bought))).toMatchObject({
      kind: 'admitted',
    });
  });
});

test('while the record is down nothing passes, and nothing throws', async () => {
  await open({ usesPerToken: null });
  const bought = await counter.buy();
  const place = await counter.toll.find({ method: 'GET', host: 'api.example', target: '/v1/a' });
  if ('kind' in place) throw new Error(place.code);
  counter.store.close();
  const visitor = { authorization: [bought], address: '203.0.113.7' };
  expect(await counter.toll.admit(place, visitor)).toMatchObject({ kind: 'refused', status: 503 });
  expect(await counter.ask()).toMatchObject({ kind: 'refused', status: 503 });
});

function caveatsOf(credential: string): readonly string[] {
  const parsed = parseCredential({ authorization: [credential] });
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.value.macaroon.caveats;
}

function narrowed(credential: string, caveat: string): string {
  const parsed = parseCredential({ authorization: [credential] });
  if (!parsed.ok) throw new Error(parsed.detail);
  const { macaroon, preimage } = parsed.value;
  const bytes = encodeMacaroon(addCaveat(macaroon, caveat));
  return `L402 ${Buffer.from(bytes).toString('base64')}:${preimage}`;
}

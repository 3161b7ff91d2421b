import { expect, test } from 'vitest';
import { type Msat, newId, sats } from '../../src/base/index.ts';
import type { Fact, Task } from '../../src/task/index.ts';
import { effectsSince } from '../../src/tools/effects.ts';

const id = newId('task');

function taskOf(method: 'GET' | 'POST', ...kinds: readonly Fact['kind'][]): Task {
  const request = { owner: 'local', method, url: 'https://a.example/x', headers: {}, scope: 's' };
  const facts = ['requested', ...kinds].map(kind => ({
    kind,
    at: 0,
    ...(kind === 'requested' ? { request } : {}),
    ...(kind === 'settled' ? { amount: sats(10), fee: 0n as Msat } : {}),
  }));
  return { id, facts: facts as unknown as Fact[] };
}

const bought = ['challenged', 'approved', 'reserved', 'sending', 'settled', 'delivered'] as const;

test('a call that sees a purchase through tells the request and the payment', () => {
  expect(effectsSince(taskOf('GET'), taskOf('GET', ...bought))).toEqual([
    { kind: 'task', target: id, changed: true },
    { kind: 'http', target: 'https://a.example/x', changed: false },
    { kind: 'payment', target: id, changed: true, detail: '10 sats' },
  ]);
});

test('a call that joins a purchase tells nothing of what happened before it', () => {
  const done = taskOf('GET', ...bought);
  expect(effectsSince(done, done)).toEqual([{ kind: 'task', target: id, changed: false }]);
});

test('a request that waits for a human before it is sent is told as not sent', () => {
  expect(effectsSince(taskOf('POST'), taskOf('POST', 'asked'))).toEqual([
    { kind: 'task', target: id, changed: true },
  ]);
});

test('a request that may change something at the seller is told so', () => {
  expect(effectsSince(taskOf('POST'), taskOf('POST', 'sent', 'free'))).toContainEqual({
    kind: 'http',
    target: 'https://a.example/x',
    changed: true,
  });
});

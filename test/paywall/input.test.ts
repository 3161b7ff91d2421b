import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createInput, statusInput, updateInput, upstreamInput } from '../../src/paywall/index.ts';

const ID = 'pw_0f2b6a1e-1111-4222-8333-444444444444';
const ROUTE = { hostPattern: 'api.example', pathPattern: '/v1', upstream: 'api' };
const CREATE = { name: 'Reports', policy: { fixedAmountMsats: 1 }, routes: [ROUTE] };
const policy = (more: object) => ({ ...CREATE, policy: { fixedAmountMsats: 1, ...more } });
const route = (more: object) => ({ ...CREATE, routes: [{ ...ROUTE, ...more }] });

describe('what a caller writes', () => {
  test.each<[object]>([
    [CREATE],
    [{ ...CREATE, name: 'x'.repeat(160), description: 'x'.repeat(2000), status: 'paused' }],
    [policy({ fixedAmountMsats: Number.MAX_SAFE_INTEGER, usesPerToken: null })],
    [policy({ pricingMode: 'fixed', quotaPerDay: 1, killSwitch: true, bindBody: true })],
    [route({ timeoutMs: 100 })],
    [route({ timeoutMs: 120_000, priority: 0, priceMsats: 1, methods: ['GET'] })],
    [{ ...CREATE, metadata: { team: 'Wetter 天気' } }],
    [{ ...CREATE, routes: Array.from({ length: 50 }, () => ROUTE) }],
  ])('is taken: %j', input => {
    expect(createInput.safeParse(input).success).toBe(true);
  });

  test.each<[object]>([
    [{ ...CREATE, name: '' }],
    [{ ...CREATE, name: 'x'.repeat(161) }],
    [{ ...CREATE, name: 'two\nlines' }],
    [{ ...CREATE, name: 'a\u001b[31m' }],
    [{ ...CREATE, name: 'a\u202eb' }],
    [{ ...CREATE, name: 'a\u0000' }],
    [{ ...CREATE, description: 'x'.repeat(2001) }],
    [{ ...CREATE, description: 'a\rb' }],
    [{ ...CREATE, status: 'archived' }],
    [{ ...CREATE, routes: [] }],
    [{ ...CREATE, routes: Array.from({ length: 51 }, () => ROUTE) }],
    [{ ...CREATE, owner: 'bob' }],
    [{ ...CREATE, id: ID }],
    [{ ...CREATE, metadata: { a: 'b\nc' } }],
    [
      {
        ...CREATE,
        metadata: Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`${at}`, ''])),
      },
    ],
    [policy({ fixedAmountMsats: 0 })],
    [policy({ fixedAmountMsats: -1 })],
    [policy({ fixedAmountMsats: 0.5 })],
    [policy({ fixedAmountMsats: 2 ** 53 })],
    [policy({ fixedAmountMsats: '1' })],
    [policy({ fixedAmountMsats: Number.NaN })],
    [policy({ maxPerRequestMsats: 0 })],
    [policy({ pricingMode: 'auction' })],
    [policy({ quotaPerMinute: 0 })],
    [policy({ usesPerToken: 0 })],
    [policy({ tokenTtlSeconds: 59 })],
    [policy({ freeRequestsPerDay: -1 })],
    [policy({ fixedAmountMsat: 1 })],
    [route({ hostPattern: 'x'.repeat(401) })],
    [route({ pathPattern: '/a\nauth: off' })],
    [route({ upstream: 'Bad Name' })],
    [route({ upstream: undefined, upstreamUrl: 'x'.repeat(4001) })],
    [route({ upstream: undefined, upstreamUrl: 'http://a\n.example' })],
    [route({ timeoutMs: 99 })],
    [route({ timeoutMs: 120_001 })],
    [route({ priceMsats: 0 })],
    [route({ methods: [] })],
    [route({ methods: ['CONNECT'] })],
  ])('is refused: %j', input => {
    expect(createInput.safeParse(input).success).toBe(false);
  });

  test('names a paywall by a whole id', () => {
    expect(statusInput.safeParse({ paywallId: ID, reason: 'x'.repeat(500) }).success).toBe(true);
    for (const paywallId of ['pw_1', `${ID} `, ID.toUpperCase(), ID.slice(3), `${ID}\n`])
      expect(statusInput.safeParse({ paywallId }).success).toBe(false);
    expect(statusInput.safeParse({ paywallId: ID, reason: 'x'.repeat(501) }).success).toBe(false);
    expect(updateInput.safeParse({ paywallId: ID, status: 'active' }).success).toBe(false);
  });

  test('can be told to any client as JSON Schema', () => {
    for (const schema of [createInput, updateInput, statusInput, upstreamInput])
      expect(() => z.toJSONSchema(schema, { io: 'input' })).not.toThrow();
  });
});

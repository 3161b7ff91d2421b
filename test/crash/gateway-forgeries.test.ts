import { join } from 'node:path';
import { inject, test } from 'vitest';
import { MINUTE } from '../../src/base/index.ts';
import { tryForgeries } from '../paywall/gateway/forging.ts';

test('500 forged or escalated tokens, in 20 spellings, by 7 methods: none is admitted, and the upstream hears nothing', {
  timeout: 10 * MINUTE,
}, async () => {
  await tryForgeries(join(inject('programs'), 'gateway.mjs'), 140);
});

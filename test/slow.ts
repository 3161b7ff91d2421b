/**
 * Suites of processes that are started and killed again and again, and of crowds. `npm run test:crash` runs them:
 * `npm test` is to be fast enough to be run all the time.
 */
export const SLOW: readonly string[] = [
  'test/cli/{node,node-keeper}.test.ts',
  'test/node/keeper*.test.ts',
  'test/node/prepare-process.test.ts',
  'test/paywall/gateway/{flood,forged}.test.ts',
  'test/wallet/{lnd,lnd-issuer}.test.ts',
];

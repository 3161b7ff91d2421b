/**
 * Suites that take their time: processes that are started and killed again and again, leases that run out, PINs that
 * are slow to check on purpose, deadlines that are waited for, and crowds. `npm run test:crash` runs them: `npm test` is
 * to be fast enough to be run all the time.
 */
export const SLOW: readonly string[] = [
  'test/cli/{backup,node,node-keeper,pause,pin,recover,up}.test.ts',
  'test/http/bomb.test.ts',
  'test/node/keeper*.test.ts',
  'test/node/prepare-process.test.ts',
  'test/paywall/gateway/{flood,forged}.test.ts',
  'test/secrets/pin.test.ts',
  'test/wallet/{lnd,lnd-contract,lnd-issuer,sandbox-processes}.test.ts',
];

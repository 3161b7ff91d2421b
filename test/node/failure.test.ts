import { expect, test } from 'vitest';
import { failureOf, type NodeFailure } from '../../src/node/index.ts';

/** What lnd v0.20.1-beta and gRPC really said. */
const SAYINGS: readonly (readonly [NodeFailure['kind'], number | undefined, string])[] = [
  ['locked', 2, 'wallet locked, unlock it to enable full RPC access'],
  ['no_wallet', 2, 'wallet not created, create one to enable full RPC access'],
  ['starting', 2, 'waiting to start, RPC services not available'],
  [
    'starting',
    2,
    'the RPC server is in the process of starting up, but not yet ready to accept calls',
  ],
  ['macaroon_refused', 2, 'verification failed: signature mismatch after caveat verification'],
  ['macaroon_refused', 2, 'permission denied'],
  ['macaroon_refused', 2, 'expected 1 macaroon, got 0'],
  ['macaroon_refused', 2, 'unmarshal v2: section extends past end of buffer'],
  ['macaroon_refused', 2, "cannot get macaroon: root key with id 7 doesn't exist"],
  [
    'macaroon_refused',
    2,
    'caveat "time-before 2020-01-01T00:00:00Z" not satisfied: macaroon has expired',
  ],
  ['macaroon_refused', 16, ''],
  ['unreachable', 14, 'No connection established. Last error: connect ECONNREFUSED 127.0.0.1:1'],
  ['unreachable', 13, 'Received RST_STREAM with code 2'],
  ['unreachable', undefined, 'Channel has been shut down'],
  ['timeout', 1, 'Cancelled on client'],
  ['timeout', 4, 'Deadline exceeded'],
  ['refused', 2, 'open /backup: permission denied'],
  ['refused', 2, 'invoice expired. Valid until 2026-11-25 15:00:46 +0000 UTC'],
  ['refused', 5, "payment isn't initiated"],
  ['refused', 6, 'invoice is already paid'],
];

test.each(SAYINGS)('what lnd says is read as %s, with status %s: %s', (kind, code, details) => {
  const error = Object.assign(new Error(details), code === undefined ? {} : { code, details });
  expect(failureOf(error)).toEqual({ kind, status: code, said: details });
  const failure = failureOf([503, 'GetWalletInfoErr', { err: error }]);
  expect(failure).toMatchObject({ kind, status: code });
  expect(failure.said).toContain(details);
});

test('what nobody could foresee is a refusal and never an exception', () => {
  for (const thrown of [
    undefined,
    null,
    'no',
    7,
    {},
    [],
    [400, 'ExpectedId'],
    { code: 'ENOENT' },
  ]) {
    expect(failureOf(thrown)).toMatchObject({ kind: 'refused', status: undefined });
  }
});

import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BirthPlan } from '../../src/node/birth.ts';
import { bear, openVault, takeOver } from '../../src/node/index.ts';
import { walletOf } from '../../src/node/launch.ts';
import { originOf } from '../../src/node/origin.ts';
import { openKeyring } from '../../src/secrets/index.ts';
import { Refusal } from '../lnd/wire.ts';
import { writeUnder } from './node-rig.ts';
import { type OperatedLnd, operatedLnd, WORDS } from './operated-lnd.ts';

const PLAN: BirthPlan = {
  seed: 'acknowledged',
  words: WORDS,
  passphrase: 'the seed’s own',
};
const RESTORED: BirthPlan = {
  ...PLAN,
  seed: 'restored',
  recoveryWindow: 100,
  channelBackup: undefined,
};
const SECRETS = ['password', 'admin', 'buyer', 'seller', 'keeper'] as const;

async function sealedIn({ vault }: OperatedLnd): Promise<Record<string, Buffer>> {
  const sealed: Record<string, Buffer> = {};
  for (const name of SECRETS) {
    const secret = await vault.read(name);
    if (secret !== undefined) sealed[name] = secret;
  }
  return sealed;
}

describe('a wallet that is made', () => {
  test('is made of the words, without a macaroon on the disk, and every role gets its own', async () => {
    const lnd = await operatedLnd();
    expect(await bear(lnd.nursery, PLAN)).toEqual({ ok: true, value: undefined });
    const { password, ...macaroons } = await sealedIn(lnd);
    expect(lnd.requestsOf('initWallet')).toMatchObject([
      {
        cipher_seed_mnemonic: WORDS,
        aezeed_passphrase: Buffer.from('the seed’s own'),
        wallet_password: password,
        recovery_window: 0,
        stateless_init: true,
      },
    ]);
    expect(Object.keys(macaroons)).toEqual(['admin', 'buyer', 'seller', 'keeper']);
    expect(new Set(Object.values(macaroons).map(String)).size).toBe(4);
    // 256 bits.
    expect(Buffer.from(String(password), 'base64url')).toHaveLength(32);
  });

  test('has its password sealed before lnd hears of it', async () => {
    const lnd = await operatedLnd();
    let sealed: Buffer | undefined;
    lnd.says('initWallet', async ({ wallet_password }) => {
      sealed = await lnd.vault.read('password');
      return sealed?.equals(wallet_password) ? new Refusal('a test') : {};
    });
    expect(await bear(lnd.nursery, PLAN)).toMatchObject({ code: 'node_refused' });
    expect(sealed).toBeDefined();
  });

  test('leaves no secret in a file or in the log', async () => {
    const lnd = await operatedLnd();
    await bear(lnd.nursery, RESTORED);
    const secrets = Object.values(await sealedIn(lnd));
    const { root } = lnd.place;
    const files = globSync('**/*', { cwd: root }).map(name => join(root, name));
    const written = files
      .filter(path => statSync(path).isFile() && path !== walletOf(lnd.place))
      .map(path => readFileSync(path));
    expect(written.length).toBeGreaterThan(5);
    for (const bytes of [...written, Buffer.from(lnd.logged.join('\n'))]) {
      for (const secret of secrets) {
        expect(bytes.includes(secret)).toBe(false);
        expect(bytes.includes(secret.toString('hex'))).toBe(false);
      }
      expect(bytes.includes(WORDS[0]!)).toBe(false);
      expect(bytes.includes('the seed’s own')).toBe(false);
    }
  });

  test('of new words is one whose words were asked back, of others one that is restored', async () => {
    const lnd = await operatedLnd();
    await bear(lnd.nursery, PLAN);
    expect(originOf(lnd.place)).toEqual({ seed: 'acknowledged', isBorn: true, isFound: false });
    const other = await operatedLnd();
    await bear(other.nursery, RESTORED);
    expect(originOf(other.place)).toEqual({ seed: 'restored', isBorn: true, isFound: false });
  });

  test('is not made where there is one', async () => {
    const lnd = await operatedLnd();
    await bear(lnd.nursery, PLAN);
    lnd.restart();
    expect(await bear(lnd.nursery, PLAN)).toMatchObject({ code: 'node_initialized' });
    lnd.says(
      'initWallet',
      new Refusal('wallet already unlocked, WalletUnlocker service is no longer available'),
    );
    expect(await bear(lnd.nursery, PLAN)).toMatchObject({ code: 'node_initialized' });
  });
});

describe('words that make no wallet', () => {
  test.each([
    ["word xylofon isn't a part of default word list (index=6)", /^Word 7 is none/],
    ["mnemonic phrase checksum doesn't match", /not in their order/],
    ['wrong seed version', /not in their order/],
    ['invalid passphrase', /passphrase is another/],
  ])('“%s” is said in our words, with none of theirs', async (said, detail) => {
    const lnd = await operatedLnd();
    lnd.says('initWallet', new Refusal(said));
    const made = await bear(lnd.nursery, RESTORED);
    expect(made).toEqual({
      ok: false,
      code: 'seed_invalid',
      detail: expect.stringMatching(detail),
    });
    expect(lnd.logged.join()).not.toContain('xylofon');
    expect(JSON.stringify(made)).not.toContain('xylofon');
  });

  test('leave nothing that would be taken for a wallet whose making was broken off', async () => {
    const lnd = await operatedLnd();
    lnd.says('initWallet', new Refusal('wrong seed version'));
    await bear(lnd.nursery, RESTORED);
    // A human then brings one of their own, which happens to have that password.
    const password = (await lnd.vault.read('password'))!;
    writeUnder(walletOf(lnd.place), password);
    lnd.restart();
    expect(await takeOver(lnd.nursery, password)).toEqual({ ok: true, value: undefined });
  });
});

/** A making of which nobody hears the end, as when this process or lnd dies. */
async function brokenOff(plan: BirthPlan, left: 'wallet' | 'half a wallet' | 'no root key') {
  const lnd = await operatedLnd();
  lnd.says('initWallet', ({ wallet_password }) => {
    writeUnder(walletOf(lnd.place), left === 'half a wallet' ? '' : wallet_password);
    return Object.assign(new Refusal('Connection dropped'), { code: 14 });
  });
  expect(await bear(lnd.nursery, plan)).toMatchObject({ code: 'node_unreachable' });
  if (left === 'no root key') lnd.says('changePassword', new Refusal('default root key not found'));
  lnd.restart();
  return { lnd, password: (await lnd.vault.read('password'))! };
}

const asideIn = ({ place }: OperatedLnd) => globSync(`${walletOf(place)}.*.unfinished`);

describe('a making that was broken off', () => {
  test('after there was a wallet of new words is finished with what is sealed', async () => {
    const { lnd, password } = await brokenOff(PLAN, 'wallet');
    expect(await takeOver(lnd.nursery, password)).toEqual({ ok: true, value: undefined });
    expect(Object.keys(await sealedIn(lnd))).toEqual([...SECRETS]);
    expect(originOf(lnd.place)).toMatchObject({ seed: 'acknowledged', isBorn: true });
    // Else lnd would write its macaroons onto the disk.
    expect(lnd.requestsOf('changePassword')).toMatchObject([{ stateless_init: true }]);
    expect(asideIn(lnd)).toEqual([]);
  });

  test.each([
    ['while lnd wrote the wallet', PLAN, 'half a wallet'],
    ['before lnd had a key for macaroons', PLAN, 'no root key'],
    ['after there was a wallet that is to look for its funds', RESTORED, 'wallet'],
    ['while lnd wrote one that is to look for its funds', RESTORED, 'half a wallet'],
  ] as const)('%s is put aside, and made anew at once', async (_when, plan, left) => {
    const { lnd, password } = await brokenOff(plan, left);
    expect(await takeOver(lnd.nursery, password)).toMatchObject({
      code: 'node_not_initialized',
      detail: expect.stringContaining('put aside'),
    });
    expect(asideIn(lnd)).toHaveLength(1);
    lnd.says('initWallet', undefined);
    expect(await bear(lnd.nursery, plan)).toEqual({ ok: true, value: undefined });
    expect(Object.keys(await sealedIn(lnd))).toEqual([...SECRETS]);
  });

  test('before lnd heard of it leaves nothing, and the next has the same password', async () => {
    const lnd = await operatedLnd();
    lnd.says('initWallet', Object.assign(new Refusal('Connection dropped'), { code: 14 }));
    await bear(lnd.nursery, PLAN);
    const password = await lnd.vault.read('password');
    lnd.says('initWallet', new Refusal('a test'));
    await bear(lnd.nursery, PLAN);
    expect(await lnd.vault.read('password')).toEqual(password);
  });

  test('after its macaroon was sealed is finished as it is, with its look-ahead', async () => {
    const lnd = await operatedLnd();
    lnd.says('bakeMacaroon', new Refusal('a test'));
    expect(await bear(lnd.nursery, RESTORED)).toMatchObject({ code: 'node_refused' });
    expect(Object.keys(await sealedIn(lnd))).toEqual(['password', 'admin']);
    lnd.restart();
    lnd.says('bakeMacaroon', { macaroon: 'ab' });
    const password = (await lnd.vault.read('password'))!;
    expect(await takeOver(lnd.nursery, password)).toEqual({ ok: true, value: undefined });
    expect(lnd.requestsOf('unlockWallet')).toMatchObject([
      { recovery_window: 100, stateless_init: true },
    ]);
    expect(lnd.requestsOf('changePassword')).toEqual([]);
    expect(asideIn(lnd)).toEqual([]);
  });
});

test('a restored wallet that is whole is never put aside, even if its macaroon is lost', async () => {
  const lnd = await operatedLnd();
  await bear(lnd.nursery, RESTORED);
  await rm(join(lnd.place.secrets, 'admin.sealed'));
  lnd.restart();
  const password = (await lnd.vault.read('password'))!;
  expect(await takeOver(lnd.nursery, password)).toEqual({ ok: true, value: undefined });
  expect(Object.keys(await sealedIn(lnd))).toEqual([...SECRETS]);
  expect(asideIn(lnd)).toEqual([]);
});

test('a wallet whose keys were lost is taken over by its password', async () => {
  const lnd = await operatedLnd();
  await bear(lnd.nursery, PLAN);
  const password = (await lnd.vault.read('password'))!;
  const { secrets } = lnd.place;
  const vault = openVault(secrets, 'regtest', await openKeyring(join(secrets, 'new-keys')));
  lnd.restart();
  const nursery = { ...lnd.nursery, vault };
  expect(await takeOver(nursery, Buffer.from('another'))).toMatchObject({
    code: 'node_password_wrong',
  });
  await expect(vault.read('password')).rejects.toMatchObject({ code: 'key_unavailable' });
  expect(await takeOver(nursery, password)).toEqual({ ok: true, value: undefined });
  expect(Object.keys(await sealedIn({ ...lnd, vault }))).toEqual([...SECRETS]);
  expect(asideIn(lnd)).toEqual([]);
});

describe('a wallet that was made elsewhere', () => {
  async function foreign() {
    const lnd = await operatedLnd();
    writeUnder(walletOf(lnd.place), 'their own password');
    lnd.restart();
    return lnd;
  }

  test('is taken over by its password', async () => {
    const lnd = await foreign();
    expect(await takeOver(lnd.nursery, Buffer.from('their own password'))).toMatchObject({
      ok: true,
    });
    expect(Object.keys(await sealedIn(lnd))).toEqual([...SECRETS]);
    expect(String(await lnd.vault.read('password'))).toBe('their own password');
    expect(originOf(lnd.place)).toBeUndefined();
  });

  test('is never put aside, whatever its password, and nothing is sealed by a wrong one', async () => {
    const lnd = await foreign();
    lnd.says('initWallet', Object.assign(new Refusal('Connection dropped'), { code: 14 }));
    // A making was broken off here, before somebody brought this one.
    await bear(lnd.nursery, RESTORED);
    const sealed = await sealedIn(lnd);
    expect(await takeOver(lnd.nursery, Buffer.from('another'))).toEqual({
      ok: false,
      code: 'node_password_wrong',
    });
    expect(await sealedIn(lnd)).toEqual(sealed);
    for (const _ of 'again') {
      expect(await takeOver(lnd.nursery, Buffer.from('their own password'))).toMatchObject({
        ok: true,
      });
      lnd.restart();
    }
    expect(asideIn(lnd)).toEqual([]);
  });

  test('and is damaged stays where it is', async () => {
    const lnd = await foreign();
    writeFileSync(walletOf(lnd.place), '');
    expect(await takeOver(lnd.nursery, Buffer.from('their own password'))).toMatchObject({
      code: 'node_refused',
    });
    expect(asideIn(lnd)).toEqual([]);
  });
});

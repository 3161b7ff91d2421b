import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUNDLE } from '../cli/shell.ts';
import { type Command, type Connected, connect } from './client.ts';
import { type Desk, once, openDesk, serverCommand } from './desk.ts';

const PASSPHRASE = 'a long walk along the toll road';

let desk: Desk;
/** The wrapped key, as the first server made it. */
let wrapped: Buffer;
const keyFile = (): Promise<Buffer> => readFile(join(desk.home, 'keys', 'data.key'));

/** The data directory is made, and something bought into it, by a server under the passphrase. */
beforeAll(async () => {
  desk = await openDesk();
  const { output } = await using(PASSPHRASE, buy);
  expect(output).toMatchObject({ status: 'completed', paid: true });
  wrapped = await keyFile();
});
afterAll(() => desk.close());

const buy = (client: Connected) => client.call('l402_fetch', { url: `${desk.shop.url}/weather` });

function environment(passphrase: string | undefined): Record<string, string> {
  const { env } = serverCommand(desk.home, desk.home);
  return { ...env, ...(passphrase === undefined ? {} : { TOLLKEEPER_PASSPHRASE: passphrase }) };
}

/** Does something with a server of its own that has this passphrase in its environment. */
async function using<T>(
  passphrase: string | undefined,
  work: (client: Connected) => Promise<T>,
): Promise<T> {
  const command: Command = serverCommand(desk.home, desk.home);
  const env = environment(passphrase);
  const client = await connect('v2 legacy', { ...command, env }, () => once);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

/** `tollkeeper status --json` with this passphrase in its environment. */
function status(passphrase: string | undefined) {
  const args = [BUNDLE, 'status', '--json', '--home', desk.home];
  const env = environment(passphrase);
  const { status: code, stdout, stderr } = spawnSync(process.execPath, args, { env });
  return { code, document: JSON.parse(stdout.toString()), said: `${stdout}${stderr}` };
}

describe('a data directory made under a passphrase', () => {
  test('has no master.key, and the passphrase in none of its files', async () => {
    expect(await readdir(join(desk.home, 'keys'))).toEqual(['data.key']);
    expect(await desk.bytesWithin(PASSPHRASE)).toBe(false);
  });

  test('opens with it to another server, which uses what was bought and pays nothing', async () => {
    const { output } = await using(PASSPHRASE, buy);
    expect(output).toMatchObject({ status: 'cached', paid: false, responseStatusCode: 200 });
    expect(await desk.payments()).toBe(1);
  });

  test('opens with it to the command line', () => {
    const { code, document } = status(PASSPHRASE);
    expect(code).toBe(0);
    expect(document).toMatchObject({ settings: 'valid', daySpentMsats: 100_000 });
  });

  test.each([
    ['a wrong one', `${PASSPHRASE}!`],
    ['an empty one', ''],
    ['none', undefined],
  ])('is key_unavailable with %s, and its keys stay as they are', async (_which, passphrase) => {
    const error = { code: 'key_unavailable', money: 'not_moved' };
    await using(passphrase, async client => {
      for (const { isError, output } of [await client.call('node_status'), await buy(client)]) {
        expect(isError).toBe(true);
        expect(output.error).toMatchObject(error);
      }
    });
    const { code, document, said } = status(passphrase);
    expect(code).toBe(5);
    expect(document.error).toMatchObject(error);
    expect(said).not.toContain(PASSPHRASE);
    expect(await readdir(join(desk.home, 'keys'))).toEqual(['data.key']);
    expect(await keyFile()).toEqual(wrapped);
    expect(await desk.payments()).toBe(1);
  });
});

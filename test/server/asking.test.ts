import { Client } from '@modelcontextprotocol/client';
import { InMemoryTransport } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silent } from '../../src/base/index.ts';
import { compose, type Tollkeeper } from '../../src/server/compose.ts';
import { findHome } from '../../src/server/home.ts';
import { buildServer } from '../../src/server/mcp/build.ts';
import { openTaskWatch } from '../../src/server/mcp/task-watch.ts';
import { type Desk, openDesk } from '../e2e/desk.ts';

let desk: Desk;
let tollkeeper: Tollkeeper;
beforeAll(async () => {
  desk = await openDesk();
  tollkeeper = await compose(findHome(desk.home, {}));
});
afterAll(async () => {
  await tollkeeper.close();
  await desk.close();
});

/** The same house, but the settings can be read only so often. */
function readableTimes(times: number): Tollkeeper {
  let left = times;
  const house: Tollkeeper['means']['house'] = async () => {
    left -= 1;
    if (left < 0) throw new Error(`no space left on ${desk.home}`);
    return tollkeeper.means.house();
  };
  return { ...tollkeeper, log: silent, means: { ...tollkeeper.means, house } };
}

test('a question that cannot be put is a problem result in our own words, not an error of the protocol', async () => {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const house = readableTimes(1);
  const open = async () => house;
  serveStdio(() => buildServer(open, openTaskWatch(open), ['buyer']), { transport: far });
  const client = new Client(
    { name: 'a test client', version: '1' },
    {
      capabilities: { elicitation: { form: {} } },
      versionNegotiation: { mode: { pin: '2026-07-28' } },
    },
  );
  await client.connect(near);
  const args = { url: `${desk.shop.url}/weather` };
  const result = await client.callTool({ name: 'l402_fetch', arguments: args });
  await client.close();
  expect(result).toMatchObject({
    isError: true,
    structuredContent: { error: { code: 'internal_error' }, receipt: expect.anything() },
  });
  expect(JSON.stringify(result)).not.toContain(desk.home);
});

import { spawn } from 'node:child_process';
import { once as event } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Connected, connect, KINDS, type Kind } from './client.ts';
import { serverCommand } from './desk.ts';
import { callModern, greet, MODERN, openWire } from './wire.ts';

/** What a whole list may take of every model's context, in bytes. */
const MOST_BYTES = 12_000;
/** The same with the tools that sell. */
const MOST_BYTES_WITH_SELLER = 20_000;

let root: string;
let home: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tollkeeper-e2e-'));
  home = join(root, 'home');
});
afterAll(() => rm(root, { recursive: true }));

const SELLER = ['--tools', 'buyer,seller'];
const commandFor = (args: readonly string[]) => {
  const command = serverCommand(home, root);
  return { ...command, args: [...command.args, ...args] };
};
const started = (kind: Kind, args: readonly string[] = []) =>
  connect(kind, commandFor(args), undefined);

describe.each([...KINDS, 'v2 auto'] as const)('for a %s client', kind => {
  let client: Connected;
  beforeAll(async () => {
    client = await started(kind);
  });
  afterAll(() => client.close());

  test('connecting and listing leaves the data directory unmade', async () => {
    await client.listTools();
    await expect(readdir(home)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('every tool has a title, both schemas and all four annotations, and a name of 40 characters at most', async () => {
    for (const tool of await client.listTools()) {
      expect(String(tool.name)).toMatch(/^[a-z0-9_]{1,40}$/);
      expect(tool).toMatchObject({
        title: expect.stringMatching(/\S/),
        inputSchema: { type: 'object' },
        outputSchema: { type: 'object' },
        annotations: {
          readOnlyHint: expect.any(Boolean),
          destructiveHint: expect.any(Boolean),
          idempotentHint: expect.any(Boolean),
          openWorldHint: expect.any(Boolean),
        },
      });
    }
  });
});

test.each([
  ['the tools', []],
  ['the tools that sell', ['--tools', 'seller']],
])('what a model reads of %s is as it was reviewed', async (_which, args) => {
  const client = await started('v2 legacy', args);
  const tools = await client.listTools();
  const read = tools.map(({ name, title, description, annotations }) => {
    const hints = Object.entries(annotations as object).filter(([, value]) => value);
    return [`${name} (${title})`, description, hints.map(([hint]) => hint).join(' ')].join('\n  ');
  });
  await client.close();
  expect(`${read.join('\n')}\n`).toMatchSnapshot();
});

describe.each(['2025-11-25', '2026-07-28'])('the list of %s', era => {
  test.each([
    [8, MOST_BYTES, []],
    [15, MOST_BYTES_WITH_SELLER, SELLER],
  ])('of %i tools takes %i bytes at most', async (count, most, args) => {
    const wire = openWire(commandFor(args));
    if (era === '2025-11-25') await greet(wire);
    const params = era === '2025-11-25' ? {} : { _meta: MODERN };
    await wire.request('tools/list', params);
    const line = wire.lines.at(-1) ?? '';
    expect(JSON.parse(line).result.tools).toHaveLength(count);
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(most);
    await wire.close();
  });
});

test('tools that sell are not there to be called where they are not listed', async () => {
  const wire = openWire(commandFor([]));
  const { error } = await callModern(wire, 'paywall_list', {});
  expect(error).toBeDefined();
  await wire.close();
});

test('a call with bad arguments leaves the data directory unmade', async () => {
  const wire = openWire(serverCommand(home, root));
  const { result } = await callModern(wire, 'l402_fetch', { url: 7 });
  expect(result.structuredContent.error.code).toBe('invalid_input');
  await expect(readdir(home)).rejects.toMatchObject({ code: 'ENOENT' });
  await wire.close();
});

test('the first call makes the data directory, for its user alone', async () => {
  const wire = openWire(serverCommand(home, root));
  const { result } = await callModern(wire, 'node_status', {});
  expect(result.structuredContent).toMatchObject({ realMoney: false, network: 'regtest' });
  expect(await readdir(home)).toEqual(expect.arrayContaining(['keys', 'tollkeeper.db']));
  await wire.close();
});

test('a user directory in which nothing can be made does not keep the server from starting', async () => {
  await mkdir(home, { recursive: true });
  const { command, args } = serverCommand(home, root);
  const server = spawn(command, args, { env: { PATH: process.env.PATH, HOME: '/proc' } });
  const initialize = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'c', version: '1' },
  };
  server.stdin.write(
    `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: initialize })}\n`,
  );
  const [answer] = await event(server.stdout, 'data', { signal: AbortSignal.timeout(10_000) });
  expect(JSON.parse(String(answer))).toMatchObject({
    id: 1,
    result: { serverInfo: { name: 'tollkeeper' } },
  });
  server.stdin.end();
  await event(server, 'close');
});

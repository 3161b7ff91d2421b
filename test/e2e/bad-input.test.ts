import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/base/index.ts';
import type { Connected } from './client.ts';
import { type Desk, openDesk } from './desk.ts';
import { greet, type Wire } from './wire.ts';

let desk: Desk;
let client: Connected;

beforeAll(async () => {
  desk = await openDesk();
  client = await desk.start('v2 legacy');
});
afterAll(() => desk.close());

const nowhere = newId('task');
const url = 'https://example.com/';

/** Arguments that must be refused, and by which code. */
const BAD: readonly (readonly [tool: string, args: object, code: string])[] = [
  ['l402_fetch', {}, 'invalid_input'],
  ['l402_fetch', { url: 7 }, 'invalid_input'],
  ['l402_fetch', { url: '' }, 'invalid_input'],
  ['l402_fetch', { url: null }, 'invalid_input'],
  ['l402_fetch', { url: [url] }, 'invalid_input'],
  ['l402_fetch', { url, nope: 1 }, 'invalid_input'],
  ['l402_fetch', { url: `https://example.com/${'a'.repeat(1_000_000)}` }, 'invalid_input'],
  ['l402_fetch', { url, method: 'POST', body: 'b'.repeat(70_000) }, 'invalid_input'],
  ['l402_fetch', { url, method: 'POST', body: { a: 1 } }, 'invalid_input'],
  ['l402_fetch', { url, body: 'with GET' }, 'invalid_input'],
  ['l402_fetch', { url, method: 'CONNECT' }, 'invalid_input'],
  ['l402_fetch', { url, method: 'get' }, 'invalid_input'],
  ['l402_fetch', { url, maxSpendMsats: -1 }, 'invalid_input'],
  ['l402_fetch', { url, maxSpendMsats: 0.5 }, 'invalid_input'],
  ['l402_fetch', { url, maxSpendMsats: 1e300 }, 'invalid_input'],
  ['l402_fetch', { url, maxSpendMsats: '100' }, 'invalid_input'],
  ['l402_fetch', { url, requireApproval: 'no' }, 'invalid_input'],
  ['l402_fetch', { url, cacheTtlMs: -1 }, 'invalid_input'],
  ['l402_fetch', { url, scope: '' }, 'invalid_input'],
  ['l402_fetch', { url, scope: 's'.repeat(513) }, 'invalid_input'],
  ['l402_fetch', { url, scope: 'half a \ud83d character' }, 'invalid_input'],
  ['l402_fetch', { url, idempotencyKey: 'k'.repeat(201) }, 'invalid_input'],
  ['l402_fetch', { url, headers: { accept: 7 } }, 'invalid_input'],
  ['l402_fetch', { url, headers: { ['a'.repeat(129)]: 'x' } }, 'invalid_input'],
  ['l402_fetch', { url, headers: { accept: 'a\r\nauthorization: b' } }, 'HEADER_INVALID'],
  ['l402_fetch', { url, headers: { 'accept\r\nx': 'a' } }, 'HEADER_INVALID'],
  ['l402_fetch', { url, headers: { authorization: 'L402 mine' } }, 'HEADER_INVALID'],
  ['l402_fetch', { url, headers: { Cookie: 'a=b' } }, 'HEADER_INVALID'],
  ['l402_fetch', { url, headers: { Accept: 'a', accept: 'b' } }, 'HEADER_INVALID'],
  ['l402_fetch', { url: 'not a url' }, 'url_invalid'],
  ['l402_fetch', { url: '/relative' }, 'url_invalid'],
  ['l402_fetch', { url: 'file:///etc/passwd' }, 'url_invalid'],
  ['l402_fetch', { url: 'javascript:alert(1)' }, 'url_invalid'],
  ['l402_fetch', { url: 'https://user:pass@example.com/' }, 'url_invalid'],
  ['l402_fetch', { url: 'https://example.com/half a \ud83d' }, 'invalid_input'],
  ['l402_fetch', { url: 'https://example.com:22/' }, 'url_invalid'],
  ['l402_quote', {}, 'invalid_input'],
  ['l402_quote', { url, method: 'POST' }, 'invalid_input'],
  ['l402_quote', { url, maxSpendMsats: -5 }, 'invalid_input'],
  ['l402_quote', { url: 'ftp://example.com/' }, 'url_invalid'],
  ['l402_quote', { url: 'http://169.254.169.254/latest/meta-data' }, 'SSRF_BLOCKED'],
  ['l402_approve', {}, 'invalid_input'],
  ['l402_approve', { taskId: 'task_1' }, 'invalid_input'],
  ['l402_approve', { taskId: nowhere, approve: true }, 'invalid_input'],
  ['l402_approve', { taskId: nowhere }, 'task_not_found'],
  ['l402_cancel', { taskId: 5 }, 'invalid_input'],
  ['l402_cancel', { taskId: '../../etc' }, 'invalid_input'],
  ['l402_cancel', { taskId: nowhere }, 'task_not_found'],
  ['l402_task', { taskId: nowhere, waitMs: -1 }, 'invalid_input'],
  ['l402_task', { taskId: nowhere, waitMs: 40_001 }, 'invalid_input'],
  ['l402_task', { taskId: nowhere }, 'task_not_found'],
  ['l402_tasks', { limit: 0 }, 'invalid_input'],
  ['l402_tasks', { limit: 201 }, 'invalid_input'],
  ['l402_tasks', { limit: 1.5 }, 'invalid_input'],
  ['l402_tasks', { status: 'stolen' }, 'invalid_input'],
  ['l402_tasks', { owner: 'somebody else' }, 'invalid_input'],
  ['l402_tasks', { beforeCreatedAtMs: 'now' }, 'invalid_input'],
  ['l402_read', { taskId: nowhere, offset: -1 }, 'invalid_input'],
  ['l402_read', { taskId: nowhere, length: 0 }, 'invalid_input'],
  ['l402_read', { taskId: nowhere, length: 32_769 }, 'invalid_input'],
  ['l402_read', { taskId: `task_${'0'.repeat(35)}/` }, 'invalid_input'],
  ['l402_read', { taskId: nowhere }, 'task_not_found'],
  ['node_status', { verbose: true }, 'invalid_input'],
  ['node_status', { 'key \ud83d': 1 }, 'invalid_input'],
];

/** What every failure has to tell. */
const told = (code: string) => ({
  error: {
    code,
    message: expect.stringMatching(/\S/),
    hint: expect.stringMatching(/\S/),
    retry: expect.stringMatching(/^(never|after_fix|later|poll)$/),
    money: 'not_moved',
  },
  receipt: {
    params_hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    output_hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    latency_ms: expect.any(Number),
    side_effects: [],
  },
});

const named = (args: object) => JSON.stringify(args).slice(0, 60);

describe('bad arguments', () => {
  test.each(BAD.map(([tool, args, code]) => [tool, named(args), code, args] as const))(
    'of %s, %s, are refused with %s',
    async (tool, _name, code, args) => {
      const { isError, output, texts } = await client.call(tool, args);
      expect(isError).toBe(true);
      expect(output).toEqual(told(code));
      expect(texts).toHaveLength(1);
      expect(texts[0]).toContain(`(${code}; retry: `);
      expect(texts[0]?.length).toBeLessThan(1000);
    },
  );

  test('leave no trace: no task, no question, no request', async () => {
    expect((await client.call('l402_tasks')).output.tasks).toEqual([]);
    expect((await client.call('node_status')).output.pendingApprovals).toBe(0);
    expect(desk.seller.requests).toEqual([]);
  });
});

describe('a purchase of another owner', () => {
  test('is not found, read, cancelled or approved, as if it did not exist', async () => {
    const taskId = await desk.foreignTask();
    for (const tool of ['l402_task', 'l402_approve', 'l402_cancel', 'l402_read']) {
      const { isError, output } = await client.call(tool, { taskId });
      expect(isError).toBe(true);
      expect(output).toEqual(told('task_not_found'));
    }
    expect((await client.call('l402_tasks')).output.tasks).toEqual([]);
    expect(await client.listResources()).toEqual([]);
    await expect(client.read(`tollkeeper://body/${taskId}`)).rejects.toThrow(/not found/i);
  });
});

describe('what is no MCP', () => {
  let wire: Wire;

  beforeAll(async () => {
    wire = desk.wire();
    await greet(wire);
  });

  test.each([
    ['no JSON', '{"jsonrpc": "2.0", "id": 1, '],
    ['an empty line', ''],
    ['JSON that is no message', '"hello"'],
    ['a batch of rubbish', '[1, null, {}]'],
    ['a message without a version', '{"id": 900, "method": "ping"}'],
    ['an answer to nothing', '{"jsonrpc": "2.0", "id": 901, "result": {}}'],
    ['a method as a number', '{"jsonrpc": "2.0", "id": 902, "method": 7}'],
    ['bytes that are no text', '\u0000\u0001\ufffd'],
    ['a megabyte of one letter', 'a'.repeat(1_000_000)],
  ])('%s on stdin does not stop the server', async (_name, line) => {
    wire.write(line);
    expect((await wire.request('ping')).result).toEqual({});
  });

  test.each([
    ['an unknown tool', 'tools/call', { name: 'l402_steal', arguments: {} }],
    ['a tool without a name', 'tools/call', { arguments: {} }],
    ['arguments that are a list', 'tools/call', { name: 'node_status', arguments: [1] }],
    ['arguments that are text', 'tools/call', { name: 'node_status', arguments: 'x' }],
    ['an unknown method', 'tools/steal', {}],
    ['a resource of another scheme', 'resources/read', { uri: 'file:///etc/passwd' }],
    ['a resource that is no task', 'resources/read', { uri: 'tollkeeper://body/..%2f..%2fkeys' }],
  ])('%s is answered with an error', async (_name, method, params) => {
    const { error, result } = await wire.request(method, params);
    expect(error?.code ?? result?.isError).toBeTruthy();
  });

  test('arguments nested 100,000 deep are refused like any others', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const params = `{"name":"node_status","arguments":{"a":${deep}}}`;
    wire.write(`{"jsonrpc":"2.0","id":"deep","method":"tools/call","params":${params}}`);
    const { result } = await wire.heard(message => message.id === 'deep');
    expect(result.structuredContent).toEqual(told('invalid_input'));
  });

  test('of 200 calls sent at once each is answered', async () => {
    const calls = Array.from({ length: 200 }, (_, index) =>
      wire.request('tools/call', {
        name: index % 2 === 0 ? 'l402_tasks' : 'l402_fetch',
        arguments: {},
      }),
    );
    for (const { result } of await Promise.all(calls))
      expect(result.structuredContent).toBeTruthy();
  });

  test('nothing but JSON-RPC was written to stdout', () => {
    for (const line of wire.lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
    expect(wire.lines.length).toBeGreaterThan(200);
  });
});

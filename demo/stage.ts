import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { Client, type ElicitResult } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const TOLLKEEPER = join(import.meta.dirname, '..', 'dist', 'tollkeeper.js');

/** Answers an approval form: what the human at the terminal does, or what the demo does for them. */
export type FormAnswer = (message: string) => Promise<ElicitResult>;

/** A shop, a server and a client that bought it: what the demo plays on. */
export interface Stage {
  /** Where the shop is. */
  readonly shop: string;
  /** Calls a tool as an MCP client does, and returns its structured content. */
  call(tool: string, args: object): Promise<Record<string, unknown>>;
  /** Runs a command as a human at a terminal does. */
  command(...words: readonly string[]): Promise<void>;
  /** How many payments the shop itself counts. */
  paymentsMade(): Promise<number>;
  close(): Promise<void>;
}

/** Sets the stage in a data directory of its own, which is gone afterwards. */
export async function setStage(priceSats: number, answer: FormAnswer): Promise<Stage> {
  const home = await mkdtemp(join(tmpdir(), 'tollkeeper-demo-'));
  const shop = spawn(process.execPath, [
    ...[TOLLKEEPER, 'sandbox', 'shop', '--json', '--port', '0'],
    ...['--price', String(priceSats), '--home', home],
  ]);
  // However the demo ends, nothing of it stays.
  process.once('exit', () => {
    shop.kill();
    rmSync(home, { recursive: true, force: true });
  });
  const url = await firstUrl(shop);
  const settings = { hosts: { private: [new URL(url).host] }, caps: { daySats: 400 } };
  await writeFile(join(home, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
  const client = await connect(home, answer);
  return {
    shop: url,
    async call(tool, args) {
      const { structuredContent } = await client.callTool({ name: tool, arguments: { ...args } });
      return structuredContent as Record<string, unknown>;
    },
    async command(...words) {
      await promisify(execFile)(process.execPath, [TOLLKEEPER, ...words, '--home', home]);
    },
    async paymentsMade() {
      const income = (await (await fetch(`${url}/payments`)).json()) as { paymentsMade: number };
      return income.paymentsMade;
    },
    async close() {
      await client.close();
      shop.kill();
    },
  };
}

/** Spawns the built server over stdio, as Claude Desktop and the others do. */
async function connect(home: string, answer: FormAnswer): Promise<Client> {
  const client = new Client(
    { name: 'tollkeeper-demo', version: '1.0.0' },
    { capabilities: { elicitation: { form: {} } } },
  );
  client.setRequestHandler('elicitation/create', ({ params }) => answer(params.message));
  const args = [TOLLKEEPER, 'mcp', '--home', home];
  await client.connect(new StdioClientTransport({ command: process.execPath, args }));
  return client;
}

/** The shop says where it is in its first line. */
async function firstUrl(shop: ChildProcess): Promise<string> {
  if (shop.stdout === null) throw new Error('the shop has no output');
  for await (const line of createInterface({ input: shop.stdout })) {
    return (JSON.parse(line) as { url: string }).url;
  }
  const said = shop.stderr === null ? '' : await text(shop.stderr);
  throw new Error(`the shop did not open: ${said}`);
}

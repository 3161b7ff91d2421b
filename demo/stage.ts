import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { Client, type ElicitResult } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { systemClock, ZERO } from '../src/base/index.ts';
import { decodeInvoice } from '../src/l402/index.ts';
import type { Wallet } from '../src/task/index.ts';
import { openSandboxWallet } from '../src/wallet/index.ts';
import type { Form } from './human.ts';

const TOLLKEEPER = join(import.meta.dirname, '..', 'dist', 'tollkeeper.js');

/** Answers an approval form: what the human at the terminal does, or what the demo does for them. */
export type FormAnswer = (form: Form) => Promise<ElicitResult>;

/** A shop, a server and a client that bought it: what the demo plays on. */
export interface Stage {
  /** Where the shop is. */
  readonly shop: string;
  /** Where the gateway is that serves what the story sells, and the server of the owner's that it stands before. */
  readonly gateway: string;
  readonly endpoint: string;
  /** Pays an invoice as somebody else's client would, with sandbox money; gives the preimage. */
  pay(invoice: string): Promise<string>;
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
  const running: ChildProcess[] = [];
  const start = (...words: readonly string[]): Promise<string> => {
    const child = spawn(process.execPath, [TOLLKEEPER, ...words, '--json', '--home', home]);
    running.push(child);
    return firstUrl(child);
  };
  // However the demo ends, nothing of it stays.
  process.once('exit', () => {
    for (const child of running) child.kill();
    rmSync(home, { recursive: true, force: true });
  });
  const settle = (settings: object) =>
    writeFile(join(home, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
  const endpoint = await openEndpoint();
  await settle({ seller: { listen: '127.0.0.1:0' } });
  const gateway = await start('gateway');
  const shop = await start('sandbox', 'shop', '--port', '0', '--price', String(priceSats));
  const hosts = { private: [new URL(shop).host, new URL(gateway).host] };
  await settle({ hosts, caps: { daySats: 400 }, seller: { listen: new URL(gateway).host } });
  const client = await connect(home, answer);
  const wallet = await openSandboxWallet({ home, clock: systemClock });
  return {
    shop,
    gateway,
    endpoint: endpoint.url,
    async call(tool, args) {
      const { structuredContent } = await client.callTool({ name: tool, arguments: { ...args } });
      return structuredContent as Record<string, unknown>;
    },
    async command(...words) {
      await promisify(execFile)(process.execPath, [TOLLKEEPER, ...words, '--home', home]);
    },
    async paymentsMade() {
      const income = (await (await fetch(`${shop}/payments`)).json()) as { paymentsMade: number };
      return income.paymentsMade;
    },
    pay: invoice => payWith(wallet, invoice),
    async close() {
      await client.close();
      await wallet.close();
      endpoint.close();
      for (const child of running) child.kill();
    },
  };
}

/** The server that somebody wants to be paid for: it knows nothing of Lightning. */
async function openEndpoint(): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{"forecast":"sun, then rain"}\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() };
}

async function payWith(wallet: Wallet, text: string): Promise<string> {
  const invoice = decodeInvoice(text);
  if (!invoice.ok) throw new Error(invoice.code);
  const { paymentHash, amount = ZERO } = invoice.value;
  const terms = { paymentHash, amount, feeLimit: ZERO, attemptId: randomUUID(), waitMs: 10_000 };
  const outcome = await wallet.pay({ ...terms, invoice: text });
  if (outcome.kind !== 'settled') throw new Error(`the payment is ${outcome.kind}`);
  return outcome.preimage;
}

/** Spawns the built server over stdio, as Claude Desktop and the others do. */
async function connect(home: string, answer: FormAnswer): Promise<Client> {
  const client = new Client(
    { name: 'tollkeeper-demo', version: '1.0.0' },
    { capabilities: { elicitation: { form: {} } } },
  );
  client.setRequestHandler('elicitation/create', ({ params }) => answer(shown(params)));
  const args = [TOLLKEEPER, 'mcp', '--tools', 'buyer,seller', '--home', home];
  await client.connect(new StdioClientTransport({ command: process.execPath, args }));
  return client;
}

/** A form with the choices that need no second field. */
function shown({ message, ...rest }: { message: string }): Form {
  const { requestedSchema } = rest as {
    requestedSchema?: { properties: { decision?: { oneOf?: { const: string; title: string }[] } } };
  };
  const offered = requestedSchema?.properties.decision?.oneOf ?? [];
  const choices = offered.map(({ const: value, title: label }) => ({ value, label }));
  return { message, choices: choices.filter(({ value }) => value !== 'today') };
}

/** What serves says where it is in its first line. */
async function firstUrl({ stdout, stderr }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('it has no output');
  for await (const line of createInterface({ input: stdout })) {
    return (JSON.parse(line) as { url: string }).url;
  }
  const said = stderr === null ? '' : await text(stderr);
  throw new Error(`it did not open: ${said}`);
}

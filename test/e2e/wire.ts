import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Command } from './client.ts';

/** A JSON-RPC message, as a test reads it. */
// biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever the server wrote.
export type Message = any;

/** A server spoken to line by line, by a client that keeps no rules but its own. */
export interface Wire {
  readonly pid: number;
  /** Every line that the server wrote to stdout. */
  readonly lines: readonly string[];
  stderr(): string;
  write(line: string): void;
  /** Sends a request and waits for its answer. */
  request(method: string, params?: object): Promise<Message>;
  /** The first message, come or coming, for which `fits` holds. */
  heard(fits: (message: Message) => boolean): Promise<Message>;
  /** Closes stdin, and waits for the server to end; its exit code. */
  close(): Promise<void>;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  readonly exit: Promise<number | null>;
}

/** The `_meta` that each request of 2026-07-28 carries. */
export const MODERN = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'a bare client', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
};

/** Spawns a server and opens its pipes. */
export function openWire({ command, args, env }: Command): Wire {
  const child = spawn(command, args, { env: { PATH: process.env.PATH, ...env }, stdio: 'pipe' });
  const exit = once(child, 'close').then(([code]) => code as number | null);
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  let complaints = '';
  let id = 0;
  child.stdin.on('error', () => undefined);
  child.stderr.on('data', piece => {
    complaints += piece;
  });
  createInterface({ input: child.stdout }).on('line', line => {
    lines.push(line);
    for (const listener of listeners) listener();
  });
  const heard: Wire['heard'] = fits => {
    const hearing = new Promise<Message>((resolve, reject) => {
      const look = () => {
        const found = lines.map(line => JSON.parse(line)).find(fits);
        if (found === undefined) return;
        listeners.delete(look);
        resolve(found);
      };
      listeners.add(look);
      exit.then(code => reject(new Error(`the server ended with ${code}: ${complaints}`)));
      look();
    });
    // A test may close the server on a call that nobody waits for any more.
    hearing.catch(() => undefined);
    return hearing;
  };
  return {
    pid: child.pid ?? 0,
    lines,
    stderr: () => complaints,
    write: line => void child.stdin.write(`${line}\n`),
    request(method, params = {}) {
      id += 1;
      const asked = id;
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: asked, method, params })}\n`);
      return heard(message => message.id === asked && message.method === undefined);
    },
    heard,
    exit,
    async close() {
      child.stdin.end();
      await exit;
    },
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}

/** A call of a tool by a client of 2026-07-28. `retry` is what it brings back from a question. */
export function callModern(wire: Wire, name: string, args: object, retry: object = {}) {
  return wire.request('tools/call', { name, arguments: args, _meta: MODERN, ...retry });
}

/** The handshake of a 2025 client; it can show forms. */
export async function greet(wire: Wire, capabilities: object = { elicitation: {} }): Promise<void> {
  const clientInfo = { name: 'a bare client', version: '1' };
  await wire.request('initialize', { protocolVersion: '2025-11-25', capabilities, clientInfo });
  wire.write(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
}

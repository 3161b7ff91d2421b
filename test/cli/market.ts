import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { systemClock } from '../../src/base/index.ts';
import type { WrittenSettings } from '../../src/policy/index.ts';
import { openSandbox, type Sandbox } from '../../src/wallet/index.ts';
import { BUNDLE, firstLine, type Shell } from './shell.ts';

/** The part of a tool's result that tests read. */
export interface Bought {
  readonly taskId: string;
  readonly status: string;
}

/** An MCP client that cannot show forms, with a server of its own. */
export interface Agent {
  /** Buys something cheap; `scope` keeps purchases apart. */
  buy(scope: string): Promise<Bought>;
  /** Waits for the end of a purchase. */
  wait(taskId: string): Promise<Bought>;
  close(): Promise<void>;
}

/** A data directory whose settings let agents buy at a running shop. */
export interface Market {
  readonly home: string;
  readonly sandbox: Sandbox;
  agent(name?: string): Promise<Agent>;
  /** Has an agent ask for something, and its server end; the id of the task that waits for a human. */
  queue(scope: string, name?: string): Promise<string>;
  counts(): ReturnType<Sandbox['counts']>;
  settle(settings: WrittenSettings): Promise<void>;
  close(): Promise<void>;
}

/** Opens the shop as a person does, by the command, and a sandbox beside it to look behind the wallet. */
export async function openMarket(shell: Shell): Promise<Market> {
  const home = shell.freshHome();
  const shop = shell.start(home, 'sandbox', 'shop', '--port', '0', '--json');
  const { url, port } = JSON.parse(await firstLine(shop)) as { url: string; port: number };
  const sandbox = await openSandbox({ home, clock: systemClock });
  await mkdir(home, { recursive: true });
  const settle = (settings: WrittenSettings) =>
    writeFile(
      join(home, 'settings.json'),
      JSON.stringify({
        // Tests ask more often, and say no more often, than a human wants to be bothered.
        approvals: { maxPerHour: 100, coolDownMinutes: 0, maxPending: 50 },
        hosts: { private: [`127.0.0.1:${port}`] },
        ...settings,
      }),
      { mode: 0o600 },
    );
  await settle({});

  const agent = async (name = 'a test client'): Promise<Agent> => {
    const client = new Client({ name, version: '1.0.0' });
    const args = [BUNDLE, 'mcp', '--home', home];
    const { env } = shell;
    await client.connect(new StdioClientTransport({ command: process.execPath, args, env }));
    const call = async (tool: string, input: Record<string, unknown>): Promise<Bought> => {
      const { structuredContent } = await client.callTool({ name: tool, arguments: input });
      return structuredContent as unknown as Bought;
    };
    return {
      buy: scope => call('l402_fetch', { url: `${url}/weather`, scope }),
      wait: taskId => call('l402_task', { taskId, waitMs: 10_000 }),
      close: () => client.close(),
    };
  };
  return {
    home,
    sandbox,
    agent,
    settle,
    counts: () => sandbox.counts(),
    async queue(scope, name) {
      const buyer = await agent(name);
      const { taskId } = await buyer.buy(scope);
      await buyer.close();
      return taskId;
    },
    close: () => sandbox.close(),
  };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { median, type Row, race } from './row.ts';

const ROOT = join(import.meta.dirname, '..');
const ROUNDS = 9;

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'bench', version: '1' },
  },
};

/** Spawn → `initialize` answered, against bare Node and three well-known servers; and the memory it takes. */
export async function benchStart(): Promise<readonly Row[]> {
  const home = mkdtempSync(join(tmpdir(), 'tollkeeper-bench-'));
  const rss: number[] = [];
  const servers = {
    ours: [join(ROOT, 'dist', 'tollkeeper.js'), 'mcp', '--home', home],
    filesystem: [serverOf('filesystem'), tmpdir()],
    memory: [serverOf('memory')],
    everything: [serverOf('everything'), 'stdio'],
  };
  const medians = await race(ROUNDS, {
    'bare Node': bareNode,
    ours: async () => rss.push(await initialized(servers.ours)),
    filesystem: () => initialized(servers.filesystem),
    memory: () => initialized(servers.memory),
    everything: () => initialized(servers.everything),
  });
  rmSync(home, { recursive: true, force: true });
  const { ours } = medians;
  const others = [medians.filesystem, medians.memory, medians.everything];
  const start = 'spawn → initialize';
  const fastest = { name: 'fastest of filesystem, memory, everything', value: Math.min(...others) };
  return [
    {
      name: start,
      unit: 'ms',
      ours,
      against: { name: 'bare Node', value: medians['bare Node'] },
      goal: { atMost: 4 },
    },
    { name: start, unit: 'ms', ours, against: fastest, goal: { atMost: 0.5 } },
    { name: 'memory after initialize (RSS)', unit: 'MB', ours: median(rss), goal: { atMost: 80 } },
  ];
}

function serverOf(name: string): string {
  return join(ROOT, 'node_modules', '@modelcontextprotocol', `server-${name}`, 'dist', 'index.js');
}

async function bareNode(): Promise<void> {
  await once(spawn(process.execPath, ['-e', '0']), 'exit');
}

/** Spawns a server and waits for its answer to `initialize`; returns its memory then, in MB. */
async function initialized(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout });
  child.stdin.write(`${JSON.stringify(INITIALIZE)}\n`);
  await once(lines, 'line');
  const megabytes = rssOf(child.pid);
  const exited = once(child, 'exit');
  // As a client ends it: a process that exits by itself leaves its compile cache for the next one.
  child.kill('SIGTERM');
  await exited;
  return megabytes;
}

/** Linux only; elsewhere the figure is absent from the table as NaN. */
function rssOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

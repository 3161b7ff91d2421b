import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';

/**
 * What each room may import of the others. `store:types` allows its types alone. CONTRIBUTING.md draws
 * the same map; `server` wires everything, so it has no row here.
 */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  l402: ['base'],
  policy: ['base'],
  secrets: ['base'],
  sqlite: ['base'],
  http: ['base'],
  task: ['base', 'l402', 'policy', 'http'],
  paywall: ['base', 'l402', 'policy', 'http'],
  node: ['base', 'http', 'secrets'],
  wallet: ['base', 'l402', 'sqlite', 'node', 'task:types', 'paywall:types'],
  store: ['base', 'l402', 'secrets', 'sqlite', 'task:types', 'paywall:types', 'policy:types'],
  tools: ['base', 'policy', 'task', 'paywall', 'http'],
};

/** What may be reached from one place alone: the words that reach it, and the files where they may stand. */
const DOORS: readonly (readonly [door: string, words: RegExp, place: RegExp])[] = [
  ['environment and argv', /process\.(env|argv)\b/, /^(tollkeeper\.ts|server\/)/],
  ['stdout', /process\.stdout|console\./, /^server\/cli\/output\.ts/],
  // A deadline ends by an AbortSignal, and a server's own life is no business of the rooms' clock.
  [
    'clock',
    /Date\.now|new Date\(\)|setTimeout|setInterval|node:timers/,
    /^(base\/clock|http\/deadline|server\/mcp\/serve|tollkeeper)\.ts/,
  ],
  ['outbound HTTP', /'undici'|\bfetch\(|'node:(https|dns)/, /^http\//],
  // How a node's certificate is looked at, which nothing but a handshake shows.
  ['TLS', /'node:tls'/, /^(http\/|node\/diagnosis\.ts)/],
  ['SQLite', /'node:sqlite'/, /^sqlite\//],
  ['MCP SDK', /'@modelcontextprotocol\//, /^(server\/mcp|tools)\//],
  [
    'MCP SDK as more than types',
    /import\(?(?! type)[^;]*'@modelcontextprotocol\//,
    /^server\/mcp\//,
  ],
  ['settings file', /'lowdb/, /^server\/settings\//],
  ['prompts and commands', /'(commander|@clack\/prompts)'/, /^server\/cli\//],
  ['log', /'pino'/, /^server\/log\.ts/],
  ['child processes', /child_process|'execa'/, /^node\//],
  ['ln-service', /'(ln-service|lightning)'/, /^(node|wallet\/lnd)\//],
];

const MOST_LINES = 220;
/** One closed table, which is the longer the more can be said. */
const TABLES = ['base/codes.ts'];

const SRC = join(import.meta.dirname, '..', 'src');
const files = globSync('**/*.ts', { cwd: SRC, exclude: ['**/*.d.ts'] }).map(path =>
  path.replaceAll('\\', '/'),
);
const source = (path: string): string => readFileSync(join(SRC, path), 'utf8');

/** The code without comments, so that a word in a sentence opens no door. */
const codeOf = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*/g, '');

function wrongArrows(path: string, text: string): string[] {
  const room = path.split('/')[0] ?? '';
  const allowed = ARROWS[room];
  const imports = codeOf(text).matchAll(
    /^(?:import|export)\s+(type\b)?[^'";]*?from '(\.[^']+)'|import\('(\.[^']+)'\)/gm,
  );
  return [...imports].flatMap(([, type, named, lazy]) => {
    const to = posix.join(posix.dirname(path), named ?? lazy ?? '');
    const other = to.split('/')[0] ?? '';
    if (allowed === undefined || other === room) return [];
    if (type !== undefined && allowed.includes(`${other}:types`)) return [];
    // A room's index is its whole face; only the types of its ports are imported past it.
    const isFace = type !== undefined || to === `${other}/index.ts`;
    return allowed.includes(other) && isFace ? [] : [`${path} → ${to}`];
  });
}

function openedDoors(path: string, text: string): string[] {
  const code = codeOf(text);
  return DOORS.filter(([, words, place]) => words.test(code) && !place.test(path)).map(
    ([door]) => `${path}: ${door}`,
  );
}

function silentExports(path: string, text: string): string[] {
  const exported = /^export (?:async )?(?:function|interface|type|class) (\w+)/;
  const lines = text.split('\n');
  return lines.flatMap((line, at) => {
    const name = exported.exec(line)?.[1];
    return name === undefined || lines[at - 1]?.trimEnd().endsWith('*/')
      ? []
      : [`${path}: ${name}`];
  });
}

const overAll = (find: (path: string, text: string) => string[]): string[] =>
  files.flatMap(path => find(path, source(path)));

describe('the house', () => {
  test('rooms import only what their arrows allow', () => {
    expect(new Set(files.map(path => path.split('/')[0]))).toEqual(
      new Set([...Object.keys(ARROWS), 'server', 'tollkeeper.ts']),
    );
    expect(overAll(wrongArrows)).toEqual([]);
  });

  test('each door is used only where it stands', () => {
    expect(overAll(openedDoors)).toEqual([]);
  });

  test('no file outgrows what one read can hold', () => {
    const long = files.filter(path => source(path).split('\n').length > MOST_LINES + 1);
    expect(long.filter(path => !TABLES.includes(path))).toEqual([]);
  });

  test('everything exported says what it is', () => {
    expect(overAll(silentExports)).toEqual([]);
  });
});

describe('a planted fault is found:', () => {
  test.each([
    ["import { openStore } from '../store/index.ts';", 'policy/budget.ts'],
    ["import { asks } from '../store/asks.ts';", 'task/drive.ts'],
    ["import { drive } from '../task/drive.ts';", 'tools/tool.ts'],
    ["export { a } from '../task/index.ts';", 'store/tasks.ts'],
    ["const { a } = await import('../server/main.ts');", 'tools/tool.ts'],
    ["import {\n  a,\n  b,\n} from '../task/index.ts';", 'wallet/sandbox.ts'],
  ])('%s', (text, path) => {
    expect(wrongArrows(path, text)).toHaveLength(1);
  });

  test.each([
    ['const home = process.env.HOME;', 'task/drive.ts'],
    ["process.stdout.write('');", 'server/mcp/serve.ts'],
    ["console.log('');", 'tools/dispatch.ts'],
    ['const at = Date.now();', 'policy/budget.ts'],
    ["await fetch('http://a.example');", 'wallet/sandbox/shop.ts'],
    ["import { DatabaseSync } from 'node:sqlite';", 'store/tasks.ts'],
    ["import { McpServer } from '@modelcontextprotocol/server';", 'tools/tool.ts'],
    ["import { spawn } from 'node:child_process';", 'server/main.ts'],
  ])('%s', (text, path) => {
    expect(openedDoors(path, text)).toHaveLength(1);
  });

  test('an export without a word about itself', () => {
    expect(
      silentExports('a.ts', '/** Says it. */\nexport type A = 1;\nexport type B = 2;'),
    ).toEqual(['a.ts: B']);
  });
});

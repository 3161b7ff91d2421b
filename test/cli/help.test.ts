import { Command as Commander } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Command } from '../../src/server/cli/command.ts';
import { COMMANDS } from '../../src/server/cli/commands/index.ts';
import { openShell, type Shell } from './shell.ts';

let shell: Shell;
let home: string;
beforeAll(async () => {
  shell = await openShell();
  home = shell.freshHome();
});
afterAll(() => shell.close());

const TASK = 'task_01234567-89ab-4cde-8f01-23456789abcd';
/** The command that a line calls, and what it types, by name, as the program hands it on. */
function typedIn(line: string): readonly [command: Command, given: Record<string, unknown>] {
  const [, ...words] = line.replace(/ > .*/, '').match(/(?:'[^']*'|"[^"]*"|\S)+/g) ?? [];
  const called = COMMANDS.filter(({ usage }) =>
    wordsOf(usage).every((word, at) => words[at] === word),
  );
  const command = called.toSorted((one, other) => other.usage.length - one.usage.length)[0]!;
  const names = wordsOf(command.usage);
  const program = new Commander().exitOverride().option('--json').option('--home <dir>');
  for (const word of command.usage.split(' ').slice(names.length)) program.argument(word);
  for (const [flags, meaning] of command.options ?? []) program.option(flags, meaning);
  const typed = words.slice(names.length).map(word => word.replace(/^(['"])(.*)\1$/, '$2'));
  program.action(() => undefined).parse(typed, { from: 'user' });
  const { json: _json, home: _home, ...options } = program.opts();
  const named = program.registeredArguments
    .map((argument, at) => [argument.name(), program.processedArgs[at]])
    .filter(([, value]) => value !== undefined);
  return [command, { ...Object.fromEntries(named), ...options }];
}

const wordsOf = (usage: string) => usage.split(' ').filter(word => /^[a-z]/.test(word));

describe('help', () => {
  test('lists every command, the global options and the exit codes', async () => {
    const { code, stdout, stderr } = await shell.run(home, '--help');
    expect(code).toBe(0);
    expect(stderr).toBe('');
    for (const { usage } of COMMANDS) expect(stdout).toContain(`  ${usage.split(' ')[0]}`);
    for (const option of ['--home <dir>', '--json', '--version']) expect(stdout).toContain(option);
    expect(stdout).toMatch(/0 {2}done[\s\S]*5 {2}the machine/);
  });

  test.each(COMMANDS.map(({ usage }) => usage))(
    'of `%s` explains it by an example',
    async usage => {
      const words = wordsOf(usage);
      const { code, stdout } = await shell.run(home, ...words, '--help');
      const command = COMMANDS.find(command => command.usage === usage)!;
      expect(code).toBe(0);
      expect(stdout).toContain(`Usage: tollkeeper ${words.join(' ')}`);
      for (const example of command.examples) {
        expect(example).toMatch(/^tollkeeper /);
        expect(stdout).toContain(`  ${example}`);
      }
      for (const [flags] of command.options ?? []) expect(stdout).toContain(`  ${flags}`);
      expect(stdout).toContain('Exit codes:');
    },
  );

  test.each(COMMANDS.flatMap(({ examples }) => examples))(
    'has an example that is taken as it stands: %s',
    line => {
      const [command, given] = typedIn(line);
      expect(command.input.safeParse(given)).toMatchObject({ success: true });
    },
  );

  test('marks the options that a command cannot do without', async () => {
    const { stdout } = await shell.run(home, 'node', 'connect', '--help');
    expect(stdout).toContain('--certificate <file>      its tls.cert (needed)');
    expect(stdout).not.toMatch(/--seller-macaroon.*needed/);
  });

  test('comes on stderr when no command was named, for a script got no answer', async () => {
    const { code, stdout, stderr } = await shell.run(home);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('Usage: tollkeeper');
  });

  test('is not needed to learn the version', async () => {
    const { code, stdout } = await shell.run(home, '--version');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('wrong usage', () => {
  test.each([
    ['an unknown command', ['aprove'], "Unknown command 'aprove' (Did you mean approve?)."],
    ['an unknown option', ['tasks', '--all'], "Unknown option '--all'"],
    ['a missing argument', ['show'], "Missing required argument 'id'."],
    ['an argument too many', ['status', 'now'], "Too many arguments for 'status'"],
    ['a group without its command', ['sandbox', 'sell'], "Unknown command 'sell'"],
    ['a count out of range', ['tasks', '--limit', '0'], '--limit must be a whole number from 1'],
    ['a status that is none', ['tasks', '--status', 'odd'], '--status must be one of queued,'],
    ['a text in place of an id', ['show', 'it'], 'id must be a task id'],
    ['sats that are no number', ['sandbox', 'fund', '1.5'], 'sats must be a whole number'],
    ['an allowance that is none', ['allowances', 'revoke', TASK], 'must be an allowance id'],
    ['two verdicts', ['approve', TASK, '--once', '--no'], 'Say one of --once, --today and --no.'],
    ['a verdict on nothing', ['approve', '--once'], 'Name the task'],
    [
      'options that are needed',
      ['node', 'connect', 'a:1'],
      '--certificate is needed. --macaroon is',
    ],
    [
      'a window that is none',
      ['node', 'init', '--recovery-window', '0'],
      '--recovery-window must be',
    ],
    ['a text for an optional id', ['approve', 'it'], ' id must be a task id'],
    ['a paywall without terms', ['paywall', 'create', 'W'], 'Say --price. Say --host, --path, and'],
    [
      'a route of half a place',
      ['paywall', 'create', 'W', '--price', '1', '--host', 'a.example'],
      'Say --path.',
    ],
  ])('such as %s ends with 2 and says what is wrong', async (_what, args, complaint) => {
    const { code, stdout, stderr } = await shell.run(home, ...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(complaint);
    expect(stderr).toContain('No money moved.');
    expect(stderr).toMatch(/tollkeeper( [a-z]+)* --help/);
  });

  test.each([
    ['a question without a human', ['approve', TASK], 'Say --once, --today or --no'],
    ['a cancellation that asks nobody', ['cancel', TASK], 'Say --yes.'],
    ['a PIN that nobody types', ['pin', 'set'], 'A PIN is typed by a human.'],
    ['words that nobody sees', ['node', 'init'], 'The words of a wallet are for a human alone.'],
  ])('is not %s: where no human is, that ends with 3', async (_what, args, complaint) => {
    const { code, stdout, stderr } = await shell.run(home, ...args);
    expect(code).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toContain(`This asks a human, and there is no terminal. ${complaint}`);
    expect(stderr).toContain('No money moved.');
  });

  test('is answered by a command that finds the same data directory', async () => {
    const { stderr } = await shell.run(home, 'node', 'start');
    expect(stderr).toContain(`Run \`tollkeeper node init --home ${home}\`.`);
  });

  test('is not to approve without a terminal where nothing waits: that ends with 4', async () => {
    const { code, stdout } = await shell.run(home, 'approve', '--json');
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toEqual({ pending: 0 });
  });

  test.each([
    ['found by the parser', ['aprove']],
    ['found by the command', ['tasks', '--limit', 'many']],
    ['of no command at all', []],
  ])('%s is one JSON document with --json', async (_what, args) => {
    const { code, stderr, documents } = await shell.run(home, ...args, '--json');
    expect(code).toBe(2);
    expect(stderr).toBe('');
    expect(documents()).toEqual([
      {
        error: {
          code: 'invalid_input',
          message: expect.any(String),
          hint: expect.stringContaining('--help'),
          retry: 'after_fix',
          money: 'not_moved',
        },
      },
    ]);
  });
});

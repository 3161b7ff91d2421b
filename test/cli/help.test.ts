import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
    ['a question without a human', ['approve', TASK], 'there is no terminal'],
    ['a cancellation that asks nobody', ['cancel', TASK], 'Say --yes.'],
    ['a PIN that nobody types', ['pin', 'set'], 'A PIN is typed by a human.'],
  ])('such as %s ends with 2 and says what is wrong', async (_what, args, complaint) => {
    const { code, stdout, stderr } = await shell.run(home, ...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(complaint);
    expect(stderr).toContain('No money moved.');
    expect(stderr).toMatch(/tollkeeper( [a-z]+)* --help/);
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

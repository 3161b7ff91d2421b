import { Command as Commander, CommanderError, Option } from 'commander';
import { asTollkeeperError, type Refused, refuse, systemClock } from '../../base/index.ts';
import { findHome } from '../home.ts';
import { VERSION } from '../version.ts';
import type { Command } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { EXIT, EXIT_HELP, type Exit, exitFor } from './exit.ts';
import { type Output, openOutput } from './output.ts';
import { problemAt } from './problem.ts';
import type { Session } from './session.ts';
import { openTerminal } from './terminal.ts';

const ABOUT =
  'Buys what is sold behind L402 paywalls for an MCP client, and sells your own endpoints the same way, while a human keeps command of the money.';

/** Runs the command that a command line names, and sets the process's exit code. Never rejects. */
export async function runCommand(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const output = openOutput(args.includes('--json'));
  let exit: Exit = EXIT.done;
  const program = root(output);
  const sessionOf = (): Session => ({
    home: findHome(program.opts<{ home?: string }>().home, env),
    clock: systemClock,
    output,
    terminal: openTerminal(),
  });
  for (const command of COMMANDS) {
    add(program, command, async given => {
      exit = await run(command, sessionOf(), given);
    });
  }
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (thrown) {
    exit = misused(thrown, sessionOf());
  }
  process.exitCode = exit;
}

/** The program without its commands. Nothing that it does ends the process. */
function root(output: Output): Commander {
  return new Commander('tollkeeper')
    .description(ABOUT)
    .option('--home <dir>', 'the data directory (default: TOLLKEEPER_HOME, else ~/.tollkeeper)')
    .option('--json', 'one JSON document a line on stdout; amounts are numbers of msat')
    .version(VERSION, '-v, --version', 'show the version')
    .helpOption('-h, --help', 'show what a command does')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({
      writeOut: output.print,
      writeErr: text => {
        if (!output.json) output.remark(text.trimEnd());
      },
      outputError: () => undefined,
    })
    .addHelpText('afterAll', `\n${EXIT_HELP}`)
    .addHelpText('after', '\nExample:\n  tollkeeper approve');
}

function add(
  program: Commander,
  { usage, summary, details, options = [], examples, input }: Command,
  run: (given: Record<string, unknown>) => Promise<void>,
): void {
  const words = usage.split(' ');
  const names = namesOf({ usage });
  const parent = names.slice(0, -1).reduce(group, program);
  const commander = group(parent, names.at(-1) ?? '');
  commander
    .summary(summary)
    .description(details === undefined ? `${summary}.` : `${summary}. ${details}`);
  for (const argument of words.slice(names.length)) commander.argument(argument);
  for (const [flags, meaning] of options) addOption(commander, input, flags, meaning);
  const lines = examples.map(example => `\n  ${example}`).join('');
  commander.addHelpText('after', `\n${examples.length > 1 ? 'Examples' : 'Example'}:${lines}`);
  commander.action(() => run(givenTo(commander)));
}

/** Adds an option; one that the command cannot do without says so. */
function addOption(
  commander: Commander,
  { shape }: Command['input'],
  flags: string,
  meaning: string,
): void {
  const option = new Option(flags, meaning);
  const isNeeded = shape[option.attributeName()]?.safeParse(undefined).success === false;
  if (isNeeded) option.description += ' (needed)';
  commander.addOption(option);
}

/** The words by which a command is called. */
function namesOf({ usage }: Pick<Command, 'usage'>): readonly string[] {
  return usage.split(' ').filter(word => /^[a-z]/.test(word));
}

/** What the commands are about that are nothing but the place of others. */
const GROUPS: Readonly<Record<string, string>> = {
  node: 'The Lightning node behind the lnd wallet',
  channel: 'The channels of the node',
  pin: 'The approval PIN',
  paywall: 'What you sell, and for how much',
  upstream: 'The servers that paywalls stand before',
  sandbox: 'Play money, and a shop to spend it in',
};

/** The command of that name, made if it is not there. */
function group(parent: Commander, name: string): Commander {
  const there = parent.commands.find(command => command.name() === name);
  return (
    there ??
    parent
      .command(name)
      .description(GROUPS[name] ?? '')
      .helpCommand(false)
  );
}

/** Arguments and options by name; what was not typed is left out. */
function givenTo(commander: Commander): Record<string, unknown> {
  const named = commander.registeredArguments.map((argument, position) => [
    argument.name(),
    commander.processedArgs[position],
  ]);
  const typed = named.filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(typed), ...commander.opts() };
}

async function run(command: Command, session: Session, given: object): Promise<Exit> {
  const { home, output } = session;
  const came = await comesOf(command, session, given).catch((thrown: unknown): Refused => {
    const { code, detail } = asTollkeeperError(thrown);
    return refuse(code, detail);
  });
  if (typeof came === 'number') return came;
  output.refuse(problemAt(home, came, namesOf(command)));
  return exitFor(came.code);
}

async function comesOf(command: Command, session: Session, given: object): Promise<Exit | Refused> {
  const input = command.input.safeParse(given);
  if (input.success) return command.run(session, input.data);
  const complaints = input.error.issues.map(({ path, message }) => {
    const [name = ''] = path.map(String);
    return `${typedName(command, name)} ${name in given ? message : 'is needed'}.`;
  });
  return refuse('invalid_input', complaints.join(' '));
}

/** An input as it is typed: an argument by its name, an option by its flag. */
function typedName({ usage }: Command, name: string): string {
  const isArgument = usage.includes(`<${name}>`) || usage.includes(`[${name}]`);
  return isArgument ? name : `--${name.replace(/[A-Z]/g, capital => `-${capital.toLowerCase()}`)}`;
}

/** What commander could not parse. Help and version come this way too, and are no errors. */
function misused(thrown: unknown, { home, output }: Session): Exit {
  if (!(thrown instanceof CommanderError)) throw thrown;
  if (thrown.exitCode === 0) return EXIT.done;
  const isHelp = thrown.code === 'commander.help';
  if (isHelp && !output.json) return EXIT.usage;
  const detail = isHelp ? 'Name a command.' : sentence(thrown.message.replace(/^error: /, ''));
  output.refuse(problemAt(home, { code: 'invalid_input', detail }));
  return EXIT.usage;
}

function sentence(text: string): string {
  const line = text.replace(/\n/g, ' ').replace(/\.$/, '');
  return `${line.charAt(0).toUpperCase()}${line.slice(1)}.`;
}

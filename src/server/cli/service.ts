import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Refused, refuse, sha256 } from '../../base/index.ts';
import type { Home } from '../home.ts';
import { EXIT, type Exit } from './exit.ts';
import { launchdPlist } from './launchd.ts';
import type { Session } from './session.ts';
import { systemdUnit } from './systemd.ts';

/** A command line that starts the executor, and what a service manager has to know of it. */
export interface Service {
  /** Tells this data directory's service from those of others. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** The file (0600) with TOLLKEEPER_PASSPHRASE, if the keys are under one; the passphrase itself is never printed. */
  readonly secretFile: string | undefined;
}

/** A service manager's file: where it belongs, what it says, and the commands that start it. */
export interface ServiceFile {
  readonly kind: 'systemd' | 'launchd';
  readonly path: string;
  readonly text: string;
  readonly install: readonly string[];
}

const KINDS = { systemd: systemdUnit, launchd: launchdPlist } as const;
const STANDARD: Partial<Record<NodeJS.Platform, keyof typeof KINDS>> = {
  linux: 'systemd',
  darwin: 'launchd',
};

/** Prints the service for a data directory on stdout, and how to install it on stderr. Starts nothing. */
export function printService(
  { home, output }: Session,
  kind: string | undefined = STANDARD[process.platform],
): Exit | Refused {
  if (kind !== 'systemd' && kind !== 'launchd') {
    return refuse('invalid_input', '--print-service takes systemd or launchd.');
  }
  const service = serviceOf(home);
  if ([service.program, ...service.args].some(isUnwritable)) {
    return refuse('invalid_input', 'A path holds characters that no service file can name.');
  }
  const file = KINDS[kind](service);
  output.answer(file, file.text.trimEnd());
  if (!output.json) output.remark(stepsOf(file, service).join('\n'));
  return EXIT.done;
}

function serviceOf(home: Home): Service {
  // The path that was typed may be a link of npm's; a service manager gets where it leads.
  const script = realpathSync(process.argv[1] ?? '');
  const isStandard = home.command('up') === 'tollkeeper up';
  const name = isStandard ? 'tollkeeper' : `tollkeeper-${sha256(home.path).slice(0, 8)}`;
  const secretFile =
    home.passphrase === undefined
      ? undefined
      : join(homedir(), '.config', 'tollkeeper', `${name}.env`);
  return { name, program: process.execPath, args: [script, 'up', '--home', home.path], secretFile };
}

/** Whether a path holds a control or an invisible character: what cannot be seen must not be installed. */
function isUnwritable(path: string): boolean {
  return /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(path);
}

function stepsOf({ path, install }: ServiceFile, { args, secretFile }: Service): readonly string[] {
  const passphrase =
    secretFile === undefined
      ? []
      : [
          `Your keys are under a passphrase, which is not printed. Write it, as TOLLKEEPER_PASSPHRASE='…', into a`,
          `file that only you can read (chmod 600): ${secretFile}`,
        ];
  const isCached = args.some(arg => arg.includes('_npx'));
  const cached = isCached
    ? [
        'This program is in the cache of npx, which may be emptied: npm install -g tollkeeper first.',
      ]
    : [];
  return [
    '',
    `Save this as ${path}, then:`,
    ...install.map(line => `  ${line}`),
    ...passphrase,
    ...cached,
  ];
}

import { resolve } from 'node:path';
import * as z from 'zod';
import { type Refused, type Result, refuse } from '../../../base/index.ts';
import type { Manifest, Target } from '../../../node/index.ts';
import { flag } from '../argument.ts';
import { type Command, defineCommand } from '../command.ts';
import { EXIT, type Exit } from '../exit.ts';
import { interruption } from '../interruption.ts';
import { tellFetching } from '../node/fetching.ts';
import { nameBinary, ownBinary } from '../node/own-binary.ts';
import type { Session } from '../session.ts';

const text = z.string().min(1, { error: 'must not be empty' }).max(4096).optional();
const input = z.strictObject({
  verify: flag,
  archive: text,
  mirror: text,
  binary: text,
  target: text,
});
type Input = z.infer<typeof input>;

/** The command for a manifest: makes its lnd ready to be run, or checks the one that is. */
export const prepareCommand = (manifest: () => Promise<Manifest>): Command =>
  defineCommand({
    usage: 'node prepare',
    summary: 'Fetch and check the lnd that is run, or name your own',
    details:
      'Fetches the one release that this version of Tollkeeper pins, checks the SHA-256 of the archive and of the binary in it, and puts it into the data directory. What breaks off is gone on from. An lnd of your own is run only as long as it has the SHA-256 that it was named with; naming one needs the approval PIN, if one is set.',
    options: [
      ['--verify', 'fetch nothing; check the lnd that is run'],
      ['--archive <file>', 'take the archive of the release from a file'],
      ['--mirror <url>', 'fetch the archive from this directory, not from lnd’s own releases'],
      ['--target <name>', 'prepare for another kind of machine, such as linux-arm64'],
      ['--binary <file>', 'run this lnd of your own'],
    ],
    examples: ['tollkeeper node prepare', 'tollkeeper node prepare --verify'],
    input,
    async run(session, given) {
      const clash = clashOf(given);
      if (clash !== undefined) return clash;
      if (given.binary !== undefined) return nameBinary(session, given.binary);
      const target = await targetFrom(given.target);
      if (given.verify) return check(session, given, target, await manifest());
      return target.ok ? make(session, given, target.value, await manifest()) : target;
    },
  });

/** The command for the manifest that is shipped. */
export const nodePrepare = prepareCommand(async () => {
  const { lndManifest } = await import('../../lnd-manifest.ts');
  return lndManifest();
});

/** Which options may stand together. */
const TOGETHER: readonly (readonly (keyof Input)[])[] = [
  ['verify', 'target'],
  ['archive', 'target'],
  ['mirror', 'target'],
  ['binary'],
];

function clashOf(given: Input): Refused | undefined {
  const names = (Object.keys(given) as (keyof Input)[]).filter(name => given[name]);
  if (TOGETHER.some(group => names.every(name => group.includes(name)))) return undefined;
  const options = names.map(name => `--${name}`).join(', ');
  return refuse('invalid_input', `These options do not go together: ${options}.`);
}

async function targetFrom(name: string | undefined): Promise<Result<Target>> {
  const { targetNamed, targetOf } = await import('../../../node/index.ts');
  return name === undefined ? targetOf(process.platform, process.arch) : targetNamed(name);
}

/** Checks what would be run: the operator's own, unless a target asks for a release. */
async function check(
  session: Session,
  given: Input,
  target: Result<Target>,
  manifest: Manifest,
): Promise<Exit | Refused> {
  if (!target.ok && given.target !== undefined) return target;
  const { binaryOf } = await import('../../../node/index.ts');
  const own = given.target === undefined ? await ownBinary(session) : { path: '', sha256: '' };
  const known = target.ok ? target.value : undefined;
  const found = await binaryOf({ home: session.home.path, own, manifest, target: known });
  if (!found.ok) return found;
  const { path, sha256, version, origin } = found.value;
  session.output.answer(
    { verified: true, path, sha256, version, origin },
    `lnd ${version} is as it was ${origin === 'own' ? 'named' : 'pinned'}: ${path}\nSHA-256 ${sha256}`,
  );
  return EXIT.done;
}

async function make(
  session: Session,
  { archive, mirror }: Input,
  target: Target,
  manifest: Manifest,
): Promise<Exit | Refused> {
  const { prepare } = await import('../../../node/index.ts');
  const { home, clock, output } = session;
  const own = await ownBinary(session);
  const { onProgress, end } = tellFetching(
    session,
    `Fetching lnd ${manifest.version} for ${target}`,
  );
  const made = await prepare({
    home: home.path,
    manifest,
    target,
    clock,
    archive: archive === undefined ? undefined : resolve(archive),
    mirror,
    onProgress,
    signal: archive === undefined ? interruption() : undefined,
  });
  await end(made.ok ? 'Fetched, checked and unpacked.' : 'It came to nothing.');
  if (!made.ok) return made;
  const { path, sha256, version, fresh } = made.value;
  const sources = manifest.targets[target]?.binarySha256.sources;
  const lines = [
    `lnd ${version} for ${target} ${fresh ? 'is ready' : 'was ready already'}: ${path}`,
    `SHA-256 ${sha256}, as ${sources === 1 ? 'one source says' : `${sources} sources say`}`,
    ...(own.path === '' ? [] : [`The settings name another, which is run instead: ${own.path}`]),
  ];
  output.answer(
    { prepared: true, fresh, target, path, sha256, version, sources },
    lines.join('\n'),
  );
  return EXIT.done;
}

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** The programs of the rig that are not ours: paths of their binaries. */
export interface Binaries {
  readonly lnd: string;
  readonly btcd: string;
  readonly aperture: string;
}

/** A Go module of `go/`, and what is built from it. */
interface Source {
  readonly module: string;
  readonly packages: readonly string[];
  /** Build tags. */
  readonly tags: string;
}

/** The tags are those of lnd's own releases. btcd comes from the same module: neutrino compiles with that one alone. */
const LND: Source = {
  module: 'lnd',
  packages: ['github.com/lightningnetwork/lnd/cmd/lnd', 'github.com/btcsuite/btcd'],
  tags: 'autopilotrpc signrpc walletrpc chainrpc invoicesrpc watchtowerrpc neutrinorpc monitoring peersrpc kvdb_sqlite',
};
const APERTURE: Source = {
  module: 'aperture',
  packages: ['github.com/lightninglabs/aperture/cmd/aperture'],
  tags: '',
};

/** Whether there is a Go to build with. */
export async function hasGo(): Promise<boolean> {
  return (await go(['version'], import.meta.dirname, 'ignore')) === 0;
}

/** The programs of the rig: built from their Go modules (some minutes), or as an earlier run built them. */
export async function binaries(): Promise<Binaries> {
  const lnd = await built(LND);
  const aperture = await built(APERTURE);
  return {
    lnd: join(lnd, 'lnd'),
    btcd: join(lnd, 'btcd'),
    aperture: join(aperture, 'aperture'),
  };
}

/** The directory with what a source builds to. It is there whole or not at all, whenever a build is killed. */
async function built(source: Source): Promise<string> {
  const place = placeOf(source);
  if (existsSync(place)) return place;
  process.stderr.write(`test:regtest: building ${source.module} into ${place}; some minutes\n`);
  await mkdir(dirname(place), { recursive: true });
  const making = await mkdtemp(`${place}.`);
  try {
    await build(source, making);
    // Another run may have been faster.
    await rename(making, place).catch(thrown => {
      if (!existsSync(place)) throw thrown;
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return place;
}

async function build({ module, packages, tags }: Source, into: string): Promise<void> {
  const args = ['build', '-mod=readonly', '-tags', tags, '-o', `${into}/`, ...packages];
  const code = await go(args, directoryOf(module), 'inherit');
  if (code !== 0) throw new Error(`go build of ${module} ended with ${code}`);
}

/** Runs Go; its exit code, undefined if there is none to run. */
async function go(
  args: readonly string[],
  cwd: string,
  said: 'inherit' | 'ignore',
): Promise<number | undefined> {
  const child = spawn('go', args, { cwd, stdio: ['ignore', said, said], env: goEnvironment() });
  return once(child, 'close').then(
    ([code]) => code,
    () => undefined,
  );
}

/** The modules of the rig are no part of a workspace that somebody has around them. */
function goEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, GOWORK: 'off' };
}

/** In the cache of the user, by all that decides what is built. */
function placeOf({ module, packages, tags }: Source): string {
  const digest = createHash('sha256');
  for (const name of ['go.mod', 'go.sum']) {
    digest.update(readFileSync(join(directoryOf(module), name)));
  }
  digest.update(JSON.stringify([packages, tags]));
  const { XDG_CACHE_HOME: cache = join(homedir(), '.cache') } = process.env;
  return join(cache, 'tollkeeper-regtest', `${module}-${digest.digest('hex').slice(0, 16)}`);
}

function directoryOf(module: string): string {
  return join(import.meta.dirname, 'go', module);
}

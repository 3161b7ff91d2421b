import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the programs of the crash suite are, bundled. */
    programs: string;
  }
}

/** Bundles the programs once, for hundreds of processes are started from them. */
export default async function (project: TestProject): Promise<() => Promise<void>> {
  const outdir = await mkdtemp(join(tmpdir(), 'tollkeeper-programs-'));
  await build({
    entryPoints: {
      bank: join(import.meta.dirname, 'bank.ts'),
      buyer: join(import.meta.dirname, 'buyer.ts'),
      gateway: join(import.meta.dirname, '..', 'paywall', 'gateway', 'worker.ts'),
    },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    sourcemap: 'inline',
    logLevel: 'warning',
    banner: {
      js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
    },
  });
  project.provide('programs', outdir);
  return () => rm(outdir, { recursive: true });
}

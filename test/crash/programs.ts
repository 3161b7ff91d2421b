import { cp, mkdtemp, rm } from 'node:fs/promises';
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
      js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url),bundle=import.meta.dirname;",
    },
    // As in the product: ln-service looks for its files beside itself.
    define: { __dirname: 'bundle' },
  });
  await cp('node_modules/lightning/grpc/protos', join(outdir, 'protos'), { recursive: true });
  await cp('node_modules/tiny-secp256k1/lib/secp256k1.wasm', join(outdir, 'secp256k1.wasm'));
  project.provide('programs', outdir);
  return () => rm(outdir, { recursive: true });
}

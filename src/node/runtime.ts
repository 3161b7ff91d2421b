import { join } from 'node:path';
import * as z from 'zod';
import { ok, type Result, refuse } from '../base/index.ts';
import { readIfThere, replaceFile } from '../secrets/index.ts';
import type { Release } from './manifest.ts';

const runtimeSchema = z.strictObject({
  version: z.string(),
  target: z.string(),
  archiveSha256: z.string(),
  binarySha256: z.string(),
  preparedAt: z.iso.datetime(),
  /** The URL or the file that the archive came from. */
  source: z.string(),
});

/** The record that lies beside a prepared binary: what it is, since when, and where it came from. */
export type Runtime = z.infer<typeof runtimeSchema>;

const pathIn = (directory: string) => join(directory, 'runtime.json');

/** Writes the record of what a directory holds; `at` in ms since 1970. */
export async function recordRuntime(
  directory: string,
  { version, target, archiveSha256, binarySha256 }: Release,
  source: string,
  at: number,
): Promise<void> {
  const preparedAt = new Date(at).toISOString();
  const runtime: Runtime = { version, target, archiveSha256, binarySha256, preparedAt, source };
  await replaceFile(pathIn(directory), `${JSON.stringify(runtime, null, 2)}\n`);
}

/** Checks that a directory holds this release by its own record; what counts in the end is the binary's hash. */
export async function checkRuntime(directory: string, release: Release): Promise<Result<Runtime>> {
  const text = await readIfThere(pathIn(directory));
  if (text === undefined) return refuse('runtime_manifest_missing');
  const runtime = parsed(text.toString());
  if (runtime === undefined) return refuse('runtime_manifest_invalid');
  const isOurs = (['version', 'target', 'archiveSha256', 'binarySha256'] as const).every(
    name => runtime[name] === release[name],
  );
  return isOurs ? ok(runtime) : refuse('runtime_manifest_invalid', 'It is of another release.');
}

function parsed(text: string): Runtime | undefined {
  try {
    return runtimeSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

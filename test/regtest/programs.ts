import type { TestProject } from 'vitest/node';
import { type Binaries, binaries } from './binaries.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The programs of the rig that are not ours. */
    binaries: Binaries;
  }
}

/** Builds what the rig is made of, unless an earlier run did. */
export default async function ({ provide }: TestProject): Promise<void> {
  provide('binaries', await binaries());
}

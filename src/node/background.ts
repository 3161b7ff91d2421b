import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/** A program that is to go on after the one that started it. */
export interface BackgroundProgram {
  readonly program: string;
  readonly args: readonly string[];
  /** The whole of its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Where it says what it has to say (0600); what an earlier one said is dropped. */
  readonly output: string;
}

/** Starts a program apart from this one: no terminal, no pipe, no signal of ours reaches it. Rejects if it cannot be started. */
export async function startInBackground(what: BackgroundProgram): Promise<void> {
  const { execa } = await import('execa');
  mkdirSync(dirname(what.output), { recursive: true, mode: 0o700 });
  const output = openSync(what.output, 'w', 0o600);
  try {
    const child = execa(what.program, [...what.args], {
      detached: true,
      cleanup: false,
      stdio: ['ignore', output, output],
      env: { ...what.env },
      extendEnv: false,
      reject: false,
    });
    child.unref();
    await new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
  } finally {
    closeSync(output);
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/** A program that is to go on after the one that started it. */
export interface BackgroundProgram {
  readonly program: string;
  readonly args: readonly string[];
  readonly directory: string;
  /** The whole of its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Where it says what it has to say (0600); what an earlier one said is dropped. */
  readonly output: string;
}

/**
 * Starts a program apart from this one: no terminal, no pipe and no signal of ours reaches it. Returns at once, so
 * that its number can be written down before anything else happens; what keeps it from starting is its `error` event.
 * Not by execa, which gives a child pipes or files through this process, and these would end with it.
 */
export function startInBackground(what: BackgroundProgram): ChildProcess {
  mkdirSync(dirname(what.output), { recursive: true, mode: 0o700 });
  const output = openSync(what.output, 'w', 0o600);
  try {
    const child = spawn(what.program, [...what.args], {
      cwd: what.directory,
      detached: true,
      stdio: ['ignore', output, output],
      env: what.env,
    });
    child.unref();
    return child;
  } finally {
    closeSync(output);
  }
}

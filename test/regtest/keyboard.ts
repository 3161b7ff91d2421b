import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { SECOND } from '../../src/base/index.ts';
import { until } from './until.ts';

/** A human at a terminal in which a command runs. */
export interface Keyboard {
  /** Waits until the screen has shown something since the last time; what was shown, with the groups that it matched. */
  see(what: RegExp): Promise<RegExpExecArray>;
  /** Types a line. */
  type(line: string): void;
  /** All that the screen has shown, without what moves the cursor. */
  screen(): string;
  /** The exit code of the command, once it has ended. */
  readonly ended: Promise<number>;
}

/** How long a human waits for a question, ms. */
const PATIENCE_MS: number = 60 * SECOND;

/** Runs a command in a pseudo-terminal, which only a program with one can open. */
export function sitDown(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Keyboard {
  const bridge = join(import.meta.dirname, 'terminal.py');
  const child = spawn('python3', [bridge, ...command], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  const screen = (): string => plain(Buffer.concat(parts).toString());
  let seen = 0;
  return {
    async see(what) {
      const found = await until(
        `the screen shows ${what}`,
        async () => what.exec(screen().slice(seen)) ?? undefined,
        PATIENCE_MS,
      ).catch(thrown => {
        throw new Error(`${thrown.message}, but: ${screen().slice(seen)}`);
      });
      seen += found.index + found[0].length;
      return found;
    },
    type: line => void child.stdin.write(`${line}\r`),
    screen,
    ended: once(child, 'close').then(([code]) => code as number),
  };
}

/** The text of a screen: escape sequences (ECMA-48) left out. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they begin with.
  return text.replace(/\x1b\[[0-9;?]*[ -/]*[@-~]/g, '').replaceAll('\r', '');
}

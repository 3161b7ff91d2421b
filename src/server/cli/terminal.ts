/** One of several things that a human may choose. */
export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
}

/** Something long that the human watches. */
export interface Bar {
  /** `share` of the whole from 0 to 1, undefined where nobody knows the whole; `words` stand beside it. */
  show(share: number | undefined, words: string): void;
  /** Leaves the words in its place. */
  end(words: string): void;
}

/** The human at the keyboard. Every question is put on stderr; a dismissed one brings undefined. */
export interface Terminal {
  /** Whether anybody can be asked: both ends are a terminal. */
  readonly interactive: boolean;
  /** The last choice is the one that Enter alone takes. */
  choose<T extends string>(question: string, choices: readonly Choice<T>[]): Promise<T | undefined>;
  /** A whole number of sats, at least `least`. */
  sats(question: string, least: number): Promise<number | undefined>;
  /** False unless the human says yes. */
  agree(question: string): Promise<boolean>;
  /** A text of one line. */
  type(question: string): Promise<string | undefined>;
  /**
   * Does something on a screen apart, which is gone afterwards with all that was shown and typed there: what must not
   * stay in the terminal's memory.
   */
  apart<T>(work: () => Promise<T>): Promise<T>;
  /** Something that is not shown while it is typed. */
  secret(question: string): Promise<string | undefined>;
  /** Shows how far something is, from here on. */
  watch(words: string): Promise<Bar>;
}

/** xterm's alternate screen, emptied, and the way back from it. */
const APART = '\x1b[?1049h\x1b[2J\x1b[H';
const BACK = '\x1b[2J\x1b[?1049l';

/** How finely a bar moves. */
const STEPS = 1000;

/** Opens the terminal that the process was started from. The prompts are loaded when first used. */
export function openTerminal(): Terminal {
  const output = process.stderr;
  const prompts = () => import('@clack/prompts');
  return {
    interactive: process.stdin.isTTY === true && output.isTTY === true,
    async choose(message, choices) {
      const { isCancel, select } = await prompts();
      const options = choices.map(({ value, label }) => ({ value: value as string, label }));
      const initialValue = options.at(-1)?.value ?? '';
      const chosen = await select({ message, options, initialValue, output });
      return isCancel(chosen) ? undefined : choices.find(({ value }) => value === chosen)?.value;
    },
    async sats(message, least) {
      const { isCancel, text } = await prompts();
      const validate = (typed: string | undefined) =>
        isAmount(typed, least) ? undefined : `A whole number of sats, at least ${least}.`;
      const typed = await text({ message, validate, output });
      return isCancel(typed) ? undefined : Number(typed);
    },
    async agree(message) {
      const { confirm } = await prompts();
      return (await confirm({ message, initialValue: false, output })) === true;
    },
    async type(message) {
      const { isCancel, text } = await prompts();
      const typed = await text({ message, output });
      return isCancel(typed) ? undefined : typed.trim();
    },
    async apart(work) {
      output.write(APART);
      try {
        return await work();
      } finally {
        output.write(BACK);
      }
    },
    async secret(message) {
      const { isCancel, password } = await prompts();
      const typed = await password({ message, output });
      return isCancel(typed) ? undefined : typed;
    },
    async watch(words) {
      const { progress } = await prompts();
      const bar = progress({ max: STEPS, output });
      bar.start(words);
      // In raw mode clack answers Ctrl-C by process.exit(0), which whoever called would take for success.
      process.stdin.setRawMode(false);
      let step = 0;
      return {
        show(share, now) {
          const next = Math.floor((share ?? 0) * STEPS);
          bar.advance(next - step, now);
          step = next;
        },
        end: now => bar.stop(now),
      };
    },
  };
}

function isAmount(typed: string | undefined, least: number): boolean {
  return /^\d{1,9}$/.test(typed ?? '') && Number(typed) >= least;
}

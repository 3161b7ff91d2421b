import { showSize } from '../layout.ts';
import type { Session } from '../session.ts';
import type { Bar } from '../terminal.ts';

/** How a human is told of a download. */
export interface Fetching {
  /** Told of the bytes that are there and, if known, of how many there will be. */
  readonly onProgress: (done: number, total: number | undefined) => void;
  /** Says how it ended, if it ever began. */
  end(words: string): Promise<void>;
}

/** What is told on the way where there is no bar, in parts of the whole. */
const PARTS = 4;

/** Tells of a download: by a bar at a terminal, by a few lines elsewhere, and not at all where a program reads. */
export function tellFetching({ output, terminal }: Session, words: string): Fetching {
  if (output.json) return { onProgress: () => undefined, end: async () => undefined };
  if (!terminal.interactive) return byLines(output.remark, words);
  let bar: Promise<Bar> | undefined;
  return {
    onProgress(done, total) {
      bar ??= terminal.watch(words);
      const share = total === undefined ? undefined : done / total;
      void bar.then(({ show }) => show(share, `${words}, ${sizeText(done, total)}`));
    },
    end: async last => (await bar)?.end(last),
  };
}

function byLines(remark: (text: string) => void, words: string): Fetching {
  let told = -1;
  return {
    onProgress(done, total) {
      const part = total === undefined ? 0 : Math.floor((done / total) * PARTS);
      if (part > told) remark(`${words}, ${sizeText(done, total)}`);
      told = Math.max(told, part);
    },
    end: async last => {
      if (told >= 0) remark(last);
    },
  };
}

function sizeText(done: number, total: number | undefined): string {
  return total === undefined ? showSize(done) : `${showSize(done)} of ${showSize(total)}`;
}

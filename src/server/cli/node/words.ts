import { type Result, refuse } from '../../../base/index.ts';
import {
  askedBack,
  bear,
  type Nursery,
  type RestorePlan,
  seedText,
  wordsOf,
} from '../../../node/index.ts';
import type { Session } from '../session.ts';

/** How often a human may say the words back wrongly: then they were not written down. */
const MOST_TRIES = 3;

/**
 * Makes words, shows them once, and makes the wallet of them only after a human has said some of them back: there is
 * never a wallet whose words nobody has.
 */
export async function newWords(session: Session, nursery: Nursery): Promise<Result<void>> {
  const made = await nursery.unlocker.seed('');
  if (!made.ok) return refuse('node_unreachable');
  const words = made.value;
  const { output, terminal } = session;
  const written = await terminal.apart(async () => {
    output.remark(
      `These 24 words are the money. Write them down on paper, in order. They are shown this once and kept nowhere.\n\n${seedText(words)}\n`,
    );
    return terminal.agree('Have you written them down?');
  });
  if (!written) return refuse('node_not_initialized', 'Nothing was made of the words.');
  if (!(await saidBack(session, words))) {
    return refuse('seed_invalid', 'They were not said back, so nothing was made of them.');
  }
  return bear(nursery, { seed: 'acknowledged', words, passphrase: '' });
}

async function saidBack({ output, terminal }: Session, words: readonly string[]): Promise<boolean> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    let right = true;
    for (const place of askedBack()) {
      const typed = await terminal.type(`Word ${place}`);
      if (typed === undefined) return false;
      right &&= typed.toLowerCase() === words[place - 1];
    }
    if (right) return true;
    output.remark('That is not what was shown.');
  }
  return false;
}

/** Has a human type the words that they have, and makes the wallet of them. */
export async function typedWords(
  { terminal }: Session,
  nursery: Nursery,
  plan: RestorePlan,
): Promise<Result<void>> {
  const typed = await terminal.apart(() => terminal.type('The 24 words, in order'));
  const words = wordsOf(typed ?? '');
  if (words === undefined) return refuse('seed_invalid', '24 words are needed.');
  const passphrase = await terminal.secret('Their passphrase, if they have one (else Enter)');
  if (passphrase === undefined) return refuse('seed_invalid', 'Nothing was made.');
  return bear(nursery, { ...plan, words, passphrase });
}

import { describe } from 'vitest';
import { allowancesContract } from './task-store/allowances.ts';
import { auditsContract } from './task-store/audits.ts';
import { openBench, type Place } from './task-store/bench.ts';
import { booksContract } from './task-store/books.ts';
import { credentialsContract } from './task-store/credentials.ts';
import { factsContract } from './task-store/facts.ts';
import { journalContract } from './task-store/journal.ts';
import { killSwitchContract } from './task-store/kill-switch.ts';
import { leaseContract } from './task-store/lease.ts';
import { newsContract } from './task-store/news.ts';
import { openingContract } from './task-store/opening.ts';

/** What every store behind the ports of the task room has to keep, whatever database is under it. */
export function taskStoreContract(name: string, makePlace: () => Promise<Place>): void {
  describe(name, () => {
    const bench = openBench(makePlace);
    openingContract(bench);
    factsContract(bench);
    booksContract(bench);
    allowancesContract(bench);
    credentialsContract(bench);
    leaseContract(bench);
    newsContract(bench);
    killSwitchContract(bench);
    journalContract(bench);
    auditsContract(bench);
  });
}

import { type Code, type Refused, refuse, type TaskId, TollkeeperError } from '../base/index.ts';
import type { Sealer } from '../secrets/index.ts';
import type { Database, Sql } from '../sqlite/index.ts';
import type { Fact, NewFact } from '../task/fact.ts';
import type { OpenKey, Reads, Task, TaskStore, Verdict } from '../task/store.ts';
import { booksOf } from './books.ts';
import { factsOf, insertFact, openSecret } from './facts.ts';
import {
  type Head,
  headOf,
  headOfName,
  insertHead,
  listed,
  openHead,
  unfinished,
  updateHead,
} from './heads.ts';
import { index } from './indexes.ts';
import { hashTask } from './payment-hash.ts';

type Appending = Extract<Verdict, { append: unknown }>;

/** The record of purchases in a database; sealed parts go through `sealer`. */
export function openTasks(db: Database, sealer: Sealer): TaskStore {
  return {
    open: (key, taskId, first) =>
      db.immediate(sql => {
        const named = key.name === undefined ? undefined : headOfName(sql, key.owner, key.name);
        const found = named ?? openHead(sql, key.owner, key.key);
        if (found !== undefined) return { task: taskOf(sql, found.id), joined: true };
        const task = create(sql, sealer, key, taskId, first);
        return { task, joined: false };
      }),
    append: (taskId, reads, decide) =>
      db.immediate(sql => {
        const head = owned(headOf(sql, taskId), reads);
        const facts = factsOf(sql, taskId);
        const verdict = decide(facts, booksOf(sql, reads));
        if ('reject' in verdict) return rejected(facts, verdict.reject, verdict.detail);
        const broken = brokenRule(sql, head, verdict, reads);
        if (broken !== undefined) return rejected(facts, broken.code, broken.detail);
        return { facts: [...facts, ...appendFacts(sql, sealer, head, verdict)] };
      }),
    load: taskId =>
      db.read(sql => (headOf(sql, taskId) === undefined ? undefined : taskOf(sql, taskId))),
    reveal: (taskId, kind) => db.read(sql => openSecret(sql, sealer, taskId, kind)),
    list: listing => db.read(sql => listed(sql, listing).map(id => taskOf(sql, id))),
    unfinished: () => db.read(unfinished),
  };
}

function taskOf(sql: Sql, id: TaskId): Task {
  return { id, facts: factsOf(sql, id) };
}

function create(sql: Sql, sealer: Sealer, key: OpenKey, id: TaskId, first: NewFact): Task {
  const head = insertHead(sql, key, id, first.at);
  return { id, facts: appendFacts(sql, sealer, head, { append: [first], open: true }) };
}

/** Writes facts and whatever follows from them, in the transaction at hand; returns them as they will be read. */
export function appendFacts(
  sql: Sql,
  sealer: Sealer,
  head: Head,
  wanted: Appending,
): readonly Fact[] {
  const { id: taskId, owner, length } = head;
  const facts = wanted.append.map((fact, position) => {
    const seq = length + position;
    const written = insertFact(sql, sealer, { taskId, seq }, fact);
    index(sql, { owner, taskId, seq }, written);
    return written;
  });
  // Without a fact nothing has happened, and nobody is to be woken for it.
  if (facts.length > 0) {
    updateHead(sql, { id: taskId, open: wanted.open, length: length + facts.length });
  }
  return facts;
}

/** Another owner's task is no task to this one. */
function owned(head: Head | undefined, { owner }: Reads): Head {
  if (head?.owner !== owner) throw new TollkeeperError('task_not_found');
  return head;
}

function rejected(facts: readonly Fact[], code: Code, detail: string | undefined) {
  return detail === undefined ? { facts, rejected: code } : { facts, rejected: code, detail };
}

/** The rule that an append would break, if any: these hold whatever a decision says. */
function brokenRule(sql: Sql, head: Head, wanted: Appending, { host }: Reads): Refused | undefined {
  // A sum held on another host than the one whose books were read was judged by nobody.
  const elsewhere = wanted.append.some(fact => fact.kind === 'reserved' && fact.host !== host);
  if (elsewhere) throw new TollkeeperError('internal_error');
  return reopened(sql, head, wanted) ?? reused(sql, head, wanted);
}

/** A key has one open task: a done one cannot be reopened beside it. */
function reopened(sql: Sql, head: Head, { append: facts, open }: Appending): Refused | undefined {
  if (facts.length === 0 || head.open || !open) return undefined;
  const other = openHead(sql, head.owner, head.key);
  return other && refuse('invalid_transition', 'The same request is open as another task.');
}

/** An invoice is paid by one task: a second payment of it would buy nothing. */
function reused(sql: Sql, head: Head, { append: facts }: Appending): Refused | undefined {
  const taken = facts.some(fact => {
    if (fact.kind !== 'reserved') return false;
    const task = hashTask(sql, fact.paymentHash);
    return task !== undefined && task !== head.id;
  });
  return taken ? refuse('INVOICE_INVALID', 'It was used before.') : undefined;
}

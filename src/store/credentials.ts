import type { TaskId } from '../base/index.ts';
import type { Database } from '../sqlite/index.ts';
import type { Credentials, KeptCredential } from '../task/store.ts';
import type { Follow } from './follow.ts';

/** How many credentials of one origin are looked at, the newest of them. */
const MOST_FOUND = 1000;

const KEEP = `
  INSERT OR REPLACE INTO credential
    (task_id, owner, key, origin, scope, method, url, wide, cached_until, ends_at)
  VALUES (:taskId, :owner, :key, :origin, :scope, :method, :url, :wide, :cachedUntil, :endsAt)`;
const END = 'UPDATE credential SET end = :end WHERE task_id = :taskId';

/** A credential begins with the payment; how the answer that it paid for ended is kept beside it. */
export const credential: Follow = {
  settled: (sql, { owner, taskId }, { credential: bought }) => {
    const { key, origin, scope, method, url, wide, cachedUntil, endsAt = null } = bought;
    const reach = { method, url, wide: wide ? 1 : 0 };
    sql.run(KEEP, { taskId, owner, key, origin, scope, ...reach, cachedUntil, endsAt });
  },
  lost: (sql, { taskId }) => sql.run(END, { taskId, end: 'lost' }),
  refused: (sql, { taskId }) => sql.run(END, { taskId, end: 'refused' }),
  cached: (sql, _place, { from, answer }) => {
    // The answer that was lost has come after all: nothing is owed any more.
    if (answer.status < 400) sql.run(`${END} AND end = 'lost'`, { taskId: from, end: null });
  },
};

const said = (...words: readonly ('dropped' | 'narrowed' | 'refused')[]): string =>
  `EXISTS (SELECT 1 FROM credential_word AS said WHERE said.task_id = credential.task_id
           AND word IN (${words.map(word => `'${word}'`).join(', ')}))`;

const FIND = `
  SELECT task_id AS taskId, key, origin, scope, method, url,
         wide = 1 AND NOT ${said('narrowed')} AS wide,
         cached_until AS cachedUntil, ends_at AS endsAt,
         CASE WHEN ${said('refused')} THEN 'refused' ELSE end END AS end
  FROM credential WHERE number IN (
    SELECT number FROM credential
    WHERE owner = :owner AND origin = :origin AND scope = :scope AND cached_until > :now
      AND end IS NOT 'refused' AND NOT ${said('dropped', 'refused')}
    UNION
    SELECT number FROM credential
    WHERE number = (SELECT max(number) FROM credential WHERE owner = :owner AND key = :key)
      AND (end IS NOT NULL OR ${said('refused')}
           OR (cached_until > :now AND NOT ${said('dropped')})))
  ORDER BY number DESC LIMIT ${MOST_FOUND}`;

interface Row extends Pick<KeptCredential, 'taskId' | 'key' | 'origin' | 'scope'> {
  readonly method: string;
  readonly url: string;
  readonly wide: bigint;
  readonly cachedUntil: bigint;
  readonly endsAt: bigint | null;
  readonly end: 'lost' | 'refused' | null;
}

/** The credential cache. */
export function openCredentials(db: Database): Credentials {
  const say = (word: string) => (taskId: TaskId) =>
    db.immediate(sql => {
      sql.run('INSERT OR IGNORE INTO credential_word (task_id, word) VALUES (:taskId, :word)', {
        taskId,
        word,
      });
    });
  return {
    find: ({ owner, key, origin, scope, now }) =>
      db.read(sql => sql.all<Row>(FIND, { owner, key, origin, scope, now }).map(kept)),
    drop: say('dropped'),
    narrow: say('narrowed'),
    refuse: say('refused'),
  };
}

function kept({ wide, cachedUntil, endsAt, end, ...row }: Row): KeptCredential {
  return {
    ...row,
    wide: wide === 1n,
    cachedUntil: Number(cachedUntil),
    endsAt: endsAt === null ? undefined : Number(endsAt),
    end: end ?? undefined,
  };
}

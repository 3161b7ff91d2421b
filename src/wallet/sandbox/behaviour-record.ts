import { canonicalJson, msat } from '../../base/index.ts';
import type { Sql } from '../../sqlite/index.ts';
import { type Behaviour, INSTANT } from './behaviour.ts';

/** In place of a hash: every payment that has no behaviour of its own. */
export const ANY_HASH = '*';

/** Sets how the payment of a hash, or of `ANY_HASH`, will go. */
export function recordBehaviour(sql: Sql, hash: string, behaviour: Behaviour): void {
  sql.run('INSERT OR REPLACE INTO behaviour (hash, json) VALUES (:hash, :json)', {
    hash,
    json: canonicalJson(behaviour),
  });
}

/** How the payment of a hash will go. */
export function behaviourOf(sql: Sql, hash: string): Behaviour {
  const row = sql.get<{ json: string }>(
    'SELECT json FROM behaviour WHERE hash IN (:hash, :any) ORDER BY hash = :any LIMIT 1',
    { hash, any: ANY_HASH },
  );
  if (!row) return INSTANT;
  const { fee, ...manner } = JSON.parse(row.json);
  return fee === undefined ? manner : { ...manner, fee: msat(BigInt(fee)) };
}

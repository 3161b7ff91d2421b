import type { Refused } from '../base/index.ts';
import type { Refusal } from './toll.ts';

/** A refusal under the HTTP status that says it. */
export function refused(
  status: Refusal['status'],
  { code, detail }: Pick<Refused, 'code' | 'detail'>,
): Refusal {
  const refusal = { kind: 'refused', status, code } as const;
  return detail === undefined ? refusal : { ...refusal, detail };
}

import type { Refused } from '../../../base/index.ts';
import { type Operator, openOperator } from '../../../node/index.ts';
import type { Exit } from '../exit.ts';
import type { Session } from '../session.ts';
import { type NodeDesk, openSupervisedDesk } from './desk.ts';

/** Does something with the node of the settings, with the macaroon that may do everything: a human's own command. */
export async function withOperator(
  session: Session,
  work: (operator: Operator, desk: NodeDesk) => Promise<Exit | Refused>,
): Promise<Exit | Refused> {
  const desk = await openSupervisedDesk(session);
  if (!desk.ok) return desk;
  const { place, vault, log } = desk.value;
  const operator = openOperator({ place, vault, clock: session.clock, log }, 'admin');
  try {
    return await work(operator, desk.value);
  } finally {
    operator.close();
  }
}

import * as z from 'zod';
import { isTaskId } from '../../base/index.ts';

/** An option that is there or not. */
export const flag = z.boolean().default(false);

/** A task's id, as `tollkeeper tasks` lists it. */
export const taskId = z
  .string()
  .refine(isTaskId, { error: 'must be a task id, as `tollkeeper tasks` lists them' });

/** A place on the network, such as `node.example:10009` or `[::1]:8403`. */
export const hostPort = z
  .string()
  .max(255)
  .regex(/^(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}$/, { error: 'must be host:port' });

/** A whole number as typed. */
export function whole(least: number, most: number) {
  const error = `must be a whole number from ${least} to ${most}`;
  const number = z.number({ error }).int({ error }).min(least, { error }).max(most, { error });
  return z
    .string()
    .regex(/^\d{1,16}$/, { error })
    .transform(Number)
    .pipe(number);
}

/** Sats as typed; one bitcoin at most, for more is a slip of the finger. */
export const sats = whole(1, 100_000_000);

import { randomUUID } from 'node:crypto';

/** Names one purchase: `task_` and a random UUID. */
export type TaskId = `task_${string}`;
/** Names one question put to a human: `ask_` and a random UUID. */
export type AskId = `ask_${string}`;
/** Names one standing permission that a human gave: `allow_` and a random UUID. */
export type AllowanceId = `allow_${string}`;

/** Whether a text is shaped like a task's id. */
export function isTaskId(text: string): text is TaskId {
  return /^task_[0-9a-f-]{36}$/.test(text);
}

/** A new, unguessable id with the given prefix. */
export function newId<P extends 'task' | 'ask' | 'allow'>(prefix: P): `${P}_${string}` {
  return `${prefix}_${randomUUID()}`;
}

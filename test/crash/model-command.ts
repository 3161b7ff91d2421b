import type fc from 'fast-check';
import { type Due, dueOf, type Model, type ModelTask, type Process } from './model.ts';
import { compare } from './model-compare.ts';
import type { Rig } from './model-rig.ts';
import { MOST_COMMANDS } from './model-scale.ts';

/** One thing that happens, to the model and to the real record alike. */
export type Command = fc.AsyncCommand<Model, Rig>;

/** How often each kind of command took place: a run in which nothing happens proves nothing. */
export const played = new Map<string, number>();

/** What a command does. */
export interface Doing<T> {
  /** Whether it can happen now; it always can if left out. */
  readonly can?: (model: Model, value: T) => boolean;
  /** Changes the model, does the same to the record, and holds what the record answered against the model. */
  readonly run: (model: Model, rig: Rig, value: T) => Promise<void>;
}

/** Commands of one kind; after each, everything that can be read has to equal the model. */
export function commandsOf<T>(
  name: string,
  values: fc.Arbitrary<T>,
  { can = () => true, run }: Doing<T>,
): fc.Arbitrary<Command> {
  return values.map(value => ({
    check: model => model.happened < MOST_COMMANDS && can(model, value),
    async run(model, rig) {
      model.happened += 1;
      await run(model, rig, value);
      await compare(model, rig);
      played.set(name, (played.get(name) ?? 0) + 1);
    },
    toString: () => `${name} ${JSON.stringify(value, plain)}`,
  }));
}

const plain = (_key: string, one: unknown) => (typeof one === 'bigint' ? `${one}` : one);

/** One of many, by any number; undefined if there is none. */
export function picked<T>(all: readonly T[], choice: number): T | undefined {
  return all[choice % all.length];
}

/** A task whose due step is of a kind. */
export function dueTask(model: Model, due: Due, choice: number): ModelTask | undefined {
  return picked(
    model.tasks.filter(task => dueOf(task, model.now) === due),
    choice,
  );
}

/** The process that holds the lease by its newest number, though perhaps not freshly. */
export function holderOf({ lease, fences }: Model): Process | undefined {
  return ([0, 1] as const).find(process => fences[process] === lease.fence && lease.fence > 0);
}

/** Lets time pass, or go back, on both sides. */
export function pass(model: Model, { clock }: Rig, ms: number): void {
  clock.move(ms);
  model.now += ms;
}

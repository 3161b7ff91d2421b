import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InMemoryTransport } from '@modelcontextprotocol/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { newId, type TaskId } from '../../src/base/index.ts';
import { compose, type Tollkeeper } from '../../src/server/compose.ts';
import { findHome } from '../../src/server/home.ts';
import { openListening } from '../../src/server/mcp/listening.ts';
import { openTaskWatch, type TaskWatch } from '../../src/server/mcp/task-watch.ts';
import { LOCAL_OWNER } from '../../src/server/owner.ts';

let root: string;
let tollkeeper: Tollkeeper;
let watch: TaskWatch;
let heard: string[];
/** How often the record was looked at, and how many waits are under way. */
let looks: number;
let waits: number;
/** What the watch's own pauses wait for; news are waited for as they come. */
let pause: Promise<void>;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tollkeeper-watch-'));
  tollkeeper = await compose(findHome(join(root, 'home'), {}));
  [heard, looks, waits, pause] = [[], 0, 0, Promise.resolve()];
  watch = openTaskWatch(async () => counted(tollkeeper));
});
afterEach(async () => {
  watch.close();
  await until(() => waits === 0);
  await tollkeeper.close();
  await rm(root, { recursive: true });
});

const listener = (uri: string) => void heard.push(uri);
const until = (holds: () => boolean) => vi.waitUntil(holds, { timeout: 10_000, interval: 5 });

/** The same house, with its looks and waits counted. */
function counted(house: Tollkeeper): Tollkeeper {
  const { store, clock } = house;
  const waiting = async (wait: Promise<void>) => {
    waits += 1;
    await wait.finally(() => {
      waits -= 1;
    });
  };
  const unfinished = () => {
    looks += 1;
    return store.tasks.unfinished();
  };
  const after: typeof store.news.after = (...args) => waiting(store.news.after(...args));
  return {
    ...house,
    clock: { now: clock.now, after: () => waiting(pause) },
    store: {
      ...store,
      tasks: { ...store.tasks, unfinished },
      news: { ...store.news, after },
    },
  };
}

/** A task that nobody works at; its id. */
async function recorded(): Promise<TaskId> {
  const id = newId('task');
  await tollkeeper.store.tasks.open({ owner: LOCAL_OWNER, key: id }, id, {
    kind: 'requested',
    at: 0,
    caller: 'a test',
    request: {
      owner: LOCAL_OWNER,
      method: 'GET',
      url: 'https://example.com/',
      headers: {},
      bodyDigest: undefined,
      scope: 'default',
    },
    wishes: {
      maxSpend: undefined,
      requireApproval: false,
      forceRefresh: false,
      cacheTtlMs: undefined,
      idempotencyKey: undefined,
    },
  });
  return id;
}

/** Appends a fact, after which the task goes on or is over. */
async function append(id: TaskId, open: boolean): Promise<void> {
  const reads = { owner: LOCAL_OWNER, host: '', now: 0 };
  const fact = open
    ? ({ kind: 'renewed', at: 0 } as const)
    : ({ kind: 'cancelled', at: 0 } as const);
  await tollkeeper.store.tasks.append(id, reads, () => ({ append: [fact], open }));
}

const uriOf = (id: TaskId) => `tollkeeper://task/${id}`;

test('however many tasks are followed, one look is for all of them, and none without news', async () => {
  const ids = await Promise.all(Array.from({ length: 50 }, recorded));
  for (const id of ids) expect(await watch.follow(uriOf(id), listener)).toBe('followed');
  await until(() => looks === 1 && waits === 1);
  await append(ids[7] as TaskId, true);
  await until(() => heard.length === 1);
  expect(looks).toBe(2);
  await append(ids[8] as TaskId, true);
  await until(() => heard.length > 1);
  expect(heard).toEqual([uriOf(ids[7] as TaskId), uriOf(ids[8] as TaskId)]);
});

test('no more than 50 are followed at a time, and one that is left makes room', async () => {
  const ids = await Promise.all(Array.from({ length: 51 }, recorded));
  const [first, ...others] = ids.map(uriOf) as [string, ...string[]];
  for (const uri of others) await watch.follow(uri, listener);
  expect(await watch.follow(first, listener)).toBe('full');
  expect(await watch.follow(others[0] as string, () => undefined)).toBe('followed');
  watch.leave(others[1] as string, listener);
  expect(await watch.follow(first, listener)).toBe('followed');
});

test('nothing waits or looks once all that was followed is left or over', async () => {
  const [left, over] = [await recorded(), await recorded()];
  await watch.follow(uriOf(left), listener);
  await watch.follow(uriOf(over), listener);
  watch.leave(uriOf(left), listener);
  await append(over, false);
  await until(() => heard.length === 1 && waits === 0);
  expect(heard).toEqual([uriOf(over)]);
  await watch.follow(uriOf(left), listener);
  watch.leave(uriOf(left), listener);
  await until(() => waits === 0);
});

test('a task that is over already is told once, and then costs nothing', async () => {
  const id = await recorded();
  await append(id, false);
  await watch.follow(uriOf(id), listener);
  await until(() => heard.length === 1 && waits === 0);
  expect(looks).toBe(1);
});

test('a task that changes fast is told of once a pause, the last change included', async () => {
  const id = await recorded();
  let endPause: () => void = () => undefined;
  pause = new Promise(resolve => {
    endPause = resolve;
  });
  await watch.follow(uriOf(id), listener);
  await until(() => looks === 1 && waits === 1);
  for (let change = 0; change < 20; change += 1) await append(id, true);
  expect(heard).toEqual([]);
  endPause();
  await until(() => heard.length > 0 && waits === 1);
  await append(id, false);
  await until(() => waits === 0);
  expect(heard).toEqual([uriOf(id), uriOf(id)]);
});

test('a listener that left hears nothing, whoever else listens', async () => {
  const id = await recorded();
  const others: string[] = [];
  await watch.follow(uriOf(id), listener);
  await watch.follow(uriOf(id), uri => void others.push(uri));
  watch.leave(uriOf(id), listener);
  await append(id, true);
  await until(() => others.length === 1);
  expect(heard).toEqual([]);
});

test('a listening that was ended follows nothing more, nor begins to', async () => {
  const [wire] = InMemoryTransport.createLinkedPair();
  const uri = uriOf(await recorded());
  const listening = openListening(wire, watch, 'mine');
  expect(await listening.follow([uri, uri])).toEqual([uri]);
  listening.end();
  await until(() => waits === 0);
  const late = openListening(wire, watch, 'late');
  const following = late.follow([uri]);
  late.end();
  expect(await following).toEqual([]);
  await until(() => waits === 0);
});

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { digestOf, type Log, refuse, silent, TollkeeperError } from '../../src/base/index.ts';
import { BUYER_TOOLS, dispatch, type Tool } from '../../src/tools/index.ts';
import { ALTERS, defineTool, LOOKS, SPENDS } from '../../src/tools/tool.ts';
import { staged, taskOf } from './context.ts';

const { context } = staged(taskOf());
const open = async () => context;

/** A tool that does as it is told. */
const tool = (handle: () => Promise<unknown>): Tool =>
  defineTool({
    name: 'test_tool',
    title: 'A tool',
    description: 'Does as it is told.',
    input: z.strictObject({ word: z.string().max(5).optional() }),
    output: z.object({ said: z.string() }),
    annotations: LOOKS,
    handle: handle as never,
  });

async function result(of: Tool, args: unknown, log: Log = silent) {
  const dispatched = await dispatch(of, args, open, () => log);
  if (dispatched.kind !== 'result') throw new Error('a question');
  return dispatched.result as {
    isError?: boolean;
    content: { text: string }[];
    structuredContent: Record<string, { code?: string; message?: string }>;
  };
}

describe('a tool that answers', () => {
  const saying = tool(async () => ({
    kind: 'output',
    output: { said: 'yes' },
    text: 'It said so.',
  }));

  test('has its output with a receipt beside it, and its text', async () => {
    const { content, structuredContent, isError } = await result(saying, { word: 'hi' });
    expect(isError).toBeUndefined();
    expect(content).toEqual([{ type: 'text', text: 'It said so.' }]);
    expect(structuredContent).toEqual({
      said: 'yes',
      receipt: {
        params_hash: digestOf({ tool: 'test_tool', args: { word: 'hi' } }),
        output_hash: digestOf({ said: 'yes' }),
        latency_ms: expect.any(Number),
        side_effects: [],
      },
    });
  });

  test('is not asked, nor anything opened for it, when its arguments are bad', async () => {
    let opened = 0;
    const opening = async () => {
      opened += 1;
      return context;
    };
    for (const args of [{ word: 'too long' }, { other: 1 }, [], 'text', 7, { word: '\ud83d' }]) {
      const dispatched = await dispatch(saying, args, opening, () => silent);
      expect(dispatched).toMatchObject({ result: { isError: true } });
    }
    expect(opened).toBe(0);
  });
});

describe('a tool that throws', () => {
  test('is an internal_error of which the caller reads nothing, and the log everything', async () => {
    const logged: object[] = [];
    const log: Log = { ...silent, error: data => void logged.push(data) };
    const broken = tool(async () => {
      throw new Error('SECRET /a/path');
    });
    const { isError, structuredContent, content } = await result(broken, {}, log);
    expect(isError).toBe(true);
    expect(structuredContent.error).toMatchObject({
      code: 'internal_error',
      retry: 'poll',
      money: 'maybe_moved',
    });
    expect(JSON.stringify([structuredContent, content])).not.toContain('SECRET');
    expect(logged).toMatchObject([
      { tool: 'test_tool', error: { cause: { message: 'SECRET /a/path' } } },
    ]);
  });

  test('an error of ours keeps its code and its words', async () => {
    const broken = tool(async () => {
      throw new TollkeeperError('wallet_unavailable', 'It is asleep.');
    });
    const { structuredContent, content } = await result(broken, {});
    expect(structuredContent.error).toMatchObject({ code: 'wallet_unavailable', retry: 'later' });
    expect(structuredContent.error?.message).toContain('It is asleep.');
    expect(content[0]?.text).toContain('(wallet_unavailable; retry: later; money: not_moved)');
  });
});

describe('money is said to have maybe moved', () => {
  const throwing = async () => {
    throw new TollkeeperError('store_unavailable');
  };
  const maySpend = (handle: () => Promise<unknown>) => ({
    ...tool(handle),
    annotations: SPENDS,
  });

  test('when the record fails in the midst of a tool that may spend', async () => {
    const { structuredContent, content } = await result(maySpend(throwing), {});
    const unsure = { code: 'store_unavailable', money: 'maybe_moved', retry: 'poll' };
    expect(structuredContent.error).toMatchObject(unsure);
    expect(content[0]?.text).toContain('Look at the task before you repeat anything');
    expect(content[0]?.text).not.toContain('nothing is paid');
  });

  test('but not when it refuses, only looks, changes our own record alone, or was never begun', async () => {
    const plain = { code: 'store_unavailable', money: 'not_moved', retry: 'after_fix' };
    const refusing = maySpend(async () => refuse('store_unavailable'));
    expect((await result(refusing, {})).structuredContent.error).toMatchObject(plain);
    expect((await result(tool(throwing), {})).structuredContent.error).toMatchObject(plain);
    const selling = { ...tool(throwing), annotations: ALTERS };
    expect((await result(selling, {})).structuredContent.error).toMatchObject(plain);
    const unopened = await dispatch(maySpend(throwing), {}, throwing, () => silent);
    expect(unopened).toMatchObject({ result: { structuredContent: { error: plain } } });
  });
});

describe('any tool', () => {
  test('answers anything that JSON can say with a result that is small, coded and has a receipt', async () => {
    const closed = async () => {
      throw new TollkeeperError('store_unavailable');
    };
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...BUYER_TOOLS), fc.jsonValue(), async (one, args) => {
        const dispatched = await dispatch(one, args, closed, () => silent);
        expect(dispatched).toMatchObject({
          kind: 'result',
          result: {
            isError: true,
            structuredContent: {
              error: { code: expect.stringMatching(/^(invalid_input|store_unavailable)$/) },
              receipt: { params_hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
            },
          },
        });
        expect(JSON.stringify(dispatched).length).toBeLessThan(3000);
      }),
      { numRuns: 300 },
    );
  });
});

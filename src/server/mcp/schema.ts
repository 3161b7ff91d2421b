import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { problemSchema, receiptSchema, type Tool } from '../../tools/index.ts';

/**
 * A tool's input as the SDK wants it: it lists the JSON Schema but lets every value through, because
 * the dispatcher validates and answers in our own words.
 */
export function listedInput({ input, listed: brief }: Tool): StandardSchemaWithJSON<unknown> {
  return listed(brief?.input ?? input, value => ({ value }));
}

/** A tool's whole structured content: its output, or an error, and the receipt of either. */
export function listedOutput({ output, listed: brief }: Tool): StandardSchemaWithJSON<unknown> {
  const whole = wholeOf(output);
  return listed(brief?.output === undefined ? whole : wholeOf(brief.output), value => {
    const { error } = whole.safeParse(value);
    return error === undefined ? { value } : { issues: error.issues };
  });
}

function wholeOf(output: z.ZodObject): z.ZodObject {
  return z.looseObject({
    ...output.partial().shape,
    error: problemSchema.optional(),
    receipt: receiptSchema,
  });
}

/** A schema that lists itself in few words: every client's model reads the list on every connection. */
function listed(
  schema: z.ZodType,
  validate: (value: unknown) => { value: unknown } | { issues: z.core.$ZodIssue[] },
): StandardSchemaWithJSON<unknown> {
  const json = () => brief(z.toJSONSchema(schema)) as Record<string, unknown>;
  const jsonSchema = { input: json, output: json };
  return { '~standard': { version: 1, vendor: 'tollkeeper', validate, jsonSchema } };
}

/** Leaves out what tells a reader nothing: the dialect, what JSON numbers can hold, that more may come. */
function brief(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(brief);
  if (typeof node !== 'object' || node === null) return node;
  // What is marked so is listed as an object that holds more; docs/tools.md has its fields.
  if ('brief' in node) return { type: 'object' };
  const said = Object.entries(node).filter(([key, value]) => !isIdle(key, value));
  return Object.fromEntries(said.map(([key, value]) => [key, brief(value)]));
}

function isIdle(key: string, value: unknown): boolean {
  if (key === 'minLength') return value === 0;
  if (key === '$schema' || key === 'propertyNames') return true;
  if (key === 'maximum') return value === Number.MAX_SAFE_INTEGER;
  const open = key === 'additionalProperties' || key === 'properties';
  return open && typeof value === 'object' && isEmpty(value);
}

function isEmpty(value: object | null): boolean {
  return value !== null && Object.keys(value).length === 0;
}

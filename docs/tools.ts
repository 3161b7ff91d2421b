import { z } from 'zod';
import type { Tool } from '../src/tools/index.ts';
import { table } from './markdown.ts';
import { MEANINGS } from './meanings.ts';

type Schema = z.core.JSONSchema.BaseSchema;

/** One field of a tool: `wallet.kind` inside an object, `tasks[].url` inside a list. */
interface Field {
  readonly path: string;
  readonly name: string;
  readonly node: Schema;
  readonly needed: boolean;
}

/** The tools in one table: what each does, and what it may touch. */
export function toolTable(tools: readonly Tool[]): string {
  const rows = tools.map(({ name, description, annotations }) => [
    `\`${name}\``,
    description,
    reachOf(annotations),
  ]);
  return table(['tool', 'what it does', 'reach'], rows);
}

/** One section for each tool, with every field that goes in and comes out. */
export function toolSections(tools: readonly Tool[]): string {
  return tools.map(section).join('\n\n');
}

/** The meanings that no field of these tools has any more. */
export function idleMeanings(tools: readonly Tool[]): readonly string[] {
  const used = new Set(
    tools
      .flatMap(tool => [...fieldsOf(inputOf(tool)), ...fieldsOf(outputOf(tool))])
      .map(field => field.name),
  );
  return Object.keys(MEANINGS).filter(name => !used.has(name));
}

function section(tool: Tool): string {
  const { name, title, description, annotations } = tool;
  return [
    `## \`${name}\``,
    `**${title}** (${reachOf(annotations)}). ${description}`,
    fieldTable('in', inputOf(tool)) ?? 'Nothing goes in.',
    fieldTable('out', outputOf(tool)) ?? '',
  ].join('\n\n');
}

const inputOf = ({ input }: Tool): Schema => z.toJSONSchema(input, { io: 'input' });
const outputOf = ({ output }: Tool): Schema => z.toJSONSchema(output);

function reachOf({ readOnlyHint, openWorldHint }: Tool['annotations']): string {
  if (!readOnlyHint) return openWorldHint ? 'may spend' : 'changes the task';
  return openWorldHint ? 'looks, over the network' : 'only looks';
}

function fieldTable(head: string, schema: Schema): string | undefined {
  const rows = fieldsOf(schema).map(({ path, name, node, needed }) => [
    `\`${path}\``,
    typeOf(node),
    needed ? 'always' : '',
    meaningOf(name, node),
  ]);
  return rows.length === 0 ? undefined : table([head, 'type', 'present', 'meaning'], rows);
}

function fieldsOf({ properties = {}, required = [] }: Schema, prefix = ''): readonly Field[] {
  return Object.entries(properties).flatMap(([name, child]) => {
    const node = child as Schema;
    const path = `${prefix}${name}`;
    const items = node.items as Schema | undefined;
    const field: Field = { path, name, node, needed: required.includes(name) };
    const inside = items === undefined ? fieldsOf(node, `${path}.`) : fieldsOf(items, `${path}[].`);
    return [field, ...inside];
  });
}

function meaningOf(name: string, { description }: Schema): string {
  const meaning = description ?? MEANINGS[name];
  if (meaning === undefined) throw new Error(`docs/meanings.ts says nothing of "${name}".`);
  return meaning;
}

function typeOf({ type, enum: values, minimum, maximum, maxLength }: Schema): string {
  if (values !== undefined) return values.map(value => `\`${value}\``).join(' ');
  const least = minimum === undefined ? [] : [`from ${shown(minimum)}`];
  // JSON numbers end there anyway.
  const isTelling = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  const most = isTelling ? [`to ${shown(maximum)}`] : [];
  const length = maxLength === undefined ? [] : [`at most ${shown(maxLength)} characters`];
  const name = type === 'array' ? 'list' : (type ?? 'anything');
  return [name, [...least, ...most].join(' '), ...length].filter(part => part !== '').join(', ');
}

const shown = (count: number): string => count.toLocaleString('en-US');

import type { ChildProcess } from 'node:child_process';
import { Client as NewClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as NewTransport } from '@modelcontextprotocol/client/stdio';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import {
  ElicitRequestSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';

/** The clients that Tollkeeper is tried with: the older SDK, and the newer one in both eras. */
export const KINDS = ['v1', 'v2 legacy', 'v2 modern'] as const;
export type Kind = (typeof KINDS)[number] | 'v2 auto';

/** A form as the human at a client sees it. */
export interface Form {
  readonly message: string;
  readonly requestedSchema: { readonly properties: object };
}
/** What the human does with a form. */
export type Reply =
  | { readonly action: 'accept'; readonly content: Record<string, unknown> }
  | { readonly action: 'decline' }
  | { readonly action: 'cancel' };
/** A human at a client; none at a client that cannot show forms. */
export type Human = (form: Form) => Reply | Promise<Reply>;

/** What a tool answered. */
export interface Result {
  readonly isError: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: each tool has an output of its own, and tests say which.
  readonly output: any;
  /** The text of each content block; a link's URI. */
  readonly texts: readonly string[];
}

/** How a test makes a call. */
export interface CallOptions {
  timeout?: number;
  signal?: AbortSignal;
  onprogress?: (progress: { message?: string | undefined }) => void;
}

/** A resource as a client reads it. */
export interface Contents {
  readonly uri: string;
  readonly mimeType?: string;
  readonly text?: string;
  readonly blob?: string;
  readonly _meta?: object;
}

/** A client of any kind, connected to a server of its own. */
export interface Connected {
  readonly pid: number;
  call(name: string, args?: object, options?: CallOptions): Promise<Result>;
  listTools(): Promise<readonly Record<string, unknown>[]>;
  instructions(): string | undefined;
  listResources(): Promise<readonly { uri: string; name: string; mimeType?: string }[]>;
  read(uri: string): Promise<Contents>;
  /** Subscribes to a resource in the way of its era; rejects if the server will not have it. Returns what ends it. */
  subscribe(uri: string): Promise<() => Promise<void>>;
  /** The URI of each change that it was told of, so far. */
  readonly updates: readonly string[];
  /** All that the server wrote to stdout, and to stderr, so far. */
  stdout(): Buffer;
  stderr(): Buffer;
  close(): Promise<void>;
}

/** How to start the server. */
export interface Command {
  readonly command: string;
  readonly args: string[];
  readonly env?: Record<string, string>;
}

const INFO = { name: 'a test client', version: '1.0.0' };

/** Connects a client of a kind to a server that it spawns; lists the tools, so that it checks each output's schema. */
export async function connect(
  kind: Kind,
  command: Command,
  human: Human | undefined,
): Promise<Connected> {
  const transport = spy(kind === 'v1' ? OldTransport : NewTransport, command);
  const client = kind === 'v1' ? oldClient(human) : newClient(kind, human);
  const updates: string[] = [];
  const updated = ({ params }: { params: { uri: string } }) => void updates.push(params.uri);
  if (client instanceof OldClient) {
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, updated);
  } else client.setNotificationHandler('notifications/resources/updated', updated);
  await client.connect(transport.wire as never);
  await client.listTools();
  return {
    pid: transport.wire.pid ?? 0,
    async call(name, args = {}, options = {}) {
      const called = { name, arguments: args as Record<string, unknown> };
      const result = await (client instanceof OldClient
        ? client.callTool(called, undefined, options)
        : client.callTool(called, options));
      return shown(result as unknown as Raw);
    },
    listTools: async () => (await client.listTools()).tools as never,
    instructions: () => client.getInstructions(),
    listResources: async () => (await client.listResources()).resources as never,
    read: async uri => (await client.readResource({ uri })).contents[0] as Contents,
    async subscribe(uri) {
      if (client instanceof NewClient && kind === 'v2 modern') return listen(client, uri);
      await client.subscribeResource({ uri });
      return async () => void (await client.unsubscribeResource({ uri }));
    },
    updates,
    stdout: () => Buffer.concat(transport.stdout),
    stderr: () => Buffer.concat(transport.stderr),
    close: () => client.close(),
  };
}

/** Subscribes as of 2026-07-28, where a server acknowledges what it will tell of. */
async function listen(client: NewClient, uri: string): Promise<() => Promise<void>> {
  const { honoredFilter, close } = await client.listen({ resourceSubscriptions: [uri] });
  if (honoredFilter.resourceSubscriptions?.includes(uri)) return close;
  throw new Error(`${uri} is not honoured`);
}

function oldClient(human: Human | undefined): OldClient {
  const capabilities = human === undefined ? {} : { elicitation: {} };
  const client = new OldClient(INFO, { capabilities });
  if (human !== undefined) {
    client.setRequestHandler(
      ElicitRequestSchema,
      async ({ params }) => (await human(params as Form)) as never,
    );
  }
  return client;
}

function newClient(kind: Exclude<Kind, 'v1'>, human: Human | undefined): NewClient {
  const mode = { 'v2 auto': 'auto', 'v2 legacy': 'legacy', 'v2 modern': { pin: '2026-07-28' } };
  const client = new NewClient(INFO, {
    capabilities: human === undefined ? {} : { elicitation: { form: {} } },
    versionNegotiation: { mode: mode[kind] as 'auto' },
  });
  if (human !== undefined) {
    client.setRequestHandler(
      'elicitation/create',
      async ({ params }) => (await human(params as Form)) as never,
    );
  }
  return client;
}

/** The client's own transport, with an ear at the server's stdout and stderr. */
function spy(Transport: typeof OldTransport | typeof NewTransport, command: Command) {
  const wire = new Transport({ ...command, stderr: 'pipe' });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  wire.stderr?.on('data', (piece: Buffer) => stderr.push(piece));
  const start = wire.start.bind(wire);
  wire.start = async () => {
    await start();
    const { _process: child } = wire as unknown as { _process: ChildProcess };
    child.stdout?.on('data', (piece: Buffer) => stdout.push(piece));
  };
  return { wire, stdout, stderr };
}

interface Raw {
  readonly isError?: boolean;
  readonly structuredContent?: unknown;
  readonly content: readonly { readonly text?: string; readonly uri?: string }[];
}

function shown({ isError = false, structuredContent, content }: Raw): Result {
  const texts = content.map(({ text, uri }) => text ?? uri ?? '');
  return { isError, output: structuredContent, texts };
}

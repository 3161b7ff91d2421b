import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import * as z from 'zod';

/** The client that made a call, in either era of the protocol. */
export interface Client {
  /** 2026-07-28 and later: each request speaks for itself, and the server cannot call back. */
  readonly modern: boolean;
  /** The name that it gives itself; a claim. */
  readonly name: string;
  /** Whether it can put a form before a human. */
  readonly canAsk: boolean;
}

/** The longest name that is written into the record, in characters. */
const MOST_NAME = 100;

/** What a 2026-era request says of its client, as far as we read it. */
const envelopeSchema = z.object({
  [CLIENT_INFO_META_KEY]: z.object({ name: z.string() }).optional(),
  [CLIENT_CAPABILITIES_META_KEY]: z
    .object({ elicitation: z.looseObject({}).optional() })
    .optional(),
});

/** Reads who calls from the request's envelope (2026-07-28) or from the handshake (2025). */
export function clientOf({ server }: McpServer, { mcpReq }: ServerContext): Client {
  if (mcpReq.envelope === undefined) {
    const name = server.getClientVersion()?.name;
    return clientNamed(name, server.getClientCapabilities()?.elicitation, false);
  }
  const envelope = envelopeSchema.safeParse(mcpReq.envelope).data;
  const name = envelope?.[CLIENT_INFO_META_KEY]?.name;
  return clientNamed(name, envelope?.[CLIENT_CAPABILITIES_META_KEY]?.elicitation, true);
}

function clientNamed(name: string | undefined, elicitation: object | undefined, modern: boolean) {
  const claimed = (name ?? 'unknown client').slice(0, MOST_NAME).toWellFormed();
  return { name: claimed, canAsk: canShowForms(elicitation), modern };
}

/** A bare `elicitation: {}` means forms (2025-06-18); one that names only other modes does not. */
function canShowForms(elicitation: object | undefined): boolean {
  if (elicitation === undefined) return false;
  return 'form' in elicitation || Object.keys(elicitation).length === 0;
}

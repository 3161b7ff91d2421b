import * as z from 'zod';
import { line, metadata, paywallId } from './field.ts';
import type { PaywallId } from './id.ts';
import { policyInput } from './policy.ts';
import { routeInput } from './route.ts';
import type { UpstreamInput } from './upstream.ts';

const name = line(1, 160);
const description = line(0, 2000);
const routes = z.array(routeInput).min(1).max(50);
const reason = line(0, 500).optional();

/** What `paywall_create` takes. */
export const createInput = z.strictObject({
  name,
  description: description.optional(),
  status: z.enum(['active', 'paused']).optional().describe('Default active'),
  policy: policyInput,
  routes,
  metadata: metadata.optional(),
});
/** What `paywall_update` takes: what is left out stays; `policy` and `routes` replace the whole. */
export const updateInput = z.strictObject({
  paywallId,
  name: name.optional(),
  description: description.optional(),
  policy: policyInput.optional(),
  routes: routes.optional(),
  metadata: metadata.optional(),
});
/** What `paywall_pause` and `paywall_resume` take. */
export const statusInput = z.strictObject({ paywallId, reason });

/** Changes that an agent may ask for, and a human may make. */
export type Command =
  | { readonly kind: 'create'; readonly input: z.output<typeof createInput> }
  | { readonly kind: 'update'; readonly input: z.output<typeof updateInput> }
  | { readonly kind: 'pause' | 'resume'; readonly input: z.output<typeof statusInput> };

/** Changes that only a human makes, at the terminal. */
export type OperatorCommand =
  | Command
  | { readonly kind: 'archive'; readonly paywallId: PaywallId }
  | { readonly kind: 'add_upstream'; readonly input: UpstreamInput }
  | { readonly kind: 'remove_upstream'; readonly name: string };

import * as z from 'zod';
import type { Msat } from '../base/index.ts';
import { line, priceMsats } from './field.ts';
import type { RouteId } from './id.ts';

/** The methods that a route may answer to. */
export const ROUTE_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
/** One of these methods. */
export type RouteMethod = (typeof ROUTE_METHODS)[number];

/** Where a route's requests go: an upstream by its name, or a URL that a human has to have approved. */
export type Target =
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'url'; readonly url: string };

/** One endpoint that is sold: which requests it takes, and where they go. */
export interface Route {
  readonly id: RouteId;
  /** Canonical: `api.example`, or `*.example` for every name under it. */
  readonly hostPattern: string;
  /** Canonical: literal segments, `*` for one, a last `/**` for any rest. */
  readonly pathPattern: string;
  readonly methods: readonly RouteMethod[];
  readonly target: Target;
  /** How long the upstream may take to answer, ms. */
  readonly timeoutMs: number;
  /** The seed's field: kept and shown. The narrowest pattern is chosen whatever it says. */
  readonly priority: number;
  /** The route's own price; undefined means the paywall's. */
  readonly priceMsats: Msat | undefined;
}

/** The longest patterns and URLs, in characters. */
export const PATTERN_CHARS = 400;
const URL_CHARS = 4000;
/** The name of an upstream: safe in any configuration, header and command line. */
export const upstreamName: z.ZodString = z
  .string()
  .max(64)
  .regex(/^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?$/, { error: 'must be a short lower-case name' });

/** The limits of a route's timeout, ms. */
export const TIMEOUT_MS = { least: 100, most: 120_000, standard: 15_000 } as const;

/** How long an upstream may take, ms. */
export const timeoutMs: z.ZodInt = z.int().min(TIMEOUT_MS.least).max(TIMEOUT_MS.most);

/** A route as a caller writes it: exactly one of `upstream` and `upstreamUrl`. */
export const routeInput = z.strictObject({
  hostPattern: line(1, PATTERN_CHARS).describe('api.example, or *.example'),
  pathPattern: line(1, PATTERN_CHARS).describe('/v1/reports, /v1/*/items, or /v1/**'),
  methods: z.array(z.enum(ROUTE_METHODS)).min(1).max(7).optional().describe('Default: all'),
  upstream: upstreamName.optional().describe('The name of a registered upstream'),
  upstreamUrl: line(1, URL_CHARS).optional().describe('A URL instead; a human has to approve it'),
  timeoutMs: timeoutMs.optional().describe('Default 15000'),
  priority: z.int().min(0).max(1_000_000).optional(),
  priceMsats: priceMsats.optional().describe("Default: the paywall's price"),
});
/** A route as a caller writes it. */
export type RouteInput = z.output<typeof routeInput>;

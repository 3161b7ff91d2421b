export type { Access, Judge } from './access.ts';
export { type Egress, type Limits, openEgress } from './egress.ts';
export type { Exchanged, Received } from './exchange.ts';
export { harmless } from './harmless.ts';
export { ALLOWED_HEADERS, checkHeaders } from './header.ts';
export { type Preview, previewOf } from './preview.ts';
export type { Outgoing } from './request.ts';
export type { Resolve } from './resolver.ts';
export { parseTarget } from './target.ts';

import { ok, type Refused, type Result, refuse } from '../base/index.ts';
import { granted } from './answer.ts';
import { type ChangeContext, changeOf, ownPaywall } from './change.ts';
import type { Command, OperatorCommand } from './command.ts';
import { hostsOf, upstreamOf } from './destination.ts';
import type { Author, NewPaywallEvent, SecretHeaders } from './event.ts';
import type { PaywallId } from './id.ts';
import { eventOf, rejected } from './propose.ts';
import { TIMEOUT_MS } from './route.ts';
import type { Ordered } from './seller.ts';
import type { RegistryVerdict, SellerView } from './store.ts';
import type { Upstream, UpstreamInput } from './upstream.ts';
import { secretHeaders } from './upstream-header.ts';
import { upstreamUrl } from './upstream-url.ts';

/** The most upstreams that one owner may have. */
const MOST_UPSTREAMS = 100;
const BY: Author = { kind: 'human', via: 'terminal' };

type Verdict = RegistryVerdict<Ordered>;

/** A human's own change: done at once, if it may be done at all. Pure. */
export function ordered(
  view: SellerView,
  command: OperatorCommand,
  context: ChangeContext,
): Verdict {
  switch (command.kind) {
    case 'add_upstream':
      return added(view, command.input, context);
    case 'remove_upstream':
      return removed(view, command.name, context);
    case 'archive':
      return archived(view, command.paywallId, context);
    default:
      return changed(view, command, context);
  }
}

function changed(view: SellerView, command: Command, context: ChangeContext): Verdict {
  const change = changeOf(view, command, context);
  if (!change.ok) return rejected(change);
  const paywall = granted(change.value.paywall);
  const reason = 'reason' in command.input ? command.input.reason : undefined;
  // Also a word that changes nothing else makes the human the author of what holds.
  const event = eventOf(change.value, paywall, BY, context.now, reason);
  return { append: [event], answer: { changed: change.value.changed, paywall } };
}

function archived(view: SellerView, id: PaywallId, { owner, now }: ChangeContext): Verdict {
  const before = ownPaywall(view, id, owner);
  if (before === undefined) return { reject: 'paywall_not_found' };
  const paywall = { ...before, status: 'archived', approved: undefined, updatedAt: now } as const;
  const event: NewPaywallEvent = { kind: 'paywall_archived', at: now, owner, paywall, by: BY };
  return { append: [event], answer: { changed: true, paywall } };
}

function added(view: SellerView, input: UpstreamInput, context: ChangeContext): Verdict {
  const { owner, now: at } = context;
  const full = crowded(view, input.name, owner);
  if (full !== undefined) return rejected(full);
  const read = upstreamFrom(view, input, context);
  if (!read.ok) return rejected(read);
  const { upstream, secret } = read.value;
  return {
    append: [{ kind: 'upstream_added', at, owner, upstream, ...(secret && { secret }) }],
    answer: { changed: true, upstream },
  };
}

function removed(view: SellerView, name: string, { owner, now: at }: ChangeContext): Verdict {
  const upstream = upstreamOf(view, owner, name);
  if (upstream === undefined) return { reject: 'upstream_not_found' };
  return {
    append: [{ kind: 'upstream_removed', at, owner, upstream }],
    answer: { changed: true, upstream },
  };
}

function upstreamFrom(
  view: SellerView,
  input: UpstreamInput,
  { owner, now, rules }: ChangeContext,
): Result<{ readonly upstream: Upstream; readonly secret: SecretHeaders | undefined }> {
  const url = upstreamUrl(input.url, { seller: rules.seller, hosts: hostsOf(view) });
  if (!url.ok) return url;
  const before = upstreamOf(view, owner, input.name);
  // The values cannot be had back, so they are lost only by a word of their own.
  const isKept = input.headers === undefined && before !== undefined;
  const secret = isKept ? ok(undefined) : secretHeaders(input.headers ?? {});
  if (!secret.ok) return secret;
  const upstream = {
    owner,
    name: input.name,
    url: url.value.url,
    headerNames:
      secret.value === undefined ? (before?.headerNames ?? []) : Object.keys(secret.value),
    timeoutMs: input.timeoutMs ?? before?.timeoutMs ?? TIMEOUT_MS.standard,
    registeredAt: now,
  };
  return ok({ upstream, secret: secret.value });
}

function crowded({ upstreams }: SellerView, name: string, owner: string): Refused | undefined {
  const others = upstreams.filter(each => each.owner === owner && each.name !== name);
  return others.length >= MOST_UPSTREAMS
    ? refuse('policy_violation', `An owner has at most ${MOST_UPSTREAMS} upstreams.`)
    : undefined;
}

import { digestOf, ok, type Refused, type Result, refuse } from '../base/index.ts';
import type { Command } from './command.ts';
import { policyFrom, routesFrom } from './draft.ts';
import type { PaywallEventKind } from './event.ts';
import { exposureOf, widening } from './exposure.ts';
import type { PaywallId, RouteId } from './id.ts';
import type { Paywall } from './paywall.ts';
import type { SellerRules } from './rules.ts';
import { conflictFault, faultOf } from './soundness.ts';
import type { SellerView } from './store.ts';
import { shifts } from './territory.ts';

/** The most paywalls that one owner may have, archived ones apart. */
const MOST_PAYWALLS = 100;

/** What a change is judged by beside what is sold now. Ids come in from outside, so that judging twice says the same. */
export interface ChangeContext {
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly rules: SellerRules;
  /** The id that a new paywall gets. */
  readonly paywallId: PaywallId;
  /** The ids that new routes get, as many as the command has routes. */
  readonly routeIds: readonly RouteId[];
}

/** What a command would do. */
export interface Change {
  readonly kind: PaywallEventKind;
  readonly paywall: Paywall;
  /** Whether the paywall is another after it. */
  readonly changed: boolean;
  /** What in it could harm the owner and no human approved, in sentences of ours; empty for what only tightens. */
  readonly widens: readonly string[];
  /** Whether what was approved is forgotten, so that only a human can open the paywall again. */
  readonly kills: boolean;
}

/** What a command would do to what is sold now: pure, and refused for everything that may not be. */
export function changeOf(
  view: SellerView,
  command: Command,
  context: ChangeContext,
): Result<Change> {
  if (command.kind === 'create') return created(view, command.input, context);
  const paywall = ownPaywall(view, command.input.paywallId, context.owner);
  if (paywall === undefined) return refuse('paywall_not_found');
  if (command.kind === 'update') return updated(view, paywall, command.input, context);
  return command.kind === 'pause' ? ok(paused(paywall, context)) : resumed(view, paywall, context);
}

/** An owner's paywall; another's, and an archived one, are not found. */
export function ownPaywall(view: SellerView, id: PaywallId, owner: string): Paywall | undefined {
  return view.paywalls.find(
    each => each.id === id && each.owner === owner && each.status !== 'archived',
  );
}

type Input<K extends Command['kind']> = Extract<Command, { kind: K }>['input'];

function created(view: SellerView, input: Input<'create'>, context: ChangeContext): Result<Change> {
  const { owner, now, paywallId, routeIds } = context;
  const own = view.paywalls.filter(each => each.owner === owner && each.status !== 'archived');
  if (own.length >= MOST_PAYWALLS) {
    return refuse('policy_violation', `An owner has at most ${MOST_PAYWALLS} paywalls.`);
  }
  const policy = policyFrom(input.policy);
  if (!policy.ok) return policy;
  const routes = routesFrom(input.routes, routeIds);
  if (!routes.ok) return routes;
  const status = policy.value.killSwitch ? 'paused' : (input.status ?? 'active');
  const paywall: Paywall = {
    id: paywallId,
    owner,
    name: input.name,
    description: input.description,
    status,
    opened: status === 'active',
    policy: policy.value,
    routes: routes.value,
    metadata: input.metadata ?? {},
    approved: undefined,
    createdAt: now,
    updatedAt: now,
  };
  return written(view, undefined, paywall, 'paywall_created', context);
}

function updated(
  view: SellerView,
  before: Paywall,
  input: Input<'update'>,
  context: ChangeContext,
): Result<Change> {
  const policy = input.policy === undefined ? ok(before.policy) : policyFrom(input.policy);
  if (!policy.ok) return policy;
  const routes =
    input.routes === undefined
      ? ok(before.routes)
      : routesFrom(input.routes, context.routeIds, before.routes);
  if (!routes.ok) return routes;
  const { killSwitch } = policy.value;
  const paywall: Paywall = {
    ...before,
    name: input.name ?? before.name,
    description: input.description ?? before.description,
    status: killSwitch ? 'paused' : before.status,
    policy: policy.value,
    routes: routes.value,
    metadata: input.metadata ?? before.metadata,
    updatedAt: context.now,
  };
  const pulled = killSwitch !== before.policy.killSwitch;
  const kind = pulled ? 'paywall_updated_kill_switch' : 'paywall_updated';
  return written(view, before, paywall, kind, context);
}

/** Stopping is never refused: whatever is wrong with a paywall, it can be closed. */
function paused(before: Paywall, { now }: ChangeContext): Change {
  const changed = before.status !== 'paused';
  const paywall: Paywall = changed ? { ...before, status: 'paused', updatedAt: now } : before;
  return { kind: 'paywall_paused', paywall, changed, widens: [], kills: false };
}

function resumed(view: SellerView, before: Paywall, context: ChangeContext): Result<Change> {
  const stop = stopped(view, before, context);
  if (stop !== undefined) return stop;
  if (before.status === 'active') {
    return ok({
      kind: 'paywall_resumed',
      paywall: before,
      changed: false,
      widens: [],
      kills: false,
    });
  }
  const paywall: Paywall = { ...before, status: 'active', opened: true, updatedAt: context.now };
  return written(view, before, paywall, 'paywall_resumed', context);
}

function stopped(
  view: SellerView,
  { policy }: Paywall,
  { rules }: ChangeContext,
): Refused | undefined {
  if (view.killed) return refuse('policy_violation', 'The kill switch is pulled.');
  if (rules.seller.paused) return refuse('policy_violation', 'seller.paused stops all selling.');
  return policy.killSwitch
    ? refuse('policy_violation', 'policy.killSwitch keeps the paywall paused.')
    : undefined;
}

/** Holds a paywall, as it would be, against everything that it may not do, and against what a human approved. */
function written(
  view: SellerView,
  before: Paywall | undefined,
  paywall: Paywall,
  kind: PaywallEventKind,
  { owner, rules }: ChangeContext,
): Result<Change> {
  if (rules.broken) return refuse('settings_invalid');
  const fault = faultOf(paywall, { view, rules }) ?? conflictFault(paywall, { view });
  if (fault !== undefined) return fault;
  const others = view.paywalls.filter(
    each => each.owner === owner && each.id !== paywall.id && each.status !== 'archived',
  );
  const widens = paywall.status === 'active' ? widening(paywall.approved, exposureOf(paywall)) : [];
  const shifted = shifts(before, paywall, others);
  const { killSwitch: kills } = paywall.policy;
  const changed = before === undefined || !isSame(before, paywall);
  return ok({ kind, paywall, changed, widens: [...widens, ...shifted], kills });
}

function isSame(before: Paywall, after: Paywall): boolean {
  return digestOf(before) === digestOf({ ...after, updatedAt: before.updatedAt });
}

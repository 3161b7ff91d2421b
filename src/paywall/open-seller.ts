import { digestOf, ok, type Result, refuse } from '../base/index.ts';
import { answered } from './answer.ts';
import { type ChangeContext, changeOf, ownPaywall } from './change.ts';
import type { OperatorCommand } from './command.ts';
import { newPaywallId } from './id.ts';
import type { SellerMeans } from './means.ts';
import { ordered } from './order.ts';
import type { Paywall } from './paywall.ts';
import { asked } from './propose.ts';
import type { Seller } from './seller.ts';
import { faultOf } from './soundness.ts';
import type { SellerView } from './store.ts';

/** Opens what the tools and the terminal manage paywalls with. */
export function openSeller({ paywalls: { registry }, rules, clock }: SellerMeans): Seller {
  const contextFor = async (owner: string, command: OperatorCommand): Promise<ChangeContext> => ({
    owner,
    now: clock.now(),
    rules: await rules(),
    paywallId: newPaywallId('pw'),
    routeIds: routesIn(command).map(() => newPaywallId('route')),
  });
  const owned = async <T extends { readonly owner: string }>(
    owner: string,
    of: (view: SellerView) => readonly T[],
  ): Promise<readonly T[]> => of(await registry.view()).filter(each => each.owner === owner);
  return {
    async ask(owner, command, caller) {
      const context = await contextFor(owner, command);
      const proposalId = newPaywallId('prop');
      return registry.append({ owner, now: context.now }, (view, before) =>
        asked(view, before, command, { ...context, proposalId, caller }),
      );
    },
    preview: async (owner, command) =>
      changeOf(await registry.view(), command, await contextFor(owner, command)),
    async order(owner, command, shown) {
      const context = await contextFor(owner, command);
      return registry.append({ owner, now: context.now }, view =>
        isAsShown(view, shown) ? ordered(view, command, context) : { reject: 'stale_ask' },
      );
    },
    async answer(owner, answer) {
      const context = { now: clock.now(), rules: await rules() };
      const reads = { owner, now: context.now, proposalId: answer.proposalId };
      return registry.append(reads, (view, before) => answered(view, before, answer, context));
    },
    paywalls: async owner => (await owned(owner, view => view.paywalls)).toSorted(newestFirst),
    paywall: async (owner, id): Promise<Result<Paywall>> => {
      const found = (await registry.view()).paywalls.find(
        each => each.id === id && each.owner === owner,
      );
      return found === undefined ? refuse('paywall_not_found') : ok(found);
    },
    proposals: async owner => {
      const now = clock.now();
      const pending = await owned(owner, view => view.pending);
      return pending.filter(({ expiresAt }) => expiresAt > now);
    },
    upstreams: owner => owned(owner, view => view.upstreams),
    async isOpen({ id, owner }) {
      const [view, now] = await Promise.all([registry.view(), rules()]);
      const isStopped = view.killed || now.seller.paused || now.broken;
      const paywall = ownPaywall(view, id, owner);
      const isActive = !isStopped && paywall?.status === 'active';
      return isActive && faultOf(paywall, { view, rules: now }) === undefined;
    },
  };
}

/** Whether a paywall is still as a human was shown it: nobody agrees to what an agent makes of it meanwhile. */
function isAsShown({ paywalls }: SellerView, shown: Paywall | undefined): boolean {
  const now = paywalls.find(({ id }) => id === shown?.id);
  return shown === undefined || (now !== undefined && digestOf(now) === digestOf(shown));
}

function routesIn(command: OperatorCommand): readonly unknown[] {
  return 'input' in command && 'routes' in command.input ? (command.input.routes ?? []) : [];
}

function newestFirst(one: Paywall, other: Paywall): number {
  const shelved = Number(one.status === 'archived') - Number(other.status === 'archived');
  return shelved || other.createdAt - one.createdAt;
}

import { describe, expect, test } from 'vitest';
import { HOUR } from '../../../src/base/index.ts';
import type { NewPaywallEvent } from '../../../src/paywall/event.ts';
import type { Asked, SellerView } from '../../../src/paywall/store.ts';
import type { Bench } from './bench.ts';
import { added, created, OWNER, PAYWALL, paused, paywall, proposal, proposed } from './fixture.ts';

/** What is sold, and how it came to be so. */
export function registryContract(bench: Bench): void {
  describe('the registry', () => {
    const view = () => bench.store.registry.view();
    const asked = async (more = {}): Promise<Asked> => {
      let seen: Asked | undefined;
      await bench.store.registry.append(bench.reads(more), (_view, before) => {
        seen = before;
        return { append: [], answer: undefined };
      });
      return seen!;
    };

    test('is empty at first, and open', async () => {
      const empty = { paywalls: [], upstreams: [], pending: [], killed: false };
      expect(await view()).toEqual(empty);
    });

    test('shows each paywall as its newest event left it, amounts and texts as they were', async () => {
      await bench.append(created(), created({ id: 'pw_2', owner: 'bob' }));
      expect((await view()).paywalls).toEqual([paywall(), paywall({ id: 'pw_2', owner: 'bob' })]);
      await bench.append(paused(2));
      const statuses = (await view()).paywalls.map(({ id, status }) => [id, status]);
      expect(Object.fromEntries(statuses)).toEqual({ [PAYWALL]: 'paused', pw_2: 'active' });
    });

    test('decides over what is there, and answers what the decision says', async () => {
      await bench.append(created());
      let seen: SellerView | undefined;
      const answer = await bench.store.registry.append(bench.reads(), now => {
        seen = now;
        return { append: [paused(2)], answer: 'done' };
      });
      expect(answer).toEqual({ ok: true, value: 'done' });
      expect(seen?.paywalls).toEqual([paywall()]);
    });

    test('records nothing of a refusal, and nothing of a decision that throws', async () => {
      const { registry } = bench.store;
      const refused = await registry.append(bench.reads(), () => ({
        reject: 'route_conflict',
        detail: 'No.',
      }));
      expect(refused).toEqual({ ok: false, code: 'route_conflict', detail: 'No.' });
      const bug = new Error('a bug');
      const failing = registry.append(bench.reads(), () => {
        throw bug;
      });
      await expect(failing).rejects.toBe(bug);
      const halves = registry.append(bench.reads(), () => ({
        append: [created(), proposed(), proposed()],
        answer: 0,
      }));
      await expect(halves).rejects.toThrow();
      expect(await registry.events({ owner: OWNER, limit: 9 })).toEqual([]);
    });

    test('is the same view as long as nothing of it changed, also while tokens are used', async () => {
      await bench.append(created());
      const first = await view();
      expect(await view()).toBe(first);
      await bench.store.traffic.add('2026-01-01', new Map([[PAYWALL, 1]]));
      expect(await view()).toBe(first);
      await bench.append(paused(2));
      expect(await view()).not.toBe(first);
    });

    test('shows what other connections changed, and the kill switch, at once', async () => {
      const other = await bench.place.open(bench.clock);
      expect((await view()).paywalls).toEqual([]);
      await other.paywalls.registry.append(bench.reads(), () => ({
        append: [created()],
        answer: 0,
      }));
      expect((await view()).paywalls).toHaveLength(1);
      await other.killSwitch.pause();
      expect((await view()).killed).toBe(true);
      await bench.ports.killSwitch.resume();
      expect((await view()).killed).toBe(false);
      expect((await other.paywalls.registry.view()).killed).toBe(false);
      await other.close();
    });

    test('lets no two decisions see the same moment', async () => {
      const others = await Promise.all([1, 2, 3].map(() => bench.place.open(bench.clock)));
      const stores = [bench.ports, ...others].map(({ paywalls }) => paywalls.registry);
      const made = await Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          stores[at % stores.length]!.append(bench.reads(), now =>
            now.paywalls.length > 0
              ? { reject: 'route_conflict' }
              : { append: [created({ id: `pw_${at}` })], answer: at },
          ),
        ),
      );
      expect(made.filter(({ ok }) => ok)).toHaveLength(1);
      expect((await view()).paywalls).toHaveLength(1);
      for (const other of others) await other.close();
    });

    test('keeps a proposal until it is answered, once', async () => {
      await bench.append(proposed());
      expect((await view()).pending).toEqual([proposal()]);
      expect(await asked({ proposalId: 'prop_1' })).toMatchObject({
        proposal: { proposal: proposal() },
      });
      const end = { at: 5, owner: OWNER, proposalId: 'prop_1', via: 'terminal' } as const;
      await bench.append({ kind: 'change_declined', ...end });
      expect((await view()).pending).toEqual([]);
      expect(await asked({ proposalId: 'prop_1' })).toMatchObject({
        proposal: { end: 'change_declined' },
      });
      const { registry } = bench.store;
      expect(await registry.proposal(OWNER, 'prop_1')).toMatchObject({ end: 'change_declined' });
      await expect(bench.append({ kind: 'change_approved', ...end })).rejects.toThrow();
    });

    test('tells an owner’s proposals to nobody else', async () => {
      await bench.append(proposed());
      expect((await asked({ owner: 'bob', proposalId: 'prop_1' })).proposal).toBeUndefined();
      const { registry } = bench.store;
      expect(await registry.proposal(OWNER, 'prop_1')).toEqual({ proposal: proposal() });
      expect(await registry.proposal('bob', 'prop_1')).toBeUndefined();
      expect((await asked({ owner: 'bob' })).lastHour).toBe(0);
    });

    test('counts how often somebody was asked lately, and remembers each newest no', async () => {
      bench.now = 10 * HOUR;
      for (const [at, age] of [2 * HOUR, HOUR, HOUR - 1, 0].entries())
        await bench.append(proposed({ id: `prop_${at}`, askedAt: bench.now - age }));
      expect((await asked()).lastHour).toBe(2);
      for (const [id, at] of [
        ['prop_0', 30],
        ['prop_1', 20],
      ] as const) {
        const proposalId = id;
        await bench.append({
          kind: 'change_declined',
          at,
          owner: OWNER,
          proposalId,
          via: 'terminal',
        });
      }
      expect((await asked()).declinedAt).toEqual(new Map([[PAYWALL, 30]]));
    });

    test('opens the secret headers of an upstream, which are in no event and no view', async () => {
      await bench.append(added());
      expect(await bench.store.registry.headers(OWNER, 'api')).toEqual({ 'x-key': 'canary' });
      const shown = [await view(), await bench.store.registry.events({ owner: OWNER, limit: 9 })];
      expect(JSON.stringify(shown)).toContain('x-key');
      expect(JSON.stringify(shown)).not.toContain('canary');
      const missing = bench.store.registry.headers('bob', 'api');
      await expect(missing).rejects.toMatchObject({ code: 'upstream_not_found' });
    });

    test('keeps the secret headers of an upstream that is added anew without any', async () => {
      await bench.append(added());
      const { secret: _secret, ...again } = added({ url: 'http://127.0.0.1:4000' });
      await bench.append(again as NewPaywallEvent);
      expect(await bench.store.registry.headers(OWNER, 'api')).toEqual({ 'x-key': 'canary' });
      await bench.append(added({}, {} as never));
      expect(await bench.store.registry.headers(OWNER, 'api')).toEqual({});
    });

    test('has one upstream of a name and owner, and none once it is removed', async () => {
      await bench.append(added(), added({ owner: 'bob' }, { 'x-key': 'bob' }));
      await bench.append(added({ url: 'http://127.0.0.1:4000' }, { 'x-key': 'new' }));
      expect((await view()).upstreams.map(({ owner, url }) => [owner, url])).toEqual([
        ['bob', 'http://127.0.0.1:3000'],
        [OWNER, 'http://127.0.0.1:4000'],
      ]);
      expect(await bench.store.registry.headers(OWNER, 'api')).toEqual({ 'x-key': 'new' });
      const [, upstream] = (await view()).upstreams;
      await bench.append({ kind: 'upstream_removed', at: 3, owner: OWNER, upstream: upstream! });
      expect((await view()).upstreams.map(({ owner }) => owner)).toEqual(['bob']);
    });

    test('lists events newest first, by owner and paywall, within bounds', async () => {
      await bench.append(
        created(),
        created({ id: 'pw_2' }, 1),
        paused(2),
        created({ owner: 'bob' }),
      );
      const list = async (more = {}) => {
        const events = await bench.store.registry.events({ owner: OWNER, limit: 10, ...more });
        return events.map(event => [event.kind, 'paywall' in event && event.paywall.id]);
      };
      expect(await list()).toEqual([
        ['paywall_paused', PAYWALL],
        ['paywall_created', 'pw_2'],
        ['paywall_created', PAYWALL],
      ]);
      expect(await list({ paywallId: 'pw_2' })).toEqual([['paywall_created', 'pw_2']]);
      expect(await list({ limit: 1 })).toHaveLength(1);
      expect(await list({ limit: -1 })).toHaveLength(0);
    });
  });
}

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MINUTE, msat, SECOND } from '../../src/base/index.ts';
import { decodeInvoice, type Network } from '../../src/l402/index.ts';
import type { InvoiceIssuer } from '../../src/paywall/issuer.ts';
import type { Receipt } from '../../src/paywall/settlement.ts';

/** A node that issues invoices, and somebody who pays them. */
export interface IssuerRig {
  readonly network: Network;
  /** The last index of what the node received before; 0 for a new one. */
  readonly start: bigint;
  /** The time of the node, ms. */
  now(): number;
  /** Opens the issuer, as any process could and again after a restart. */
  open(): Promise<InvoiceIssuer>;
  /** Pays an invoice in full; resolves when the payer has the preimage. */
  pay(invoice: string): Promise<void>;
  /** Lets invoices of so many ms come to their end, as far as the node knows. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

const ORDER = { amount: msat(21_000), description: 'api.example/v1', ttlMs: 10 * MINUTE };
const NOBODYS = 'ab'.repeat(32);

/** What every issuer of invoices has to keep, whatever node is behind it. */
export function invoiceIssuerContract(name: string, openRig: () => Promise<IssuerRig>): void {
  describe(`the invoices of ${name}`, () => {
    let rig: IssuerRig;
    let issuer: InvoiceIssuer;
    let ended: AbortController;
    beforeEach(async () => {
      rig = await openRig();
      issuer = await rig.open();
      ended = new AbortController();
    });
    afterEach(async () => {
      ended.abort();
      await issuer.close();
      await rig.close();
    });

    /** So many receipts after an index, as they come. */
    const receipts = async (count: number, since = rig.start, from = issuer) => {
      const found: Receipt[] = [];
      for await (const receipt of from.settlements(since, ended.signal)) {
        found.push(receipt);
        if (found.length === count) break;
      }
      return found;
    };
    const sold = async () => {
      const issued = await issuer.issue(ORDER);
      await rig.pay(issued.invoice);
      return issued.paymentHash;
    };

    test('say what was ordered', async () => {
      const { invoice, paymentHash, expiresAt } = await issuer.issue(ORDER);
      const decoded = decodeInvoice(invoice);
      expect(decoded).toMatchObject({
        ok: true,
        value: { network: rig.network, amount: 21_000n, paymentHash, expiresAt },
      });
      expect(Math.abs(expiresAt - rig.now() - ORDER.ttlMs)).toBeLessThan(30 * SECOND);
    });

    test('are all different, also when many are asked for at once', async () => {
      const issued = await Promise.all(Array.from({ length: 20 }, () => issuer.issue(ORDER)));
      expect(new Set(issued.map(({ paymentHash }) => paymentHash)).size).toBe(20);
    });

    test('are open until they are paid, and settled from then on', async () => {
      const { invoice, paymentHash } = await issuer.issue(ORDER);
      expect(await issuer.lookUp(paymentHash)).toEqual({ status: 'open' });
      await rig.pay(invoice);
      const standing = await issuer.lookUp(paymentHash);
      expect(standing).toMatchObject({ status: 'settled', amount: 21_000n });
    });

    test('that were not paid in time are expired or canceled', async () => {
      const { paymentHash } = await issuer.issue({ ...ORDER, ttlMs: SECOND });
      await rig.pass(2 * SECOND);
      const { status } = await issuer.lookUp(paymentHash);
      expect(['expired', 'canceled']).toContain(status);
    });

    test('of nobody are not found', async () => {
      expect(await issuer.lookUp(NOBODYS)).toEqual({ status: 'not_found' });
    });

    test('are reported in the order in which they were paid, with the amount that came', async () => {
      const hashes = [await sold(), await sold(), await sold()];
      const found = await receipts(3);
      expect(found.map(({ paymentHash }) => paymentHash)).toEqual(hashes);
      expect(found.every(({ amount }) => amount === 21_000n)).toBe(true);
      const indexes = found.map(({ index }) => index);
      expect(indexes).toEqual(indexes.toSorted((a, b) => Number(a - b)));
      expect(new Set(indexes).size).toBe(3);
      expect(indexes[0]! > rig.start).toBe(true);
    });

    test('are reported while somebody waits for them', async () => {
      const waiting = receipts(2);
      const hashes = [await sold(), await sold()];
      expect((await waiting).map(({ paymentHash }) => paymentHash)).toEqual(hashes);
    });

    test('are reported from any index on, also to the next process', async () => {
      await sold();
      const [first] = await receipts(1);
      const later = await sold();
      await issuer.close();
      issuer = await rig.open();
      const [next] = await receipts(1, first!.index, issuer);
      expect(next?.paymentHash).toBe(later);
    });

    test('are reported to everyone who asks, under the same indexes', async () => {
      await sold();
      const other = await rig.open();
      expect(other.node).toBe(issuer.node);
      expect(await receipts(1, rig.start, other)).toEqual(await receipts(1));
      await other.close();
    });

    test('are not waited for any more once that is called off', async () => {
      const waiting = receipts(1);
      ended.abort();
      expect(await waiting).toEqual([]);
    });

    test('cannot be had from a node that is gone', async () => {
      const gone = await rig.open();
      await gone.close();
      await expect(gone.issue(ORDER)).rejects.toMatchObject({ code: 'wallet_unavailable' });
      await expect(gone.lookUp(NOBODYS)).rejects.toMatchObject({ code: 'wallet_unavailable' });
      await expect(receipts(1, 0n, gone)).rejects.toMatchObject({ code: 'wallet_unavailable' });
    });
  });
}

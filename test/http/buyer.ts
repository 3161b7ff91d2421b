import { onTestFinished } from 'vitest';
import { ok } from '../../src/base/index.ts';
import {
  type Access,
  type Egress,
  type Judge,
  type Limits,
  type Outgoing,
  openEgress,
  type Resolve,
} from '../../src/http/index.ts';

/** Limits that no honest loopback seller comes near. */
export const LIMITS: Limits = {
  maxBodyBytes: 65_536,
  totalMs: 10_000,
  idleMs: 5_000,
  connectMs: 5_000,
  maxRedirects: 3,
};

/** An egress that closes with its test. */
export function openBuyer(limits: Partial<Limits> = {}, resolve?: Resolve): Egress {
  const egress = openEgress({ ...LIMITS, ...limits }, resolve === undefined ? {} : { resolve });
  onTestFinished(() => egress.close());
  return egress;
}

/** A judge that says the same of every URL. */
export const always =
  (access: Access): Judge =>
  () =>
    ok(access);

/** Private addresses and plain http opened, as for a seller on the operator's own machine. */
export const opened: Judge = always({ privateAddresses: true, plainHttp: true });

/** Plain http opened, private addresses not: what a refusal then names is the address. */
export const publicOnly: Judge = always({ privateAddresses: false, plainHttp: true });

/** A GET that follows redirects, with whatever a test changes. */
export const get = (url: string, changes: Partial<Outgoing> = {}): Outgoing => ({
  url,
  method: 'GET',
  headers: {},
  redirects: 'follow',
  ...changes,
});

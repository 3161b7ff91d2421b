/**
 * One server of the gateway's benchmark in a process of its own: `node gateway-part.ts upstream`, `bare <upstream>` or
 * `gateway <upstream> <home> counted|uncounted [lnd]`, paid to the sandbox or to the lnd whose address is in a file. It
 * tells its origin over IPC, then for each message what it has in memory, and ends when its parent does.
 */
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import undici from 'undici';
import { silent, systemClock } from '../src/base/index.ts';
import { openLine } from '../src/node/index.ts';
import { openGateway } from '../src/paywall/gateway/index.ts';
import { type InvoiceIssuer, openSeller, openToll } from '../src/paywall/index.ts';
import { defaultSettings, policyHash, policyOf } from '../src/policy/index.ts';
import { LOCAL_OWNER } from '../src/server/owner.ts';
import { openLndIssuer, openSandboxIssuer } from '../src/wallet/index.ts';
import { openRecord } from './opened.ts';

const BODY = JSON.stringify({ report: 'x'.repeat(500) });

function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}

function openUpstream(): Promise<string> {
  return serve((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': BODY.length });
    response.end(BODY);
  });
}

/** The least that a reverse proxy does: no judging of anything, the same way of forwarding. */
function openBare(upstream: string): Promise<string> {
  const pool = new undici.Pool(upstream, { connections: 64 });
  return serve((request, response) => {
    const { method = 'GET', url: path = '/', headers } = request;
    const { host: _host, connection: _connection, ...kept } = headers;
    pool.dispatch(
      { method: method as 'GET', path, headers: kept as Record<string, string>, body: null },
      {
        onRequestStart() {},
        onResponseStart(_controller, status, lines) {
          const { connection: _c, 'keep-alive': _k, ...passed } = lines;
          response.writeHead(status, passed);
        },
        onResponseData: (_controller, piece) => void response.write(piece),
        onResponseEnd: () => void response.end(),
        onResponseError: () => void response.destroy(),
      },
    );
  });
}

/** As many invoices as somebody may want to see made. */
const MINT = { perClient: 100_000, perMinute: 100_000, open: 100_000 };

async function issuerOf(home: string, lnd: string): Promise<InvoiceIssuer> {
  const clock = systemClock;
  if (lnd === '') return openSandboxIssuer({ home, clock });
  const { socket, certificate, macaroon } = JSON.parse(readFileSync(lnd, 'utf8'));
  const address = { socket, certificate, macaroon: Buffer.from(macaroon, 'hex') };
  const line = openLine(async () => address, clock);
  return openLndIssuer({ line, network: 'bcrt', clock, log: silent });
}

async function openOurs(
  upstream: string,
  home: string,
  uses: string,
  lnd: string,
): Promise<string> {
  const policy = policyOf(defaultSettings());
  const { approvals } = policy;
  const seller = { ...policy.seller, mint: MINT };
  const rules = async () => ({ seller, approvals, hash: policyHash(policy), broken: false });
  const { paywalls } = await openRecord(home);
  const clock = systemClock;
  const manage = openSeller({ paywalls, rules, clock });
  await manage.order(LOCAL_OWNER, { kind: 'add_upstream', input: { name: 'api', url: upstream } });
  const routes = [{ hostPattern: 'api.example', pathPattern: '/**', upstream: 'api' }];
  const price = { fixedAmountMsats: 1000, usesPerToken: uses === 'counted' ? 1_000_000 : null };
  const input = { name: 'Reports', policy: price, routes };
  const ordered = await manage.order(LOCAL_OWNER, { kind: 'create', input });
  if (!ordered.ok) throw new Error(`${ordered.code} ${ordered.detail}`);
  const issuer = await issuerOf(home, lnd);
  const means = { paywalls, rules, issuer: async () => issuer, clock, log: silent };
  const settings = { ...seller, listen: '127.0.0.1:0' };
  const { url } = await openGateway({ toll: openToll(means), settings, clock, log: silent });
  return url;
}

const [, , part, upstream = '', home = '', uses = '', lnd = ''] = process.argv;
process.once('disconnect', () => process.exit(0));
process.on('message', () => {
  globalThis.gc?.();
  process.send?.(process.memoryUsage());
});
if (part === 'upstream') process.send?.(await openUpstream());
else if (part === 'bare') process.send?.(await openBare(upstream));
else process.send?.(await openOurs(upstream, home, uses, lnd));

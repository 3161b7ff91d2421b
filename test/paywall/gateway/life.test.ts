import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { request as secureRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Log } from '../../../src/base/index.ts';
import { boothBefore, openBehind, TICKET } from './booth.ts';
import { ask, dial, openUpstream } from './wire.ts';

const paid = { authorization: TICKET };
const fixture = (name: string) => join(import.meta.dirname, '..', '..', 'http', 'fixtures', name);
const tls = { certificate: fixture('seller.crt'), key: fixture('seller.key') };

describe('a gateway that closes', () => {
  test('takes no more, and waits for what runs', async () => {
    const held: ServerResponse[] = [];
    const upstream = await openUpstream((_request, response) => void held.push(response));
    const gateway = await openBehind(boothBefore(upstream.origin), {
      limits: { drainMs: 120_000 },
    });
    const running = ask(gateway.url, { headers: paid });
    await vi.waitUntil(() => held.length === 1);
    const closed = gateway.close();
    await expect(ask(gateway.url, { headers: paid })).rejects.toThrow(/ECONNREFUSED/);
    held[0]?.end('still bought');
    expect((await running).body).toBe('still bought');
    await closed;
  });

  test('breaks off what takes longer than it may', async () => {
    const upstream = await openUpstream(() => undefined);
    const booth = boothBefore(upstream.origin);
    const gateway = await openBehind(booth, { limits: { drainMs: 100 } });
    const running = ask(gateway.url, { headers: paid });
    await vi.waitUntil(() => upstream.seen.length === 1);
    await Promise.all([expect(running).rejects.toThrow(), gateway.close()]);
  });

  test('ends connections that rest', async () => {
    const { Agent, request } = await import('node:http');
    const gateway = await openBehind(boothBefore((await openUpstream()).origin), {
      limits: { drainMs: 120_000 },
    });
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    await new Promise(resolve => {
      const headers = { host: 'shop.example', ...paid };
      request(gateway.url, { agent, headers }, answer => {
        answer.resume().on('end', resolve);
      }).end();
    });
    await gateway.close();
  });
});

describe('the admin listener', () => {
  test('tells of health and figures, and the public one does not', async () => {
    const upstream = await openUpstream();
    const { url, adminUrl = '' } = await openBehind(boothBefore(upstream.origin), {
      settings: { admin: '127.0.0.1:0' },
    });
    expect(await ask(`${adminUrl}/healthz`)).toMatchObject({
      status: 200,
      body: '{"status":"ok"}\n',
    });
    await ask(url);
    await ask(url, { headers: paid });
    await ask(`${url}/free`);
    await ask(`${url}/nowhere`);
    const { body, headers } = await ask(`${adminUrl}/metrics`);
    expect(headers['content-type']).toContain('version=0.0.4');
    for (const outcome of ['paid', 'free', 'charged', 'refused']) {
      expect(body).toContain(`tollkeeper_gateway_requests_total{outcome="${outcome}"} 1\n`);
    }
    expect(body).toContain('tollkeeper_gateway_request_seconds_count 4\n');
    expect(body).toMatch(/^(?:(?:# (?:HELP|TYPE) .+|\w+(?:\{\w+="[^"]*"\})? [\d.e+-]+)\n)+$/);
    expect((await ask(`${url}/healthz`)).status).toBe(402);
    expect((await ask(`${adminUrl}/other`)).status).toBe(404);
    expect((await ask(`${adminUrl}/healthz`, { method: 'POST' })).status).toBe(404);
  });

  test('says that the gateway drains', async () => {
    const held: ServerResponse[] = [];
    const upstream = await openUpstream((_request, response) => void held.push(response));
    const gateway = await openBehind(boothBefore(upstream.origin), {
      settings: { admin: '127.0.0.1:0' },
      limits: { drainMs: 120_000 },
    });
    const running = ask(gateway.url, { headers: paid });
    await vi.waitUntil(() => held.length === 1);
    const closed = gateway.close();
    expect((await ask(`${gateway.adminUrl}/healthz`)).status).toBe(503);
    held[0]?.end();
    await Promise.all([running, closed]);
  });
});

describe('TLS', () => {
  test('is spoken where the settings name a certificate, and said to the upstream', async () => {
    const upstream = await openUpstream((request, response) => {
      response.end(request.headers['x-forwarded-proto']);
    });
    const { url } = await openBehind(boothBefore(upstream.origin), { settings: { tls } });
    expect(url).toMatch(/^https:/);
    const body = await new Promise((resolve, reject) => {
      const headers = { host: 'shop.example', ...paid };
      const options = { headers, agent: false, rejectUnauthorized: false };
      secureRequest(url, options, answer => void answer.on('data', piece => resolve(String(piece))))
        .on('error', reject)
        .end();
    });
    expect(body).toBe('https');
  });

  test('lets a client go that is slow with its handshake', async () => {
    const limits = { connections: 2, headersMs: 300 };
    const { url } = await openBehind(boothBefore((await openUpstream()).origin), {
      settings: { tls },
      limits,
    });
    const silent = [await dial(url), await dial(url)];
    await vi.waitUntil(() => silent.every(({ socket }) => socket.destroyed), { timeout: 5000 });
  });

  test('does not hold the closing up before it is agreed on', async () => {
    const gateway = await openBehind(boothBefore((await openUpstream()).origin), {
      settings: { tls },
      limits: { drainMs: 100 },
    });
    const { socket: silent } = await dial(gateway.url);
    await gateway.close();
    await vi.waitUntil(() => silent.destroyed);
  });

  test('is refused where the files are missing, or do not fit', async () => {
    const home = mkdtempSync(join(tmpdir(), 'tollkeeper-tls-'));
    onTestFinished(() => rmSync(home, { recursive: true }));
    const junk = join(home, 'junk.pem');
    writeFileSync(junk, 'no key');
    const booth = boothBefore((await openUpstream()).origin);
    for (const wrong of [
      { ...tls, key: '' },
      { ...tls, key: '/nowhere' },
      { ...tls, key: junk },
    ]) {
      await expect(openBehind(booth, { settings: { tls: wrong } })).rejects.toMatchObject({
        code: 'gateway_config_invalid',
      });
    }
  });
});

test('a place that is taken is refused in our own words', async () => {
  const booth = boothBefore((await openUpstream()).origin);
  const { url } = await openBehind(booth);
  const listen = url.slice('http://'.length);
  const taken = { code: 'port_taken', detail: `It is ${listen}.` };
  await expect(openBehind(booth, { settings: { listen } })).rejects.toMatchObject(taken);
  await expect(openBehind(booth, { settings: { admin: listen } })).rejects.toMatchObject(taken);
});

test('a toll that breaks is answered with 500, and nothing passes', async () => {
  const upstream = await openUpstream();
  const booth = boothBefore(upstream.origin);
  const admit = () => Promise.reject(new Error('bug'));
  const { url } = await openBehind({ ...booth, admit });
  const { status, body } = await ask(url, { headers: paid });
  expect([status, upstream.seen.length]).toEqual([500, 0]);
  expect(body).not.toContain('bug');
});

test('no credential, body or secret of an upstream reaches the log, or the client', async () => {
  const lines: string[] = [];
  const keep = (data: object, message: string): void => {
    lines.push(
      message,
      JSON.stringify(data, (_, value) =>
        value instanceof Error ? { ...value, message: value.message, stack: value.stack } : value,
      ),
    );
  };
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep };
  const upstream = await openUpstream((request, response) => {
    if (request.url?.startsWith('/reset')) request.socket.destroy();
    else response.writeHead(500, { 'www-authenticate': 'L402 macaroon="canary-demand"' }).end('no');
  });
  const { url } = await openBehind(boothBefore(upstream.origin), { log });
  const headers = { ...paid, cookie: 'canary-cookie', 'l402-client-key': 'canary-key' };
  const answers = [
    await ask(`${url}/reset?canary-query`, { method: 'POST', headers, body: 'canary-body' }),
    await ask(`${url}/fail`, { headers }),
    await ask(`${url}/canary-path`, { headers: { authorization: 'L402 canary-token:00' } }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([502, 500, 402]);
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.join('\n')).not.toMatch(/canary|AgEEbHNhdA|upstream-secret/);
  expect(JSON.stringify(answers)).not.toMatch(/canary|upstream-secret/);
});

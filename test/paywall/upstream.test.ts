import { describe, expect, test } from 'vitest';
import { secretHeaders } from '../../src/paywall/upstream-header.ts';
import { upstreamUrl } from '../../src/paywall/upstream-url.ts';

const SELLER = { listen: '127.0.0.1:8403', upstreams: { loopback: true, private: false } };
const around = (upstreams: object = {}, listen = SELLER.listen) => ({
  seller: { listen, upstreams: { ...SELLER.upstreams, ...upstreams } },
  hosts: ['api.example', '*.shop.example'],
});
const judge = (url: string, upstreams: object = {}) => upstreamUrl(url, around(upstreams));

describe('the URL of an upstream', () => {
  test.each([
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
    ['http://localhost:3000/api/', 'http://localhost:3000/api'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
    ['http://127.1:3000', 'http://127.0.0.1:3000'],
    ['https://backend.test/v1', 'https://backend.test/v1'],
    ['https://93.184.216.34', 'https://93.184.216.34'],
  ])('%s is taken as %s', (text, url) => {
    expect(judge(text)).toMatchObject({ ok: true, value: { url } });
  });

  test.each([
    'ftp://127.0.0.1',
    'file:///etc/passwd',
    'http://user:secret@127.0.0.1:3000',
    'http://127.0.0.1:3000?a=b',
    'http://127.0.0.1:22',
    'http:///a',
    '127.0.0.1:3000',
    'http://backend.test',
    'http://93.184.216.34',
    'http://10.0.0.1:3000',
    'https://10.0.0.1',
    'http://192.168.1.1:3000',
    'http://[fd00::1]:3000',
    'http://169.254.169.254',
    'https://169.254.169.254/latest/meta-data',
    'http://100.100.100.200',
    'http://[fd00:ec2::254]',
    'http://0.0.0.0:3000',
    'http://[::]:3000',
    'http://[::ffff:10.0.0.1]:3000',
    'http://255.255.255.255:3000',
    'http://224.0.0.1:3000',
    'http://127.0.0.1:8403',
    'http://localhost:8403/v1',
    'http://[::1]:8403',
    'http://2130706433:8403',
    'https://api.example/v1',
    'https://a.shop.example',
    'http://127.0.0.1:3000\n',
  ])('%j is refused', text => {
    expect(judge(text)).toMatchObject({ ok: false, code: 'upstream_invalid' });
  });

  test('on this machine needs no more than the standing permission, which can be taken back', () => {
    expect(judge('http://127.0.0.1:3000')).toMatchObject({
      value: { privateAddresses: true, plainHttp: true },
    });
    for (const url of [
      'http://127.0.0.1:3000',
      'http://localhost:3000',
      'http://[::ffff:127.0.0.1]:3000',
    ])
      expect(judge(url, { loopback: false })).toMatchObject({ ok: false });
  });

  test('on a private network needs the operator’s word, and metadata stays closed even then', () => {
    const open = { private: true };
    expect(judge('http://10.0.0.1:3000', open)).toMatchObject({
      value: { privateAddresses: true, plainHttp: true },
    });
    expect(judge('http://backend.test:3000', open)).toMatchObject({
      value: { privateAddresses: true, plainHttp: true },
    });
    for (const url of ['http://169.254.169.254', 'http://100.100.100.200', 'http://168.63.129.16'])
      expect(judge(url, open)).toMatchObject({ ok: false });
  });

  test('that is public is reached over https and at public addresses alone', () => {
    for (const url of ['https://backend.test', 'https://93.184.216.34'])
      expect(judge(url)).toMatchObject({ value: { privateAddresses: false, plainHttp: false } });
  });

  test('is never the gateway, wherever that listens', () => {
    const at = (url: string, listen: string) =>
      upstreamUrl(url, around({ private: true }, listen)).ok;
    expect(at('http://10.0.0.9:80', '10.0.0.9:80')).toBe(false);
    expect(at('http://127.0.0.1', '0.0.0.0:80')).toBe(false);
    expect(at('https://api.example:9000', '0.0.0.0:9000')).toBe(false);
    expect(at('https://api.example:9001', '0.0.0.0:9000')).toBe(true);
    expect(at('https://other.example', '0.0.0.0:9000')).toBe(true);
  });
});

describe('the secret headers of an upstream', () => {
  test('are kept under lower-case names', () => {
    expect(secretHeaders({ 'X-Api-Key': 'a b', Authorization: 'Basic abc' })).toEqual({
      ok: true,
      value: { 'x-api-key': 'a b', authorization: 'Basic abc' },
    });
  });

  test.each<Record<string, string>>([
    { 'x key': 'a' },
    { 'x-key:': 'a' },
    { 'x-key\n': 'a' },
    { 'x-kéy': 'a' },
    { '': 'a' },
    { 'x-key': 'a\r\nx-other: b' },
    { 'x-key': 'a\u0000' },
    { 'x-key': 'é' },
    { 'x-key': '' },
    { 'x-key': ' a' },
    { 'X-Key': 'a', 'x-key': 'b' },
    { host: 'a' },
    { Connection: 'close' },
    { 'content-length': '1' },
    { 'Transfer-Encoding': 'chunked' },
    { 'proxy-authorization': 'a' },
    { 'x-forwarded-for': 'a' },
    { upgrade: 'h2c' },
    Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`x-${at}`, 'a'])),
  ])('are refused as a whole: %j', headers => {
    expect(secretHeaders(headers)).toMatchObject({ ok: false, code: 'upstream_invalid' });
  });

  test('are in no refusal', () => {
    const refusal = secretHeaders({ 'x-key': 'canary\n' });
    expect(JSON.stringify(refusal)).not.toContain('canary');
  });
});

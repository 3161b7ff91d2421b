import { describe, expect, test } from 'vitest';
import { msat, sats, sha256 } from '../../src/base/index.ts';
import { approvalText } from '../../src/server/approval-text.ts';
import { questionOf } from '../../src/task/index.ts';
import { asked, HOST, requested } from '../contract/task-store/fixture.ts';
import { taskOf } from '../tools/context.ts';

const AROUND = { wallet: { kind: 'sandbox', real: false }, left: msat(0) };

/** What a human reads of a request for `url` that was led to `quoted`, if anywhere, and priced there. */
function shown(url: string, quoted?: string): readonly string[] {
  const quote = { url: quoted, origin: quoted && new URL(quoted).origin, amount: sats(10) };
  const challenged = quoted === undefined ? [] : [{ kind: 'challenged', at: 0, quote }];
  const host = new URL(quoted ?? url).host;
  const task = taskOf(requested({ url }), ...challenged, asked('ask_1', 0, { host }));
  const question = questionOf(task, 1);
  if (question === undefined) throw new Error('no question');
  return approvalText(question, AROUND).split('\n');
}

describe('the question to a human', () => {
  test('names the seller with its scheme, and the request', () => {
    const lines = shown(`http://${HOST}:8080/data?q=1`);
    expect(lines).toContain(`Seller: http://${HOST}:8080`);
    expect(lines).toContain('Request: GET /data?q=1');
    expect(lines.join()).not.toContain('Redirected');
  });

  test('after a redirect names what is bought there, and where it was asked for', () => {
    const lines = shown(`https://${HOST}/weather`, 'http://other.example/caviar?n=9');
    expect(lines).toContain('Seller: http://other.example');
    expect(lines).toContain(`Redirected from: https://${HOST}`);
    expect(lines).toContain('Request: GET /caviar?n=9');
    expect(lines.join()).not.toContain('weather');
  });

  test('says nothing of a redirect within one origin, but where it led', () => {
    const lines = shown(`https://${HOST}/a`, `https://${HOST}/b`);
    expect(lines).toContain('Request: GET /b');
    expect(lines.join()).not.toContain('Redirected');
  });

  test('tells two long URLs apart whose ends are the same', () => {
    const url = (middle: string) => `https://${HOST}/${'a'.repeat(200)}${middle}${'z'.repeat(40)}`;
    const [small, large] = ['amount=1', 'amount=9'].map(url) as [string, string];
    expect(shown(small)).toContain(
      `Whole URL: ${small.length} characters, sha256 ${sha256(small)}`,
    );
    expect(shown(large)).not.toEqual(shown(small));
    expect(shown(`https://${HOST}/data`).join()).not.toContain('Whole URL');
  });

  test('is plain ASCII in a fixed number of lines, whatever URL a redirect led to', () => {
    const url = new URL('https://еxample.example/\u202epay\u2028me?ok=\u200b yes').href;
    const lines = shown(`https://${HOST}/a`, url);
    expect(lines.join('')).toMatch(/^[\x20-\x7e]+$/);
    expect(lines.find(line => line.startsWith('Seller'))).toMatch(/^Seller: https:\/\/xn--/);
    expect(lines).toHaveLength(shown(`https://${HOST}/a`, 'https://other.example/b').length);
  });
});

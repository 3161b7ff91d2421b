import { describe, expect, it } from 'vitest';
import { expiryOf, parseCaveat, permits, servicesOf } from '../../src/l402/index.ts';
import { sampleMacaroon } from './sample.ts';

describe('parseCaveat', () => {
  it('splits at the first equals sign and trims nothing', () => {
    expect(parseCaveat('a=b=c')).toEqual({ condition: 'a', value: 'b=c' });
    expect(parseCaveat('account = 1')).toEqual({ condition: 'account ', value: ' 1' });
    expect(parseCaveat('svc_capabilities=')).toEqual({ condition: 'svc_capabilities', value: '' });
    expect(parseCaveat('=b')).toBe(undefined);
    expect(parseCaveat('alone')).toBe(undefined);
  });
});

describe('servicesOf', () => {
  const services = (...caveats: string[]) => servicesOf(sampleMacaroon(caveats));

  it('names the services that were granted, without their tiers', () => {
    expect(services('services=weather:0,maps:12')).toEqual(['weather', 'maps']);
    expect(services('weather_valid_until=1')).toEqual([]);
  });

  it('lets a later caveat narrow, never widen', () => {
    expect(services('services=weather:0,maps:0', 'services=maps:0')).toEqual(['maps']);
    expect(services('services=maps:0', 'services=maps:0,weather:0')).toEqual(['maps']);
    expect(services('services=maps:0', 'services=weather:0')).toEqual([]);
  });

  it('grants nothing by a list that it cannot read', () => {
    for (const list of ['', 'weather', 'weather:', ':0', 'weather:0,', 'a:b:0', 'weather:-1']) {
      expect(services(`services=${list}`)).toEqual([]);
    }
  });
});

describe('expiryOf', () => {
  const expiry = (...caveats: string[]) => expiryOf(sampleMacaroon(caveats));

  it('is the earliest of all ends, in milliseconds', () => {
    expect(expiry('services=a:0')).toBe(undefined);
    expect(expiry('a_valid_until=1795372884')).toBe(1_795_372_884_000);
    expect(expiry('a_valid_until=200', 'b_valid_until=100', 'a_valid_until=300')).toBe(100_000);
  });

  it('counts an end that it cannot read as long past', () => {
    for (const value of ['', 'soon', '-1', '1e9', '1.5', ' 1795372884', '9'.repeat(12)]) {
      expect(expiry('a_valid_until=1795372884', `a_valid_until=${value}`)).toBe(0);
    }
  });
});

describe('permits', () => {
  const get = (path: string, ...caveats: string[]) =>
    permits(sampleMacaroon(caveats), { method: 'GET', path });

  it('allows everything that no caveat restricts', () => {
    expect(get('/x', 'services=a:0', 'a_capabilities=', 'a_valid_until=1')).toBe(true);
  });

  it('holds a request to the method, the path and the prefix, alone or behind a service', () => {
    expect(get('/a', 'path=/a')).toBe(true);
    expect(get('/a/', 'path=/a')).toBe(false);
    expect(get('/a', 'weather_path=/b')).toBe(false);
    expect(get('/a', 'method=POST,GET')).toBe(true);
    expect(get('/a', 'method=POST')).toBe(false);
  });

  it('takes a prefix by whole segments', () => {
    expect(get('/a', 'path_prefix=/a')).toBe(true);
    expect(get('/a/b', 'path_prefix=/a')).toBe(true);
    expect(get('/a/b', 'weather_path_prefix=/a/')).toBe(true);
    expect(get('/ab', 'path_prefix=/a')).toBe(false);
    expect(get('/b', 'path_prefix=/')).toBe(true);
  });

  it('lets a repeated caveat only narrow', () => {
    expect(get('/a/b', 'path_prefix=/a', 'path_prefix=/a/b')).toBe(true);
    expect(get('/a/c', 'path_prefix=/a', 'path_prefix=/a/b')).toBe(false);
    expect(get('/a/c', 'path_prefix=/a/b', 'path_prefix=/a')).toBe(false);
  });
});

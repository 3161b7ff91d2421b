import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Refused, refuse } from '../../base/index.ts';
import { type Sending, startTimer, type Taker } from '../../http/index.ts';
import type { Pass } from '../toll.ts';
import { answerHeaders, headerOf } from './answer-headers.ts';
import type { Desk } from './desk.ts';
import { forwardingOf } from './forwarding.ts';
import type { Admitted } from './judge.ts';
import { endAnswer } from './last-piece.ts';
import { lifeOf } from './limits.ts';
import type { Outcome } from './metrics.ts';
import { answerDenial, denialOfFailure } from './problem.ts';
import { isDelivery, type Use, useOf } from './use.ts';

/** A request that may pass, and where its answer goes. */
export interface Passing {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly pass: Pass;
  readonly admitted: Admitted;
  /** Where a switch of protocols is wanted: takes the upstream's socket, and the header lines to say first. */
  readonly onSwitch?: (headers: readonly string[], upstream: Duplex, pass: Pass) => void;
}

/** Forwards a request and streams its answer back; resolves with what became of it once that is over. */
export function relay(desk: Desk, passing: Passing): Promise<Outcome> {
  return new Promise(resolve => new Relay(desk, passing, resolve).send());
}

class Relay implements Taker {
  readonly #desk: Desk;
  readonly #passing: Passing;
  readonly #response: ServerResponse;
  readonly #use: Use;
  readonly #tell: (outcome: Outcome) => void;
  #sending: Sending | undefined;
  /** Until the use is given back and the head is written. */
  #pending: Promise<void> | undefined;
  /** The bytes that the answer's body will have, if it says so. */
  #length: string | undefined;
  /** Ends the clock of an answer that is not over at once. */
  #clear: (() => void) | undefined;
  /** Whether it is under way, and counted. */
  #begun = false;
  #over = false;

  constructor(desk: Desk, passing: Passing, tell: (outcome: Outcome) => void) {
    this.#desk = desk;
    this.#passing = passing;
    this.#response = passing.response;
    this.#use = useOf(passing.pass, desk.metrics, desk.log);
    this.#tell = tell;
  }

  send(): void {
    // Who left while it was judged had nothing forwarded.
    if (this.#response.destroyed) {
      this.#end('client_left');
      void this.#use.giveBack();
      return;
    }
    if (!this.#desk.underway.begin(this.#passing.pass.holder)) {
      this.failed(refuse('rate_limited', 'One token has only so many requests under way.'));
      return;
    }
    this.#begun = true;
    this.#response.on('drain', () => this.#sending?.resume());
    this.#response.once('close', () => {
      if (this.#over) return;
      this.#end('client_left');
      this.#sending?.abort();
    });
    this.#sending = this.#desk.forward.send(forwardingOf(this.#desk, this.#passing), this);
  }

  head(status: number, lines: readonly string[]): void {
    const headers = answerHeaders(lines);
    // It is us from whom an upstream may want money, or a proxy's password: for the client it failed.
    if (headers === undefined || status === 402 || status === 407) {
      this.#sending?.abort();
      this.failed(refuse('L402TransportError', 'Its answer cannot be passed on.'));
    } else if (isDelivery(status)) {
      this.#begin(status, headers);
    } else {
      this.#sending?.pause();
      this.#pending = this.#use.giveBack().then(() => {
        this.#begin(status, headers);
        this.#sending?.resume();
      });
    }
  }

  data(piece: Buffer): void {
    // Most answers are one piece, whose head and body so leave in one write.
    if (this.#length === String(piece.length)) {
      this.#finish(piece);
      return;
    }
    this.#lasts();
    if (!this.#response.write(piece)) this.#sending?.pause();
  }

  end(): void {
    if (this.#pending === undefined) this.#finish();
    else void this.#pending.then(() => this.#finish());
  }

  switched(headers: readonly string[], upstream: Duplex): void {
    const passed = answerHeaders(headers);
    const { onSwitch, pass } = this.#passing;
    if (this.#over || passed === undefined || onSwitch === undefined) {
      upstream.destroy();
      if (!this.#over) this.failed(refuse('L402TransportError', 'It switched protocols unasked.'));
      return;
    }
    this.#end(this.#passed());
    onSwitch([...passed, ...this.#use.headers()], upstream, pass);
  }

  failed({ code, detail }: Refused): void {
    if (this.#over) return;
    const { request, pass, admitted } = this.#passing;
    const denial = denialOfFailure(code);
    this.#end(denial.status === 502 || denial.status === 504 ? 'upstream_failed' : 'refused');
    const { paywall, route } = pass.place;
    const said = { code, detail, paywall: paywall.id, route: route.id };
    this.#desk.log.warn(said, 'A request could not be forwarded.');
    // An upload beyond its limit is broken off by us, and its client's fault.
    void (code === 'body_too_large' ? Promise.resolve() : this.#use.giveBack()).then(() => {
      // What has begun cannot be taken back: the client sees it break off.
      if (this.#response.headersSent) {
        this.#response.destroy();
        return;
      }
      const headers = [...denial.headers, ...this.#use.headers()];
      answerDenial(request, this.#response, { ...denial, headers }, admitted.arrival.isGrpc);
    });
  }

  #begin(status: number, headers: string[]): void {
    if (this.#over) return;
    this.#length = headerOf(headers, 'content-length');
    const privacy = headerOf(headers, 'cache-control') === undefined;
    if (privacy) headers.push('Cache-Control', 'private');
    if (!this.#passing.request.complete) this.#response.shouldKeepAlive = false;
    this.#response.writeHead(status, [...headers, 'Via', '1.1 tollkeeper', ...this.#use.headers()]);
    // A stream's head does not wait for its first piece, which may be long in coming.
    if (this.#length !== undefined) return;
    this.#lasts();
    queueMicrotask(() => this.#response.flushHeaders());
  }

  /** An answer that goes on is broken off in the end: no pause reaches it, and no end of its token. */
  #lasts(): void {
    this.#clear ??= startTimer(lifeOf(this.#desk.limits, this.#passing.pass.place), () => {
      this.#end(this.#passed());
      this.#sending?.abort();
      this.#response.destroy();
    });
  }

  #finish(piece?: Buffer): void {
    if (this.#over) return;
    this.#end(this.#passed());
    endAnswer(this.#passing.request, this.#response, piece);
  }

  #passed(): Outcome {
    return this.#passing.pass.by === 'token' ? 'paid' : 'free';
  }

  #end(outcome: Outcome): void {
    this.#over = true;
    this.#clear?.();
    if (this.#begun) this.#desk.underway.end(this.#passing.pass.holder);
    this.#tell(outcome);
  }
}

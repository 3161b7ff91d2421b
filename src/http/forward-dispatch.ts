import type { Agent, Dispatcher } from 'undici';
import { TollkeeperError } from '../base/index.ts';
import { startTimer } from './deadline.ts';
import { refusalOf } from './failure.ts';
import type { Forwarding, Sending, Taker } from './forward.ts';
import type { Wait } from './waiting.ts';

type Controller = Dispatcher.DispatchController;

/** Sends one request and tells its taker what comes. Never throws. */
export function dispatch(agent: Agent, wait: Wait, forwarding: Forwarding, taker: Taker): Sending {
  const { url, access } = forwarding;
  const options = optionsOf(forwarding);
  const isOpen = access.plainHttp || url.startsWith('https:');
  const written = isOpen ? wait(String(options.origin)) : undefined;
  const course = new Course(forwarding, taker, written);
  if (written !== undefined) agent.dispatch(options, handlerOf(course, taker));
  else {
    const why = new TollkeeperError(isOpen ? 'upstream_busy' : 'url_invalid');
    queueMicrotask(() => course.stop(why));
  }
  return {
    pause: () => course.wire?.pause(),
    resume: () => course.wire?.resume(),
    abort() {
      course.ends();
      course.stop(new TollkeeperError('cancelled'));
    },
  };
}

/** Where a request is between its dispatch and its one end. */
class Course {
  /** There once the request is being written. */
  wire: Controller | undefined;
  over = false;
  readonly #timeoutMs: number;
  readonly #streams: boolean;
  readonly #taker: Taker;
  readonly #written: (() => void) | undefined;
  #stopped: Error | undefined;
  #clear: () => void;

  /** `written` is told once it no longer waits to be written. */
  constructor(forwarding: Forwarding, taker: Taker, written: (() => void) | undefined) {
    this.#timeoutMs = forwarding.timeoutMs;
    this.#streams = forwarding.body !== null && !(forwarding.body instanceof Uint8Array);
    this.#taker = taker;
    this.#written = written;
    this.#clear = this.#timer();
  }

  /** The request begins to be written. However long an upload takes is its client's affair, and bounded there. */
  started(controller: Controller): void {
    this.wire = controller;
    this.#written?.();
    if (this.#stopped !== undefined) controller.abort(this.#stopped);
    else if (this.#streams) this.#clear();
  }

  sent(): void {
    if (this.over || !this.#streams) return;
    this.#clear();
    this.#clear = this.#timer();
  }

  answered(): void {
    this.#clear();
  }

  /** Whether this is its first end. */
  ends(): boolean {
    this.#clear();
    const first = !this.over;
    this.over = true;
    return first;
  }

  /** undici is done with it. */
  broke(error: Error): void {
    this.#written?.();
    this.fail(error);
  }

  fail(error: Error): void {
    if (this.ends()) this.#taker.failed(refusalOf(error));
  }

  /** Fails it, and breaks it off, now or as soon as it would be written. */
  stop(reason: Error): void {
    this.#stopped = reason;
    this.fail(reason);
    this.wire?.abort(reason);
  }

  #timer(): () => void {
    return startTimer(this.#timeoutMs, () => this.stop(new TollkeeperError('HTTP_TIMEOUT')));
  }
}

function handlerOf(course: Course, taker: Taker): Dispatcher.DispatchHandler {
  return {
    onRequestStart: controller => course.started(controller),
    onRequestSent: () => course.sent(),
    onResponseStart(controller, status) {
      // Informational answers (RFC 9110 §15.2) go before the one that counts.
      if (status < 200 || course.over) return;
      course.answered();
      taker.head(status, linesOf(controller));
    },
    onResponseData(_controller, piece) {
      if (!course.over) taker.data(piece);
    },
    onResponseEnd() {
      if (course.ends()) taker.end();
    },
    onRequestUpgrade(controller, _status, _headers, socket) {
      if (course.ends()) taker.switched(linesOf(controller), socket);
      else socket.destroy();
    },
    onResponseError: (_controller, error) => course.broke(error),
  };
}

/** The URL is cut, not parsed: a parser would write some characters of a query in another way. */
function optionsOf(forwarding: Forwarding): Dispatcher.DispatchOptions {
  const { url, method, headers, body, upgrade } = forwarding;
  const at = url.indexOf('/', url.indexOf('//') + 2);
  return {
    origin: at < 0 ? url : url.slice(0, at),
    path: at < 0 ? '/' : url.slice(at),
    method,
    headers: headers as string[],
    // undici takes iterables, which its types leave out.
    body: body as Uint8Array | null,
    ...(upgrade === undefined ? {} : { upgrade }),
  };
}

/** As they came, since repeated names have to stay repeated; one character for each byte. */
function linesOf({ rawHeaders }: Controller): readonly string[] {
  return Array.isArray(rawHeaders) ? rawHeaders.map(line => line.toString('latin1')) : [];
}

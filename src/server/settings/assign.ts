/**
 * Puts a value at a path such as `caps.requestSats`, making the groups on the way. Members are
 * defined, not assigned: a path through `__proto__` must not reach every object of the process.
 */
export function assign(draft: object, path: string, value: unknown): void {
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  put(steps.reduce(groupAt, draft), last, value);
}

/** A value as typed at a terminal: JSON if it is, else text. */
export function typedValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function groupAt(group: object, name: string): object {
  const there: unknown = Object.getOwnPropertyDescriptor(group, name)?.value;
  if (typeof there === 'object' && there !== null) return there;
  return put(group, name, {});
}

function put<T>(group: object, name: string, value: T): T {
  Object.defineProperty(group, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
  return value;
}

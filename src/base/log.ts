/** Writes one event with its data; implementations redact secrets and never touch stdout. */
export interface Log {
  debug(data: object, message: string): void;
  info(data: object, message: string): void;
  warn(data: object, message: string): void;
  error(data: object, message: string): void;
}

/** A log that keeps nothing. */
export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

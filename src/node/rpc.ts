/** A gRPC client as ln-service makes it, whose methods it has no types for. */
type Service = Record<
  string,
  (request: object, done: (error: unknown, answer: unknown) => void) => void
>;

/** Calls a method that ln-service has no function for, or none with all its fields; rejects as its functions do. */
export function rpc<T>(service: Service, method: string, request: object): Promise<T> {
  return new Promise((resolve, reject) => {
    const call = service[method]?.bind(service);
    call?.(request, (err, answer) => (err ? reject([503, method, { err }]) : resolve(answer as T)));
  });
}

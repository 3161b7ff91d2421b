/** ln-service brings no types of its own; it hands on the methods of `lightning`, which does. */
declare module 'ln-service' {
  export * from 'lightning';

  const service: typeof import('lightning');
  export default service;
}

export * from './amount.ts';
export * from './clock.ts';
export * from './codes.ts';
export * from './digest.ts';
export * from './error.ts';
export * from './id.ts';
export * from './log.ts';
export * from './result.ts';

/** Counts one request more that waits for a connection; what it returns ends the wait. Undefined where too many do. */
export type Wait = (origin: string) => (() => void) | undefined;

/** Counts what waits for each origin, `most` at a time: what was written nowhere cannot be taken out of undici's queue. */
export function openWait(most: number): Wait {
  const counts = new Map<string, number>();
  return origin => {
    const before = counts.get(origin) ?? 0;
    if (before >= most) return undefined;
    counts.set(origin, before + 1);
    let waits = true;
    return () => {
      if (!waits) return;
      waits = false;
      const left = (counts.get(origin) ?? 1) - 1;
      if (left > 0) counts.set(origin, left);
      else counts.delete(origin);
    };
  };
}

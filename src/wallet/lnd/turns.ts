/** Work that is done for one payment hash after the other, and for different ones at once. */
export type Turns = <T>(hash: string, work: () => Promise<T>) => Promise<T>;

/** Makes a set of turns, all free. */
export function openTurns(): Turns {
  const busy = new Map<string, Promise<unknown>>();
  return async (hash, work) => {
    const mine = (busy.get(hash) ?? Promise.resolve()).then(work, work);
    busy.set(hash, mine);
    try {
      return await mine;
    } finally {
      if (busy.get(hash) === mine) busy.delete(hash);
    }
  };
}
